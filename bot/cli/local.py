"""What the terminal needs to show the same answers as Slack: the sample organisation, names for ids."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.answer import Audience, answer_message
from bot.bootstrap import build_router, open_services
from bot.errors import ConfigurationError
from bot.knowledge.routing import Router
from bot.questions.model import Answer, Asked
from bot.services import Services
from bot.settings import Settings
from bot.storage.knowledge_paths import config_folder
from bot.storage.sample import SampleDirectory, SampleOrganisation, read_sample
from bot.surface import Surface
from bot.teams.assigning import Change
from bot.teams.directory import Directory
from bot.teams.model import Actor, Assignee
from bot.teams.team_changes import TeamDraft

LOCAL_WORKSPACE: Final = "local"
"""The workspace of the sample organisation, beside the Slack ones."""

LOCAL_USER: Final = "U00YOU"

_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)>|<!subteam\^(S[A-Z0-9]+)>|<#([CG][A-Z0-9]+)>")


def ready_router(settings: Settings, *, learn_apart: bool = False) -> Router:
    """Return the router; shows on stderr that it is learning, where it has to."""
    with ExitStack() as shown:

        def announce() -> None:
            from rich.console import Console

            shown.enter_context(Console(stderr=True).status("Learning from the examples, once; a few seconds …"))

        return build_router(settings.finops_knowledge, on_training=announce, learn_apart=learn_apart)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the terminal asks: the services, and the workspace whose teams and people are meant."""

    services: Services
    workspace_id: str


@asynccontextmanager
async def open_desk(settings: Settings, router: Router) -> AsyncIterator[Desk]:
    """Open the services for the terminal.

    With a Slack token that is the token's workspace, without one the sample organisation, loaded on first use.

    Raises:
        BotError: the database or Slack is away, or a setting does not fit.
    """
    if settings.on_slack:
        from bot.messenger import build_client, workspace_of
        from bot.slack_directory import SlackDirectory

        client = build_client(settings)
        workspace_id = await workspace_of(client)
        async with open_services(settings, router, SlackDirectory(client)) as services:
            yield Desk(services, workspace_id)
        return
    sample = read_sample(config_folder())
    directory = SampleDirectory(sample)
    async with open_services(settings, router, directory) as services:
        by = Actor(LOCAL_WORKSPACE, sample.admins[0], Surface.FILE)
        if await _is_unfinished(sample, services, by):
            await _load(sample, services, by)
        directory.departed = frozenset(sample.deactivated)  # they left after they were assigned
        yield Desk(services, LOCAL_WORKSPACE)


async def answer_in_text(desk: Desk, question: str, team: str | None = None, at: datetime | None = None) -> str:
    """Ask, and return the answer as Slack would show it, in plain text.

    Raises:
        BotError: there is nothing to answer, or something needed for it is away.
    """
    answer = await ask_here(desk, question, team, at)
    audience = Audience.of_asker(LOCAL_USER, desk.services.clock())
    message = answer_message(answer, desk.services.catalogue.personas, audience)
    return await terminal_text(message.text, desk.services.directory)


async def ask_here(desk: Desk, question: str, team: str | None = None, at: datetime | None = None) -> Answer:
    """Ask from the terminal; ``BotError`` as in ``answer_in_text``."""
    asked = Asked(desk.workspace_id, Surface.TERMINAL, LOCAL_USER, question, team_name=team, at=at)
    return await desk.services.asking.ask(asked)


async def terminal_text(text: str, directory: Directory) -> str:
    """Return Slack's markup as plain text: names for ids, no asterisks, no entities."""
    for user_id, group_id, channel_id in set(_MENTION.findall(text)):
        if user_id:
            person = await directory.person(user_id)
            text = text.replace(f"<@{user_id}>", f"@{person.name if person else user_id}")
        elif group_id:
            group = await directory.group(group_id)
            text = text.replace(f"<!subteam^{group_id}>", f"@{group.handle if group else group_id}")
        else:
            text = text.replace(f"<#{channel_id}>", f"#{channel_id}")
    return plain(text)


def plain(text: str) -> str:
    """Return our own markup without its asterisks, backticks and entities."""
    return html.unescape(re.sub(r"[*`]", "", text))


async def _is_unfinished(sample: SampleOrganisation, services: Services, by: Actor) -> bool:
    """Tell whether the sample is missing or loaded in part; what somebody has changed since stays as it is."""
    if (await services.teams.some(LOCAL_WORKSPACE, limit=1)).total >= len(sample.teams):
        return False
    return all(entry.actor_id == by.user_id for entry in await services.audit.entries(by, limit=1))


async def _load(sample: SampleOrganisation, services: Services, by: Actor) -> None:
    """Load what is missing of the sample, so that a first run that was cut short is completed by the next."""
    known = {team.name for team in await services.teams.all(LOCAL_WORKSPACE)}
    for team in sample.teams:
        if team.name not in known:
            await services.teams.add(
                by, TeamDraft(team.name, team.parent, team.aliases, tuple(team.channels), team.members, team.leads)
            )
    known_personas = {persona.key for persona in services.catalogue.personas}
    for one in sample.assignments:
        if one.assignee not in {*sample.people, *sample.groups}:
            raise ConfigurationError(
                f"sample-organisation.yaml: {one.assignee} is not among its people and groups"
            )
        if one.persona not in known_personas:  # switched off in the company's own knowledge
            continue
        persona = services.catalogue.persona(one.persona)
        assignee = Assignee.from_id(one.assignee)
        await services.assigning.assign(Change(by, assignee, persona, one.team, one.rank))

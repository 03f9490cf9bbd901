"""``finops-bot teams``, ``assign``, ``unassign``, ``who`` and ``audit``: ownership from the terminal."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from bot.blocks.audit import audit_line
from bot.blocks.ownership import assigned_message, unassigned_message
from bot.cli.local import Desk, open_desk, ready_router, terminal_text
from bot.cli.output import ownership_as_json
from bot.cli.ownership_lines import entry_as_json, team_as_json, team_lines, who_lines
from bot.knowledge.lookup import persona_called
from bot.knowledge.model import FALLBACK_PERSONA
from bot.logs import configure_logging
from bot.settings import read_settings
from bot.surface import Surface
from bot.teams.assigning import Change
from bot.teams.days import parse_day, parse_moment, start_of
from bot.teams.model import Actor, Rank, Team
from bot.teams.transfer_people import assignee_called

WHOLE_ORGANISATION: Final = "-"
_PAGE: Final = 500

_TeamOption = Annotated[
    str | None, typer.Option("--team", help="By name or alias; the whole organisation without it.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Assignee = Annotated[str, typer.Argument(help="A Slack id (U…, S…) or an e-mail address.")]
_Persona = Annotated[str, typer.Argument(help="A persona's key or name.")]


def teams(as_json: _Json = False) -> None:
    """List the teams with their parents, aliases and channels."""

    async def run(desk: Desk) -> str:
        found = await _all_teams(desk)
        names = {team.id: team.name for team in found}
        if as_json:
            return json.dumps([team_as_json(team, names) for team in found])
        return await _plain(desk, team_lines(found, names)) or "There are no teams yet."

    print(_at_desk(run))


def assign(
    assignee: _Assignee,
    persona: _Persona,
    team: _TeamOption = None,
    backup: Annotated[bool, typer.Option("--backup", help="Asked where the primary cannot be.")] = False,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From this day on; now without it.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Until this day begins.")] = None,
) -> None:
    """Let a person or user group hold a persona."""

    async def run(desk: Desk) -> str:
        held = persona_called(persona, desk.services.catalogue)
        who = await assignee_called(assignee, desk.services.directory)
        now = desk.services.clock()
        change = Change(
            _actor(desk),
            who,
            held,
            team,
            Rank.BACKUP if backup else Rank.PRIMARY,
            _beginning(since, now),
            start_of(parse_day(until, now.date()), UTC) if until else None,
        )
        return await _plain(desk, [assigned_message(await desk.services.assigning.assign(change), held).text])

    print(_at_desk(run))


def unassign(assignee: _Assignee, persona: _Persona, team: _TeamOption = None) -> None:
    """End what a person or user group holds."""

    async def run(desk: Desk) -> str:
        held = persona_called(persona, desk.services.catalogue)
        who = await assignee_called(assignee, desk.services.directory)
        of_team = await desk.services.assigning.unassign(Change(_actor(desk), who, held, team))
        return await _plain(desk, [unassigned_message(who, held, of_team).text])

    print(_at_desk(run))


def who(
    team: Annotated[str, typer.Argument(help="A team's name or alias, or - for the whole organisation.")],
    persona: _Persona,
    at: Annotated[str | None, typer.Option(help="As of this day or moment, past or to come.")] = None,
    as_json: _Json = False,
) -> None:
    """Say who is asked for a persona and team, and why."""

    async def run(desk: Desk) -> str:
        services, workspace_id = desk.services, desk.workspace_id
        held = persona_called(persona, services.catalogue)
        moment = parse_moment(at, services.clock()) if at else None
        of_team = None
        if team != WHOLE_ORGANISATION:
            of_team = await services.teams.called(workspace_id, team, moment)
        ownership = await services.owners.who(workspace_id, held.key, of_team, moment)
        if as_json:
            place = {"team": of_team.name if of_team else None, "persona": held.key}
            return json.dumps({**place, **ownership_as_json(ownership)})
        fallback = None
        if ownership.owner is None:
            fallback = await services.owners.who(workspace_id, FALLBACK_PERSONA, of_team, moment)
        return await _plain(desk, who_lines(held, of_team, ownership, fallback, services.clock()))

    print(_at_desk(run))


def audit(
    team: Annotated[str | None, typer.Argument(help="A team's name or alias; everything without it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many changes, the latest first.")] = 50,
    as_json: _Json = False,
) -> None:
    """List who changed what, from what to what, when and where."""

    async def run(desk: Desk) -> str:
        entries = await desk.services.audit.entries(_actor(desk), team, limit=limit)
        if as_json:
            return json.dumps([entry_as_json(entry) for entry in entries])
        lines = [audit_line(entry, desk.services.catalogue) for entry in entries]
        return await _plain(desk, lines) or "Nothing was changed yet."

    print(_at_desk(run))


def _at_desk(run: Callable[[Desk], Awaitable[str]]) -> str:
    """Return what ``run`` says at the desk."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)

    async def at_desk() -> str:
        async with open_desk(settings, router) as desk:
            return await run(desk)

    return asyncio.run(at_desk())


async def _plain(desk: Desk, lines: Iterable[str]) -> str:
    return await terminal_text("\n".join(lines), desk.services.directory)


def _actor(desk: Desk) -> Actor:
    return Actor(desk.workspace_id, "terminal", Surface.TERMINAL)


def _beginning(text: str | None, now: datetime) -> datetime | None:
    """Return when the day that ``text`` names begins; none if that is today, which means now."""
    day = parse_day(text, now.date()) if text else None
    return None if day is None or day == now.date() else start_of(day, UTC)


async def _all_teams(desk: Desk) -> list[Team]:
    """Return all teams by name, read page by page."""
    found: list[Team] = []
    while True:
        page = await desk.services.teams.some(desk.workspace_id, offset=len(found), limit=_PAGE)
        found += page.teams
        if not page.teams or len(found) >= page.total:
            return found

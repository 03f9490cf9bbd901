"""A running playground: the stand-in, the real bot behind its real endpoint, and what people may do with both."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

import aiohttp
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import build_bot
from bot.bootstrap import build_services
from bot.clock import system_clock
from bot.errors import UnavailableError
from bot.http import build_http_app
from bot.jobs import jobs
from bot.knowledge.routing import Router
from bot.messenger import build_client
from bot.playground.acting import Acting
from bot.playground.acting_on_views import ActingOnViews
from bot.playground.beginnings import Beginnings
from bot.playground.changes import Changes
from bot.playground.explaining import Explaining
from bot.playground.requests import BotLine
from bot.playground.serving import address_of, listening, serving
from bot.playground.slack import BOT_TOKEN, SlackStandIn
from bot.playground.state_folder import StateFolder
from bot.playground.triggers import Triggers
from bot.playground.watching import Watching
from bot.playground.web_api import WORKSPACE_ID
from bot.playground.workspace import BOT_NAME, Workspace, clock_moments
from bot.playground.writing import composer_of
from bot.schedule import Ticker
from bot.services import Services
from bot.settings import Settings
from bot.slack_directory import SlackDirectory
from bot.storage.engine import build_engine
from bot.storage.schema import upgrade


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything of one running workspace."""

    slack: SlackStandIn
    workspace: Workspace
    services: Services
    acting: Acting
    on_views: ActingOnViews
    explaining: Explaining


class Playground:
    """Holds the running workspace, and puts a fresh one in its place; ``async with`` starts and ends it."""

    def __init__(self, settings: Settings, router: Router, begin: Beginnings, folder: StateFolder) -> None:
        self.changes = Changes()
        self._settings = settings
        self._router = router
        self._begin = begin
        self._folder = folder
        self._running = AsyncExitStack()
        self._stage: Stage | None = None
        self._starting_over = asyncio.Lock()

    @property
    def stage(self) -> Stage:
        """The running workspace; ``UnavailableError`` while it is being replaced."""
        if self._stage is None:
            raise UnavailableError("The playground is starting over: one moment.")
        return self._stage

    async def __aenter__(self) -> Self:
        """Start, with what was there when it ended, if it was made from the same files."""
        if not self._folder.is_made_from(self._begin.fingerprint):
            self._folder.clear()
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it; what the bot knows is kept."""
        self.changes.end()
        self._stage = None
        await self._running.aclose()

    async def start_over(self) -> None:
        """Put a fresh workspace in the place of this one."""
        async with self._starting_over:
            self._stage = None
            await self._running.aclose()
            self._folder.clear()
            await self._start()
        self.changes.tell("all", "state", "home", "form", "routing", *self._conversations())

    async def _start(self) -> None:
        self._running = AsyncExitStack()
        self._stage = await self._running.enter_async_context(self._open())

    def _conversations(self) -> list[str]:
        organisation = self.stage.workspace.organisation
        direct = (f"D{person_id}" for person_id in organisation.people)
        return [f"conversation:{channel_id}" for channel_id in (*organisation.channels, *direct)]

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Stage]:
        triggers, organisation = Triggers(), self._begin.organisation
        async with AsyncExitStack() as opened:
            slack = await opened.enter_async_context(self._slack(triggers))
            settings = self._settings_for(slack)
            engine = build_engine(settings.database_url)
            opened.push_async_callback(engine.dispose)
            services = await self._services(settings, engine, slack)
            line = await opened.enter_async_context(_bot(settings, services))
            workspace = Workspace(organisation, slack.channels, slack.next_ts)
            slack.watcher = watching = Watching(workspace, slack.views, self.changes)
            yield Stage(
                slack=slack,
                workspace=workspace,
                services=services,
                acting=Acting(
                    slack=slack,
                    workspace=workspace,
                    watching=watching,
                    triggers=triggers,
                    composer=composer_of(organisation, BOT_NAME),
                    line=line,
                ),
                on_views=ActingOnViews(slack=slack, watching=watching, triggers=triggers, line=line),
                explaining=Explaining(services, engine, self._router),
            )

    def _slack(self, triggers: Triggers) -> SlackStandIn:
        organisation = self._begin.organisation
        slack = SlackStandIn(
            users={member.id: member.as_user() for member in organisation.people.values()},
            groups={group.id: group.as_usergroup() for group in organisation.groups.values()},
            next_ts=clock_moments(),
        )
        slack.views.triggers = triggers
        slack.channels.names = dict(organisation.channels)
        return slack

    def _settings_for(self, slack: SlackStandIn) -> Settings:
        """Return the settings with nothing in them of any real Slack or database."""
        changed = {
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": None,
            "slack_signing_secret": SecretStr(secrets.token_hex(16)),
            "slack_api_url": slack.api_url,
            "database_url": self._folder.database_url,
            "finops_admins": (),
        }
        return self._settings.model_copy(update=changed)

    async def _services(self, settings: Settings, engine: AsyncEngine, slack: SlackStandIn) -> Services:
        """Return the services on a database that is filled."""
        await upgrade(engine)
        services = build_services(
            settings, engine, self._router, SlackDirectory(build_client(settings)), system_clock
        )
        if not self._folder.is_made_from(self._begin.fingerprint):
            await self._begin.load(services, engine)
            self._folder.note_made_from(self._begin.fingerprint)
        for user_id in self._begin.organisation.departed:  # they left after they were assigned
            slack.users[user_id]["deleted"] = True
            services.directory.forget(user_id)
        return services


@asynccontextmanager
async def _bot(settings: Settings, services: Services) -> AsyncIterator[BotLine]:
    """Run the bot as on Slack, behind its endpoint on loopback."""
    client, secret = build_client(settings), settings.slack_signing_secret
    signing_secret = secret.get_secret_value() if secret else ""
    bot = build_bot(services, client, WORKSPACE_ID)
    app = build_http_app(bot.app, signing_secret, services.check_ready)
    ticker = Ticker(jobs(services, bot.messenger, WORKSPACE_ID))
    answering = asyncio.create_task(bot.answering.run())
    ticker.start()
    try:
        with listening(0) as listener:
            async with serving(app, listener), aiohttp.ClientSession() as session:
                yield BotLine(session, address_of(listener), signing_secret)
    finally:
        answering.cancel()
        await asyncio.gather(answering, ticker.stop(), return_exceptions=True)

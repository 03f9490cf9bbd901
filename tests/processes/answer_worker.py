"""A process that answers what waits in the inbox until it is killed.

It is the bot without ears and knowledge, so that it starts at once; services and Slack's client are the real ones.
"""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from pydantic import SecretStr

from bot.answering import Answering
from bot.bootstrap import build_services
from bot.clock import system_clock
from bot.handlers.guard import guarded
from bot.handlers.messages import LetterAnswerer
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, WORKSPACE_ID
from bot.settings import Settings
from bot.storage.engine import build_engine
from tests.fakes import FakeDirectory, blank_router


def run(database_url: str, slack_url: str, lease: timedelta, log: Path) -> None:  # pragma: no cover (never ends)
    """Answer what waits, over and over."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log.open("a")))
    asyncio.run(_answer(database_url, slack_url, lease))


async def _answer(database_url: str, slack_url: str, lease: timedelta) -> None:  # pragma: no cover (in run only)
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_api_url=slack_url,
        database_url=database_url,
    )
    services = build_services(
        settings, build_engine(settings.database_url), blank_router(), FakeDirectory(), system_clock
    )
    await Answering(
        inbox=services.inbox,
        answer=partial(guarded, LetterAnswerer(services).answer, can_wait=True),
        messenger=SlackMessenger(build_client(settings)),
        clock=system_clock,
        workspaces=[WORKSPACE_ID],
        lease=lease,
    ).run()

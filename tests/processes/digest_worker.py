"""A process that sends digests until it is killed.

It is the bot without ears and knowledge, so that it starts at once; services and Slack's client are the real ones.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog
from pydantic import SecretStr

from bot.bootstrap import build_services
from bot.clock import system_clock
from bot.digesting import Digesting
from bot.errors import UnavailableError
from bot.messenger import SlackMessenger, build_client
from bot.playground.slack import APP_TOKEN, BOT_TOKEN, WORKSPACE_ID
from bot.settings import Settings
from bot.storage.engine import build_engine
from tests.digests.sending import no_picture
from tests.fakes import FakeDirectory, blank_router


def run(database_url: str, slack_url: str, lease: timedelta, log: Path) -> None:  # pragma: no cover (never ends)
    """Send what is due, over and over."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log.open("a")))
    asyncio.run(_send(database_url, slack_url, lease))


async def _send(database_url: str, slack_url: str, lease: timedelta) -> None:  # pragma: no cover (in run only)
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_app_token=SecretStr(APP_TOKEN),
        slack_api_url=slack_url,
        database_url=database_url,
    )
    engine = build_engine(settings.database_url)
    services = build_services(settings, engine, blank_router(), FakeDirectory(), system_clock)
    digesting = Digesting(services, SlackMessenger(build_client(settings)), no_picture, lease=lease)
    while True:
        with suppress(UnavailableError):
            await digesting.send_due(WORKSPACE_ID)
        await asyncio.sleep(0.02)

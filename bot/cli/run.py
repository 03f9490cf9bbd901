"""``finops-bot run``: on Slack where the tokens are set, otherwise the playground in a browser."""

import asyncio
import gc
import socket

from bot.cli.local import ready_router
from bot.cli.playground import run_playground
from bot.knowledge.reading import Reader
from bot.knowledge.routing import Router
from bot.logs import configure_logging
from bot.reading_process import another_process, reading_over
from bot.settings import Settings, read_settings


def run() -> None:
    """Run the bot: on Slack when SLACK_BOT_TOKEN is set, otherwise as a playground in the browser."""
    settings = read_settings()
    if not settings.on_slack:
        run_playground(settings)
        return
    configure_logging(settings)
    router = ready_router(settings, learn_apart=True)
    gc.freeze()  # the knowledge stays; only what comes from now on is looked through
    gc.enable()
    reader = Reader(router.route, router.catalogue)
    with another_process(reader) as line:
        asyncio.run(_on_slack(settings, router, reader, line))


async def _on_slack(settings: Settings, router: Router, reader: Reader, line: socket.socket | None) -> None:
    from bot.app import serve
    from bot.bootstrap import open_services
    from bot.messenger import build_client
    from bot.slack_directory import SlackDirectory

    client = build_client(settings)
    async with (
        reading_over(line, reader) as read,
        open_services(settings, router, SlackDirectory(client), read=read) as services,
    ):
        await serve(settings, services, client)

"""``finops-bot run``: on Slack where the tokens are set, otherwise a prompt on the sample organisation."""

import asyncio
import gc
import sys
from typing import Final

from bot.cli.local import Desk, answer_in_text, open_desk, ready_router
from bot.errors import UserFacingError
from bot.knowledge.routing import Router
from bot.logs import configure_logging
from bot.settings import Settings, read_settings

_WELCOME: Final = """\
No Slack token is set, so this runs here, on a made-up company with six teams.
Ask who owns a cloud-cost question; add “for Payments” to ask for a team. An empty line ends it.
Try: who signs off the savings plan?
     our snowflake contract runs out in march, who talks to them? for Search
     someone is mining crypto in the sandbox account
"""


def run() -> None:
    """Run the bot: on Slack when SLACK_BOT_TOKEN is set, otherwise as a prompt here."""
    settings = read_settings()
    configure_logging(settings)
    router = ready_router(settings)
    gc.freeze()  # the knowledge stays; only what comes from now on is looked through
    gc.enable()
    asyncio.run(_on_slack(settings, router) if settings.on_slack else _here(settings, router))


async def _on_slack(settings: Settings, router: Router) -> None:
    from bot.app import serve
    from bot.bootstrap import open_services
    from bot.messenger import build_client
    from bot.slack_directory import SlackDirectory

    client = build_client(settings)
    async with open_services(settings, router, SlackDirectory(client)) as services:
        await serve(settings, services, client)


async def _here(settings: Settings, router: Router) -> None:
    print(_WELCOME)
    async with open_desk(settings, router) as desk:
        while question := (await asyncio.to_thread(_read_line)).strip():
            print(await _answer(desk, question), end="\n\n")


def _read_line() -> str:
    if sys.stdin.isatty():
        print("> ", end="", flush=True)
    return sys.stdin.readline()


async def _answer(desk: Desk, question: str) -> str:
    try:
        return await answer_in_text(desk, question)
    except UserFacingError as error:
        return str(error)

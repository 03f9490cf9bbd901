"""One process in which everything runs: the made-up workspace, the real bot, and the page on loopback."""

import asyncio
import signal
from collections.abc import Callable

from bot.knowledge.routing import Router
from bot.playground.beginnings import Beginnings
from bot.playground.page_server import build_page_app
from bot.playground.playground import Playground
from bot.playground.serving import address_of, listening, serving
from bot.playground.state_folder import StateFolder
from bot.settings import Settings


async def serve_playground(
    settings: Settings, router: Router, begin: Beginnings, announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; ``announce`` is told the address as soon as it answers.

    It listens on loopback, on ``settings.port`` or the next free port, whatever else the settings say.

    Raises:
        ConfigurationError: another playground runs here, no port is free, or the file holds bad rows.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    folder = StateFolder()
    with folder.held(), listening(settings.port) as listener:
        playground = Playground(settings, router, begin, folder)
        async with playground, serving(build_page_app(playground), listener):
            announce(address_of(listener))
            await stopped.wait()
            playground.changes.end()

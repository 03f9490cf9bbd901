"""Listening on HTTP until the bot is stopped; the one place that knows the server behind it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.errors import ConfigurationError
from bot.settings import Settings

_GRACE_SECONDS: Final = 4
"""Slack waits three for an answer; the inbox and the jobs need five more, and in ten everything has to be over."""


def bound_socket(settings: Settings) -> socket.socket:
    """Return a socket bound to ``HOST`` and ``PORT``; ``ConfigurationError`` if that cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, because asyncio sends small answers at once only on sockets that are.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"HOST {settings.host}, PORT {settings.port}: {reason}; choose another one"
        ) from error
    return bound


async def serve_until(app: ASGIApp, bound: socket.socket, stopped: asyncio.Event) -> None:
    """Serve ``app`` until ``stopped``, then finish what is being answered, for four seconds at most."""
    server = _Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=_GRACE_SECONDS
        )
    )
    serving = asyncio.create_task(server.serve([bound]))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    stopping.cancel()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they end the process before the database is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever stops the bot."""
        yield

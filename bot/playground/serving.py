"""Serving on loopback, and there only, for as long as a block runs."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from starlette.types import ASGIApp

from bot.errors import ConfigurationError
from bot.web_server import serve_until

LOOPBACK: Final = "127.0.0.1"
_MAX_PORT: Final = 65_535
_PORTS_TRIED: Final = 50
_WAITING: Final = 128


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Listen on this port or, if it is taken, on the next free one; 0 is any.

    Raises:
        ConfigurationError: none of them can be had.
    """
    last = min(port + _PORTS_TRIED, _MAX_PORT) if port else 0
    for candidate in range(port, last + 1):
        found = _listening(candidate)
        if found is not None:
            with found:
                yield found
            return
    raise ConfigurationError(f"PORT: none of {port} to {last} is free on {LOOPBACK}; name another one")


def address_of(listener: socket.socket) -> str:
    """Return the address that a browser opens."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an application while the block runs."""
    stopped = asyncio.Event()
    running = asyncio.create_task(serve_until(app, listener, stopped))
    try:
        yield
    finally:
        stopped.set()
        await running


def _listening(port: int) -> socket.socket | None:
    # Named as TCP, because asyncio sends small answers at once only on sockets that are.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            return None
        raise
    return listener

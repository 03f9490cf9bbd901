"""A connection to a server on which nothing moves for a while, as on a network that stalls."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Self


class Wire:
    """Passes on what comes in at ``port`` to a Unix socket, and back.

    ``stalls`` counts how often it stalled, ``held`` how many pieces had to wait on it, the first of new
    connections among them.
    """

    def __init__(self, socket: Path) -> None:
        self.stalls = 0
        self.held = 0
        self._socket = socket
        self._is_free = asyncio.Event()
        self._is_free.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._is_free.set()
        for writer in self._writers:
            writer.transport.abort()

    @property
    def port(self) -> int:
        """Where it is reached on 127.0.0.1."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def stall(self, seconds: float) -> None:
        """Let nothing pass for a while; connections stay as they are, and what came in arrives afterwards."""
        self._is_free.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._is_free.set()
        self.stalls += 1

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._turn()
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        except OSError:  # the server is away
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        self._writers -= ends

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65_536):
                await self._turn()
                writer.write(chunk)
                await writer.drain()
        await self._turn()  # an end is not heard of on the other side before what was said
        writer.close()

    async def _turn(self) -> None:
        self.held += not self._is_free.is_set()
        await self._is_free.wait()

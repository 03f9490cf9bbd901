"""Reading in a process of its own, on another core: whoever answers has that time for other askers."""

import asyncio
import itertools
import json
import math
import multiprocessing
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from bot.knowledge.model import Routing
from bot.knowledge.reading import Read, Reader, Short

_MOST_AT_ONCE: Final = 4
"""Questions in a line: the other process begins with the first ones while further askers are listened to here."""

_LIMIT_SECONDS: Final = 10.0
_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
_log = structlog.get_logger(__name__)
_Reply: TypeAlias = "asyncio.Future[Short | None]"


@contextmanager
def another_process(reader: Reader) -> Iterator[socket.socket | None]:
    """Yield a line to a process that reads, until the end; none where there is no second core for it.

    The process is forked, so that it has the same knowledge, in the same memory: call this before there is an
    event loop, or a thread but numpy's, which copes with that and is not needed for reading.
    """
    if not _has_second_core():
        yield None
        return
    here, there = socket.socketpair()
    process = multiprocessing.get_context("fork").Process(
        target=_serve_apart, args=(there, here, reader), daemon=True
    )
    with here:
        with there:
            is_started = _is_started(process)
        try:
            yield here if is_started else None
        finally:
            if is_started:
                process.kill()  # it holds nothing that could be lost
                process.join()


@asynccontextmanager
async def reading_over(
    line: socket.socket | None, reader: Reader, timeout_seconds: float = 5.0
) -> AsyncIterator[Read]:
    """Yield what reads at the other end of ``line``; without one, or once that end is lost, what reads here.

    It counts as lost, too, if nothing comes for ``timeout_seconds``: it answers after at most ``_MOST_AT_ONCE``
    questions, and the longest ones take 20 ms each.
    """
    if line is None:
        yield reader.read
        return
    loop = asyncio.get_running_loop()
    transport, far = await loop.create_connection(lambda: _FarReader(reader, timeout_seconds), sock=line)
    try:
        yield far.read
    finally:
        far.hang_up()
        transport.close()


def _is_started(process: ForkProcess) -> bool:
    try:
        process.start()
    except OSError as error:  # as many processes, or as much memory, as may be
        _log.warning("reading_process_not_started", error=error.strerror)
        return False
    return True


def _has_second_core() -> bool:
    """Tell whether another process would have a core to itself; elsewhere than on Linux, forking is not safe."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and _quota() > 1


def _quota() -> float:
    """Return how many cores the container may use at once, by its cgroup; any number, if nothing is said."""
    with suppress(OSError, ValueError):
        allowed, period = _QUOTA.read_text("ascii").split()
        return float(allowed) / float(period)
    return math.inf


class _FarReader(asyncio.Protocol):
    """Sends the questions of a turn of the event loop in lines, and takes a line of what was read for each."""

    _transport: asyncio.Transport | None = None

    def __init__(self, reader: Reader, timeout_seconds: float) -> None:
        self._reader = reader
        self._timeout_seconds = timeout_seconds
        self._questions: list[tuple[str, str]] = []
        self._replies: list[_Reply] = []
        self._sent: deque[list[_Reply]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._received = b""
        self._is_over = False

    async def read(self, question: str, as_asked: str) -> Routing:
        """See ``Reader``."""
        short = await self._asked(question, as_asked) if self._transport else None
        if short is not None:
            return self._reader.shorthand.read(short)
        await asyncio.sleep(0)  # there may be many, and others wait, too
        return self._reader.read_now(question, as_asked)

    def hang_up(self) -> None:
        """Expect the other process to be gone from now on."""
        self._is_over = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (what a socket has)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            replies = self._sent.popleft()
            for reply, short in zip(replies, json.loads(line), strict=True):
                _settle(reply, short)
        if lines:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Have everything read here; see ``asyncio.Protocol``."""
        self._transport = None
        if not self._is_over:
            _log.error("reading_process_lost", error=type(exc).__name__ if exc else None)
        for reply in (*itertools.chain(*self._sent), *self._replies):
            _settle(reply, None)
        self._sent.clear()
        self._watch()

    async def _asked(self, question: str, as_asked: str) -> Short | None:
        loop = asyncio.get_running_loop()
        reply: _Reply = loop.create_future()
        if not self._questions:
            loop.call_soon(self._send)
        self._questions.append((question, as_asked))
        self._replies.append(reply)
        if len(self._questions) == _MOST_AT_ONCE:
            self._send()
        return await reply

    def _send(self) -> None:
        questions, replies = self._questions, self._replies
        self._questions, self._replies = [], []
        if self._transport is None or not questions:
            return
        self._transport.write(json.dumps(questions).encode() + b"\n")
        self._sent.append(replies)
        if self._timer is None:
            self._watch()

    def _watch(self) -> None:
        """Give the other process its time for the next reply, from now on."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if self._sent and self._transport:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._timeout_seconds, self._transport.abort)


def _settle(reply: _Reply, short: Short | None) -> None:
    if not reply.done():  # who waited may have been cancelled
        reply.set_result(short)


def serve(line: socket.socket, reader: Reader, limit_seconds: float = 0.0) -> None:
    """Answer what comes over ``line``, lists of questions, with lists of what was read, until its end is gone.

    With a limit, whatever takes longer ends the process: nobody else might, if the other one is gone.
    """
    with suppress(ConnectionError), line.makefile("rb") as lines:
        for questions in lines:
            signal.setitimer(signal.ITIMER_REAL, limit_seconds)
            replies = [_short(reader, *question) for question in json.loads(questions)]
            signal.setitimer(signal.ITIMER_REAL, 0)
            line.sendall(json.dumps(replies).encode() + b"\n")


def _serve_apart(there: socket.socket, here: socket.socket, reader: Reader) -> None:
    """Serve; the signals that stop the bot are for the other process, which has questions to finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    here.close()
    serve(there, reader, _LIMIT_SECONDS)


def _short(reader: Reader, question: str, as_asked: str) -> Short | None:
    """Return what was read; none if that failed, so that it fails where somebody hears of it."""
    try:
        return reader.shorthand.written(reader.read_now(question, as_asked))
    except Exception:  # noqa: BLE001
        return None

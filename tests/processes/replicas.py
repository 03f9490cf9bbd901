"""Processes that work until they are killed, each at a random moment, and are followed by another one."""

import asyncio
import multiprocessing
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

PATIENCE_SECONDS = 10


class Replicas:
    """Starts and kills processes that run ``work``; ``kills`` counts them."""

    def __init__(self, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.kills = 0
        self._work = work
        self._arguments = arguments
        # Forked from a process that has everything imported, a worker is at work in a moment.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([work.__module__, pytest.__name__])

    async def keep_killing(
        self, lifetime: Callable[[], Awaitable[None]], is_work_left: Callable[[], Awaitable[bool]]
    ) -> None:
        """Start a process, and kill it when ``lifetime`` returns, until there is no work left."""
        while await is_work_left():
            process = self._context.Process(target=self._work, args=self._arguments, daemon=True)
            process.start()
            try:
                await lifetime()
            finally:
                process.kill()
                await _end_of(process.sentinel)
                # Not in a thread: starting another one asks after this one, too, and only who asks first is told.
                process.join(PATIENCE_SECONDS)
            assert process.exitcode == -signal.SIGKILL
            process.close()
            self.kills += 1


async def _end_of(sentinel: int) -> None:
    """Return when the process that ``sentinel`` belongs to has ended."""
    loop, has_ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sentinel, has_ended.set)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await has_ended.wait()
    finally:
        loop.remove_reader(sentinel)

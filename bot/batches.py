"""What many ask for at the same time is done in one go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from bot.errors import UnavailableError

MOST_AT_ONCE: Final = 100
"""Items of one batch: few enough that the first of them does not wait for long."""

_QUIET_TURNS: Final = 16
"""Turns of the event loop without a new item, after which a batch begins; with three, 16 askers came by halves."""

T = TypeVar("T")
R = TypeVar("R")


class Batches(Generic[T, R]):
    """Collects items while a batch is under way, or they come in a row, and does them all next.

    A lone item waits for a few turns of the loop. An item is never part of a batch that began before it was given,
    so its result is at least as new.
    """

    def __init__(self, do: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        """``do`` returns a result per item, in their order, and does all of them or none.

        If it cannot do them together, it is asked to do each by itself, so that one of them does not stand in the
        way of the others; an ``UnavailableError`` is raised to everybody.
        """
        self._do = do
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def done(self, item: T) -> R:
        """Have ``item`` done, and return its result."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            await self._others()
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            await self._settle([item for item, _ in batch], [future for _, future in batch])

    async def _others(self) -> None:
        """Let whoever is about to give an item do so, for as long as items come in one after the other."""
        waiting, quiet = 0, 0
        while quiet < _QUIET_TURNS and len(self._waiting) < MOST_AT_ONCE:
            quiet = quiet + 1 if len(self._waiting) == waiting else 0
            waiting = len(self._waiting)
            await asyncio.sleep(0)

    async def _settle(self, items: Sequence[T], futures: Sequence[asyncio.Future[R]]) -> None:
        """Do one batch; nobody waits on after that, whatever happened."""
        try:
            for future, result in zip(futures, await self._do(items), strict=True):
                if not future.done():  # who waited may have been cancelled
                    future.set_result(result)
        except Exception as error:  # noqa: BLE001 (it is raised to those who wait)
            if len(items) > 1 and not isinstance(error, UnavailableError):
                await self._settle_each(items, futures)
            _fail(futures, error)
        finally:
            for future in futures:
                future.cancel()  # of those that wait still: the loop ends

    async def _settle_each(self, items: Sequence[T], futures: Sequence[asyncio.Future[R]]) -> None:
        """Do one item after the other, until what they need is away."""
        for number, (item, future) in enumerate(zip(items, futures, strict=True)):
            try:
                (result,) = await self._do([item])
            except UnavailableError as error:
                _fail(futures[number:], error)
                return
            except Exception as error:  # noqa: BLE001 (it is raised to those who wait)
                _fail([future], error)
            else:
                if not future.done():
                    future.set_result(result)


def _fail(futures: Sequence[asyncio.Future[R]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)

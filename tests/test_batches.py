"""What is asked for at the same time is done together, in order, and nobody suffers for another."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.batches import MOST_AT_ONCE, Batches
from bot.errors import UnavailableError


class Work:
    """Doubles numbers in batches; a batch waits while ``gate`` is shut, ``refused`` numbers cannot be done."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.refused: set[int] = set()

    async def do(self, numbers: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(numbers))
        await self.gate.wait()
        if self.error:
            raise self.error
        if self.refused.intersection(numbers):
            raise ValueError("refused")
        return [2 * number for number in numbers]


async def settled() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_comes_while_a_batch_is_under_way_is_the_next_one() -> None:
    work = Work()
    work.gate.clear()
    batches = Batches(work.do)
    first = asyncio.create_task(batches.done(1))
    await settled()
    others = [asyncio.create_task(batches.done(number)) for number in (2, 3, 4)]
    await settled()

    work.gate.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


async def test_those_who_come_one_right_after_the_other_share_a_batch() -> None:
    work = Work()
    batches = Batches(work.do)

    async def comes(after_turns: int) -> int:
        for _ in range(after_turns):
            await asyncio.sleep(0)
        return await batches.done(after_turns)

    assert await asyncio.gather(*(comes(turns) for turns in range(10))) == [2 * turns for turns in range(10)]
    assert work.batches == [list(range(10))]


async def test_a_batch_has_a_bounded_size() -> None:
    work = Work()
    batches = Batches(work.do)

    results = await asyncio.gather(*(batches.done(number) for number in range(2 * MOST_AT_ONCE + 1)))

    assert results == [2 * number for number in range(2 * MOST_AT_ONCE + 1)]
    assert [len(batch) for batch in work.batches] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]


async def test_what_cannot_be_done_together_is_done_one_by_one() -> None:
    work = Work()
    work.refused = {2}
    batches = Batches(work.do)

    results = await asyncio.gather(*(batches.done(number) for number in (1, 2, 3)), return_exceptions=True)

    assert [results[0], results[2]] == [2, 6]
    assert isinstance(results[1], ValueError)


async def test_once_the_database_is_gone_nobody_is_tried_one_by_one() -> None:
    done: list[int] = []

    async def do(numbers: Sequence[int]) -> Sequence[int]:
        done.append(len(numbers))
        raise ValueError("refused") if len(numbers) > 1 else UnavailableError("gone meanwhile")

    batches = Batches(do)
    results = await asyncio.gather(*(batches.done(number) for number in (1, 2, 3)), return_exceptions=True)

    assert [type(result) for result in results] == [UnavailableError] * 3
    assert done == [3, 1]


async def test_everybody_is_told_at_once_that_the_database_is_away() -> None:
    work = Work()
    work.error = UnavailableError("away")
    batches = Batches(work.do)

    results = await asyncio.gather(*(batches.done(number) for number in (1, 2)), return_exceptions=True)

    assert [type(result) for result in results] == [UnavailableError, UnavailableError]
    assert work.batches == [[1, 2]]
    work.error = None
    assert await batches.done(5) == 10


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    work = Work()
    work.gate.clear()
    batches = Batches(work.do)
    waiting = [asyncio.create_task(batches.done(number)) for number in (1, 2)]
    await settled()

    waiting[0].cancel()
    work.gate.set()

    assert await waiting[1] == 4
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]

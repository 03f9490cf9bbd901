"""A process dies at each of its steps in turn, and the next one puts it right."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digesting import DigestMessenger
from bot.digests.model import Digest
from bot.digests.store import DigestRuns
from tests.builders import WORKSPACE, an_actor
from tests.digests.sending import HOUR, MINUTE, NINE, Bench


class Killed(BaseException):
    """What no code gets to see when the process ends."""


class Death:
    """Comes after so many steps."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def step(self) -> None:
        if self._steps == 0:
            raise Killed
        self._steps -= 1


class Mortal:
    """A port whose caller may die before a call is made, and when it is done."""

    def __init__(self, port: object, death: Death) -> None:
        self._port = port
        self._death = death

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*given: object, **named: object) -> Any:  # noqa: ANN401 (whatever the port returns)
            self._death.step()
            result = await getattr(self._port, name)(*given, **named)
            self._death.step()
            return result

        return call


async def deaths(bench: Bench, at: datetime) -> AsyncIterator[Digest]:
    """Yield a digest per step at which the process that sent it died, after another one took its place."""
    for steps in itertools.count():
        bench.clock.now = NINE - HOUR
        digest = await bench.add(channel_id=f"C{steps}")
        died = await died_sending(bench, Death(steps), at)
        bench.restart()
        await bench.rounds(at + MINUTE, at + 5 * MINUTE, MINUTE)
        yield digest
        await bench.store.remove(an_actor(), digest.id, at)
        if not died:
            return


async def died_sending(bench: Bench, death: Death, at: datetime) -> bool:
    runs = cast("DigestRuns", Mortal(bench.services.digest_runs, death))
    bench.restart(runs, cast("DigestMessenger", Mortal(bench.messenger, death)))
    bench.clock.now = at
    try:
        await bench.digesting.send_due(WORKSPACE)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("at", [NINE, NINE + 2 * HOUR], ids=["in_time", "late"])
async def test_wherever_a_process_dies_its_digest_is_sent_once(engine: AsyncEngine, at: datetime) -> None:
    bench = Bench(engine)

    steps = 0
    async for digest in deaths(bench, at):
        steps += 1
        assert len(bench.messenger.digests(digest.channel_id)) == 1, steps
        assert await bench.store.last_run(digest) is not None

    assert steps >= 14  # seven calls at least, before and after


async def test_wherever_a_process_dies_the_owner_of_a_closed_channel_is_told(engine: AsyncEngine) -> None:
    bench = Bench(engine)
    bench.messenger.refusing |= {f"C{number}": "is_archived" for number in range(50)}

    told = []
    async for digest in deaths(bench, NINE):
        told.append(sum(f"<#{digest.channel_id}>" in text for text in bench.messenger.told(digest.owner_id)))
        assert (await bench.now(digest)).pause_reason == "is_archived"

    assert told.count(1) == len(told) - 2
    assert told.count(2) == 2  # dead after the word to the owner, and before that was noted

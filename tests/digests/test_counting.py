"""What became of each digest is told once, by the process that brought it about, so that it can be counted."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digesting import LEASE, Digesting
from bot.storage.engine import build_engine
from tests.builders import WORKSPACE
from tests.digests.sending import AT_ONCE, DAY, HOUR, MINUTE, NINE, NO_ANSWER, Bench, no_picture


@pytest.fixture(name="bench")
def a_bench(engine: AsyncEngine) -> Bench:
    return Bench(engine)


def watched(bench: Bench, lease: timedelta = AT_ONCE) -> list[str]:
    """Return what is told from now on."""
    told: list[str] = []
    bench.digesting = Digesting(bench.services, bench.messenger, no_picture, watch=told.append, lease=lease)
    return told


async def test_digests_that_are_sent_are_told_once_each(bench: Bench) -> None:
    told = watched(bench)
    await bench.add()
    await bench.add(channel_id="C2OTHER")
    bench.messenger.before = [NO_ANSWER]

    await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)

    assert told == ["sent", "sent"]


async def test_a_digest_that_came_too_late_is_told_as_missed(bench: Bench) -> None:
    told = watched(bench)
    await bench.add()
    bench.messenger.before = [NO_ANSWER]

    await bench.round(NINE)
    await bench.rounds(NINE + 13 * HOUR, NINE + 14 * HOUR, 10 * MINUTE)

    assert told == ["missed"]


async def test_a_digest_that_slack_refuses_is_told_once_however_long_it_stays_paused(bench: Bench) -> None:
    told = watched(bench)
    await bench.add()
    bench.messenger.refusing["C1CHANNEL"] = "is_archived"

    await bench.rounds(NINE, NINE + 2 * DAY, 6 * HOUR)

    assert told == ["refused"]


async def test_of_two_processes_one_tells(engine: AsyncEngine) -> None:
    other_engine = build_engine(engine.url.render_as_string(hide_password=False))
    one = Bench(engine)
    other = Bench(other_engine, one.messenger)
    told = [watched(one, LEASE), watched(other, LEASE)]
    for number in range(5):
        await one.add(channel_id=f"C{number}")

    one.clock.now = other.clock.now = NINE
    await asyncio.gather(*(bench.digesting.send_due(WORKSPACE) for bench in (one, other)))

    assert sorted([*told[0], *told[1]]) == ["sent"] * 5
    await other_engine.dispose()

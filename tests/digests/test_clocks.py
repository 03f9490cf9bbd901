"""Whatever clocks do, each due run is sent once: both daylight-saving days, and a clock that is wrong."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders import WORKSPACE
from tests.digests.sending import DAY, HOUR, MINUTE, NINE, NO_ANSWER, Bench, due


@pytest.fixture(name="bench")
def a_bench(engine: AsyncEngine) -> Bench:
    return Bench(engine)


CLOCK_CHANGES = [
    ("Europe/Berlin", "2:30", date(2027, 3, 28)),
    ("Europe/Berlin", "2:30", date(2026, 10, 25)),
    ("America/New_York", "2:30", date(2027, 3, 14)),
    ("America/New_York", "1:30", date(2026, 11, 1)),
    ("Australia/Lord_Howe", "2:15", date(2026, 10, 4)),
    ("Australia/Lord_Howe", "1:45", date(2027, 4, 4)),
    ("Asia/Kolkata", "2:30", date(2027, 3, 28)),
    ("Asia/Kolkata", "2:30", date(2026, 10, 25)),
]


@pytest.mark.parametrize(("zone", "at", "change"), CLOCK_CHANGES)
async def test_over_a_clock_change_each_day_gets_one_digest_in_time(
    sqlite_engine: AsyncEngine, zone: str, at: str, change: date
) -> None:
    bench = Bench(sqlite_engine)
    midnight = datetime.combine(change, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    bench.clock.now = midnight - DAY
    await bench.add(f"every day at {at} {zone}")

    await bench.rounds(midnight - DAY, midnight, 15 * MINUTE)
    await bench.rounds(midnight, midnight + 4 * HOUR, 5 * MINUTE)
    await bench.rounds(midnight + 4 * HOUR, midnight + 2 * DAY - HOUR, 15 * MINUTE)

    dues = [due(one) for one in bench.messenger.digests()]
    days = [one.astimezone(ZoneInfo(zone)).date() for one in dues]
    assert days == [change - DAY, change, change + DAY]
    assert not any("late" in one.message.text for one in bench.messenger.digests())


async def test_a_clock_that_is_set_back_sends_nothing_twice(bench: Bench) -> None:
    await bench.add()

    await bench.rounds(NINE - 10 * MINUTE, NINE + 10 * MINUTE, MINUTE)
    await bench.rounds(NINE - 50 * MINUTE, NINE + 2 * HOUR, 10 * MINUTE)
    await bench.rounds(NINE + 23 * HOUR, NINE + 25 * HOUR, 10 * MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE, NINE + DAY]


async def test_a_clock_that_is_a_day_ahead_for_a_while_loses_nothing_and_sends_nothing_twice(
    bench: Bench,
) -> None:
    await bench.add()

    await bench.rounds(NINE - 10 * MINUTE, NINE - MINUTE, MINUTE)
    await bench.rounds(NINE + DAY, NINE + DAY + 5 * MINUTE, MINUTE)
    await bench.rounds(NINE, NINE + 2 * HOUR, 10 * MINUTE)
    await bench.rounds(NINE + DAY - HOUR, NINE + DAY + HOUR, 10 * MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE + DAY, NINE]


async def test_what_a_clock_ahead_took_for_too_old_is_sent_when_the_clock_is_right_again(bench: Bench) -> None:
    await bench.add()
    bench.messenger.before = [NO_ANSWER]
    bench.restart()

    await bench.round(NINE)
    await bench.round(NINE + 2 * DAY)
    assert NINE not in [due(one) for one in bench.messenger.digests()]
    await bench.rounds(NINE + 10 * MINUTE, NINE + HOUR, 10 * MINUTE)

    assert Counter(due(one) for one in bench.messenger.digests())[NINE] == 1


async def test_a_claim_from_before_the_clock_was_set_back_does_not_block(sqlite_engine: AsyncEngine) -> None:
    bench = Bench(sqlite_engine)
    await bench.add()
    bench.messenger.before = [NO_ANSWER]
    await bench.round(NINE + 3 * HOUR)

    await bench.round(NINE + MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE]


async def test_a_process_that_died_blocks_a_run_for_its_lease_only(sqlite_engine: AsyncEngine) -> None:
    bench = Bench(sqlite_engine)
    digest = await bench.add()
    await bench.services.digest_runs.note_due(digest, [NINE])
    bench.clock.now = NINE
    assert await bench.services.digest_runs.claim(WORKSPACE, digest.id, NINE, timedelta(seconds=90))

    await bench.round(NINE + timedelta(seconds=60))
    assert bench.messenger.digests() == []
    await bench.round(NINE + timedelta(seconds=90))

    assert [due(one) for one in bench.messenger.digests()] == [NINE]

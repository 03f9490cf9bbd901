"""Each due run is sent once, whatever becomes of processes, answers, clocks and channels."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import Claim, RunState
from bot.errors import SlackRefusedError, UnavailableError
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.engine import build_engine
from bot.teams.model import Cell
from tests.builders import WORKSPACE, an_actor
from tests.digests.sending import DAY, HOUR, MINUTE, NINE, Bench, due

NO_ANSWER = UnavailableError("Slack does not answer")


@pytest.fixture(name="bench")
def a_bench(engine: AsyncEngine) -> Bench:
    return Bench(engine)


async def test_a_digest_is_sent_once_when_it_is_due(bench: Bench) -> None:
    digest = await bench.add()

    await bench.rounds(NINE - HOUR, NINE - MINUTE, 10 * MINUTE)
    assert bench.messenger.digests() == []
    await bench.rounds(NINE, NINE + 2 * HOUR, 10 * MINUTE)

    (posted,) = bench.messenger.digests("C1CHANNEL")
    assert posted.mark == {"digest": digest.id, "due_at": NINE.isoformat()}
    assert "late" not in posted.message.text
    last = await bench.store.last_run(digest)
    assert last is not None
    assert last.sent_at == NINE


async def test_a_digest_that_is_added_at_its_own_time_begins_with_the_next_one(bench: Bench) -> None:
    bench.clock.now = NINE
    digest = await bench.add()
    told = bench.services.digests.next_due(digest)

    await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)
    assert bench.messenger.digests() == []
    await bench.round(NINE + DAY)

    assert [due(one) for one in bench.messenger.digests()] == [told] == [NINE + DAY]


async def test_a_digest_that_is_late_is_sent_once_and_says_so(bench: Bench) -> None:
    await bench.add()

    await bench.rounds(NINE + 3 * HOUR, NINE + 5 * HOUR, 10 * MINUTE)

    (posted,) = bench.messenger.digests()
    assert "This comes 3 hours late" in posted.message.text


async def test_everything_being_down_for_less_than_twelve_hours_loses_nothing(bench: Bench) -> None:
    await bench.add()

    await bench.round(NINE + 12 * HOUR - MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE]


async def test_after_twelve_hours_a_digest_is_not_sent_any_more_and_the_next_one_is(bench: Bench) -> None:
    await bench.add()

    await bench.round(NINE + 12 * HOUR)
    assert bench.messenger.digests() == []
    await bench.round(NINE + DAY)

    assert [due(one) for one in bench.messenger.digests()] == [NINE + DAY]


async def test_what_slack_did_not_take_for_twelve_hours_is_given_up_and_logged_once(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.before = [NO_ANSWER]
    await bench.round(NINE)

    with structlog.testing.capture_logs() as events:
        await bench.rounds(NINE + 12 * HOUR, NINE + 13 * HOUR, 10 * MINUTE)

    assert bench.messenger.digests() == []
    assert [one for one in events if one["event"] == "digest_missed"] == [
        {"event": "digest_missed", "digest": digest.id, "due_at": NINE.isoformat(), "log_level": "warning"}
    ]


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


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("channel_not_found", "I cannot see that channel any more"),
        ("is_archived", "that channel is archived"),
        ("not_in_channel", "invite me with /invite"),
        ("restricted_action_read_only_channel", "read-only"),
        ("msg_too_long", "too long"),
    ],
)
async def test_a_digest_for_a_channel_that_is_closed_is_paused_and_its_owner_told_once(
    bench: Bench, code: str, why: str
) -> None:
    digest = await bench.add()
    await bench.add(channel_id="C2OPEN")
    bench.messenger.refusing["C1CHANNEL"] = code

    await bench.rounds(NINE, NINE + 3 * DAY, 6 * HOUR)

    (told,) = bench.messenger.told(digest.owner_id)
    assert why in told
    assert "/finops digest resume" in told
    assert (await bench.now(digest)).pause_reason == code
    assert len(bench.messenger.digests("C2OPEN")) == 4


async def test_a_paused_digest_goes_on_with_the_next_run_after_it_is_resumed(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.refusing["C1CHANNEL"] = "is_archived"
    await bench.round(NINE)
    bench.messenger.refusing.clear()

    await bench.store.resume(an_actor(), digest.id, NINE + HOUR)
    await bench.rounds(NINE + HOUR, NINE + 25 * HOUR, HOUR)

    assert [due(one) for one in bench.messenger.digests()] == [NINE + DAY]


async def test_an_owner_whom_slack_could_not_tell_at_first_is_told_later(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.refusing["C1CHANNEL"] = "is_archived"
    bench.messenger.refusing[digest.owner_id] = "ratelimited"
    bench.restart()

    await bench.round(NINE)
    assert (await bench.now(digest)).paused_at == NINE
    del bench.messenger.refusing[digest.owner_id]
    await bench.rounds(NINE + MINUTE, NINE + 10 * MINUTE, MINUTE)

    assert len(bench.messenger.told(digest.owner_id)) == 1


async def test_an_owner_who_is_gone_is_not_told_over_and_over(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.refusing |= {"C1CHANNEL": "is_archived", digest.owner_id: "user_not_found"}
    bench.restart()

    with structlog.testing.capture_logs() as events:
        await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)

    assert [one["event"] for one in events if one["log_level"] == "warning"] == [
        "digest_paused",
        "digest_owner_not_told",
    ]


async def test_a_post_whose_answer_was_lost_is_found_again(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.after = [NO_ANSWER]
    bench.restart()

    await bench.round(NINE)
    assert await bench.store.last_run(digest) is None
    await bench.rounds(NINE + MINUTE, NINE + HOUR, MINUTE)

    assert len(bench.messenger.digests()) == 1
    assert await bench.store.last_run(digest) is not None


async def test_a_post_whose_answer_was_lost_is_sent_again_where_the_channel_cannot_be_read(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.after = [NO_ANSWER]
    bench.messenger.is_readable = False
    bench.restart()

    with structlog.testing.capture_logs() as events:
        await bench.rounds(NINE, NINE + HOUR, MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE, NINE]
    assert [one for one in events if one["event"] == "digest_sent"] == [
        {
            "event": "digest_sent",
            "digest": digest.id,
            "due_at": NINE.isoformat(),
            "again": True,
            "log_level": "info",
        }
    ]


async def test_a_post_that_slack_never_took_is_sent(bench: Bench) -> None:
    await bench.add()
    bench.messenger.before = [NO_ANSWER, SlackRefusedError("internal_error")]
    bench.restart()

    await bench.rounds(NINE, NINE + HOUR, MINUTE)

    assert [due(one) for one in bench.messenger.digests()] == [NINE]


async def test_nothing_is_sent_again_while_it_cannot_be_looked_for(bench: Bench) -> None:
    await bench.add()
    bench.messenger.after = [NO_ANSWER]
    bench.messenger.history = NO_ANSWER
    bench.restart()

    await bench.rounds(NINE, NINE + HOUR, MINUTE)
    bench.messenger.history = None
    await bench.round()

    assert len(bench.messenger.digests()) == 1


async def test_a_post_that_slack_wants_later_is_no_second_one(bench: Bench) -> None:
    await bench.add()
    bench.messenger.before = [SlackRefusedError("ratelimited")] * 3
    bench.restart()

    with structlog.testing.capture_logs() as events:
        await bench.rounds(NINE, NINE + 10 * MINUTE, MINUTE)

    assert [one["again"] for one in events if one["event"] == "digest_sent"] == [False]


async def test_while_slack_is_away_the_other_digests_wait_untouched(bench: Bench) -> None:
    for number in range(3):
        await bench.add(channel_id=f"C{number}")
    bench.messenger.before = [NO_ANSWER]
    bench.restart()

    await bench.round(NINE)
    assert bench.messenger.digests() == []
    with structlog.testing.capture_logs() as events:
        await bench.round()

    assert sorted(one.channel_id for one in bench.messenger.digests()) == ["C0", "C1", "C2"]
    assert sorted(one["again"] for one in events if one["event"] == "digest_sent") == [False, False, True]


async def test_a_digest_that_cannot_be_made_holds_up_no_other_one(bench: Bench) -> None:
    await bench.add()
    await bench.add(channel_id="C2OTHER")
    bench.messenger.before = [ValueError("a mistake")]

    with structlog.testing.capture_logs() as events:
        await bench.round(NINE)

    assert len(bench.messenger.digests()) == 1
    assert [one["error"] for one in events if one["event"] == "digest_failed"] == ["ValueError"]


async def test_several_digests_of_one_channel_are_sent_each(bench: Bench) -> None:
    daily = await bench.add()
    weekly = await bench.add("every monday at 9:00 UTC")
    later = await bench.add("every weekday at 10:00 UTC")

    await bench.rounds(NINE - HOUR, NINE + 2 * DAY, 30 * MINUTE)

    sent = Counter(one.mark["digest"] for one in bench.messenger.digests("C1CHANNEL"))
    assert sent == {daily.id: 3, weekly.id: 1, later.id: 2}


async def test_what_is_due_while_a_digest_is_paused_is_not_sent_afterwards(bench: Bench) -> None:
    digest = await bench.add()
    await bench.store.pause(an_actor(), digest.id, NINE - HOUR, None)

    await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)
    await bench.store.resume(an_actor(), digest.id, NINE + HOUR)
    await bench.rounds(NINE + HOUR, NINE + 2 * HOUR, 10 * MINUTE)

    assert bench.messenger.digests() == []


async def test_what_was_put_off_before_a_digest_was_paused_is_not_sent_afterwards(bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.before = [NO_ANSWER]
    bench.restart()
    await bench.round(NINE)

    await bench.store.pause(an_actor(), digest.id, NINE + MINUTE, None)
    await bench.store.resume(an_actor(), digest.id, NINE + 2 * MINUTE)
    await bench.rounds(NINE + 2 * MINUTE, NINE + HOUR, 10 * MINUTE)

    assert bench.messenger.digests() == []


@pytest.mark.parametrize("verb", ["pause", "remove"])
async def test_a_digest_that_is_paused_or_removed_at_the_last_moment_is_not_sent(bench: Bench, verb: str) -> None:
    digest = await bench.add()

    async def change() -> None:
        if verb == "pause":
            await bench.store.pause(an_actor(), digest.id, bench.clock(), None)
        else:
            await bench.store.remove(an_actor(), digest.id, bench.clock())

    bench.messenger.on_search = change
    await bench.rounds(NINE + HOUR, NINE + 3 * HOUR, 10 * MINUTE)

    assert bench.messenger.digests() == []


class ForgetfulRuns(SqlDigestRuns):
    """Cannot note anything at first."""

    failures = 1

    async def finish(
        self,
        claim: Claim,
        state: RunState,
        at: datetime,
        *,
        message_ts: str | None = None,
        score: float | None = None,
        gaps: Collection[Cell] = (),
    ) -> bool:
        if self.failures:
            self.failures -= 1
            raise UnavailableError("the database does not answer")
        return await super().finish(claim, state, at, message_ts=message_ts, score=score, gaps=gaps)


async def test_a_message_that_could_not_be_noted_is_not_sent_again(engine: AsyncEngine, bench: Bench) -> None:
    digest = await bench.add()
    bench.messenger.is_readable = False
    bench.restart(runs=ForgetfulRuns(engine, bench.clock))

    await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)

    assert len(bench.messenger.digests()) == 1
    assert await bench.store.last_run(digest) is not None


async def test_what_does_not_fit_goes_into_the_thread_once_even_if_the_answer_was_lost(bench: Bench) -> None:
    await bench.add_teams(8)
    await bench.add()
    bench.messenger.after = [NO_ANSWER]
    bench.restart()

    await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)

    (digest,) = bench.messenger.digests()
    (more,) = [one for one in bench.messenger.posted if one.thread_ts]
    assert more.thread_ts == digest.ts


async def test_processes_that_send_at_once_send_each_run_once(engine: AsyncEngine) -> None:
    other_engine = build_engine(engine.url.render_as_string(hide_password=False))
    one = Bench(engine)
    other = Bench(other_engine, one.messenger)
    for number in range(10):
        await one.add(channel_id=f"C{number % 3}")

    one.clock.now = other.clock.now = NINE
    await asyncio.gather(*(bench.digesting.send_due(WORKSPACE) for bench in (one, other) * 3))

    sent = Counter((posted.mark["digest"], posted.mark["due_at"]) for posted in one.messenger.digests())
    assert sorted(sent.values()) == [1] * 10
    await other_engine.dispose()

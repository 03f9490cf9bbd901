"""Each due run is sent once, whatever becomes of processes and answers."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import datetime

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digesting import Digesting
from bot.digests.model import Claim, RunState
from bot.errors import SlackRefusedError, UnavailableError
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.engine import build_engine
from bot.teams.model import Cell
from tests.builders import WORKSPACE
from tests.digests.sending import DAY, HOUR, MINUTE, NINE, NO_ANSWER, Bench, due


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


async def test_the_picture_goes_into_the_thread_with_its_text(bench: Bench) -> None:
    await bench.add()
    bench.digesting = Digesting(bench.services, bench.messenger, lambda _content: b"png")

    await bench.round(NINE)

    (digest,) = bench.messenger.digests()
    assert bench.messenger.pictures == [
        ("C1CHANNEL", "There is no trend yet: it begins with the second day.", digest.ts)
    ]


async def test_a_thread_that_slack_does_not_take_is_logged_and_the_digest_is_sent(bench: Bench) -> None:
    await bench.add_teams(8)
    digest = await bench.add()
    bench.messenger.refuses_threads = True

    with structlog.testing.capture_logs() as events:
        await bench.rounds(NINE, NINE + HOUR, 10 * MINUTE)

    assert [one["event"] for one in events] == ["digest_sent", "digest_thread_incomplete"]
    assert await bench.store.last_run(digest) is not None


async def test_a_digest_that_is_sent_now_takes_nothing_from_its_schedule(bench: Bench) -> None:
    digest = await bench.add()

    await bench.digesting.send_now(digest)
    assert len(bench.messenger.digests()) == 1
    assert await bench.store.last_run(digest) is None
    await bench.round(NINE)

    assert [one.mark["due_at"] for one in bench.messenger.digests()[1:]] == [NINE.isoformat()]


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

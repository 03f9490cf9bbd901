"""A digest that cannot be sent, or is not to be, is paused; what was due until it goes on is not sent later."""

import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders import an_actor
from tests.digests.sending import DAY, HOUR, MINUTE, NINE, NO_ANSWER, Bench, due


@pytest.fixture(name="bench")
def a_bench(engine: AsyncEngine) -> Bench:
    return Bench(engine)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("channel_not_found", "I cannot see that channel: it was deleted"),
        ("is_archived", "that channel is archived"),
        ("not_in_channel", "I am not in that channel. Write /invite @finops there."),
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

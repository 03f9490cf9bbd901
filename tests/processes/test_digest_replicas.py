"""Two real processes on PostgreSQL are killed over and over; each due run arrives at Slack once all the same."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import system_clock
from bot.digests.model import RunState
from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.storage.digest_runs import SqlDigestRuns
from bot.storage.digests import SqlDigestStore
from bot.storage.engine import reading
from bot.storage.schema import upgrade
from bot.storage.tables import DigestRunRow
from tests.builders import a_digest, an_actor
from tests.conftest import POSTGRES_URL, blank_database
from tests.processes import digest_worker
from tests.processes.replicas import Replicas

_log = structlog.get_logger(__name__)
DIGESTS, MOMENTS = 20, 10
RUNS = DIGESTS * MOMENTS
REPLICAS = 2
LEAST_KILLS = 15
LEASE = timedelta(seconds=3)
"""Longer than a process on a busy machine is held up between its claim and its post."""

MOST_POSTS = 24
"""A process is killed after so many posts at most; counted so, it gets somewhere on a busy machine, too."""

LONGEST_IDLE, LOOK_EVERY = 3.0, 0.01
LONGEST_POST = 0.1
LIMIT_SECONDS = 180

pytestmark = pytest.mark.skipif(
    POSTGRES_URL is None, reason="needs a PostgreSQL, which several processes share: set TEST_POSTGRES_URL"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A PostgreSQL schema with 200 runs that have just become due."""
    async for engine in blank_database("postgresql", tmp_path):
        await upgrade(engine)
        store, runs = SqlDigestStore(engine), SqlDigestRuns(engine, system_clock)
        now = datetime.now(UTC)
        for number in range(DIGESTS):
            since = now - timedelta(hours=1)
            digest = a_digest(_later(now), f"C{number:03}", since=since, workspace_id=WORKSPACE_ID)
            await store.add(an_actor(workspace_id=WORKSPACE_ID), digest)
            await runs.note_due(digest, [now - timedelta(seconds=second) for second in range(MOMENTS)])
        yield engine


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A Slack that is slow, now and then asks for patience, and breaks down."""
    chance = random.Random(7)
    async with SlackStandIn() as stand_in:
        stand_in.channels.may_read = True
        for number in range(4 * RUNS):
            stand_in.slow_down("chat.postMessage", chance.uniform(0, LONGEST_POST))
            if number % 50 == 7:
                stand_in.limit_rate("chat.postMessage", 0)
            if number % 25 == 19:
                stand_in.fail("chat.postMessage", "internal_error")
        yield stand_in


async def test_two_replicas_that_are_killed_over_and_over_send_each_run_once(
    database: AsyncEngine, slack: SlackStandIn, tmp_path: Path
) -> None:
    begun = asyncio.get_running_loop().time()
    url = database.url.render_as_string(hide_password=False)
    replicas = Replicas(digest_worker.run, (url, slack.api_url, LEASE, tmp_path / "workers.log"))

    async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
        for number in range(REPLICAS):
            lifetime = partial(some_posts, slack, random.Random(number))
            group.create_task(replicas.keep_killing(lifetime, partial(are_runs_left, database)))

    assert slack.violations == []
    sent = counted(slack)
    _log.info(
        "replicas_killed",
        kills=replicas.kills,
        runs=len(sent),
        doubles=sum(times > 1 for times in sent.values()),
        tries=len(slack.sent("chat.postMessage")),
        searches=len(slack.sent("conversations.history")),
        seconds=round(asyncio.get_running_loop().time() - begun, 1),
    )
    assert len(sent) == RUNS
    assert [run for run, times in sent.items() if times > 1] == []
    assert replicas.kills >= LEAST_KILLS


async def some_posts(slack: SlackStandIn, chance: random.Random) -> None:
    """Return after a few more posts and a moment, or if there are none any more."""
    wanted = len(slack.calls) + chance.randrange(MOST_POSTS)
    for _ in range(int(LONGEST_IDLE / LOOK_EVERY)):
        if len(slack.calls) >= wanted:
            break
        await asyncio.sleep(LOOK_EVERY)
    await asyncio.sleep(chance.uniform(0, LONGEST_POST))


async def are_runs_left(database: AsyncEngine) -> bool:
    unsent = select(func.count()).select_from(DigestRunRow).where(DigestRunRow.state != RunState.SENT.value)
    async with reading(database) as session:
        return bool(await session.scalar(unsent))


def counted(slack: SlackStandIn) -> Counter[tuple[str, str]]:
    """Return how often Slack took each run (digest, due moment)."""
    kept = itertools.chain.from_iterable(slack.channels.messages.values())
    marks = [one["metadata"]["event_payload"] for one in kept]
    return Counter((mark["digest"], mark["due_at"]) for mark in marks)


def _later(now: datetime) -> str:
    """Return a schedule that is not due while the test runs."""
    return f"every day at {(now + timedelta(hours=6)):%H:%M} UTC"

"""Two real processes on PostgreSQL are killed over and over; each due run arrives at Slack once all the same."""

import asyncio
import itertools
import multiprocessing
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
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

_log = structlog.get_logger(__name__)
DIGESTS, MOMENTS = 20, 10
RUNS = DIGESTS * MOMENTS
REPLICAS = 2
LEAST_KILLS = 15
LEASE_SECONDS = 3
"""Longer than a process on a busy machine is held up between its claim and its post."""

MOST_POSTS = 24
"""A process is killed after so many posts at most; counted so, it gets somewhere on a busy machine, too."""

LONGEST_IDLE, LOOK_EVERY = 3.0, 0.01
LONGEST_POST = 0.1
PATIENCE_SECONDS = 10
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
    replicas = Replicas(database, slack, tmp_path / "workers.log")

    async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
        for number in range(REPLICAS):
            group.create_task(replicas.keep_killing(random.Random(number)))

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


class Replicas:
    """Processes that send digests, each of which is killed at a random moment and followed by another one."""

    def __init__(self, database: AsyncEngine, slack: SlackStandIn, log: Path) -> None:
        self.kills = 0
        self._database = database
        self._slack = slack
        url = database.url.render_as_string(hide_password=False)
        self._arguments = (url, slack.api_url, timedelta(seconds=LEASE_SECONDS), log)
        # Forked from a process that has everything imported, a worker is at work in a moment.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([digest_worker.__name__, pytest.__name__])

    async def keep_killing(self, chance: random.Random) -> None:
        """Start a process and kill it, until everything is sent."""
        while await self._are_runs_left():
            process = self._context.Process(target=digest_worker.run, args=self._arguments, daemon=True)
            process.start()
            try:
                await self._posts(chance.randrange(MOST_POSTS))
                await asyncio.sleep(chance.uniform(0, LONGEST_POST))
            finally:
                process.kill()
                await asyncio.to_thread(process.join, PATIENCE_SECONDS)
            assert process.exitcode == -signal.SIGKILL
            process.close()
            self.kills += 1

    async def _posts(self, count: int) -> None:
        """Return after so many more posts, or if there are none any more."""
        wanted = len(self._slack.calls) + count
        for _ in range(int(LONGEST_IDLE / LOOK_EVERY)):
            if len(self._slack.calls) >= wanted:
                return
            await asyncio.sleep(LOOK_EVERY)

    async def _are_runs_left(self) -> bool:
        unsent = select(func.count()).select_from(DigestRunRow).where(DigestRunRow.state != RunState.SENT.value)
        async with reading(self._database) as session:
            return bool(await session.scalar(unsent))


def counted(slack: SlackStandIn) -> Counter[tuple[str, str]]:
    """Return how often Slack took each run (digest, due moment)."""
    kept = itertools.chain.from_iterable(slack.channels.messages.values())
    marks = [one["metadata"]["event_payload"] for one in kept]
    return Counter((mark["digest"], mark["due_at"]) for mark in marks)


def _later(now: datetime) -> str:
    """Return a schedule that is not due while the test runs."""
    return f"every day at {(now + timedelta(hours=6)):%H:%M} UTC"

"""Two real processes are killed over and over while PostgreSQL restarts and the network stalls; nothing is lost.

What it came to is logged, and shown by ``pytest -rP tests/processes/test_answer_replicas.py``.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import structlog

from bot.errors import UnavailableError
from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.questions.inbox import Letter
from bot.storage.engine import build_engine
from bot.storage.inbox import SqlInboxStore
from bot.storage.schema import upgrade
from bot.surface import Surface
from tests.processes import answer_worker
from tests.processes.postgres_cluster import PostgresCluster, StopMode
from tests.processes.replicas import Replicas
from tests.processes.wire import Wire

_log = structlog.get_logger(__name__)
QUESTIONS, CHANNELS = 1_000, 50
REPLICAS = 2
LEAST_KILLS = 5
LEASE = timedelta(seconds=6)
"""Half of it is longer than a stall and a busy machine hold up a process between its claim and its post."""

LONGEST_LIFE = 6.0
LONGEST_POST = 0.1
TROUBLES: Final[tuple[StopMode | Literal["stall"], ...]] = ("stall", "fast", "stall", "immediate", "stall")
"""What happens to the database; each when so many more questions are answered that it comes amid the work."""

SHORTEST_STALL, LONGEST_STALL = 1.0, 2.0
SECONDS_AWAY = 1.0
LOOK_EVERY = 0.02
LIMIT_SECONDS = 240


@pytest.fixture
async def inbox(cluster: PostgresCluster) -> AsyncIterator[SqlInboxStore]:
    """An inbox with a thousand questions, each of somebody else, so that nobody asks too much."""
    engine = build_engine(cluster.url)
    await upgrade(engine)
    store, now = SqlInboxStore(engine), datetime.now(UTC)
    for number in range(QUESTIONS):
        letter = Letter(
            workspace_id=WORKSPACE_ID,
            channel_id=f"C{number % CHANNELS:03}",
            ts=f"{1_700_000_000 + number}.000100",
            thread_ts=None,
            user_id=f"U{number:04}",
            text="who signs off the savings plan",
            surface=Surface.MENTION,
        )
        await store.accept(letter, now)
    yield store
    await engine.dispose()


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A Slack that is slow, now and then asks for patience, and breaks down; the bot may read its channels."""
    chance = random.Random(7)
    async with SlackStandIn() as stand_in:
        stand_in.channels.may_read = True
        for number in range(2 * QUESTIONS):
            stand_in.slow_down("chat.postMessage", chance.uniform(0, LONGEST_POST))
            if number % 50 == 7:
                stand_in.limit_rate("chat.postMessage", 1)
            if number % 50 == 19:
                stand_in.fail("chat.postMessage", "internal_error")
        yield stand_in


async def test_a_thousand_questions_are_answered_once_through_kills_and_a_database_that_restarts_and_stalls(
    cluster: PostgresCluster, inbox: SqlInboxStore, slack: SlackStandIn, tmp_path: Path
) -> None:
    begun = asyncio.get_running_loop().time()

    async with Wire(cluster.socket) as wire:
        url = cluster.url_through(wire.port)
        replicas = Replicas(answer_worker.run, (url, slack.api_url, LEASE, tmp_path / "workers.log"))
        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(make_trouble(cluster, wire, slack))
            for number in range(REPLICAS):
                lifetime = partial(a_while, random.Random(number))
                group.create_task(replicas.keep_killing(lifetime, partial(is_work_left, inbox)))

    answers = posted(slack)
    sent = Counter(one["metadata"]["event_payload"]["message"] for one in answers)
    _log.info(
        "replicas_killed",
        kills=replicas.kills,
        restarts=cluster.restarts,
        recoveries=cluster.recoveries,
        stalls=wire.stalls,
        held=wire.held,
        answered=len(sent),
        doubles=sum(times > 1 for times in sent.values()),
        tries=len(slack.sent("chat.postMessage")),
        seconds=round(asyncio.get_running_loop().time() - begun, 1),
    )
    assert len(sent) == QUESTIONS
    assert [ts for ts, times in sent.items() if times > 1] == []
    assert [one["text"] for one in answers if "I have not bothered anybody" not in one["text"]] == []
    assert replicas.kills >= LEAST_KILLS
    assert cluster.recoveries == TROUBLES.count("immediate")
    assert wire.held >= wire.stalls


async def make_trouble(cluster: PostgresCluster, wire: Wire, slack: SlackStandIn) -> None:
    """Have all troubles happen, evenly over the work."""
    chance = random.Random(3)
    for number, trouble in enumerate(TROUBLES, start=1):
        await answered(slack, QUESTIONS * number // (len(TROUBLES) + 1))
        if trouble == "stall":
            await wire.stall(chance.uniform(SHORTEST_STALL, LONGEST_STALL))
        else:
            await cluster.restart(trouble, SECONDS_AWAY)


async def answered(slack: SlackStandIn, questions: int) -> None:
    """Return when so many are answered."""
    for _ in range(int(LIMIT_SECONDS / LOOK_EVERY)):
        if len(posted(slack)) >= questions:
            return
        await asyncio.sleep(LOOK_EVERY)


async def a_while(chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))


async def is_work_left(inbox: SqlInboxStore) -> bool:
    try:
        return bool((await inbox.backlog(WORKSPACE_ID)).waiting)
    except UnavailableError:  # it restarts, amid the work
        return True


def posted(slack: SlackStandIn) -> list[dict[str, Any]]:
    """Return every answer that Slack took."""
    return list(itertools.chain.from_iterable(slack.channels.messages.values()))

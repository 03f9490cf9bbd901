"""Two real processes on PostgreSQL are killed over and over, and the database is cut off; no question is lost."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
import structlog
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.playground.slack import WORKSPACE_ID, SlackStandIn
from bot.questions.inbox import Letter
from bot.storage.inbox import SqlInboxStore
from bot.storage.schema import upgrade
from bot.surface import Surface
from tests.conftest import POSTGRES_URL, blank_database
from tests.processes import answer_worker
from tests.processes.replicas import Replicas

_log = structlog.get_logger(__name__)
QUESTIONS, CHANNELS = 1_000, 50
REPLICAS = 2
LEAST_KILLS = 5
LEASE = timedelta(seconds=5)
"""Longer than a process on a busy machine is held up between its claim and its post."""

LONGEST_LIFE = 6.0
LONGEST_POST = 0.1
CUTS = 2
LIMIT_SECONDS = 240

pytestmark = pytest.mark.skipif(
    POSTGRES_URL is None, reason="needs a PostgreSQL, which several processes share: set TEST_POSTGRES_URL"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A PostgreSQL schema with a thousand questions in the inbox."""
    async for engine in blank_database("postgresql", tmp_path):
        await upgrade(engine)
        inbox, now = SqlInboxStore(engine), datetime.now(UTC)
        for number in range(QUESTIONS):
            letter = Letter(
                workspace_id=WORKSPACE_ID,
                channel_id=f"C{number % CHANNELS:03}",
                ts=f"{1_700_000_000 + number}.000100",
                thread_ts=None,
                user_id="U1ASKER",
                text="who signs off the savings plan",
                surface=Surface.MENTION,
            )
            await inbox.accept(letter, now)
        yield engine


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


async def test_a_thousand_questions_are_answered_once_through_kills_and_a_database_that_goes_away(
    database: AsyncEngine, slack: SlackStandIn, tmp_path: Path
) -> None:
    begun = asyncio.get_running_loop().time()
    inbox = SqlInboxStore(database)

    async with Wire(database) as wire:
        replicas = Replicas(answer_worker.run, (wire.url, slack.api_url, LEASE, tmp_path / "workers.log"))

        async def is_work_left() -> bool:
            return bool((await inbox.backlog(WORKSPACE_ID)).waiting)

        async with asyncio.timeout(LIMIT_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(wire.cut_now_and_then(random.Random(3)))
            for number in range(REPLICAS):
                group.create_task(replicas.keep_killing(random.Random(number), LONGEST_LIFE, is_work_left))

    sent = counted(slack)
    _log.info(
        "replicas_killed",
        kills=replicas.kills,
        cuts=wire.cuts,
        answered=len(sent),
        doubles=sum(times > 1 for times in sent.values()),
        tries=len(slack.sent("chat.postMessage")),
        seconds=round(asyncio.get_running_loop().time() - begun, 1),
    )
    assert len(sent) == QUESTIONS
    assert [ts for ts, times in sent.items() if times > 1] == []
    assert replicas.kills >= LEAST_KILLS
    assert wire.cuts == CUTS


class Wire:
    """A connection to PostgreSQL that can be cut: all in it ends, then nothing gets in for a while."""

    def __init__(self, database: AsyncEngine) -> None:
        self.cuts = 0
        self._target = database.url
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._hang_up()

    @property
    def url(self) -> str:
        """The database's address through this wire."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return make_url(self._target).set(host="127.0.0.1", port=port).render_as_string(hide_password=False)

    async def cut_now_and_then(self, chance: random.Random) -> None:
        """Cut the wire a few times, for a second each."""
        for _ in range(CUTS):
            await asyncio.sleep(chance.uniform(2, 4))
            self._is_cut = True
            self._hang_up()
            await asyncio.sleep(1)
            self._is_cut = False
            self.cuts += 1

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._target.host, self._target.port or 5432)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        return
    finally:
        writer.close()


def counted(slack: SlackStandIn) -> Counter[str]:
    """Return how often Slack took an answer to each message."""
    kept: list[dict[str, Any]] = list(itertools.chain.from_iterable(slack.channels.messages.values()))
    return Counter(one["metadata"]["event_payload"]["message"] for one in kept)

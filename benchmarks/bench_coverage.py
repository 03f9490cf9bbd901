"""How long the coverage of a large organisation takes: 10,000 teams with 11 personas, on each database.

    python benchmarks/bench_coverage.py [--teams N] [--postgres URL]

Half of what there is to hold is held, a tenth of that was held by somebody else before, and 5,000 questions were
asked of late. Timed are reading the facts, the report with that, and what a digest says of it: the best of five of
one run; beside them the same for a tenth of the teams, which should take a tenth of the time. ``--postgres`` names
a database whose user may create schemas.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.blocks.digest import digest_message, digest_thread
from bot.digests.content import digest_content
from bot.digests.coverage_service import DEMAND_PERIOD, CoverageService
from bot.knowledge.model import Catalogue
from bot.storage.coverage import SqlCoverageStore
from bot.storage.coverage_policy import read_coverage_policy
from bot.storage.engine import build_engine, writing
from bot.storage.knowledge_files import read_catalogue
from bot.storage.knowledge_paths import config_folder
from bot.storage.schema import upgrade
from bot.storage.tables import AssignmentRow, QuestionRow, Row, TeamRow, WorkspaceRow
from bot.teams.policy import OwnershipPolicy

WORKSPACE = "T0BENCH"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
QUESTIONS = 5_000
CHILDREN = 10
BATCH = 5_000
ROUNDS = 5
T = TypeVar("T")


def main() -> None:
    """Print a line per database and size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--teams", type=int, default=10_000)
    parser.add_argument("--postgres")
    given = parser.parse_args()
    asyncio.run(compare(given.teams, given.postgres))


async def compare(teams: int, postgres_url: str | None) -> None:
    """Measure both sizes on SQLite, and on PostgreSQL where one is given."""
    catalogue = read_catalogue(config_folder(), None)
    titles = ("Database", "teams", "gaps", "reading alone, s", "report, s", "of it processor, s", "digest, s")
    print(f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|")
    for size in (teams // 10, teams):
        with tempfile.TemporaryDirectory() as folder:
            engine = build_engine(f"sqlite+aiosqlite:///{Path(folder) / 'bench.sqlite3'}")
            print(await line("SQLite", engine, size, catalogue), flush=True)
            await engine.dispose()
        if postgres_url:
            async with schema(postgres_url) as url:
                engine = build_engine(url)
                print(await line("PostgreSQL", engine, size, catalogue), flush=True)
                await engine.dispose()


async def line(name: str, engine: AsyncEngine, teams: int, catalogue: Catalogue) -> str:
    """Return one line of the table."""
    await upgrade(engine)
    keys = [persona.key for persona in catalogue.personas]
    await fill(engine, teams, keys)
    store = SqlCoverageStore(engine)
    service = CoverageService(
        store=store,
        catalogue=catalogue,
        coverage_policy=read_coverage_policy(config_folder(), None, keys),
        ownership_policy=OwnershipPolicy(),
        clock=lambda: NOW,
    )
    reading, _, _ = await best(lambda: store.facts(WORKSPACE, NOW, NOW - DEMAND_PERIOD))
    reporting, at_work, report = await best(lambda: service.report(WORKSPACE))
    demand = await store.demand(WORKSPACE, NOW - DEMAND_PERIOD)
    telling, _, _ = await best(in_a_moment(lambda: told(digest_content(report, demand, None, ()), catalogue)))
    figures = " | ".join(f"{one:.2f}" for one in (reading, reporting, at_work, telling))
    return f"| {name} | {teams:,} | {len(report.gaps):,} | {figures} |"


def told(content: Any, catalogue: Catalogue) -> list[dict[str, object]]:  # noqa: ANN401 (what digest_content returns)
    """Return a digest as it is sent."""
    message = digest_message(content, None, catalogue, late_by=None)
    return [one.payload() for one in (message, *digest_thread(content, catalogue))]


async def best(do: Callable[[], Awaitable[T]]) -> tuple[float, float, T]:
    """Return the shortest time by the clock and by the processor, in seconds, and the last result."""
    times: list[float] = []
    at_work: list[float] = []
    for _ in range(ROUNDS):
        started, began = time.perf_counter(), time.process_time()
        result = await do()
        times.append(time.perf_counter() - started)
        at_work.append(time.process_time() - began)
    return min(times), min(at_work), result


def in_a_moment(compute: Callable[[], T]) -> Callable[[], Awaitable[T]]:
    """Return ``compute`` as a coroutine function."""

    async def computed() -> T:
        return compute()

    return computed


async def fill(engine: AsyncEngine, teams: int, personas: list[str]) -> None:
    """Write teams (ten children each), assignments, and questions."""
    dice = random.Random(7)  # noqa: S311 (the same organisation every time)
    async with writing(engine) as session:
        await session.execute(insert(WorkspaceRow), [{"id": WORKSPACE, "created_at": NOW}])
    held = [row for number in range(teams) for row in assignment_rows(number, personas, dice)]
    tables: list[tuple[type[Row], Iterable[dict[str, Any]]]] = [
        (TeamRow, map(team_row, range(teams))),
        (AssignmentRow, held),
        (QuestionRow, (question_row(dice.randrange(teams), dice.choice(personas)) for _ in range(QUESTIONS))),
    ]
    for table, rows in tables:
        for batch in batches(rows):
            async with writing(engine) as session:
                await session.execute(insert(table), batch)
    async with writing(engine) as session:
        await session.execute(text("ANALYZE"))


def team_id(number: int) -> str:
    """Return the id of a team."""
    return UUID(int=number).hex


def team_row(number: int) -> dict[str, Any]:
    """Return a team; its parent has a tenth of its number."""
    return {
        "workspace_id": WORKSPACE,
        "id": team_id(number),
        "name": f"Team {number}",
        "sort_key": f"team {number}",
        "parent_id": team_id(number // CHILDREN) if number >= CHILDREN else None,
        "version": 1,
        "created_by": "U1ADMIN",
        "created_at": NOW - timedelta(days=400),
    }


def assignment_rows(number: int, personas: list[str], dice: random.Random) -> Iterator[dict[str, Any]]:
    """Yield what is held for a team, and now and then by whom it was held before."""
    if number % 2:
        return
    since = NOW - timedelta(days=dice.randrange(1, 120))
    for persona in personas:
        yield assignment_row(number, persona, since, None)
        if dice.random() < 0.1:  # noqa: PLR2004 (a tenth)
            yield assignment_row(number, persona, since - timedelta(days=200), since)


def assignment_row(number: int, persona: str, since: datetime, until: datetime | None) -> dict[str, Any]:
    """Return an assignment of a team."""
    return {
        "workspace_id": WORKSPACE,
        "id": uuid4().hex,
        "team_id": team_id(number),
        "persona_key": persona,
        "assignee_type": "user",
        "assignee_id": f"U{number % 3_000:09}",
        "rank": "primary",
        "valid_from": since,
        "valid_until": until,
        "assigned_by": "U1ADMIN",
        "assigned_at": since,
        "confirmed_by": "U1ADMIN",
        "confirmed_at": since,
    }


def question_row(number: int, persona: str) -> dict[str, Any]:
    """Return a question about a team."""
    return {
        "workspace_id": WORKSPACE,
        "id": uuid4().hex,
        "surface": "mention",
        "asker_id": "U1ASKER",
        "channel_id": "C1CHANNEL",
        "message_ts": uuid4().hex,
        "text": "who pays",
        "asked_at": NOW - timedelta(days=3),
        "decision": "confident",
        "persona_key": persona,
        "settled_persona_key": persona,
        "responsibility": "Budgeting",
        "team_id": team_id(number),
        "owner_id": None if number % 2 else "U1OWNER",
    }


def batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of up to ``BATCH`` rows."""
    some = iter(rows)
    while batch := list(islice(some, BATCH)):
        yield batch


@asynccontextmanager
async def schema(url: str) -> AsyncIterator[str]:
    """Make a schema of its own, yield its address, and drop it."""
    name = f"bench_{uuid4().hex[:12]}"
    outside = build_engine(url)
    async with outside.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{url}?options=-csearch_path%3D{name}"
    async with outside.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    await outside.dispose()


if __name__ == "__main__":
    main()

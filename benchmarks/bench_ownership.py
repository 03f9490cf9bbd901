"""How the time of an answer grows with teams and assignments: 10 teams beside 100,000, on each database.

    python benchmarks/bench_ownership.py [--teams N] [--postgres URL]

Every question finds its team in another way (name, misspelt name, channel, asker), so that all look-ups are in
the figures. Both sizes are asked in turn within one run, and their medians are compared; what a team's first
question takes, before anything of it is in memory, is told apart. The plans of all queries are searched for reads
of a whole table. ``--postgres`` names a database whose user may create schemas.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_router, build_services
from bot.knowledge.routing import Router
from bot.questions.model import Asked
from bot.services import Services
from bot.settings import Settings
from bot.storage.engine import build_engine, reading, writing
from bot.storage.schema import upgrade
from bot.storage.tables import (
    AssignmentRow,
    Row,
    TeamChannelRow,
    TeamMemberRow,
    TeamNameRow,
    TeamRow,
    WorkspaceRow,
)
from bot.surface import Surface
from bot.teams.model import Group, Person
from bot.teams.naming import halves_of, key_of

WORKSPACE = "T0BENCH"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ASSIGNMENTS_PER_TEAM = 10
QUESTIONS = 200
ROUNDS = 3
BATCH = 5_000
CHILDREN = 10
LARGE = ("team", "team_name", "team_channel", "team_member", "assignment")
SYLLABLES = ("ka", "lo", "mi", "ne", "ru", "sa", "te", "vo", "zu", "pi")
QUESTION = "who signs off the savings plan renewal"


class EverybodyIsHere:
    """A directory that answers at once, as a warm cache does."""

    def expect(self, _user_id: str) -> None:
        """Nothing takes time here."""

    async def person(self, user_id: str) -> Person | None:
        """Return an active person."""
        return Person(user_id, user_id)

    async def group(self, group_id: str) -> Group | None:
        """Return a group with one member."""
        return Group(group_id, group_id, frozenset({"U1"}))

    async def groups_of(self, _user_id: str) -> frozenset[str]:
        """Return no group."""
        return frozenset()

    async def person_by_email(self, _email: str) -> Person | None:
        """Return nobody."""
        return None

    async def everybody(self) -> Mapping[str, Person]:
        """Return nobody."""
        return {}

    def forget(self, slack_id: str) -> None:
        """Remember nothing anyway."""


@dataclass(frozen=True)
class Place:
    """A database with its services and its number of teams."""

    name: str
    engine: AsyncEngine
    services: Services
    teams: int


def main() -> None:
    """Print a line per database, and every plan that reads a whole table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--teams", type=int, default=100_000)
    parser.add_argument("--postgres")
    given = parser.parse_args()
    asyncio.run(compare(given.teams, given.postgres))


async def compare(teams: int, postgres_url: str | None) -> None:
    """Compare both sizes on SQLite, and on PostgreSQL where one is given."""
    router = build_router()
    with tempfile.TemporaryDirectory() as folder:
        print(f"10 teams beside {teams:,} teams with {teams * ASSIGNMENTS_PER_TEAM:,} assignments")
        print(
            "| Database | p50 at 10 teams, ms | p50 at all, ms | ratio | first question | whole-table reads |\n"
            + "|---" * 6
            + "|"
        )
        urls = [f"sqlite+aiosqlite:///{Path(folder) / name}.sqlite3" for name in ("small", "large")]
        async with built(urls[0], router, 10) as small, built(urls[1], router, teams) as large:
            print(await line("SQLite", small, large), flush=True)
        if postgres_url:
            async with (
                schema(postgres_url) as one,
                schema(postgres_url) as two,
                built(one, router, 10) as small,
                built(two, router, teams) as large,
            ):
                print(await line("PostgreSQL", small, large), flush=True)


async def line(name: str, small: Place, large: Place) -> str:
    """Return one line of the table."""
    times: dict[str, list[float]] = {small.name: [], large.name: []}
    first: list[float] = []
    scans = await whole_table_reads(large, first)
    await ask_all(small, [])
    for _ in range(ROUNDS):
        for place in (small, large):
            await ask_all(place, times[place.name])
    medians = [statistics.median(times[place.name]) * 1e3 for place in (small, large)]
    figures = (*medians, medians[1] / medians[0], statistics.median(first) * 1e3)
    return f"| {name} | {' | '.join(f'{one:.2f}' for one in figures)} | {'; '.join(sorted(scans)) or 'none'} |"


async def ask_all(place: Place, times: list[float]) -> None:
    """Ask every question once and note how long each took, in seconds."""
    for asked in questions(place.teams):
        started = time.perf_counter()
        await place.services.asking.ask(asked)
        times.append(time.perf_counter() - started)


def questions(teams: int) -> Iterator[Asked]:
    """Yield questions about teams all over the workspace, found in four ways."""
    dice = random.Random(7)  # noqa: S311 (the same questions every time)
    for number in range(QUESTIONS):
        team = dice.randrange(teams)
        name = team_name(team)
        plain = Asked(WORKSPACE, Surface.MENTION, "U1NOBODY", QUESTION, "C1NOWHERE")
        yield (
            replace(plain, text=f"{QUESTION} for {name}"),
            replace(plain, text=f"{QUESTION} of the {name[:2]}{name[3:]} people"),
            replace(plain, channel_id=f"C{team:09}"),
            replace(plain, asker_id=f"U{team:09}"),
        )[number % 4]


def team_name(number: int) -> str:
    """Return a name of letters only, as people give them, for each number one."""
    digits = f"{number:06}"
    return " ".join("".join(SYLLABLES[int(digit)] for digit in digits[at : at + 3]) for at in (0, 3)).title()


@asynccontextmanager
async def built(url: str, router: Router, teams: int) -> AsyncIterator[Place]:
    """Fill a database with ``teams`` teams and open the services on it."""
    engine = build_engine(url)
    await upgrade(engine)
    await fill(engine, teams)
    settings = Settings(_env_file=None)
    services = build_services(settings, engine, router, EverybodyIsHere(), lambda: NOW)
    yield Place(f"{engine.dialect.name} {teams}", engine, services, teams)
    await engine.dispose()


async def fill(engine: AsyncEngine, teams: int) -> None:
    """Write teams (ten children each), names, channels, members and assignments, a tenth of which are past."""
    async with writing(engine) as session:
        await session.execute(insert(WorkspaceRow), [{"id": WORKSPACE, "created_at": NOW}])
    rows: Sequence[tuple[type[Row], Callable[[int], list[dict[str, Any]]]]] = (
        (TeamRow, lambda number: [team_row(number)]),
        (TeamNameRow, lambda number: [name_row(number)]),
        (TeamChannelRow, lambda number: [{**place_of(number), "channel_id": f"C{number:09}"}]),
        (TeamMemberRow, lambda number: [{**place_of(number), "member_id": f"U{number:09}", "role": "member"}]),
        (AssignmentRow, assignment_rows),
    )
    for table, of_team in rows:
        some = (row for number in range(teams) for row in of_team(number))
        for batch in batches(some):
            async with writing(engine) as session:
                await session.execute(insert(table), batch)
    async with writing(engine) as session:
        await session.execute(text("ANALYZE"))


def team_id(number: int) -> str:
    """Return the id of a team."""
    return UUID(int=number).hex


def place_of(number: int) -> dict[str, Any]:
    """Return the columns that every part of a team has."""
    return {"workspace_id": WORKSPACE, "team_id": team_id(number)}


def team_row(number: int) -> dict[str, Any]:
    """Return a team; its parent has a tenth of its number."""
    return {
        "workspace_id": WORKSPACE,
        "id": team_id(number),
        "name": team_name(number),
        "sort_key": key_of(team_name(number)),
        "parent_id": team_id(number // CHILDREN) if number else None,
        "version": 1,
        "created_by": "U1ADMIN",
        "created_at": NOW - timedelta(days=400),
    }


def name_row(number: int) -> dict[str, Any]:
    """Return a team's name."""
    key = key_of(team_name(number))
    head, tail = halves_of(key) or (None, None)
    return {
        **place_of(number),
        "name_key": key,
        "name": team_name(number),
        "position": 0,
        "head": head,
        "tail": tail,
    }


def assignment_rows(number: int) -> list[dict[str, Any]]:
    """Return ten assignments of a team: five personas, each with a primary and one before."""
    personas = ("practitioner", "engineering", "finance", "product", "procurement")
    since = NOW - timedelta(days=50)
    periods = ((since, None), (since - timedelta(days=200), since))
    return [
        {
            **place_of(number),
            "id": uuid4().hex,
            "persona_key": persona,
            "assignee_type": "user",
            "assignee_id": f"U{(number + at) % 50_000:09}",
            "rank": "primary",
            "valid_from": start,
            "valid_until": end,
            "assigned_by": "U1ADMIN",
            "assigned_at": start,
            "confirmed_by": "U1ADMIN",
            "confirmed_at": start,
        }
        for persona in personas
        for at, (start, end) in enumerate(periods)
    ]


def batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield lists of up to ``BATCH`` rows."""
    some = iter(rows)
    while batch := list(islice(some, BATCH)):
        yield batch


async def whole_table_reads(place: Place, times: list[float]) -> set[str]:
    """Ask everything for the first time; return the steps of query plans that read a whole table."""
    statements: dict[str, Any] = {}

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:  # noqa: ANN401
        # How many teams there are is looked at once per change, up to a limit.
        if statement.lstrip().upper().startswith(("SELECT", "WITH")) and "count(" not in statement:
            statements.setdefault(statement, values)

    event.listen(place.engine.sync_engine, "before_cursor_execute", note)
    await ask_all(place, times)
    event.remove(place.engine.sync_engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if place.engine.dialect.name == "sqlite" else "EXPLAIN "
    found: set[str] = set()
    async with reading(place.engine) as session:
        connection = await session.connection()
        for statement, values in statements.items():
            plan = await connection.exec_driver_sql(explain + statement, values)
            found |= {step for row in plan if is_scan(step := str(row[-1]).strip())}
    return found


def is_scan(step: str) -> bool:
    """Tell whether a step of a plan reads one of the large tables from its beginning to its end."""
    return any(word in step for table in LARGE for word in (f"SCAN {table}", f"Seq Scan on {table} "))


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

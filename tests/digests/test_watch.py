"""The watch finds holders who cannot be asked, without anybody asking, and keeps the coverage of each day."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_services
from bot.digests.model import Snapshot
from bot.digests.watch import MAX_ONE_BY_ONE
from bot.errors import UnavailableError
from bot.services import Services
from bot.settings import Settings
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.teams import SqlTeamStore
from bot.teams.coverage import CellState
from bot.teams.model import Group, Person
from tests.builders import NOW, WORKSPACE, a_group, a_team, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory, blank_router

OWNER = Person("U1OWNER", "Owen")


class Lookout:
    """A workspace with one team, somebody who holds something for it, and a watch."""

    def __init__(self, engine: AsyncEngine, *known: Person | Group) -> None:
        self.clock = FakeClock()
        self.directory = FakeDirectory(*known)
        self.services: Services = build_services(
            Settings(_env_file=None), engine, blank_router(), self.directory, self.clock
        )
        self._assignments = SqlAssignmentStore(engine)
        self._teams = SqlTeamStore(engine)

    async def assign(self, *holders: str) -> None:
        for number, holder in enumerate(holders):
            team = a_team(f"Team {number}")
            await self._teams.add_team(an_actor(), team, self.clock())
            await self._assignments.assign(an_actor(), an_assignment("finance", holder, team))

    async def look(self) -> None:
        await self.services.watch.look(WORKSPACE)

    async def unfit(self) -> dict[str, str | None]:
        """Return who is named, but not to be relied on, with the reason."""
        report = await self.services.coverage.report(WORKSPACE)
        return {gap.holder.id: gap.reason for gap in report.stale if gap.holder}

    async def kept(self) -> list[Snapshot]:
        return list(await self.services.coverage.history(WORKSPACE))


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Person("U1OWNER", "Owen", is_active=False), "deactivated"),
        (Person("U1OWNER", "Owen", is_guest=True), "guest"),
        (Person("U1OWNER", "Owen", is_external=True), "external"),
        (Person("U1OWNER", "Owen", is_bot=True), "bot"),
        (Person("U1OTHER", "Otto"), "unknown"),
    ],
)
async def test_a_holder_who_cannot_be_asked_any_more_is_found(
    sqlite_engine: AsyncEngine, person: Person, reason: str
) -> None:
    lookout = Lookout(sqlite_engine, person)
    await lookout.assign("U1OWNER")

    await lookout.look()

    assert await lookout.unfit() == {"U1OWNER": reason}


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (a_group("S1GROUP"), "empty_group"),
        (a_group("S1GROUP", "U1OWNER", is_active=False), "disabled_group"),
        (a_group("S1OTHER", "U1OWNER"), "unknown"),
    ],
)
async def test_a_group_that_nobody_answers_for_is_found(
    sqlite_engine: AsyncEngine, group: Group, reason: str
) -> None:
    lookout = Lookout(sqlite_engine, group)
    await lookout.assign("S1GROUP")

    await lookout.look()

    assert await lookout.unfit() == {"S1GROUP": reason}


async def test_holders_who_are_there_are_left_alone(sqlite_engine: AsyncEngine) -> None:
    lookout = Lookout(sqlite_engine, OWNER, a_group("S1GROUP", "U1OWNER"))
    await lookout.assign("U1OWNER", "S1GROUP")

    await lookout.look()

    assert await lookout.unfit() == {}


async def test_whoever_comes_back_is_relied_on_again(sqlite_engine: AsyncEngine) -> None:
    lookout = Lookout(sqlite_engine, Person("U1OWNER", "Owen", is_active=False))
    await lookout.assign("U1OWNER")
    await lookout.look()
    lookout.directory.put(OWNER)

    await lookout.look()

    assert await lookout.unfit() == {}


async def test_where_slack_is_away_what_was_known_is_kept_and_the_day_has_its_coverage(
    sqlite_engine: AsyncEngine,
) -> None:
    lookout = Lookout(sqlite_engine, Person("U1OWNER", "Owen", is_active=False))
    await lookout.assign("U1OWNER")
    await lookout.look()
    lookout.clock.advance(timedelta(days=1))
    lookout.directory.put(OWNER)
    lookout.directory.is_away = True

    with pytest.raises(UnavailableError):
        await lookout.look()

    assert await lookout.unfit() == {"U1OWNER": "deactivated"}
    assert [one.day for one in await lookout.kept()] == [NOW.date(), NOW.date() + timedelta(days=1)]


async def test_many_holders_are_listed_rather_than_looked_up_one_by_one(sqlite_engine: AsyncEngine) -> None:
    ids = [f"U{number:04}" for number in range(MAX_ONE_BY_ONE + 1)]
    lookout = Lookout(sqlite_engine, *(Person(one, one, is_active=one != "U0007") for one in ids))
    await lookout.assign(*ids)

    await lookout.look()

    assert await lookout.unfit() == {"U0007": "deactivated"}
    assert lookout.directory.asked == ["everybody"]


async def test_of_many_those_who_are_not_listed_are_looked_up_all_the_same(sqlite_engine: AsyncEngine) -> None:
    ids = [f"U{number:04}" for number in range(MAX_ONE_BY_ONE + 1)]
    lookout = Lookout(sqlite_engine, *(Person(one, one) for one in ids[1:]))
    await lookout.assign(*ids)

    await lookout.look()

    assert lookout.directory.asked == ["everybody", "U0000"]
    assert await lookout.unfit() == {"U0000": "unknown"}


async def test_a_day_has_one_snapshot_and_two_years_are_kept(sqlite_engine: AsyncEngine) -> None:
    lookout = Lookout(sqlite_engine, OWNER)
    await lookout.look()
    await lookout.assign("U1OWNER")
    await lookout.look()
    lookout.clock.advance(timedelta(days=2 * 365))
    await lookout.look()

    first, last = await lookout.kept()
    assert (first.day, first.score, first.counts) == (NOW.date(), 100, {CellState.COVERED: 1})
    assert (last.day, last.score) == (NOW.date() + timedelta(days=2 * 365), 30)

    lookout.clock.advance(timedelta(days=1))
    await lookout.look()

    assert [one.day for one in await lookout.kept()] == [last.day, last.day + timedelta(days=1)]

"""What is in memory of a workspace's ownership is what the database holds, whoever changed it, and where."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.ownership_memory import SqlOwnershipReader, build_ownership_memory
from bot.storage.teams import SqlTeamStore
from bot.teams.memory import MAX_AGE, OwnershipMemory
from bot.teams.model import Rank
from bot.teams.store import OwnershipLookup, OwnershipStores
from tests.builders import NOW, WORKSPACE, a_team, an_absence, an_actor, an_assignment
from tests.fakes import FakeClock

OTHER = "T0OTHER"
HOUR = timedelta(hours=1)
BY = an_actor()
COMMERCE = a_team("Commerce", channels=("C1SHOP",), team_id="commerce")
PAYMENTS = a_team(
    "Payments",
    parent=COMMERCE,
    aliases=("Checkout", "check-out"),
    channels=("C1PAY",),
    members=("U1PIA", "S1PAY"),
    leads=("U1PIA",),
    team_id="payments",
)
GONE = a_team("Gone", channels=("C1GONE",), team_id="gone")
PRIMARY = an_assignment(assignee="U1OWEN", team=PAYMENTS)
BACKUP = an_assignment(assignee="U1BEA", team=PAYMENTS, rank=Rank.BACKUP)
EVERYWHERE = an_assignment(assignee="S1FINOPS", persona_key="practitioner")
SOON = replace(an_assignment(assignee="U1NEXT", team=COMMERCE), valid_from=NOW + HOUR)
AWAY = an_absence("U1OWEN")


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace in a database, and both ways to look into it."""

    engine: AsyncEngine
    stores: OwnershipStores
    clock: FakeClock

    @classmethod
    def on(cls, engine: AsyncEngine) -> "Desk":
        stores = OwnershipStores(SqlTeamStore(engine), SqlAssignmentStore(engine), SqlAbsenceStore(engine))
        return cls(engine, stores, FakeClock())

    def memory(self, most: int) -> OwnershipMemory:
        return OwnershipMemory(SqlOwnershipReader(self.engine), self.stores, self.clock, most)


@pytest.fixture(name="desk")
async def a_desk(engine: AsyncEngine) -> Desk:
    desk = Desk.on(engine)
    for team in (COMMERCE, PAYMENTS, GONE):
        await desk.stores.teams.add_team(BY, team, NOW - HOUR)
    await desk.stores.teams.archive_team(BY, GONE, NOW)
    for held in (PRIMARY, BACKUP, EVERYWHERE, SOON):
        await desk.stores.assignments.assign(BY, held)
    await desk.stores.absences.add_absence(BY, AWAY)
    return desk


LookUp = Callable[[OwnershipLookup], Awaitable[Any]]
LOOK_UPS: dict[str, LookUp] = {
    "teams": lambda found: found.teams.teams(WORKSPACE, named_like="pay", limit=2),
    "team": lambda found: found.teams.team(WORKSPACE, PAYMENTS.id),
    "archived team": lambda found: found.teams.team(WORKSPACE, GONE.id),
    "no team": lambda found: found.teams.team(WORKSPACE, "nothing"),
    "names": lambda found: found.teams.teams_named(WORKSPACE, ["payments", "check out", "checkout", "gone", "x"]),
    "halves": lambda found: found.teams.keys_half_like(WORKSPACE, ["paym", "chec"], ["rce", "merce"]),
    "archived name": lambda found: found.teams.archived_team(WORKSPACE, "gone", NOW - HOUR / 2),
    "channels": lambda found: found.teams.teams_of_channels(WORKSPACE, ["C1PAY", "C1SHOP", "C1GONE"]),
    "members": lambda found: found.teams.teams_of_members(WORKSPACE, ["S1PAY", "U1PIA"]),
    "lineage": lambda found: found.teams.lineage(WORKSPACE, PAYMENTS.id),
    "lineage of an archived one": lambda found: found.teams.lineage(WORKSPACE, GONE.id),
    "held": lambda found: found.assignments.assignments(WORKSPACE, NOW, team_ids=[PAYMENTS.id, None]),
    "held of one persona": lambda found: found.assignments.assignments(
        WORKSPACE, NOW, persona_key="finance", team_ids=[COMMERCE.id, PAYMENTS.id]
    ),
    "held later": lambda found: found.assignments.assignments(WORKSPACE, NOW + 2 * HOUR, team_ids=[COMMERCE.id]),
    "held before": lambda found: found.assignments.assignments(WORKSPACE, NOW - HOUR, team_ids=[PAYMENTS.id]),
    "away": lambda found: found.absences.absences(WORKSPACE, ["U1OWEN", "U1BEA"], NOW),
    "away before": lambda found: found.absences.absences(WORKSPACE, ["U1OWEN"], NOW - HOUR),
    "back": lambda found: found.absences.absences(WORKSPACE, ["U1OWEN"], AWAY.until),
    "names elsewhere": lambda found: found.teams.teams_named(OTHER, ["payments"]),
    "halves elsewhere": lambda found: found.teams.keys_half_like(OTHER, ["paym"], []),
    "channels elsewhere": lambda found: found.teams.teams_of_channels(OTHER, ["C1PAY"]),
    "members elsewhere": lambda found: found.teams.teams_of_members(OTHER, ["U1PIA"]),
    "team elsewhere": lambda found: found.teams.team(OTHER, PAYMENTS.id),
    "lineage elsewhere": lambda found: found.teams.lineage(OTHER, PAYMENTS.id),
    "held elsewhere": lambda found: found.assignments.assignments(OTHER, NOW, team_ids=[PAYMENTS.id, None]),
    "away elsewhere": lambda found: found.absences.absences(OTHER, ["U1OWEN"], NOW),
}


@pytest.mark.parametrize("most", [1_000, 0], ids=["as a whole", "what was looked up lately"])
async def test_what_is_in_memory_finds_what_the_stores_find(desk: Desk, most: int) -> None:
    stored = OwnershipLookup(desk.stores.teams, desk.stores.assignments, desk.stores.absences)
    memory = desk.memory(most)

    for name, look_up in LOOK_UPS.items():
        wanted = await look_up(stored)
        found = [await look_up((await memory.current(WORKSPACE)).lookup) for _ in range(2)]

        assert found == [wanted, wanted], name


@pytest.mark.parametrize("most", [1_000, 0], ids=["as a whole", "what was looked up lately"])
async def test_what_was_looked_up_is_not_asked_for_again(desk: Desk, most: int) -> None:
    memory = desk.memory(most)
    again = [name for name in LOOK_UPS if not name.endswith(("elsewhere", "before", "name", "teams"))]
    statements: list[str] = []
    for name in again:
        await LOOK_UPS[name]((await memory.current(WORKSPACE)).lookup)
    known = (await memory.current(WORKSPACE)).lookup
    event.listen(desk.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(str(given[2])))

    for name in again if not most else [one for one in again if "archived" not in one and one != "no team"]:
        await LOOK_UPS[name](known)

    assert statements == []


Change = Callable[[OwnershipStores], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "add_team": lambda stores: stores.teams.add_team(BY, a_team("Search"), NOW),
    "change_team": lambda stores: stores.teams.change_team(BY, replace(COMMERCE, name="Shop"), NOW),
    "archive_team": lambda stores: stores.teams.archive_team(BY, COMMERCE, NOW),
    "merge_teams": lambda stores: stores.teams.merge_teams(BY, PAYMENTS, COMMERCE, NOW),
    "assign": lambda stores: stores.assignments.assign(BY, an_assignment(assignee="U1NEW", team=PAYMENTS)),
    "unassign": lambda stores: stores.assignments.unassign(BY, PRIMARY.cell, PRIMARY.assignee, NOW),
    "confirm": lambda stores: stores.assignments.confirm(BY, [PRIMARY.id], NOW + HOUR),
    "add_absence": lambda stores: stores.absences.add_absence(BY, an_absence("U1BEA")),
    "end_absences": lambda stores: stores.absences.end_absences(BY, "U1OWEN", NOW + timedelta(minutes=1)),
}


@pytest.mark.parametrize("most", [1_000, 0], ids=["as a whole", "what was looked up lately"])
@pytest.mark.parametrize("change", sorted(CHANGES))
async def test_a_change_made_by_another_process_is_seen_by_the_next_answer(
    desk: Desk, change: str, most: int
) -> None:
    memory = desk.memory(most)
    for look_up in LOOK_UPS.values():
        await look_up((await memory.current(WORKSPACE)).lookup)
    elsewhere = Desk.on(desk.engine)

    await CHANGES[change](elsewhere.stores)

    desk.clock.advance(timedelta(minutes=2))
    stored = OwnershipLookup(desk.stores.teams, desk.stores.assignments, desk.stores.absences)
    for name, look_up in LOOK_UPS.items():
        assert await look_up((await memory.current(WORKSPACE)).lookup) == await look_up(stored), name


async def test_a_workspace_without_anything_is_empty(engine: AsyncEngine) -> None:
    found = await build_ownership_memory(engine, FakeClock()).current("T0NOBODY")

    assert await found.lookup.teams.teams_named("T0NOBODY", ["payments"]) == {}


async def test_what_is_old_is_read_again_whatever_was_counted(desk: Desk) -> None:
    memory = desk.memory(1_000)
    await memory.current(WORKSPACE)
    async with desk.engine.begin() as connection:  # as a backup would that is put back
        await connection.execute(text("UPDATE workspace SET revision = 0"))
        await connection.execute(text("DELETE FROM assignment"))

    desk.clock.advance(MAX_AGE)

    for known in (await memory.latest(WORKSPACE), await memory.current(WORKSPACE)):
        assert await known.lookup.assignments.assignments(WORKSPACE, desk.clock(), team_ids=[PAYMENTS.id]) == []

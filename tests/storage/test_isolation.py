"""No method of any store of ownership sees or changes anything of another workspace."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.teams import SqlTeamStore
from tests.builders import NOW, WORKSPACE, a_team, an_absence, an_actor, an_assignment

OTHER = "T0OTHER"
HERE, ELSEWHERE = an_actor(), an_actor(workspace_id=OTHER)
LATER = NOW + timedelta(hours=1)
TEAM = a_team(aliases=("billing",), channels=("C1PAY",), members=("U1PIA",), leads=("U1LENA",), team_id="team")
GONE = a_team("Gone", team_id="gone")
HELD = an_assignment(team=TEAM)
OF_ALL = an_assignment()
AWAY = an_absence()


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores on one database."""

    teams: SqlTeamStore
    assignments: SqlAssignmentStore
    absences: SqlAbsenceStore
    audit: SqlAuditLog

    async def everything(self) -> list[Any]:
        """Return all that there is in the first workspace, the log of it included."""
        return [
            await self.teams.teams(WORKSPACE),
            await self.teams.archived_team(WORKSPACE, "gone", NOW),
            await self.assignments.all_assignments(WORKSPACE, NOW),
            await self.absences.absences(WORKSPACE, ["U1OWNER"], NOW),
            await self.audit.entries(WORKSPACE),
        ]


@pytest.fixture(name="stores")
async def filled_stores(engine: AsyncEngine) -> Stores:
    """Fill one workspace; the other one has nothing."""
    stores = Stores(SqlTeamStore(engine), SqlAssignmentStore(engine), SqlAbsenceStore(engine), SqlAuditLog(engine))
    for team in (TEAM, GONE):
        await stores.teams.add_team(HERE, team, NOW)
    for held in (HELD, OF_ALL):
        await stores.assignments.assign(HERE, held)
    await stores.absences.add_absence(HERE, AWAY)
    await stores.teams.archive_team(HERE, GONE, LATER)
    return stores


Reading = Callable[[Stores], Awaitable[Any]]
READINGS: dict[str, Reading] = {
    "teams.teams": lambda s: s.teams.teams(OTHER),
    "teams.count_teams": lambda s: s.teams.count_teams(OTHER, named_like="pay"),
    "teams.team": lambda s: s.teams.team(OTHER, TEAM.id),
    "teams.teams_named": lambda s: s.teams.teams_named(OTHER, ["payments", "billing"]),
    "teams.keys_half_like": lambda s: s.teams.keys_half_like(OTHER, ["paym"], ["ents"]),
    "teams.archived_team": lambda s: s.teams.archived_team(OTHER, "gone", NOW),
    "teams.teams_of_channels": lambda s: s.teams.teams_of_channels(OTHER, ["C1PAY"]),
    "teams.teams_of_members": lambda s: s.teams.teams_of_members(OTHER, ["U1PIA", "U1LENA"]),
    "teams.lineage": lambda s: s.teams.lineage(OTHER, TEAM.id),
    "assignments.assignments": lambda s: s.assignments.assignments(OTHER, NOW, team_ids=[TEAM.id, None]),
    "assignments.all_assignments": lambda s: s.assignments.all_assignments(OTHER, NOW - timedelta(days=99)),
    "assignments.assignments_since": lambda s: s.assignments.assignments_since(OTHER, NOW, None, [TEAM.id, None]),
    "assignments.held_by": lambda s: s.assignments.held_by(OTHER, ["U1OWNER"], NOW),
    "assignments.assignment": lambda s: s.assignments.assignment(OTHER, HELD.id),
    "assignments.unassign": lambda s: s.assignments.unassign(ELSEWHERE, OF_ALL.cell, HELD.assignee, NOW),
    "assignments.confirm": lambda s: s.assignments.confirm(ELSEWHERE, [HELD.id, OF_ALL.id], NOW),
    "absences.absences": lambda s: s.absences.absences(OTHER, ["U1OWNER"], NOW),
    "absences.absences_since": lambda s: s.absences.absences_since(OTHER, NOW),
    "absences.end_absences": lambda s: s.absences.end_absences(ELSEWHERE, "U1OWNER", NOW),
    "audit.entries": lambda s: s.audit.entries(OTHER),
}
"""What finds nothing; changes among them, whose answer tells that."""

REFUSED: dict[str, Reading] = {
    "teams.add_team": lambda s: s.teams.add_team(ELSEWHERE, a_team("Cards", parent=TEAM), LATER),
    "teams.change_team": lambda s: s.teams.change_team(ELSEWHERE, replace(TEAM, name="Stolen"), LATER),
    "teams.archive_team": lambda s: s.teams.archive_team(ELSEWHERE, TEAM, LATER),
    "teams.merge_teams": lambda s: s.teams.merge_teams(ELSEWHERE, TEAM, GONE, LATER),
    "assignments.assign": lambda s: s.assignments.assign(ELSEWHERE, an_assignment(team=TEAM)),
    "assignments.unassign": lambda s: s.assignments.unassign(ELSEWHERE, HELD.cell, HELD.assignee, NOW),
}
APART: dict[str, Reading] = {
    "teams.add_team": lambda s: s.teams.add_team(ELSEWHERE, TEAM, LATER),
    "assignments.assign": lambda s: s.assignments.assign(ELSEWHERE, replace(OF_ALL, valid_from=LATER)),
    "absences.add_absence": lambda s: s.absences.add_absence(ELSEWHERE, AWAY),
}
"""What is done in the other workspace, with the very same ids and names."""


def test_every_method_of_every_store_is_looked_at() -> None:
    stores = {
        "teams": SqlTeamStore,
        "assignments": SqlAssignmentStore,
        "absences": SqlAbsenceStore,
        "audit": SqlAuditLog,
    }

    methods = {f"{key}.{name}" for key, store in stores.items() for name in vars(store) if name[0] != "_"}

    assert methods == READINGS.keys() | REFUSED.keys() | APART.keys()


@pytest.mark.parametrize("method", sorted(READINGS))
async def test_nothing_of_another_workspace_is_found(stores: Stores, method: str) -> None:
    before = await stores.everything()

    assert not await READINGS[method](stores)

    assert await stores.everything() == before


@pytest.mark.parametrize("method", sorted(REFUSED))
async def test_nothing_of_another_workspace_can_be_changed(stores: Stores, method: str) -> None:
    before = await stores.everything()

    with pytest.raises(UserFacingError, match="gone"):
        await REFUSED[method](stores)

    assert await stores.everything() == before
    assert list(await stores.audit.entries(OTHER)) == []


@pytest.mark.parametrize("method", sorted(APART))
async def test_the_same_ids_and_names_in_another_workspace_are_something_else(stores: Stores, method: str) -> None:
    before = await stores.everything()

    await APART[method](stores)

    assert await stores.everything() == before
    assert len(await stores.audit.entries(OTHER)) == 1

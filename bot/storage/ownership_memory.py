"""A workspace's ownership as a whole, read from the database, and how often it was changed."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.clock import Clock
from bot.storage.absences import SqlAbsenceStore
from bot.storage.assignment_rows import holds_after
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.engine import reading
from bot.storage.tables import AssignmentRow, TeamRow, WorkspaceRow
from bot.storage.teams import SqlTeamStore
from bot.storage.transfer_state import read_assignments, read_teams
from bot.teams.memory import OwnershipMemory
from bot.teams.remembered import OwnershipData
from bot.teams.store import OwnershipStores


class SqlOwnershipReader:
    """The ``OwnershipReader`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def revisions(self, workspace_ids: Collection[str]) -> Mapping[str, int]:
        """See ``OwnershipReader``."""
        query = select(WorkspaceRow.id, WorkspaceRow.revision).where(WorkspaceRow.id.in_(workspace_ids))
        async with reading(self._engine) as session:
            known = {row.id: row.revision for row in await session.execute(query)}
        return {one: known.get(one, 0) for one in workspace_ids}

    async def read(self, workspace_id: str, since: datetime, most: int) -> OwnershipData | None:
        """See ``OwnershipReader``."""
        async with reading(self._engine) as session:
            if await _is_more(session, workspace_id, since, most):
                return None
            teams = await read_teams(session, workspace_id)
            assignments = await read_assignments(session, workspace_id, since, teams)
        absences = await SqlAbsenceStore(self._engine).absences_since(workspace_id, since)
        return OwnershipData(workspace_id, since, teams, assignments, absences)


def build_ownership_memory(engine: AsyncEngine, clock: Clock) -> OwnershipMemory:
    """Return the memory of what is in a database."""
    stored = OwnershipStores(SqlTeamStore(engine), SqlAssignmentStore(engine), SqlAbsenceStore(engine))
    return OwnershipMemory(SqlOwnershipReader(engine), stored, clock)


async def _is_more(session: AsyncSession, workspace_id: str, since: datetime, most: int) -> bool:
    """Tell whether there are more than ``most`` teams and assignments; no more than that are looked at."""
    teams = select(TeamRow.id).where(TeamRow.workspace_id == workspace_id, TeamRow.archived_at.is_(None))
    held = select(AssignmentRow.id).where(AssignmentRow.workspace_id == workspace_id, holds_after(since))
    found = 0
    for query in (teams, held):
        bounded = query.limit(most + 1 - found).subquery()
        found += await session.scalar(select(func.count()).select_from(bounded)) or 0
        if found > most:
            return True
    return False

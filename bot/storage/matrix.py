"""What the matrix of teams and personas reads from the database, in few queries however many teams it shows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.assignment_rows import as_assignment, holds_after
from bot.storage.engine import reading
from bot.storage.tables import AssignmentRow, TeamRow
from bot.storage.team_rows import with_parts
from bot.teams.model import Assignment, Team


class SqlMatrixReader:
    """The ``MatrixReader`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def with_ancestors(self, workspace_id: str, team_ids: Collection[str]) -> Mapping[str, Team]:
        """See ``MatrixReader``."""
        line = (
            select(TeamRow.id, TeamRow.parent_id)
            .where(TeamRow.workspace_id == workspace_id, TeamRow.id.in_(team_ids))
            .cte("line", recursive=True)
        )
        parents = select(TeamRow.id, TeamRow.parent_id).join(
            line, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == line.c.parent_id)
        )
        line = line.union(parents)  # a union, not "all": a cycle ends where it began
        query = select(TeamRow).where(TeamRow.workspace_id == workspace_id, TeamRow.id.in_(select(line.c.id)))
        async with reading(self._engine) as session:
            rows = list(await session.scalars(query))
            return {team.id: team for team in await with_parts(session, workspace_id, rows)}

    async def held_for(self, workspace_id: str, team_ids: Collection[str], at: datetime) -> Sequence[Assignment]:
        """See ``MatrixReader``."""
        # Two queries without an order, because SQLite would read all assignments for one with "or".
        places = [AssignmentRow.team_id.in_(team_ids), AssignmentRow.team_id.is_(None)]
        valid = (AssignmentRow.valid_from <= at, holds_after(at))
        async with reading(self._engine) as session:
            found = [
                await session.scalars(
                    select(AssignmentRow).where(AssignmentRow.workspace_id == workspace_id, place, *valid)
                )
                for place in places
            ]
            return [as_assignment(row) for rows in found for row in rows]

    async def held_somewhere(
        self, workspace_id: str, persona_keys: Collection[str], at: datetime
    ) -> frozenset[str]:
        """See ``MatrixReader``."""
        keys = sorted(persona_keys)
        is_held = [
            exists().where(
                AssignmentRow.workspace_id == workspace_id,
                AssignmentRow.persona_key == key,
                AssignmentRow.valid_from <= at,
                holds_after(at),
            )
            for key in keys
        ]
        async with reading(self._engine) as session:
            (answer,) = await session.execute(select(*is_held))
            return frozenset(key for key, held in zip(keys, answer, strict=True) if held)

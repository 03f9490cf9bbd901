"""Who is away, in the database; each method is one transaction about one workspace."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.audit import AuditTrail
from bot.storage.engine import reading, writing
from bot.storage.tables import AbsenceRow
from bot.storage.workspaces import change_ownership
from bot.teams.audit import Action, Facts
from bot.teams.model import Absence, Actor

_MAX_ASKED_FOR: Final = 1_000
"""Of more people all absences are read: few are away at a time, and databases limit the parameters of a query."""


class SqlAbsenceStore:
    """The ``AbsenceStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_absence(self, by: Actor, absence: Absence) -> None:
        """See ``AbsenceStore``."""
        trail = AuditTrail(by, absence.since)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, absence.since)
            before = await _end_open(session, by.workspace_id, absence.user_id, absence.since)
            session.add(
                AbsenceRow(
                    workspace_id=by.workspace_id,
                    id=absence.id,
                    user_id=absence.user_id,
                    since=absence.since,
                    until=absence.until,
                    cover_id=absence.cover_id,
                )
            )
            trail.add(Action.AWAY, before=before or {}, after=_facts(absence))
            await trail.save(session)

    async def end_absences(self, by: Actor, user_id: str, at: datetime) -> bool:
        """See ``AbsenceStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            before = await _end_open(session, by.workspace_id, user_id, at)
            if before is not None:
                trail.add(Action.BACK, before=before)
            await trail.save(session)
            return before is not None

    async def absences(self, workspace_id: str, user_ids: Collection[str], at: datetime) -> Mapping[str, Absence]:
        """See ``AbsenceStore``."""
        later = await self.absences_since(workspace_id, at, user_ids)
        return {one.user_id: one for one in later if one.since <= at}

    async def absences_since(
        self, workspace_id: str, since: datetime, user_ids: Collection[str] | None = None
    ) -> Sequence[Absence]:
        """See ``AbsenceStore``."""
        query = (
            select(AbsenceRow)
            .where(AbsenceRow.workspace_id == workspace_id, AbsenceRow.until > since)
            .order_by(AbsenceRow.since, AbsenceRow.id)
        )
        if user_ids is not None and len(user_ids) <= _MAX_ASKED_FOR:
            query = query.where(AbsenceRow.user_id.in_(user_ids))
        async with reading(self._engine) as session:
            absences = map(_absence, await session.scalars(query))
            return [one for one in absences if user_ids is None or one.user_id in frozenset(user_ids)]


async def _end_open(session: AsyncSession, workspace_id: str, user_id: str, at: datetime) -> Facts | None:
    """End what is open of somebody's absences; return what it was."""
    rows = await session.scalars(
        select(AbsenceRow).where(
            AbsenceRow.workspace_id == workspace_id, AbsenceRow.user_id == user_id, AbsenceRow.until > at
        )
    )
    before: Facts | None = None
    for row in rows:
        before = _facts(_absence(row))
        row.until = max(at, row.since)
    return before


def _absence(row: AbsenceRow) -> Absence:
    return Absence(row.id, row.user_id, row.since, row.until, row.cover_id)


def _facts(absence: Absence) -> Facts:
    facts: dict[str, str | list[str] | None] = {"user": absence.user_id, "until": absence.until.isoformat()}
    if absence.cover_id:
        facts["cover"] = absence.cover_id
    return facts

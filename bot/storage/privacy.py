"""What is kept about a person, in the database: all of it is told, or removed, in one transaction."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, CursorResult, Executable, delete, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.questions.privacy import FORGOTTEN, Forgotten, Kept
from bot.storage.assignment_rows import as_assignment, end, holds_after
from bot.storage.audit import AuditTrail, assignment_facts, changed_facts, team_facts
from bot.storage.engine import reading, writing
from bot.storage.tables import (
    AbsenceRow,
    AssignmentRow,
    AuditRow,
    ConfirmationRequestRow,
    DigestRow,
    FeedbackRow,
    InboxRow,
    QuestionRow,
    Row,
    TeamMemberRow,
    TeamRow,
    UnfitHolderRow,
)
from bot.storage.team_rows import with_parts
from bot.storage.workspaces import change_ownership
from bot.teams.audit import Action
from bot.teams.model import Actor

NAMED_IN: Final[Mapping[type[Row], tuple[str, ...]]] = {
    QuestionRow: ("asker_id", "owner_id"),
    FeedbackRow: ("given_by",),
    InboxRow: ("user_id",),
    AbsenceRow: ("user_id", "cover_id"),
    TeamMemberRow: ("member_id",),
    TeamRow: ("created_by",),
    AssignmentRow: ("assignee_id", "assigned_by", "confirmed_by", "ended_by"),
    ConfirmationRequestRow: ("user_id",),
    UnfitHolderRow: ("assignee_id",),
    DigestRow: ("owner_id",),
    AuditRow: ("actor_id",),
}
"""Every column that holds the id of a person; a test finds those that are missing."""

WRITTEN_IN: Final[Mapping[type[Row], tuple[str, ...]]] = {
    QuestionRow: ("text",),
    InboxRow: ("text",),
    AuditRow: ("before", "after"),
}
"""Every column in which ids of people may stand among other words."""


class SqlPrivacyStore:
    """The ``PrivacyStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def kept(self, workspace_id: str, user_id: str) -> Kept:
        """See ``PrivacyStore``."""
        kept: dict[str, list[dict[str, object]]] = {}
        async with reading(self._engine) as session:
            for table, columns in NAMED_IN.items():
                named = [getattr(table, name) == user_id for name in columns]
                written = [getattr(table, name).contains(user_id) for name in WRITTEN_IN.get(table, ())]
                query = select(table).where(_workspace(table) == workspace_id, or_(*named, *written))
                found = [_as_json(row) for row in await session.scalars(query)]
                kept[table.__tablename__] = [row for row in found if _names(row, user_id)]
        return {table: rows for table, rows in kept.items() if rows}

    async def forget(self, by: Actor, user_id: str, at: datetime) -> Forgotten:
        """See ``PrivacyStore``."""
        async with writing(self._engine) as session:
            await _overwrite_deleted(session)
            await change_ownership(session, self._engine, by.workspace_id, at)
            person = _Person(session, by, user_id, at)
            forgotten = await person.forget()
        await self._empty_log()
        return forgotten

    async def delete_before(self, workspace_id: str, before: datetime, limit: int) -> int:
        """See ``PrivacyStore``."""
        questions = select(QuestionRow.id).where(
            QuestionRow.workspace_id == workspace_id, QuestionRow.asked_at < before
        )
        message = InboxRow.channel_id, InboxRow.message_ts
        messages = select(*message).where(InboxRow.workspace_id == workspace_id, InboxRow.received_at < before)
        async with writing(self._engine) as session:
            await _overwrite_deleted(session)
            deleted = await _count(
                session,
                delete(QuestionRow).where(
                    QuestionRow.workspace_id == workspace_id, QuestionRow.id.in_(questions.limit(limit))
                ),
            )
            deleted += await _count(
                session,
                delete(InboxRow).where(
                    InboxRow.workspace_id == workspace_id, tuple_(*message).in_(messages.limit(limit))
                ),
            )
        if deleted:
            await self._empty_log()
        return deleted

    async def _empty_log(self) -> None:
        """Have SQLite write its log back and cut it off: what was deleted still stands there."""
        if self._engine.dialect.name == "sqlite":
            async with self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                cursor = await cast("Any", raw.driver_connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
                await cursor.close()


class _Person:
    """Forgets one person within one transaction."""

    def __init__(self, session: AsyncSession, by: Actor, user_id: str, at: datetime) -> None:
        self._session = session
        self._by = by
        self._user_id = user_id
        self._at = at

    async def forget(self) -> Forgotten:
        """Audit what ends, delete what is theirs, and rename the rest."""
        trail = AuditTrail(self._by, self._at)
        assignments = await self._end_assignments(trail)
        memberships = await self._leave_teams(trail)
        await self._session.flush()
        await trail.save(self._session)
        await self._delete(UnfitHolderRow, UnfitHolderRow.assignee_id)
        return Forgotten(
            questions=await self._delete(QuestionRow, QuestionRow.asker_id),
            messages=await self._delete(InboxRow, InboxRow.user_id),
            feedback=await self._delete(FeedbackRow, FeedbackRow.given_by),
            absences=await self._delete(AbsenceRow, AbsenceRow.user_id),
            memberships=memberships,
            assignments=assignments,
            requests=await self._delete(ConfirmationRequestRow, ConfirmationRequestRow.user_id),
            renamed=await self._rename() + await self._rename_in_words(),
        )

    async def _end_assignments(self, trail: AuditTrail) -> int:
        rows = list(
            await self._session.scalars(
                select(AssignmentRow).where(
                    AssignmentRow.workspace_id == self._by.workspace_id,
                    AssignmentRow.assignee_id == self._user_id,
                    holds_after(self._at),
                )
            )
        )
        for row in rows:
            before = assignment_facts(as_assignment(row))
            team = await self._session.get(TeamRow, (self._by.workspace_id, row.team_id)) if row.team_id else None
            end(row, self._at, self._by.user_id)
            trail.add(
                Action.ASSIGNMENT_ENDED,
                team=(team.id, team.name) if team else None,
                persona_key=row.persona_key,
                before=before,
            )
        return len(rows)

    async def _leave_teams(self, trail: AuditTrail) -> int:
        of_them = TeamMemberRow.workspace_id == self._by.workspace_id, TeamMemberRow.member_id == self._user_id
        ids = select(TeamMemberRow.team_id).where(*of_them)
        rows = list(
            await self._session.scalars(
                select(TeamRow).where(TeamRow.workspace_id == self._by.workspace_id, TeamRow.id.in_(ids))
            )
        )
        before = await with_parts(self._session, self._by.workspace_id, rows)
        memberships = await _count(self._session, delete(TeamMemberRow).where(*of_them))
        after = await with_parts(self._session, self._by.workspace_id, rows)
        for row, old, new in zip(rows, before, after, strict=True):
            row.version += 1
            facts = changed_facts(team_facts(old, None), team_facts(new, None))
            trail.add(Action.TEAM_CHANGED, team=(row.id, row.name), before=facts[0], after=facts[1])
        return memberships

    async def _delete(self, table: type[Row], person: Any) -> int:  # noqa: ANN401 (a column of any table)
        mine = _workspace(table) == self._by.workspace_id, person == self._user_id
        return await _count(self._session, delete(table).where(*mine))

    async def _rename(self) -> int:
        """Put nobody, or nobody's id, in the place of theirs in what belongs to others."""
        digests = DigestRow.workspace_id == self._by.workspace_id, DigestRow.owner_id == self._user_id
        await self._session.execute(update(DigestRow).where(*digests).values(mentions_owner=False))
        renamed = 0
        for table, columns in NAMED_IN.items():
            for name in columns if table is not AuditRow else ():
                value = None if (table, name) == (AbsenceRow, "cover_id") else FORGOTTEN
                theirs = _workspace(table) == self._by.workspace_id, getattr(table, name) == self._user_id
                renamed += await _count(self._session, update(table).where(*theirs).values({name: value}))
        return renamed

    async def _rename_in_words(self) -> int:
        """Take their id out of what others wrote."""
        renamed = 0
        tables: tuple[type[QuestionRow | InboxRow], ...] = (QuestionRow, InboxRow)
        for table in tables:
            query = select(table).where(
                table.workspace_id == self._by.workspace_id, table.text.contains(self._user_id)
            )
            for row in cast("list[QuestionRow | InboxRow]", list(await self._session.scalars(query))):
                words = _id_in_words(self._user_id).sub(FORGOTTEN, row.text)
                renamed += words != row.text
                row.text = words
        return renamed


def _workspace(table: type[Row]) -> ColumnElement[str]:
    return cast("ColumnElement[str]", table.__table__.c.workspace_id)


def _id_in_words(user_id: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Z0-9]){user_id}(?![A-Z0-9])")


def _names(row: Mapping[str, object], user_id: str) -> bool:
    """Tell whether a row names a person; the database has found longer ids that only contain theirs, too."""
    return any(isinstance(value, str) and _id_in_words(user_id).search(value) for value in row.values())


def _as_json(row: Row) -> dict[str, object]:
    values = ((column.key, getattr(row, column.key)) for column in row.__table__.columns)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values}


async def _count(session: AsyncSession, change: Executable) -> int:
    return cast("CursorResult[Any]", await session.execute(change)).rowcount


async def _overwrite_deleted(session: AsyncSession) -> None:
    """Have SQLite overwrite what is deleted, rather than only mark its place as free."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("PRAGMA secure_delete = ON"))

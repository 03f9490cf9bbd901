"""Digests in the database, and what they said the last time; each method is one transaction."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.digests.model import Digest, LastRun, RunState
from bot.digests.recurrence import parse_recurrence
from bot.storage.audit import AuditTrail
from bot.storage.engine import reading, writing
from bot.storage.tables import DigestRow, DigestRunRow
from bot.storage.workspaces import ensure_workspace
from bot.teams.audit import Action, Facts
from bot.teams.model import Actor, Cell


class SqlDigestStore:
    """The ``DigestStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, by: Actor, digest: Digest) -> None:
        """See ``DigestStore``."""
        trail = AuditTrail(by, digest.created_at)
        async with writing(self._engine) as session:
            await ensure_workspace(session, self._engine, digest.workspace_id, digest.created_at)
            session.add(
                DigestRow(
                    workspace_id=digest.workspace_id,
                    id=digest.id,
                    channel_id=digest.channel_id,
                    schedule=digest.recurrence.in_words(),
                    owner_id=digest.owner_id,
                    mentions_owner=digest.mentions_owner,
                    created_at=digest.created_at,
                    active_since=digest.active_since,
                )
            )
            trail.add(Action.DIGEST_ADDED, after=_facts(digest))
            await trail.save(session)

    async def digests(self, workspace_id: str) -> Sequence[Digest]:
        """See ``DigestStore``."""
        query = select(DigestRow).where(DigestRow.workspace_id == workspace_id)
        async with reading(self._engine) as session:
            rows = await session.scalars(query.order_by(DigestRow.created_at, DigestRow.id))
            return [digest_of(row) for row in rows]

    async def digest(self, workspace_id: str, digest_id: str) -> Digest | None:
        """See ``DigestStore``."""
        async with reading(self._engine) as session:
            row = await session.get(DigestRow, (workspace_id, digest_id))
            return digest_of(row) if row else None

    async def remove(self, by: Actor, digest_id: str, at: datetime) -> bool:
        """See ``DigestStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            row = await locked_digest(session, by.workspace_id, digest_id)
            if row is None:
                return False
            trail.add(Action.DIGEST_REMOVED, before=_facts(digest_of(row)))
            await session.delete(row)
            await trail.save(session)
            return True

    async def pause(self, by: Actor, digest_id: str, at: datetime, reason: str | None) -> bool:
        """See ``DigestStore``."""
        async with writing(self._engine) as session:
            row = await locked_digest(session, by.workspace_id, digest_id)
            return row is not None and await pause_row(session, by, row, at, reason)

    async def resume(self, by: Actor, digest_id: str, at: datetime) -> bool:
        """See ``DigestStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            row = await locked_digest(session, by.workspace_id, digest_id)
            if row is None or row.paused_at is None:
                return False
            row.paused_at, row.pause_reason, row.active_since = None, None, at
            trail.add(Action.DIGEST_RESUMED, after={"channel": row.channel_id, "schedule": row.schedule})
            await trail.save(session)
            return True

    async def last_run(self, digest: Digest) -> LastRun | None:
        """See ``DigestStore``."""
        query = (
            select(DigestRunRow)
            .where(
                DigestRunRow.workspace_id == digest.workspace_id,
                DigestRunRow.digest_id == digest.id,
                DigestRunRow.state == RunState.SENT.value,
            )
            .order_by(DigestRunRow.due_at.desc())
            .limit(1)
        )
        async with reading(self._engine) as session:
            row = await session.scalar(query)
            if row is None or row.sent_at is None:
                return None
            cells = frozenset(Cell(key, team_id or None) for key, team_id in json.loads(row.gaps or "[]"))
            return LastRun(row.sent_at, row.score, cells)


async def locked_digest(session: AsyncSession, workspace_id: str, digest_id: str) -> DigestRow | None:
    """Return a digest's row, and hold it until the transaction ends."""
    query = select(DigestRow).where(*is_digest(workspace_id, digest_id)).with_for_update()
    row: DigestRow | None = await session.scalar(query)
    return row


async def pause_row(session: AsyncSession, by: Actor, row: DigestRow, at: datetime, reason: str | None) -> bool:
    """Pause a digest whose row is held; false if it was paused already."""
    if row.paused_at is not None:
        return False
    row.paused_at, row.pause_reason = at, reason
    why: Facts = {"reason": reason} if reason else {}
    trail = AuditTrail(by, at)
    trail.add(Action.DIGEST_PAUSED, after={"channel": row.channel_id, "schedule": row.schedule, **why})
    await trail.save(session)
    return True


def is_digest(workspace_id: str, digest_id: str) -> list[ColumnElement[bool]]:
    """Return the condition that a row is this digest's."""
    return [DigestRow.workspace_id == workspace_id, DigestRow.id == digest_id]


def _facts(digest: Digest) -> Facts:
    return {"channel": digest.channel_id, "schedule": digest.recurrence.in_words(), "owner": digest.owner_id}


def digest_of(row: DigestRow) -> Digest:
    """Return the digest that a row holds."""
    return Digest(
        workspace_id=row.workspace_id,
        id=row.id,
        channel_id=row.channel_id,
        recurrence=parse_recurrence(row.schedule, "UTC"),
        owner_id=row.owner_id,
        created_at=row.created_at,
        active_since=row.active_since,
        mentions_owner=row.mentions_owner,
        paused_at=row.paused_at,
        pause_reason=row.pause_reason,
    )

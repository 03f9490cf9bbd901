"""The due moments of digests in the database, and who has taken them on; each method is one transaction."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.clock import Clock
from bot.digests.model import Claim, Digest, RunState
from bot.storage.digests import digest_of, is_digest, locked_digest, pause_row
from bot.storage.engine import insert_into, reading, writing
from bot.storage.tables import DigestRow, DigestRunRow
from bot.teams.model import Actor, Cell

_UNSENT: Final = (RunState.DUE.value, RunState.MISSED.value)
_MAX_LEASES: Final = 32


class SqlDigestRuns:
    """The ``DigestRuns`` on SQLite or PostgreSQL.

    Claims are timed by the clock of the PostgreSQL server, which all processes share; SQLite has one process.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def note_due(self, digest: Digest, dues: Collection[datetime]) -> None:
        """See ``DigestRuns``."""
        unknown = await self._unknown(digest, dues)
        if not unknown:
            return
        exists = select(DigestRow.id).where(*is_digest(digest.workspace_id, digest.id))
        async with writing(self._engine) as session:
            # Held, so that nobody removes the digest while runs are added to it.
            if await session.scalar(exists.with_for_update(read=True, key_share=True)) is None:
                return
            await session.execute(
                insert_into(DigestRunRow, self._engine).on_conflict_do_nothing(),
                [_new_run(digest, due_at) for due_at in unknown],
            )

    async def note_missed(self, workspace_id: str, until: datetime) -> Sequence[tuple[str, datetime]]:
        """See ``DigestRuns``."""
        change = (
            update(DigestRunRow)
            .where(
                DigestRunRow.workspace_id == workspace_id,
                DigestRunRow.state == RunState.DUE.value,
                DigestRunRow.due_at <= until,
            )
            .values(state=RunState.MISSED.value)
            .returning(DigestRunRow.digest_id, DigestRunRow.due_at)
        )
        async with writing(self._engine) as session:
            return [(row.digest_id, row.due_at) for row in await session.execute(change)]

    async def open_runs(
        self, workspace_id: str, after: datetime, until: datetime
    ) -> Sequence[tuple[str, datetime]]:
        """See ``DigestRuns``."""
        query = (
            select(DigestRunRow.digest_id, DigestRunRow.due_at)
            .join(DigestRow, _belongs())
            .where(
                DigestRunRow.workspace_id == workspace_id,
                DigestRunRow.due_at > after,
                DigestRunRow.due_at <= until,
                or_(_is_to_send(), _is_to_tell()),
            )
            .order_by(DigestRunRow.due_at, DigestRunRow.digest_id)
        )
        async with reading(self._engine) as session:
            return [(row.digest_id, row.due_at) for row in await session.execute(query)]

    async def claim(self, workspace_id: str, digest_id: str, due_at: datetime, lease: timedelta) -> Claim | None:
        """See ``DigestRuns``."""
        query = (
            select(DigestRunRow, DigestRow)
            .join(DigestRow, _belongs())
            .where(*_is_run(workspace_id, digest_id, due_at), or_(_is_to_send(), _is_to_tell()))
            # What another process is just taking on is left to it: nobody waits for a process that may hang.
            .with_for_update(of=DigestRunRow, skip_locked=True)
        )
        async with writing(self._engine) as session:
            found = (await session.execute(query)).first()
            now = await self._now(session)
            if found is None or _is_held(found.DigestRunRow, now, lease):
                return None
            run = found.DigestRunRow
            run.state = RunState.DUE.value if run.state in _UNSENT else run.state
            run.claims, run.claimed_at = run.claims + 1, now
            return Claim(digest_of(found.DigestRow), due_at, run.claims, RunState(run.state))

    async def renew(self, claim: Claim) -> bool:
        """See ``DigestRuns``."""
        query = (
            select(DigestRunRow)
            .join(DigestRow, _belongs())
            .where(*_is_claimed(claim), _is_to_send())
            .with_for_update(of=DigestRunRow)
        )
        async with writing(self._engine) as session:
            run = await session.scalar(query)
            if run is None:
                return False
            run.claimed_at = await self._now(session)
            return True

    async def note_unsent(self, claim: Claim) -> None:
        """See ``DigestRuns``."""
        change = update(DigestRunRow).where(*_is_claimed(claim)).values(claims=DigestRunRow.claims - 1)
        async with writing(self._engine) as session:
            await session.execute(change)

    async def finish(
        self,
        claim: Claim,
        state: RunState,
        at: datetime,
        *,
        message_ts: str | None = None,
        score: float | None = None,
        gaps: Collection[Cell] = (),
    ) -> bool:
        """See ``DigestRuns``."""
        cells = sorted([cell.persona_key, cell.team_id or ""] for cell in gaps)
        change = (
            update(DigestRunRow)
            .where(*_is_claimed(claim))
            .values(state=state.value, sent_at=at, message_ts=message_ts, score=score, gaps=json.dumps(cells))
            .returning(DigestRunRow.claims)
        )
        async with writing(self._engine) as session:
            return await session.scalar(change) is not None

    async def refuse(self, by: Actor, claim: Claim, at: datetime, reason: str) -> bool:
        """See ``DigestRuns``."""
        async with writing(self._engine) as session:
            digest = await locked_digest(session, claim.digest.workspace_id, claim.digest.id)
            paused = digest is not None and await pause_row(session, by, digest, at, reason)
            # Without a moment in ``sent_at`` its owner is still to be told.
            change = update(DigestRunRow).where(*_is_claimed(claim))
            await session.execute(change.values(state=RunState.REFUSED.value, sent_at=None if paused else at))
            return paused

    async def _unknown(self, digest: Digest, dues: Collection[datetime]) -> Sequence[datetime]:
        if not dues:
            return []
        query = select(DigestRunRow.due_at).where(
            DigestRunRow.workspace_id == digest.workspace_id,
            DigestRunRow.digest_id == digest.id,
            DigestRunRow.due_at.in_(dues),
        )
        async with reading(self._engine) as session:
            known = set(await session.scalars(query))
        return [due_at for due_at in dues if due_at not in known]

    async def _now(self, session: AsyncSession) -> datetime:
        if self._engine.dialect.name != "postgresql":
            return self._clock()
        now: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return now


def _is_held(run: DigestRunRow, now: datetime, lease: timedelta) -> bool:
    """Tell whether a process may still be at work on a run.

    The lease grows with every time it came to nothing, so that a Slack which takes messages but never says so does
    not get one every other minute. A claim from far in the future is one from before the clock was set back.
    """
    if run.claimed_at is None:
        return False
    grown = lease * min(1 << max(run.claims - 1, 0), _MAX_LEASES)
    return abs(run.claimed_at - now) < grown


def _belongs() -> ColumnElement[bool]:
    return and_(DigestRunRow.workspace_id == DigestRow.workspace_id, DigestRunRow.digest_id == DigestRow.id)


def _is_to_send() -> ColumnElement[bool]:
    return and_(
        DigestRunRow.state.in_(_UNSENT),
        DigestRow.paused_at.is_(None),
        DigestRunRow.due_at > DigestRow.active_since,
    )


def _is_to_tell() -> ColumnElement[bool]:
    return and_(
        DigestRunRow.state == RunState.REFUSED.value,
        DigestRunRow.sent_at.is_(None),
        DigestRow.pause_reason.is_not(None),
    )


def _is_run(workspace_id: str, digest_id: str, due_at: datetime) -> list[ColumnElement[bool]]:
    return [
        DigestRunRow.workspace_id == workspace_id,
        DigestRunRow.digest_id == digest_id,
        DigestRunRow.due_at == due_at,
    ]


def _is_claimed(claim: Claim) -> list[ColumnElement[bool]]:
    """Return the condition that a run is still this claim's, not a later one's."""
    run = _is_run(claim.digest.workspace_id, claim.digest.id, claim.due_at)
    return [*run, DigestRunRow.claims == claim.number]


def _new_run(digest: Digest, due_at: datetime) -> dict[str, str | int | datetime]:
    return {
        "workspace_id": digest.workspace_id,
        "digest_id": digest.id,
        "due_at": due_at,
        "state": RunState.DUE.value,
        "claims": 0,
    }

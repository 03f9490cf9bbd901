"""The inbox in the database; each method is one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from bot.batches import Batches
from bot.questions.inbox import Backlog, Failure, InboxItem, Letter
from bot.storage.engine import in_one_go, insert_into, reading, writing
from bot.storage.tables import InboxRow
from bot.storage.workspaces import revisions_of
from bot.surface import Surface

_OPEN = ("waiting", "withdrawn")
_WITHDRAWN = ("withdrawn", "gone")
_MAX_ERROR = 100


class SqlInboxStore:
    """The ``InboxStore`` on SQLite or PostgreSQL; on the latter any number of processes share the work."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._accepting = Batches(self._accept_all)

    async def accept(self, letter: Letter, at: datetime) -> bool:
        """See ``InboxStore``; what comes at the same time shares a transaction."""
        return await self._accepting.done((letter, at))

    async def _accept_all(self, letters: Sequence[tuple[Letter, datetime]]) -> Sequence[bool]:
        workspaces = {letter.workspace_id: at for letter, at in letters}
        insert = (
            insert_into(InboxRow, self._engine)
            .values([_values(letter, at) for letter, at in sorted(letters, key=_in_order)])
            .on_conflict_do_nothing()
            .returning(InboxRow.workspace_id, InboxRow.channel_id, InboxRow.message_ts)
        )

        def accepted(connection: Connection) -> set[tuple[Any, ...]]:
            revisions_of(connection, self._engine, workspaces)
            return {tuple(row) for row in connection.execute(insert)}

        new = await in_one_go(self._engine, accepted)
        is_new = []
        for letter, _ in letters:
            is_new.append((key := (letter.workspace_id, letter.channel_id, letter.ts)) in new)
            new.discard(key)  # of a letter that came twice at once, the first one is new
        return is_new

    async def edit(self, letter: Letter) -> bool:
        """See ``InboxStore``."""
        change = _row(letter.workspace_id, letter.channel_id, letter.ts).where(
            InboxRow.text != letter.text, InboxRow.state.not_in(_WITHDRAWN)
        )
        return await self._changed(
            change.values(
                text=letter.text,
                revision=InboxRow.revision + 1,
                state="waiting",
                claimed_at=None,
                not_before=None,
                error=None,
            )
        )

    async def withdraw(self, workspace_id: str, channel_id: str, ts: str) -> bool:
        """See ``InboxStore``."""
        change = _row(workspace_id, channel_id, ts).where(InboxRow.state.not_in(_WITHDRAWN))
        return await self._changed(
            change.values(state="withdrawn", revision=InboxRow.revision + 1, claimed_at=None, not_before=None)
        )

    async def claim(
        self, workspace_ids: Collection[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[InboxItem]:
        """See ``InboxStore``."""
        free = _free(now, lease).where(InboxRow.workspace_id.in_(workspace_ids)).limit(limit)
        async with writing(self._engine) as session:
            rows = (await session.scalars(free)).all()
            for row in rows:
                row.claimed_at, row.claims = now, row.claims + 1
            return [_item(row) for row in rows]

    async def finish(self, item: InboxItem, answer_ts: str | None) -> None:
        """See ``InboxStore``."""
        letter = item.letter
        row = _row(letter.workspace_id, letter.channel_id, letter.ts)
        async with writing(self._engine) as session:
            await session.execute(row.values(answer_ts=answer_ts, claimed_at=None))
            done = row.where(InboxRow.revision == item.revision)
            state = "gone" if item.is_withdrawn else "done"
            await session.execute(done.values(state=state, claims=0, not_before=None, error=None))

    async def put_off(self, item: InboxItem, until: datetime, error: str) -> None:
        """See ``InboxStore``."""
        await self._changed(_of(item).values(claimed_at=None, not_before=until, error=error[:_MAX_ERROR]))

    async def give_up(self, item: InboxItem, error: str) -> None:
        """See ``InboxStore``."""
        await self._changed(_of(item).values(state="failed", claimed_at=None, error=error[:_MAX_ERROR]))

    async def failures(self, workspace_id: str, since: datetime, limit: int) -> Sequence[Failure]:
        """See ``InboxStore``."""
        query = (
            select(InboxRow)
            .where(
                InboxRow.workspace_id == workspace_id, InboxRow.state == "failed", InboxRow.received_at >= since
            )
            .order_by(InboxRow.received_at.desc())
            .limit(limit)
        )
        async with reading(self._engine) as session:
            return [
                Failure(row.channel_id, row.received_at, row.error or "") for row in await session.scalars(query)
            ]

    async def backlog(self, workspace_id: str) -> Backlog:
        """See ``InboxStore``."""
        query = select(func.count(), func.min(InboxRow.received_at)).where(
            InboxRow.workspace_id == workspace_id, InboxRow.state.in_(_OPEN)
        )
        async with reading(self._engine) as session:
            waiting, oldest = (await session.execute(query)).one()
            return Backlog(waiting, oldest)

    async def _changed(self, change: Update) -> bool:
        async with writing(self._engine) as session:
            return await session.scalar(change.returning(InboxRow.message_ts)) is not None


def _in_order(accepted: tuple[Letter, datetime]) -> tuple[str, str, str]:
    """Return the key by which every process writes letters in the same order, so that none waits for another."""
    letter, _ = accepted
    return letter.workspace_id, letter.channel_id, letter.ts


def _values(letter: Letter, at: datetime) -> dict[str, Any]:
    return {
        "workspace_id": letter.workspace_id,
        "channel_id": letter.channel_id,
        "message_ts": letter.ts,
        "thread_ts": letter.thread_ts,
        "thread": letter.thread,
        "user_id": letter.user_id,
        "text": letter.text,
        "surface": letter.surface.value,
        "is_external": letter.is_external,
        "received_at": at,
        "state": "waiting",
        "revision": 0,
        "claims": 0,
    }


def _free(now: datetime, lease: timedelta) -> Select[InboxRow]:
    """Return the query of what may be taken on: of each thread the oldest, if nobody has it in hand."""
    earlier = aliased(InboxRow)
    is_first = ~exists().where(
        earlier.workspace_id == InboxRow.workspace_id,
        earlier.channel_id == InboxRow.channel_id,
        earlier.thread == InboxRow.thread,
        earlier.state.in_(_OPEN),
        tuple_(earlier.received_at, earlier.message_ts) < tuple_(InboxRow.received_at, InboxRow.message_ts),
    )
    return (
        select(InboxRow)
        .where(
            InboxRow.state.in_(_OPEN),
            or_(InboxRow.claimed_at.is_(None), InboxRow.claimed_at <= now - lease),
            or_(InboxRow.not_before.is_(None), InboxRow.not_before <= now),
            is_first,
        )
        .order_by(InboxRow.received_at, InboxRow.message_ts)
        .with_for_update(skip_locked=True)
    )


def _row(workspace_id: str, channel_id: str, ts: str) -> Update:
    return update(InboxRow).where(*_is(workspace_id, channel_id, ts))


def _of(item: InboxItem) -> Update:
    """Return the change of an item, if it is as it was taken on, and nobody took it on since."""
    letter = item.letter
    row = _row(letter.workspace_id, letter.channel_id, letter.ts)
    return row.where(InboxRow.revision == item.revision, InboxRow.claims == item.claims)


def _is(workspace_id: str, channel_id: str, ts: str) -> list[ColumnElement[bool]]:
    return [
        and_(InboxRow.workspace_id == workspace_id, InboxRow.channel_id == channel_id, InboxRow.message_ts == ts)
    ]


def _item(row: InboxRow) -> InboxItem:
    letter = Letter(
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        ts=row.message_ts,
        thread_ts=row.thread_ts,
        user_id=row.user_id,
        text=row.text,
        surface=Surface(row.surface),
        is_external=row.is_external,
    )
    return InboxItem(letter, row.received_at, row.revision, row.claims, row.answer_ts, row.state == "withdrawn")

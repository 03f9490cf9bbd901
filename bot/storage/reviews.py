"""What is to be confirmed, and who was asked when, in the database; each method is one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.assignment_rows import as_assignment, holds_after
from bot.storage.engine import insert_into, reading, writing
from bot.storage.tables import AssignmentRow, ConfirmationRequestRow
from bot.storage.workspaces import ensure_workspace
from bot.teams.model import Assignment


class SqlReviewStore:
    """The ``ReviewStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def unconfirmed(
        self, workspace_id: str, before: datetime, at: datetime, *, not_asked_since: datetime, limit: int
    ) -> Sequence[Assignment]:
        """See ``ReviewStore``."""
        query = (
            select(AssignmentRow)
            .where(AssignmentRow.workspace_id == workspace_id, AssignmentRow.confirmed_at <= before)
            .where(AssignmentRow.valid_from <= at, holds_after(at), ~_was_asked_after(not_asked_since))
            .order_by(AssignmentRow.assignee_type.desc(), AssignmentRow.confirmed_at, AssignmentRow.id)
            .limit(limit)
        )
        async with reading(self._engine) as session:
            return [as_assignment(row) for row in await session.scalars(query)]

    async def claim_request(self, workspace_id: str, user_id: str, at: datetime, not_since: datetime) -> bool:
        """See ``ReviewStore``."""
        insert = insert_into(ConfirmationRequestRow, self._engine).values(
            workspace_id=workspace_id, user_id=user_id, asked_at=at
        )
        claim = insert.on_conflict_do_update(
            index_elements=["workspace_id", "user_id"],
            set_={"asked_at": at},
            where=ConfirmationRequestRow.asked_at <= not_since,
        ).returning(ConfirmationRequestRow.user_id)
        async with writing(self._engine) as session:
            await ensure_workspace(session, self._engine, workspace_id, at)
            return await session.scalar(claim) is not None

    async def release_request(self, workspace_id: str, user_id: str, at: datetime) -> None:
        """See ``ReviewStore``."""
        async with writing(self._engine) as session:
            await session.execute(
                delete(ConfirmationRequestRow).where(
                    ConfirmationRequestRow.workspace_id == workspace_id,
                    ConfirmationRequestRow.user_id == user_id,
                    ConfirmationRequestRow.asked_at == at,
                )
            )


def _was_asked_after(moment: datetime) -> ColumnElement[bool]:
    return exists().where(
        ConfirmationRequestRow.workspace_id == AssignmentRow.workspace_id,
        ConfirmationRequestRow.user_id == AssignmentRow.assignee_id,
        ConfirmationRequestRow.asked_at > moment,
    )

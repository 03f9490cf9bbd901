"""The workspace row: the first thing of a tenant, and the lock under which its ownership changes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.engine import reading
from bot.storage.tables import WorkspaceRow


async def lock_workspace(session: AsyncSession, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row, and hold it until the transaction ends.

    Two changes of ownership in one workspace thus happen one after the other; SQLite's writing transactions
    do so anyway.
    """
    await ensure_workspace(session, workspace_id, at)
    await session.execute(select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id).with_for_update())


async def ensure_workspace(session: AsyncSession, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row; two processes may do so at once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.execute(insert(WorkspaceRow).values(id=workspace_id, created_at=at).on_conflict_do_nothing())


async def workspace_ids(engine: AsyncEngine) -> tuple[str, ...]:
    """Return the workspaces that have data, oldest first."""
    async with reading(engine) as session:
        return tuple(await session.scalars(select(WorkspaceRow.id).order_by(WorkspaceRow.created_at)))

"""The workspace row: the first thing of a tenant, and the lock under which its ownership changes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.engine import insert_into
from bot.storage.tables import WorkspaceRow


async def lock_workspace(session: AsyncSession, engine: AsyncEngine, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row, and hold it until the transaction ends.

    Two changes of ownership in one workspace thus happen one after the other; SQLite's writing transactions
    do so anyway.
    """
    await ensure_workspace(session, engine, workspace_id, at)
    await session.execute(select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id).with_for_update())


async def ensure_workspace(session: AsyncSession, engine: AsyncEngine, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row; two processes may do so at once."""
    insert = insert_into(WorkspaceRow, engine).values(id=workspace_id, created_at=at)
    await session.execute(insert.on_conflict_do_nothing())

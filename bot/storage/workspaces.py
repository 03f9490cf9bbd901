"""The workspace row: the first thing of a tenant, and the lock under which its ownership changes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Executable, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.engine import insert_into
from bot.storage.tables import WorkspaceRow

_REVISIONS: Final = select(WorkspaceRow.id, WorkspaceRow.revision).where(
    WorkspaceRow.id.in_(bindparam("workspaces", expanding=True))
)
"""Written once: every question is kept with it."""


async def change_ownership(session: AsyncSession, engine: AsyncEngine, workspace_id: str, at: datetime) -> None:
    """Begin a change of teams, assignments or absences: make sure the workspace has its row, and count in it.

    The row is held until the transaction ends, so that two changes in one workspace happen one after the other,
    and whoever sees the new revision sees all that was changed up to it.
    """
    await ensure_workspace(session, engine, workspace_id, at)
    counted = update(WorkspaceRow).where(WorkspaceRow.id == workspace_id)
    await session.execute(counted.values(revision=WorkspaceRow.revision + 1))


async def lock_workspace(session: AsyncSession, engine: AsyncEngine, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row, and hold it until the transaction ends."""
    await ensure_workspace(session, engine, workspace_id, at)
    row = select(WorkspaceRow.id).where(WorkspaceRow.id == workspace_id)
    await session.execute(row.with_for_update(key_share=True))  # what refers to it goes on


def revisions_of(
    connection: Connection, engine: AsyncEngine, workspaces: Mapping[str, datetime]
) -> dict[str, int]:
    """Make sure that workspaces have their rows, with the moments they are made at; return their revisions.

    Those that are there are only read: to insert one would wait for whoever changes its ownership.
    """
    known = _known_revisions(connection, workspaces)
    missing = sorted(workspaces.keys() - known.keys())
    for workspace_id in missing:
        connection.execute(_ensured(engine, workspace_id, workspaces[workspace_id]))
    if missing:  # somebody else may have made one meanwhile, and changed it
        known |= _known_revisions(connection, workspaces)
    return known


def _known_revisions(connection: Connection, workspaces: Collection[str]) -> dict[str, int]:
    return {row.id: row.revision for row in connection.execute(_REVISIONS, {"workspaces": list(workspaces)})}


async def ensure_workspace(session: AsyncSession, engine: AsyncEngine, workspace_id: str, at: datetime) -> None:
    """Make sure the workspace has its row; two processes may do so at once."""
    await session.execute(_ensured(engine, workspace_id, at))


def _ensured(engine: AsyncEngine, workspace_id: str, at: datetime) -> Executable:
    made: Executable = (
        insert_into(WorkspaceRow, engine).values(id=workspace_id, created_at=at).on_conflict_do_nothing()
    )
    return made

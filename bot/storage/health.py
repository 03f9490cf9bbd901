"""Whether the database can be written to, found out without leaving anything in it."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UnavailableError
from bot.storage.engine import writing
from bot.storage.tables import WorkspaceRow


async def try_writing(engine: AsyncEngine, at: datetime) -> None:
    """Write a row and take it back; ``UnavailableError`` if it cannot be written."""
    row = insert(WorkspaceRow).values(id=f"test-{uuid4().hex[:16]}", created_at=at)
    try:
        async with writing(engine) as session:
            await session.execute(row)
            await session.rollback()
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise UnavailableError(f"the database cannot be written to ({reason})") from error

"""A database that cannot be written to right now."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.errors import UnavailableError
from bot.storage.engine import build_engine, in_one_go, writing


def impatient(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's own connection)
    """Have SQLite wait for nobody."""
    connection.cursor().execute("PRAGMA busy_timeout = 0")


async def test_a_file_that_somebody_else_writes_to_is_unavailable_until_they_are_done(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    engine = build_engine(f"sqlite+aiosqlite:///{path}?timeout=0")
    event.listen(engine.sync_engine, "connect", impatient)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE note (words)")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="locked"):
        await in_one_go(engine, lambda connection: connection.execute(text("INSERT INTO note VALUES ('lost')")))
    with pytest.raises(UnavailableError, match="locked"):
        async with writing(engine) as session:
            await session.execute(text("INSERT INTO note VALUES ('lost')"))
    other.execute("COMMIT")
    await in_one_go(engine, lambda connection: connection.execute(text("INSERT INTO note VALUES ('kept')")))
    assert other.execute("SELECT words FROM note").fetchall() == [("kept",)]
    other.close()
    await engine.dispose()


async def test_the_log_is_written_back_while_others_write_on(tmp_path: Path) -> None:
    path = tmp_path / "busy.sqlite3"
    engine = build_engine(f"sqlite+aiosqlite:///{path}")
    await in_one_go(engine, lambda connection: connection.execute(text("CREATE TABLE note (words)")))

    for _ in range(1_000):
        await in_one_go(engine, lambda connection: connection.execute(text("INSERT INTO note VALUES ('kept')")))
        if b"kept" in path.read_bytes():
            break
        await asyncio.sleep(0.005)

    assert b"kept" in path.read_bytes()
    await engine.dispose()

"""Migrations lead from nothing to the tables and back, and a database that does not fit is refused."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError, UnavailableError
from bot.storage.engine import build_engine, reading, writing
from bot.storage.schema import SCHEMA_REVISION, current_revision, require_current_schema, run_migrations, upgrade
from bot.storage.tables import Row
from tests.conftest import blank_database


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_migrations_go_up_and_down_and_up_again(kind: str, tmp_path: Path) -> None:
    async for engine in blank_database(kind, tmp_path):
        assert await current_revision(engine) is None
        assert await upgrade(engine)
        assert not await upgrade(engine)
        async with writing(engine) as session:
            await (await session.connection()).run_sync(run_migrations, "base")
        assert await table_names(engine) <= {"alembic_version"}
        assert await upgrade(engine)
        assert await current_revision(engine) == SCHEMA_REVISION


async def test_tables_and_migrations_agree(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Row.metadata))

    async with reading(engine) as session:
        assert await (await session.connection()).run_sync(differences) == []


async def test_an_older_database_says_how_to_upgrade(sqlite_engine: AsyncEngine) -> None:
    await set_revision(sqlite_engine, None)

    with pytest.raises(ConfigurationError, match="run `finops-bot db upgrade`"):
        await require_current_schema(sqlite_engine)


async def test_a_newer_database_is_refused_and_left_alone(sqlite_engine: AsyncEngine) -> None:
    await set_revision(sqlite_engine, "9999")

    with pytest.raises(ConfigurationError, match="9999, which is newer than this version"):
        await require_current_schema(sqlite_engine)
    with pytest.raises(ConfigurationError, match="newer"):
        await upgrade(sqlite_engine)


async def test_a_database_that_is_away_is_named_without_its_password() -> None:
    engine = build_engine("postgresql+psycopg://user:secret-word@127.0.0.1:1/finops")  # nothing listens there

    with pytest.raises(UnavailableError, match="check DATABASE_URL") as caught:
        await current_revision(engine)

    assert "secret-word" not in str(caught.value)
    await engine.dispose()


async def set_revision(engine: AsyncEngine, revision: str | None) -> None:
    async with writing(engine) as session:
        if revision is None:
            await session.execute(text("DELETE FROM alembic_version"))
        else:
            await session.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})


async def table_names(engine: AsyncEngine) -> set[str]:
    async with reading(engine) as session:
        connection = await session.connection()
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))

"""Migrations lead from nothing to the tables and back, and a database that does not fit is refused."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import ConfigurationError, UnavailableError
from bot.storage import schema
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.audit import SqlAuditLog
from bot.storage.engine import build_engine, reading, writing
from bot.storage.schema import SCHEMA_REVISION, current_revision, require_current_schema, run_migrations, upgrade
from bot.storage.tables import Row
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Team
from tests.builders import NOW, WORKSPACE, a_team, an_actor
from tests.conftest import blank_database

ASSIGNED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


KINDS = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@KINDS
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


@KINDS
async def test_a_database_of_the_first_revision_keeps_all_it_holds(kind: str, tmp_path: Path) -> None:
    async for engine in blank_database(kind, tmp_path):
        await migrate(engine, "0001")
        await fill_first_revision(engine)

        assert await upgrade(engine)

        teams, assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
        commerce = Team("commerce", "Commerce")
        payments = Team("payments", "Zahlungs-Verkehr", "commerce", ("billing",), ("C1PAY",))
        assert list(await teams.teams(WORKSPACE)) == [commerce, payments]
        assert list(await teams.lineage(WORKSPACE, "payments")) == [payments, commerce]
        (held,) = await assignments.assignments(WORKSPACE, NOW, team_ids=["payments"])
        assert (held.assignee.id, held.assigned_at, held.confirmed_at) == ("U1OWNER", ASSIGNED_AT, ASSIGNED_AT)
        (ended,) = await assignments.assignments(WORKSPACE, ASSIGNED_AT, team_ids=[None])
        assert ended.valid_until == ASSIGNED_AT + timedelta(days=2)
        assert len(await rows_of(engine, "question")) == 1


@KINDS
async def test_teams_of_the_first_revision_are_found_when_misspelt_and_can_be_changed(
    kind: str, tmp_path: Path
) -> None:
    async for engine in blank_database(kind, tmp_path):
        await migrate(engine, "0001")
        await fill_first_revision(engine)

        await upgrade(engine)

        teams = SqlTeamStore(engine)
        assert list(await teams.keys_half_like(WORKSPACE, ["comm"], [])) == ["commerce"]
        assert list(await teams.keys_half_like(WORKSPACE, [], ["ling"])) == ["billing"]
        (commerce, _payments) = await teams.teams(WORKSPACE)
        await teams.archive_team(an_actor(), commerce, NOW)
        assert [team.parent_id for team in await teams.teams(WORKSPACE)] == [None]


@KINDS
async def test_going_back_to_the_first_revision_keeps_what_it_knows_of_and_drops_archived_teams(
    kind: str, tmp_path: Path
) -> None:
    async for engine in blank_database(kind, tmp_path):
        await migrate(engine, "0001")
        await fill_first_revision(engine)
        await upgrade(engine)
        teams = SqlTeamStore(engine)
        gone = a_team("Gone", members=("U1MEMBER",))
        await teams.add_team(an_actor(), gone, NOW)
        await teams.archive_team(an_actor(), gone, NOW)

        await migrate(engine, "0001", down=True)

        assert sorted(row["id"] for row in await rows_of(engine, "team")) == ["commerce", "payments"]
        assert sorted(row["name_key"] for row in await rows_of(engine, "team_name")) == [
            "billing",
            "commerce",
            "zahlungs verkehr",
        ]
        assert len(await rows_of(engine, "assignment")) == 2
        assert await upgrade(engine)
        assert len(await teams.teams(WORKSPACE)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor_id = 'U1SOMEBODY'",
        "UPDATE audit SET id = id",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE actor_id = 'U1ADMIN'",
    ],
)
async def test_the_database_refuses_to_change_or_delete_what_the_audit_log_holds(
    engine: AsyncEngine, statement: str
) -> None:
    await SqlTeamStore(engine).add_team(an_actor(), a_team(), NOW)

    with pytest.raises(DBAPIError, match="append-only"):
        async with writing(engine) as session:
            await session.execute(text(statement))

    assert len(await SqlAuditLog(engine).entries(WORKSPACE)) == 1


async def test_a_postgresql_refuses_to_empty_the_audit_log_too(tmp_path: Path) -> None:
    async for engine in blank_database("postgresql", tmp_path):
        await upgrade(engine)

        with pytest.raises(DBAPIError, match="append-only"):
            async with writing(engine) as session:
                await session.execute(text("TRUNCATE audit"))


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


async def migrate(engine: AsyncEngine, target: str, *, down: bool = False) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, target)

    async with writing(engine) as session:
        await (await session.connection()).run_sync(run)


async def fill_first_revision(engine: AsyncEngine) -> None:
    """Insert a workspace with a tree of teams, names, a channel, assignments and a question."""
    made = {"workspace_id": WORKSPACE, "created_by": "U1ADMIN", "created_at": ASSIGNED_AT}
    held = {
        "workspace_id": WORKSPACE,
        "persona_key": "finance",
        "assignee_type": "user",
        "rank": "primary",
        "valid_from": ASSIGNED_AT,
        "assigned_by": "U1ADMIN",
        "assigned_at": ASSIGNED_AT,
    }
    named = {"workspace_id": WORKSPACE, "position": 0}
    await insert(engine, "workspace", {"id": WORKSPACE, "created_at": ASSIGNED_AT})
    await insert(engine, "team", made | {"id": "commerce", "name": "Commerce"})
    await insert(engine, "team", made | {"id": "payments", "name": "Zahlungs-Verkehr", "parent_id": "commerce"})
    await insert(engine, "team_name", named | {"name_key": "commerce", "name": "Commerce", "team_id": "commerce"})
    for position, (key, name) in enumerate([("zahlungs verkehr", "Zahlungs-Verkehr"), ("billing", "billing")]):
        row = {"name_key": key, "name": name, "team_id": "payments", "position": position}
        await insert(engine, "team_name", named | row)
    await insert(engine, "team_channel", {"workspace_id": WORKSPACE, "channel_id": "C1PAY", "team_id": "payments"})
    await insert(engine, "assignment", held | {"id": "1", "team_id": "payments", "assignee_id": "U1OWNER"})
    over = {"valid_until": ASSIGNED_AT + timedelta(days=2), "ended_by": "U1ADMIN"}
    await insert(engine, "assignment", held | over | {"id": "2", "assignee_id": "U1FORMER"})
    question = {"surface": "slash", "asker_id": "U1ASKER", "text": "who pays", "decision": "none"}
    await insert(engine, "question", question | {"workspace_id": WORKSPACE, "id": "q", "asked_at": ASSIGNED_AT})


async def insert(engine: AsyncEngine, table: str, values: dict[str, Any]) -> None:
    async with writing(engine) as session:
        await session.execute((await reflected(session, table)).insert().values(values))


async def rows_of(engine: AsyncEngine, table: str) -> Sequence[Any]:
    async with reading(engine) as session:
        return (await session.execute((await reflected(session, table)).select())).mappings().all()


async def reflected(session: AsyncSession, table: str) -> Table:
    """Return a table as it is in the database now, whatever the code says of it."""
    connection = await session.connection()
    return await connection.run_sync(lambda sync: Table(table, MetaData(), autoload_with=sync))


async def table_names(engine: AsyncEngine) -> set[str]:
    async with reading(engine) as session:
        connection = await session.connection()
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))

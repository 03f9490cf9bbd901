"""The version of the database's schema: read it cheaply, apply migrations, refuse what does not fit."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError
from bot.storage.engine import reading, writing
from bot.storage.tables import Row

SCHEMA_REVISION: Final = "0006"
"""The newest migration. A constant, because looking it up would import Alembic at every start."""

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


async def current_revision(engine: AsyncEngine) -> str | None:
    """Return the revision the database is at, none for an empty one.

    Raises:
        UnavailableError: the database does not answer.
    """
    async with reading(engine) as session:
        connection = await session.connection()
        return await connection.run_sync(_stored_revision)


async def require_current_schema(engine: AsyncEngine) -> None:
    """Return if the database fits this version of the code.

    Raises:
        ConfigurationError: it is older, newer or incomplete, with what to do.
        UnavailableError: it does not answer.
    """
    async with reading(engine) as session:
        connection = await session.connection()
        revision, present = await connection.run_sync(_stored_state)
    missing = sorted(Row.metadata.tables.keys() - present)
    if (revision == SCHEMA_REVISION and missing) or (revision is None and present):
        lacking = ", ".join(missing if revision else ["its revision", *missing])
        raise ConfigurationError(
            f"the database is incomplete, it lacks {lacking}: restore it from a backup, or point DATABASE_URL to"
            " an empty database and run `finops-bot db upgrade`"
        )
    if revision == SCHEMA_REVISION:
        return
    if revision is None or revision in _known_revisions():
        raise ConfigurationError(
            f"the database is at revision {revision or 'none'}, this version needs {SCHEMA_REVISION}:"
            " run `finops-bot db upgrade`"
        )
    raise ConfigurationError(
        f"the database is at revision {revision}, which is newer than this version ({SCHEMA_REVISION}):"
        " install the newer finops-persona-bot, or point DATABASE_URL to another database"
    )


async def upgrade(engine: AsyncEngine) -> bool:
    """Apply all missing migrations in one transaction; return whether there were any.

    Raises:
        ConfigurationError: the database is newer or incomplete, so that they do not apply; nothing has changed.
        UnavailableError: it does not answer.
    """
    before = await current_revision(engine)
    if before == SCHEMA_REVISION:
        return False
    if before is not None and before not in _known_revisions():
        await require_current_schema(engine)
    async with writing(engine) as session:
        connection = await session.connection()
        try:
            await connection.run_sync(run_migrations, SCHEMA_REVISION)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            reason = str(error.orig).strip().splitlines()[0]
            raise ConfigurationError(
                f"the database cannot be brought from revision {before or 'none'} to {SCHEMA_REVISION}, and was"
                f" left as it is ({reason}): restore it from a backup, or point DATABASE_URL to an empty database"
            ) from error
    return True


def run_migrations(connection: Connection, target: str) -> None:
    """Move the schema to ``target`` (a revision or ``base``) on an open transaction."""
    from alembic import command  # noqa: PLC0415 (slow to import, and needed once per release)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    (command.downgrade if target == "base" else command.upgrade)(config, target)


def _known_revisions() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _stored_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _stored_state(connection: Connection) -> tuple[str | None, frozenset[str]]:
    """Return the revision, and which of our tables there are."""
    inspector = inspect(connection)
    present = frozenset(name for name in Row.metadata.tables if inspector.has_table(name))
    return _stored_revision(connection), present

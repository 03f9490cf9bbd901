"""A database that is neither empty nor whole is refused in one line, before anything is written to it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError
from bot.storage.engine import writing
from bot.storage.schema import current_revision, require_current_schema, upgrade


async def run(engine: AsyncEngine, *statements: str) -> None:
    async with writing(engine) as session:
        for statement in statements:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    ("statements", "lacking"),
    [
        (["DROP TABLE feedback", "DROP TABLE absence"], "it lacks absence, feedback: restore it"),
        (["DROP TABLE alembic_version"], "it lacks its revision: restore it"),
        (["DELETE FROM alembic_version", "DROP TABLE inbox"], "it lacks its revision, inbox: restore it"),
    ],
)
async def test_what_an_incomplete_database_lacks_is_said_in_one_line(
    engine: AsyncEngine, statements: Sequence[str], lacking: str
) -> None:
    await run(engine, *statements)

    with pytest.raises(ConfigurationError, match=lacking) as caught:
        await require_current_schema(engine)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "statements", [["DROP TABLE alembic_version"], ["UPDATE alembic_version SET version_num = '0001'"]]
)
async def test_migrations_that_do_not_apply_leave_everything_as_it_was(
    engine: AsyncEngine, statements: Sequence[str]
) -> None:
    await run(engine, *statements)
    before = await current_revision(engine)

    with pytest.raises(ConfigurationError, match="and was left as it is .*: restore it from a backup") as caught:
        await upgrade(engine)

    assert "\n" not in str(caught.value)
    assert await current_revision(engine) == before

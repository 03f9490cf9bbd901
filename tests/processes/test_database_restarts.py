"""What the bot makes of a PostgreSQL that is restarted, or crashes, under it."""

import pytest
from sqlalchemy import Connection, text

from bot.errors import UnavailableError
from bot.storage.engine import TRUSTED_SECONDS, build_engine, in_one_statement, writing
from tests.processes.postgres_cluster import PostgresCluster, StopMode

QUERY = text("SELECT 1")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_transaction_that_a_restart_ends_says_so_and_the_next_one_works(
    cluster: PostgresCluster, mode: StopMode
) -> None:
    engine = build_engine(cluster.url)

    async def write_through_a_restart() -> None:
        async with writing(engine) as session:
            await session.execute(QUERY)
            await cluster.restart(mode)
            await session.execute(QUERY)

    with pytest.raises(UnavailableError, match="does not answer"):
        await write_through_a_restart()

    async with writing(engine) as session:
        assert await session.scalar(QUERY) == 1
    await engine.dispose()
    assert cluster.recoveries == (mode == "immediate")


async def test_a_restart_between_two_questions_is_not_noticed(cluster: PostgresCluster) -> None:
    engine = build_engine(cluster.url)

    def ask(connection: Connection) -> int:
        return int(connection.execute(QUERY).scalar_one())

    assert await in_one_statement(engine, ask) == 1
    await cluster.restart("fast", seconds=TRUSTED_SECONDS)

    assert await in_one_statement(engine, ask) == 1
    async with writing(engine) as session:
        assert await session.scalar(QUERY) == 1
    await engine.dispose()

"""What the bot makes of a PostgreSQL that is restarted, or crashes, under it."""

import pytest
from sqlalchemy import text

from bot.errors import UnavailableError
from bot.storage.engine import build_engine, writing
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

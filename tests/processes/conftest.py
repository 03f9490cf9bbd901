"""What the tests with real processes share."""

from collections.abc import AsyncIterator

import pytest

from tests.processes.postgres_cluster import PostgresCluster, why_not


@pytest.fixture
async def cluster() -> AsyncIterator[PostgresCluster]:
    """A PostgreSQL server of the test's own."""
    if reason := why_not():
        pytest.skip(reason)
    async with PostgresCluster() as server:
        yield server

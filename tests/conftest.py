"""What every kind of test shares: the built-in knowledge, read and learnt once, and the databases."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_router
from bot.knowledge.model import Catalogue
from bot.knowledge.routing import Router
from bot.storage.compiled import content_key
from bot.storage.engine import build_engine
from bot.storage.knowledge_paths import config_folder, knowledge_files
from bot.storage.schema import upgrade
from tests.log_watch import logged_as_when_it_runs, pytest_runtest_makereport  # noqa: F401 (found by their names)

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")

# Enough for every run; HYPOTHESIS_PROFILE=thorough looks harder.
settings.register_profile("quick", max_examples=40)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def knowledge_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run share: what was learnt is kept in it by content."""
    return tmp_path_factory.getbasetemp().parent / "knowledge"


@pytest.fixture(scope="session")
def router(knowledge_cache: Path) -> Router:
    """The real knowledge, learnt from the files in ``config/``."""
    return build_router(cache_folder=knowledge_cache)


@pytest.fixture(scope="session")
def kept_knowledge(router: Router, knowledge_cache: Path) -> Path:
    """The file that ``router`` was kept in."""
    assert router.catalogue.personas

    return knowledge_cache / f"knowledge-{content_key(knowledge_files(config_folder()))}.npz"


@pytest.fixture(scope="session")
def catalogue(router: Router) -> Catalogue:
    return router.catalogue


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty, migrated database of each kind."""
    async for opened in _opened(request.param, tmp_path):
        yield opened


@pytest.fixture
async def sqlite_engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async for opened in _opened("sqlite", tmp_path):
        yield opened


async def _opened(kind: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async for engine in blank_database(kind, tmp_path):
        await upgrade(engine)
        yield engine


async def blank_database(kind: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """Yield an engine on a database without any table, and clear up behind it."""
    if kind == "sqlite":
        engine = build_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}")
        yield engine
        await engine.dispose()
        return
    if POSTGRES_URL is None:
        pytest.skip("needs a PostgreSQL: set TEST_POSTGRES_URL to a database whose user may create schemas")
    schema = f"test_{uuid4().hex}"
    outside = build_engine(POSTGRES_URL)
    async with outside.begin() as connection:
        await connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = build_engine(f"{POSTGRES_URL}?options=-csearch_path%3D{schema}")
    yield engine
    await engine.dispose()
    async with outside.begin() as connection:
        await connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    await outside.dispose()

"""No method of any store sees or changes anything of another workspace; there is a probe for each."""

import importlib
import inspect
import pkgutil
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.storage
from bot.storage.engine import build_engine, reading
from bot.storage.tables import Row
from tests.builders import WORKSPACE
from tests.security.probes import PROBES, Stores, fill, outcome
from tests.storage.test_isolation import APART, READINGS, REFUSED

NEVER_USED = "T0EMPTY"
OF_OWNERSHIP = {
    "teams": "SqlTeamStore",
    "assignments": "SqlAssignmentStore",
    "absences": "SqlAbsenceStore",
    "audit": "SqlAuditLog",
}


def public_methods() -> set[str]:
    """Return every public method of every class that keeps something in the database."""
    modules = [
        importlib.import_module(f"bot.storage.{one.name}")
        for one in pkgutil.iter_modules(bot.storage.__path__)
        if not one.ispkg
    ]
    stores = {
        value
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isclass)
        if name.startswith("Sql") and value.__module__.startswith("bot.storage")
    }
    return {f"{store.__name__}.{name}" for store in stores for name in vars(store) if not name.startswith("_")}


async def rows_of(engine: AsyncEngine, workspace_id: str) -> dict[str, list[Any]]:
    async with reading(engine) as session:
        return {
            name: [
                tuple(row)
                for row in await session.execute(
                    select(table).where(table.c[_key(name)] == workspace_id).order_by(*table.primary_key)
                )
            ]
            for name, table in Row.metadata.tables.items()
        }


def _key(table: str) -> str:
    return "id" if table == "workspace" else "workspace_id"


def test_every_method_of_every_store_is_probed() -> None:
    names = {field: type_.__name__ for field, type_ in inspect.get_annotations(Stores).items()}
    ownership = {*READINGS, *REFUSED, *APART}

    probed = {f"{names[store]}.{method}" for store, method in (key.split(".") for key in PROBES)}
    probed |= {f"{OF_OWNERSHIP[store]}.{method}" for store, method in (key.split(".") for key in ownership)}

    assert public_methods() == probed


async def test_nothing_of_one_workspace_is_seen_or_changed_from_another_one(engine: AsyncEngine) -> None:
    await fill(engine)
    before, stores, leaks = await rows_of(engine, WORKSPACE), Stores.on(engine), {}

    for number, (name, probe) in enumerate(PROBES.items()):
        seen = await outcome(probe, stores, f"T0OTHER{number}")
        if seen != await outcome(probe, stores, f"T0EMPTY{number}"):
            leaks[name] = f"seen: {seen}"
        if await rows_of(engine, WORKSPACE) != before:
            leaks[name] = "changed"
            break

    assert leaks == {}


async def test_every_probe_finds_or_changes_something_in_its_own_workspace(
    sqlite_engine: AsyncEngine, tmp_path: Path
) -> None:
    await fill(sqlite_engine)
    before = await rows_of(sqlite_engine, WORKSPACE)
    await sqlite_engine.dispose()
    idle = []

    for name, probe in PROBES.items():
        engine = build_engine(f"sqlite+aiosqlite:///{shutil.copy(tmp_path / 'test.sqlite3', tmp_path / name)}")
        nothing = await outcome(probe, Stores.on(engine), NEVER_USED)
        found = await outcome(probe, Stores.on(engine), WORKSPACE)
        if found == nothing and await rows_of(engine, WORKSPACE) == before:
            idle.append(name)
        await engine.dispose()

    assert idle == []


@pytest.mark.parametrize("table", sorted(Row.metadata.tables))
def test_every_row_belongs_to_a_workspace_by_its_key(table: str) -> None:
    key = Row.metadata.tables[table].primary_key.columns.keys()

    assert _key(table) in key

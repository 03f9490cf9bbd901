"""The doctor finds what is wrong, calls it by the name of its setting, and says how to mend it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.doctor import Check, State, examine, examine_database
from bot.settings import Settings
from bot.storage.engine import build_engine, writing
from bot.storage.schema import upgrade
from tests.fakes import FakeClock


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


async def checked(settings: Settings) -> Mapping[str, Check]:
    return {check.name: check async for check in examine(settings, FakeClock())}


async def of_database(engine: AsyncEngine) -> Mapping[str, Check]:
    settings = Settings.model_validate({"database_url": engine.url.render_as_string(hide_password=False)})
    return {check.name: check async for check in examine_database(settings, engine, FakeClock())}


def wrong(checks: Mapping[str, Check]) -> dict[str, State]:
    return {name: check.state for name, check in checks.items() if check.state is not State.OK}


async def test_a_new_folder_without_any_setting_is_well(tmp_path: Path) -> None:
    checks = await checked(Settings.model_validate({}))

    assert wrong(checks) == {}
    assert checks["database"].said == "there is none yet; the first start makes it"
    assert not list((tmp_path / "here").glob("var/*"))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "the database is at revision 0001"),
        ("UPDATE alembic_version SET version_num = '9999'", "which is newer than this version"),
        ("DROP TABLE feedback", "it lacks feedback"),
    ],
)
async def test_a_database_that_does_not_fit_is_told_with_the_command_that_helps(
    engine: AsyncEngine, statement: str, said: str
) -> None:
    async with writing(engine) as session:
        await session.execute(text(statement))

    check = (await of_database(engine))["database"]

    assert check.state is State.PROBLEM
    assert said in check.said
    assert check.fix


async def test_a_database_that_is_away_is_told_without_its_password() -> None:
    engine = build_engine("postgresql+psycopg://u:hidden@127.0.0.1:1/d")

    check = (await of_database(engine))["database"]

    assert check.state is State.PROBLEM
    assert "Connection refused" in check.said
    assert "hidden" not in check.said
    assert check.fix == "check DATABASE_URL and that the server runs"


async def test_a_database_that_cannot_be_written_to_is_a_problem(sqlite_engine: AsyncEngine) -> None:
    async with writing(sqlite_engine) as session:
        await session.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON workspace BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        )

    check = (await of_database(sqlite_engine))["database write"]

    assert (check.state, "disk is full" in check.said) == (State.PROBLEM, True)


async def test_broken_files_of_ones_own_are_told_one_by_one(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "personas").mkdir(parents=True)
    (own / "personas" / "x.yaml").write_text("nonsense: [")
    (own / "ownership.yaml").write_text("review_after_days: 0\n")
    (own / "coverage.yaml").write_text("required_by_persona: {magician: team}\n")

    checks = await checked(Settings.model_validate({"finops_knowledge": own}))

    assert wrong(checks) == {
        "FINOPS_KNOWLEDGE": State.WARNING,
        "ownership.yaml": State.PROBLEM,
        "coverage.yaml": State.PROBLEM,
    }
    assert "magician" in checks["coverage.yaml"].said
    assert "personas/x.yaml:2" in checks["FINOPS_KNOWLEDGE"].said


async def test_settings_that_are_allowed_but_unwise_are_warned_of() -> None:
    settings = Settings.model_validate({"log_level": "DEBUG", "slack_api_url": "http://proxy.example/api/"})

    assert wrong(await checked(settings)) == {"LOG_LEVEL": State.WARNING, "SLACK_API_URL": State.WARNING}


async def test_an_embedded_database_of_an_older_version_is_well(tmp_path: Path) -> None:
    settings = Settings.model_validate({})
    engine = build_engine(settings.database_url)
    await upgrade(engine)
    async with writing(engine) as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    checks = {check.name: check async for check in examine_database(settings, engine, FakeClock())}
    await engine.dispose()

    assert checks["database"].said.startswith("the next start brings it to revision ")
    assert wrong(checks) == {}
    assert (tmp_path / "here" / "var").is_dir()

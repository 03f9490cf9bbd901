"""Settings are read once, checked at once, and shown to nobody."""

import re
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, read_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_bot_runs_here() -> None:
    settings = read_settings()

    assert not settings.on_slack
    assert settings.uses_default_database


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@db/finops", "postgresql+psycopg://u:p@db/finops"),
        ("postgres://db/finops", "postgresql+psycopg://db/finops"),
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
    ],
)
def test_a_plain_database_address_gets_the_async_driver(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", given)

    assert read_settings().database_url == used
    assert not read_settings().uses_default_database


def test_the_slack_address_ends_in_a_slash_and_admins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8080/api")
    monkeypatch.setenv("FINOPS_ADMINS", " U123ABC, S123ABC ,")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("LOG_FORMAT", "JSON")

    settings = read_settings()

    assert settings.slack_api_url == "http://127.0.0.1:8080/api/"
    assert settings.finops_admins == ("U123ABC", "S123ABC")
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")


def test_settings_come_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=8080\nSLACK_BOT_TOKEN=\n")

    assert read_settings().port == 8080
    assert not read_settings().on_slack


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"SLACK_BOT_TOKEN": "xoxp-1", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN: must start with xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: must start with xapp-"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP)"),
        ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL: must be an http(s) address"),
        ({"DATABASE_URL": "mysql://u:hidden@h/d"}, "DATABASE_URL: must start with postgresql:// or sqlite://"),
        ({"DATABASE_URL": "nonsense"}, "not a bare name"),
        ({"FINOPS_ADMINS": "@sam"}, "FINOPS_ADMINS: '@sam' is not a Slack id"),
        ({"PORT": "0"}, "PORT: Input should be greater than or equal to 1"),
        ({"LOG_LEVEL": "loud", "PORT": "x"}, "PORT: "),
    ],
)
def test_a_wrong_setting_is_named_with_the_fix_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], problem: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError) as caught:
        read_settings()

    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not re.search("hidden|xoxp-1", str(caught.value))
    assert all(name in str(caught.value) for name in variables if name in {"LOG_LEVEL", "PORT"})


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "hidden")

    assert "hidden" not in repr(read_settings())


def test_readme_and_env_example_list_exactly_the_settings() -> None:
    names = {name.upper() for name in Settings.model_fields}
    example = (ROOT / ".env.example").read_text()
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert set(re.findall(r"^#?\s?([A-Z_]+)=", example, re.MULTILINE)) == names
    assert set(table) == names

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


SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "METRICS_TOKEN")


def test_every_secret_may_come_from_a_file_without_the_white_space_around_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents = ("xoxb-1", "xapp-1", "shh", "postgresql://u:p@db/finops", "me")
    for name, content in zip(SECRETS, contents, strict=True):
        (tmp_path / name).write_text(f" {content}\n")
        monkeypatch.setenv(f"{name}_FILE", name)

    settings = read_settings()

    tokens = [settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret]
    assert [token and token.get_secret_value() for token in tokens] == ["xoxb-1", "xapp-1", "shh"]
    assert settings.database_url == "postgresql+psycopg://u:p@db/finops"
    assert settings.metrics_token
    assert settings.metrics_token.get_secret_value() == "me"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_set_twice_is_refused_with_both_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret").write_text("hidden")
    monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv(f"{name}_FILE", "secret")

    with pytest.raises(ConfigurationError, match=f"{name}: {name}_FILE is set, too") as caught:
        read_settings()

    assert "hidden" not in str(caught.value)


def test_every_file_that_cannot_be_read_is_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "no-text").write_bytes(b"\xff\xfe")
    for name, path in zip(SECRETS, ("nowhere/at/all", ".", "empty", "no-text"), strict=False):
        monkeypatch.setenv(f"{name}_FILE", path)

    with pytest.raises(ConfigurationError) as caught:
        read_settings()

    assert [problem.partition(": ")[2] for problem in str(caught.value).split("; ")] == [
        "SLACK_BOT_TOKEN_FILE nowhere/at/all cannot be read: No such file or directory",
        "SLACK_APP_TOKEN_FILE . cannot be read: Is a directory",
        "SLACK_SIGNING_SECRET_FILE empty is empty",
        "DATABASE_URL_FILE no-text cannot be read: it is no text",
    ]


@pytest.mark.parametrize(("days", "is_taken"), [("0", False), ("1", True), ("3650", True), ("3651", False)])
def test_questions_are_kept_for_one_day_to_ten_years(
    monkeypatch: pytest.MonkeyPatch, days: str, *, is_taken: bool
) -> None:
    assert read_settings().retention_days == 365
    monkeypatch.setenv("RETENTION_DAYS", days)

    if is_taken:
        assert read_settings().retention_days == int(days)
    else:
        with pytest.raises(ConfigurationError, match="RETENTION_DAYS: "):
            read_settings()


def test_no_secret_shows_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "hidden")
    monkeypatch.setenv("METRICS_TOKEN", "hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hidden@db/finops")

    assert "hidden" not in repr(read_settings())


def test_readme_and_env_example_list_exactly_the_settings() -> None:
    names = {name.upper() for name in Settings.model_fields}
    example = (ROOT / ".env.example").read_text()
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert set(re.findall(r"^#?\s?([A-Z_]+)=", example, re.MULTILINE)) == names
    assert set(table) == names

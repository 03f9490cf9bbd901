"""The doctor in the terminal: a line for each check, and an exit code for scripts."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_cli import Terminal, a_terminal  # noqa: F401 (a fixture is used by its name)


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    """Take back what DEBUG switches on for the whole process."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def test_where_all_is_well_every_line_says_so(terminal: Terminal) -> None:
    code, out, err = terminal.run("doctor")

    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "ok       settings: complete; the bot runs in the playground, without Slack"
    assert all(line.startswith("ok       ") for line in lines)
    assert len(lines) == 6


def test_a_problem_comes_with_its_fix_and_an_exit_code(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///fresh.sqlite3")

    code, out, _ = terminal.run("doctor")

    assert code == 1
    (problem,) = [line for line in out.splitlines() if line.startswith("problem")]
    assert problem.startswith("problem  database: the database is at revision none, this version needs ")
    assert problem.endswith(" → run `finops-bot db upgrade`")


def test_a_warning_alone_is_no_failure(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    code, out, _ = terminal.run("doctor")

    assert code == 0
    assert "warning  LOG_LEVEL: at DEBUG the log holds questions → set INFO once the fault is found" in out


def test_wrong_settings_are_a_problem_like_any_other(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "oops")
    monkeypatch.setenv("DATABASE_URL_FILE", "nowhere")

    code, out, err = terminal.run("doctor")

    assert (code, err, out.count("\n")) == (1, "", 1)
    assert "SLACK_BOT_TOKEN: must start with xoxb-" in out
    assert "DATABASE_URL_FILE nowhere cannot be read" in out
    assert not (tmp_path / "nowhere").exists()


def test_as_json_every_line_is_one_check(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/d")

    code, out, _ = terminal.run("doctor", "--json")

    checks = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [set(check) for check in checks] == [{"check", "state", "message", "fix"}] * len(checks)
    assert [check["check"] for check in checks if check["state"] == "problem"] == ["database"]
    assert "hidden" not in out

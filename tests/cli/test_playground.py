"""The playground as a stranger starts it: an address, loopback only, its own state, and a quick end."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from bot.bootstrap import CACHE_FOLDER
from bot.cli import main
from bot.settings import Settings

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Shell:
    """A shell in an empty folder, with nothing of ours in its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        unwanted = {name.upper() for name in Settings.model_fields}
        self._environment = {name: value for name, value in os.environ.items() if name not in unwanted}

    def started(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start ``finops-bot``."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env={**self._environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run ``finops-bot`` to its end and return exit code, stdout and stderr."""
        with self.started(*arguments, **environment) as process:
            out, err = process.communicate(timeout=60)
            return process.returncode, out, err

    @contextmanager
    def serving(self, *arguments: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """Yield the address that it prints; nothing of it is left afterwards."""
        with self.started(*arguments, **environment) as process:
            try:
                yield _address(process.stdout), process
            finally:
                process.kill()


@pytest.fixture(name="shell")
def a_shell(tmp_path: Path, kept_knowledge: Path) -> Shell:
    (tmp_path / CACHE_FOLDER).mkdir(parents=True)
    (tmp_path / CACHE_FOLDER / kept_knowledge.name).hardlink_to(kept_knowledge)
    return Shell(tmp_path)


def _address(printed: IO[str] | None) -> str:
    assert printed
    found = ADDRESS.search(printed.readline())
    assert found
    return found.group()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_page_on_loopback_and_ends_when_it_is_told_to(shell: Shell, sign: signal.Signals) -> None:
    real = {"HOST": "0.0.0.0", "DATABASE_URL": "sqlite:///real.sqlite3"}  # noqa: S104 (neither may count)

    with shell.serving("playground", "--port", "3210", **real) as (address, process):
        workspace = httpx.get(f"{address}/api/state", timeout=10).json()["workspace"]
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.2:{address.rpartition(':')[2]}/api/state")
        process.send_signal(sign)
        code = process.wait(timeout=10)

    assert workspace == "Made-up company"
    assert code == 0
    assert (shell.folder / "var/playground/playground.sqlite3").exists()
    assert not (shell.folder / "real.sqlite3").exists()


def test_running_without_slack_serves_it_on_the_next_free_port(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with shell.serving("run", PORT=str(port)) as (address, _):
            state = httpx.get(f"{address}/api/state", timeout=10)
            second = shell.ended("playground")

    assert int(address.rpartition(":")[2]) > port
    assert state.status_code == 200
    assert (second[0], second[2].count("\n")) == (2, 1)
    assert "a playground runs here already" in second[2]


def test_an_own_file_and_own_knowledge_are_taken(shell: Shell) -> None:
    (shell.folder / "teams.csv").write_text("team,persona,assignee\nMarket,finance,ada.king@example.com\n")
    (shell.folder / "own").mkdir()
    arguments = ("--import", "teams.csv", "--knowledge", "own", "--port", "3230")

    with shell.serving("playground", *arguments) as (address, process):
        people = httpx.get(f"{address}/api/state", timeout=10).json()["people"]
        process.terminate()
        _, err = process.communicate(timeout=10)

    assert "Ada King" in [one["name"] for one in people]
    assert "own_knowledge_empty" in err


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["playground"], {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is set"),
        (["playground"], {"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_APP_TOKEN is set"),
        (["playground", "--import", "nothing.csv"], {}, "nothing.csv"),
        (["playground", "--import", "bad.csv"], {}, "bad.csv:2: "),
        (["playground", "--knowledge", "nowhere"], {}, "--knowledge nowhere: there is no such folder"),
    ],
)
def test_what_it_cannot_begin_with_is_one_line(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    environment: dict[str, str],
    words: str,
) -> None:
    (shell.folder / "bad.csv").write_text("team,persona,assignee\nMarket,magician,U01MARA\n")
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(shell.folder)
    monkeypatch.setattr("sys.argv", ["finops-bot", *arguments])

    with pytest.raises(SystemExit) as stop:
        main()

    printed = capsys.readouterr()
    assert (stop.value.code, printed.out, printed.err.count("\n")) == (2, "", 1)
    assert words in printed.err

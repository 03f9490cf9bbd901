"""Forgetting a person, and telling what is kept about them, from the terminal."""

import json
from pathlib import Path

import pytest

from bot.cli.local import LOCAL_USER
from tests.cli.test_cli import BUYING, Terminal, a_terminal  # noqa: F401 (a fixture is used by its name)


def test_what_is_kept_about_a_person_is_written_as_json(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("ask", BUYING)

    code, out, _ = terminal.run("export", "--mine", LOCAL_USER)
    terminal.run("export", "--mine", LOCAL_USER, str(tmp_path / "mine.json"))

    assert code == 0
    assert [one["text"] for one in json.loads(out)["question"]] == [BUYING]
    assert (tmp_path / "mine.json").read_text() == out


def test_forgetting_says_what_was_removed_and_leaves_nothing_to_tell(terminal: Terminal) -> None:
    terminal.run("ask", BUYING)

    code, out, _ = terminal.run("forget", "--user", LOCAL_USER)

    assert code == 0
    assert out.splitlines() == [
        "Forgot U00YOU. Removed:",
        "  questions they asked, with what was said of the answers: 1",
        "The audit log, which nobody can change, keeps their id.",
    ]
    assert json.loads(terminal.run("export", "--mine", LOCAL_USER)[1]) == {}
    assert terminal.run("forget", "--user", LOCAL_USER)[1].startswith("Nothing was kept about U00YOU")


def test_what_a_forgotten_person_held_is_held_no_longer(terminal: Terminal) -> None:
    terminal.run("assign", "U09JONAS", "procurement", "--team", "Payments")

    out = terminal.run("forget", "--user", "U09JONAS")[1]

    assert "  assignments, ended: " in out
    assert "Jonas" not in terminal.run("who", "procurement", "--team", "Payments")[1]
    assert "U09JONAS" not in terminal.run("export")[1]


@pytest.mark.parametrize("command", [("forget", "--user"), ("export", "--mine")])
def test_somebody_who_is_no_person_is_one_line_and_an_exit_code(
    terminal: Terminal, command: tuple[str, str]
) -> None:
    code, out, err = terminal.run(*command, "sam")

    assert (code, out) == (2, "")
    assert err.startswith("finops-bot: “sam” is not the id of a person")

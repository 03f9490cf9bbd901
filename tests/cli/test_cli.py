"""The command line as a stranger uses it: words, exit codes, nothing on the wrong stream."""

import asyncio
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from bot.bootstrap import CACHE_FOLDER
from bot.cli import main
from bot.cli.local import ask_here, open_desk, ready_router
from bot.settings import Settings, read_settings
from bot.storage.knowledge_paths import config_folder

BUYING = "the snowflake contract is up for renewal in march, who talks to their account exec?"


class Terminal:
    """A shell in an empty folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        """Run ``finops-bot`` and return exit code, stdout and stderr."""
        self._monkeypatch.setattr("sys.argv", ["finops-bot", *arguments])
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture(name="terminal")
def a_terminal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    kept_knowledge: Path,
) -> Terminal:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / CACHE_FOLDER).mkdir(parents=True)
    (tmp_path / CACHE_FOLDER / kept_knowledge.name).hardlink_to(kept_knowledge)
    return Terminal(monkeypatch, capsys)


def test_a_question_is_answered_with_persona_person_reason_and_runner_up(terminal: Terminal) -> None:
    code, out, err = terminal.run("ask", BUYING)

    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Procurement owns this: ask @cloud-buyers."
    assert "Why: Vendor Contract Management and Negotiation" in out
    assert "Runner-up:" in out


def test_cake_is_nobodys_business(terminal: Terminal) -> None:
    code, out, _ = terminal.run("ask", "who is bringing cake on friday?")

    assert code == 0
    assert "I have not bothered anybody" in out
    assert "@" not in out


def test_a_team_changes_who_is_asked(terminal: Terminal) -> None:
    question = "the r5 nodes idle at 10 percent cpu, can someone rightsize them"

    assert "ask @Diego Fuentes" in terminal.run("ask", question, "--team", "checkout")[1]
    assert "for Search: ask @Jonas Weber" in terminal.run("ask", f"{question} for search")[1]
    assert "Skipped: Hugo Martin, their account is deactivated" in terminal.run("ask", f"{question} for search")[1]
    assert "Held for Commerce, the parent team" in terminal.run("ask", f"{question} for logistics")[1]


def test_an_answer_as_json_is_one_object(terminal: Terminal) -> None:
    code, out, _ = terminal.run("ask", BUYING, "--team", "payments", "--json")

    answer = json.loads(out)
    assert code == 0
    assert (answer["decision"], answer["team"], answer["gap"]) == ("confident", "Payments", False)
    assert answer["personas"][0]["key"] == "procurement"
    (owner,) = answer["owners"]
    assert datetime.fromisoformat(owner.pop("confirmed_at")).tzinfo is not None
    assert owner == {"id": "S01CLOUDBUYERS", "type": "group", "rank": "primary", "via": "organisation"}


def test_routing_reads_lines_and_writes_lines_in_order(terminal: Terminal) -> None:
    code, out, err = terminal.run(
        "route", stdin=f"{BUYING}\n\nwho is bringing cake on friday?\r\n".encode() + b"\xff\n"
    )

    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [line["decision"] for line in lines][:3] == ["confident", "none", "none"]
    assert [line["question"] for line in lines][:3] == [BUYING, "", "who is bringing cake on friday?"]
    assert [set(line) for line in lines] == [{"question", "decision", "personas", "team"}] * 4
    assert lines[0]["personas"][0]["key"] == "procurement"
    assert len(lines[0]["personas"]) >= 3
    assert lines[1]["personas"] == []
    assert all(0 <= match["confidence"] <= 1 for match in lines[0]["personas"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            [
                "ask",
                "",
            ],
            2,
            "I found no words to go by",
        ),
        (["ask", BUYING, "--team", "paymnts"], 2, "There is no team called “paymnts”. Did you mean Payments?"),
        (["personas", "magician"], 2, "There is no persona called “magician”"),
        (["check", "nowhere"], 2, "nowhere: holds no personas/, examples/, unrelated.yaml or products.yaml"),
        (["eval", "nowhere.csv"], 2, "nowhere.csv: cannot be read"),
        (["fly"], 2, "No such command 'fly'"),
        (["ask"], 2, "Missing argument 'question'"),
    ],
)
def test_wrong_use_gets_one_clear_line_and_an_exit_code(
    terminal: Terminal, arguments: list[str], code: int, message: str
) -> None:
    given, out, err = terminal.run(*arguments)

    assert given == code
    assert out == ""
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("variable", "value", "code", "message"),
    [
        ("SLACK_BOT_TOKEN", "secret", 2, "SLACK_BOT_TOKEN: must start with xoxb-"),
        ("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/d", 1, "does not answer"),
        ("DATABASE_URL", "sqlite:///fresh.sqlite3", 2, "run `finops-bot db upgrade`"),
    ],
)
def test_a_wrong_environment_is_one_line(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, code: int, message: str
) -> None:
    monkeypatch.setenv(variable, value)

    given, _, err = terminal.run("ask", BUYING)

    assert (given, err.count("\n")) == (code, 1)
    assert message in err
    assert "hidden" not in err


def test_the_personas_are_listed_with_their_attribution(terminal: Terminal) -> None:
    _, everything, _ = terminal.run("personas")
    _, one, _ = terminal.run("personas", "ITAM")

    assert everything.count("• ") == 11
    assert "/finops personas <key>" in everything
    assert "License Management" in one
    assert "CC BY 4.0" in everything
    assert "CC BY 4.0" in one


def test_check_counts_what_there_is(terminal: Terminal) -> None:
    assert terminal.run("check")[1].startswith("11 personas, 69 responsibilities, ")


def test_an_evaluation_lists_figures_and_misses(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "questions.csv"
    file.write_text(f'id,question,persona\nA,"{BUYING}",procurement\nB,who is bringing cake on friday?,finance\n')

    _, out, _ = terminal.run("eval", str(file))
    _, as_json, _ = terminal.run("eval", str(file), "--json")

    assert "50.0%  … or acceptable" in out
    assert "B: finance, not none: who is bringing cake on friday?" in out
    assert json.loads(as_json)["misses"][0]["given"] == "none"


def test_a_confusion_matrix_is_drawn(terminal: Terminal, tmp_path: Path) -> None:
    file, picture = tmp_path / "questions.csv", tmp_path / "confusion.png"
    file.write_text(f'question,persona\n"{BUYING}",procurement\nwho is bringing cake on friday?,none\n')

    assert terminal.run("eval", str(file), "--plot", str(picture))[0] == 0

    assert picture.read_bytes().startswith(b"\x89PNG")


def test_check_says_what_own_examples_change(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "examples" / "ours"
    folder.mkdir(parents=True)
    (folder / "procurement.yaml").write_text(
        'persona: procurement\nexamples:\n  "Vendor Risk Management":\n    - "zylotech alone sells us maps"\n'
    )

    code, out, _ = terminal.run("check", str(tmp_path / "own"))

    assert code == 0
    assert "1 examples, 0 products of your own" in out
    assert "benchmark (528 questions): accepted " in out


def test_corrections_are_learnt_only_when_approved(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Nothing to learn: 0 judged questions" in terminal.run("learn")[1]
    question = "who feeds the zylotech wallet for maps"
    asyncio.run(corrected(question, "finance"))

    code, out, _ = terminal.run("learn")

    assert code == 0
    assert "finance (" in out
    assert question in out
    assert "past questions (1 questions): accepted 0.0% → 100.0%" in out
    assert "Nothing was changed." in out
    assert "FINOPS_KNOWLEDGE is not set" in terminal.run("learn", "--approve")[2]
    monkeypatch.setenv("FINOPS_KNOWLEDGE", str(tmp_path / "own"))
    assert "1 examples written to" in terminal.run("learn", "--approve")[1]
    assert question in (tmp_path / "own/examples/learnt/finance.yaml").read_text()


async def corrected(question: str, persona_key: str) -> None:
    settings = read_settings()
    async with open_desk(settings, ready_router(settings)) as desk:
        answer = await ask_here(desk, question)
        await desk.services.asking.choose(desk.workspace_id, answer.question.id, persona_key, "U00YOU")


def test_the_database_is_upgraded_once(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.sqlite3")

    assert "is now at revision" in terminal.run("db", "upgrade")[1]
    assert "is already at revision" in terminal.run("db", "upgrade")[1]
    assert terminal.run("ask", BUYING)[0] == 0


def test_the_manifest_is_printed_as_it_is(terminal: Terminal) -> None:
    assert terminal.run("manifest")[1] == (config_folder() / "manifest.yaml").read_text()


def test_help_names_every_command(terminal: Terminal) -> None:
    _, out, _ = terminal.run("--help")

    assert all(name in out for name in ("run", "ask", "route", "personas", "check", "eval", "db", "manifest"))

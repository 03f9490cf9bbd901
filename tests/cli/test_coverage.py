"""Coverage and digests on the command line, of the sample organisation and without any token."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.blocks.coverage import SCORE_MEANS
from bot.playground.limits import message_problems
from tests.cli.test_cli import BUYING, Terminal, a_terminal  # noqa: F401 (a fixture is used by its name)


def test_coverage_tells_the_score_each_persona_and_every_gap(terminal: Terminal) -> None:
    code, out, err = terminal.run("coverage")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Coverage: 78.3 %",
        "Of 41 required: 7 covered, 1 backup only, 4 inherited, 26 organisation-wide, 3 missing",
        "• Engineering: 3 covered, 1 backup only, 2 inherited",
        "• FinOps Practitioner: 6 organisation-wide",
        "• Finance: 1 covered, 5 organisation-wide",
        "• Leadership: 6 organisation-wide",
        "• Procurement: 6 organisation-wide",
        "• Product: 3 covered, 2 inherited, 1 missing",
        "• ITAM: 1 organisation-wide",
        "• ITFM: 1 organisation-wide",
        "• ITSM / ITIL: 1 missing",
        "• Security: 1 missing",
        "• Sustainability: 1 organisation-wide",
        "",
        "3 gaps, the worst first",
        "• ITSM / ITIL for the whole organisation: nobody",
        "• Security for the whole organisation: nobody",
        "• Product for Data Platform: nobody",
        "",
        SCORE_MEANS,
    ]


def test_coverage_as_json_is_one_object(terminal: Terminal) -> None:
    report: dict[str, Any] = json.loads(terminal.run("coverage", "--json")[1])

    report.pop("at")
    gaps = report.pop("gaps")
    assert report == {
        "score": 78.3,
        "teams": 6,
        "required": 41,
        "counts": {
            "covered": 7,
            "backup only": 1,
            "inherited": 4,
            "organisation-wide": 26,
            "stale": 0,
            "missing": 3,
        },
        "burdens": [],
        "orphans": [],
        "unknown_teams": [],
    }
    assert gaps[-1] == {
        "persona": "product",
        "team": "Data Platform",
        "state": "missing",
        "days": 0,
        "asked": 0,
        "reason": None,
        "holder": None,
    }
    assert [gap["team"] for gap in gaps] == [None, None, "Data Platform"]


def test_coverage_of_a_team_is_told_with_those_below_it(terminal: Terminal) -> None:
    code, out, _ = terminal.run("coverage", "--team", "lakehouse")

    assert code == 0
    assert out.startswith("Coverage of Data Platform\n• Engineering: @Nadia Petrova\n")
    assert "• Security: nobody; the whole organisation lacks it" in out
    assert out.endswith("1 gap, the worst first\n• Product for Data Platform: nobody\n")
    assert terminal.run("coverage", "--team", "Commerce")[1].endswith("No gaps of its own\n")


def test_coverage_of_a_team_as_json_tells_each_cell(terminal: Terminal) -> None:
    report = json.loads(terminal.run("coverage", "--team", "Commerce", "--json")[1])

    assert (report["team"], len(report["cells"]), report["gaps"]) == ("Commerce", 5 * 11, [])
    assert {
        "persona": "engineering",
        "team": "Logistics",
        "state": "inherited",
        "required": True,
        "from": "Commerce",
        "holders": ["U04OWEN"],
    } in report["cells"]


def test_more_than_fits_into_a_message_is_listed_in_full(terminal: Terminal, tmp_path: Path) -> None:
    header = "team,persona,assignee,rank\n"
    rows = "".join(f"Crew {number},finance,U05LEILA,primary\n" for number in range(30))
    (tmp_path / "crews.csv").write_text(header + rows)
    terminal.run("import", str(tmp_path / "crews.csv"))

    out = terminal.run("coverage")[1]

    assert out.count("• Engineering for Crew ") == 30
    assert "Much rests on one person\n• @Leila Haddad: without them, 36 places would have nobody" in out


def test_a_heat_map_is_drawn_beside_the_numbers(terminal: Terminal, tmp_path: Path) -> None:
    code, out, err = terminal.run("coverage", "--plot", str(tmp_path / "all.png"))
    terminal.run("coverage", "--team", "commerce", "--plot", str(tmp_path / "some.png"))

    assert (code, err) == (0, "")
    assert out.startswith("Coverage: 78.3 %")
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "some.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_written_is_one_line_and_an_exit_code(terminal: Terminal, tmp_path: Path) -> None:
    code, out, err = terminal.run("coverage", "--plot", str(tmp_path / "nowhere/all.png"))

    assert (code, out) == (2, "")
    assert err == f"finops-bot: {tmp_path / 'nowhere/all.png'}: cannot be written: No such file or directory\n"


def test_an_unknown_team_is_said_with_what_was_meant(terminal: Terminal) -> None:
    code, _, err = terminal.run("coverage", "--team", "paymnts")

    assert code == 2
    assert "There is no team called “paymnts”. Did you mean Payments?" in err


def test_rules_that_name_unknown_personas_and_teams_are_told(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("FINOPS_KNOWLEDGE", str(own))
    (own / "coverage.yaml").write_text("teams: {Paymnts: {needs: [security]}}")

    assert "coverage.yaml has rules for teams that do not exist: “paymnts”" in terminal.run("coverage")[1]
    assert json.loads(terminal.run("coverage", "--json")[1])["unknown_teams"] == ["paymnts"]
    (own / "coverage.yaml").write_text("required_by_persona: {securty: team}")
    code, _, err = terminal.run("coverage")
    assert code == 2
    assert "coverage.yaml: required_by_persona: there is no persona “securty”; did you mean security?" in err


def test_a_digest_is_told_as_it_would_be_sent_now(terminal: Terminal) -> None:
    code, out, err = terminal.run("digest")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "FinOps coverage: 78.3 %. 3 gaps with nobody.",
        "Nobody answers, the worst first",
        "• ITSM / ITIL for the whole organisation: nobody",
        "• Security for the whole organisation: nobody",
        "• Product for Data Platform: nobody",
        "There is no trend yet: it begins with the second day.",
        "What the score means: /finops coverage. All gaps: /finops gaps",
    ]
    assert terminal.run("digest", "--preview")[1] == out


def test_a_digest_as_json_is_what_slack_gets(terminal: Terminal) -> None:
    message = json.loads(terminal.run("digest", "--json")[1])

    assert message.pop("thread") == []
    assert message_problems(message) == ()
    buttons = [block["accessory"]["accessibility_label"] for block in message["blocks"] if "accessory" in block]
    assert buttons == [
        "Assign ITSM / ITIL for the whole organisation",
        "Assign Security for the whole organisation",
        "Assign Product for Data Platform",
    ]


def test_a_question_that_found_nobody_stands_in_the_digest_without_its_words(terminal: Terminal) -> None:
    leaked = "somebody leaked the AWS root key and mines crypto on our account, who investigates?"
    terminal.run("ask", leaked)
    terminal.run("ask", BUYING)

    out = terminal.run("digest")[1]

    assert "• Security for the whole organisation: nobody; asked about once" in out
    assert "Asked, and nobody could be named\n• Security, " in out
    assert "leaked" not in out

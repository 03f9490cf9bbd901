"""Ownership on the command line: who holds what, as words, as JSON, and as files."""

import io
import json
import re
from pathlib import Path

import pytest

from bot.storage.knowledge_paths import config_folder
from tests.cli.test_cli import Terminal, a_terminal  # noqa: F401 (a fixture is used by its name)

SAMPLE = str(config_folder() / "sample-teams.csv")
UNCHANGED = "Teams: 0 added, 0 changed, 0 archived, 6 unchanged\nAssignments: 0 added, 0 changed, 0 ended, "


def written(name: str, content: str) -> str:
    Path(name).write_text(content)
    return name


def test_teams_are_listed_with_parent_aliases_and_channels(terminal: Terminal) -> None:
    code, out, err = terminal.run("teams")

    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 6
    assert "Payments, part of Commerce, also called checkout, billing squad, #C02PAYMENTS #C03CHECKOUT\n" in out


def test_teams_as_json_name_their_parents(terminal: Terminal) -> None:
    payments = json.loads(terminal.run("teams", "--json")[1])[4]

    assert re.fullmatch("[0-9a-f]{32}", payments.pop("id"))
    assert payments == {
        "name": "Payments",
        "parent": "Commerce",
        "aliases": ["checkout", "billing squad"],
        "channels": ["C02PAYMENTS", "C03CHECKOUT"],
        "members": [],
        "leads": [],
    }


def test_who_says_whom_to_ask_and_whom_not(terminal: Terminal) -> None:
    _, out, _ = terminal.run("who", "search", "engineering")

    assert out.splitlines() == [
        "Engineering for Search is @Jonas Weber",
        "They are the backup",
        "Confirmed today",
        "Skipped: Hugo Martin, their account is deactivated",
    ]


def test_who_knows_parents_gaps_and_the_whole_organisation(terminal: Terminal) -> None:
    assert "Held for Commerce, the parent team" in terminal.run("who", "Logistics", "product")[1]
    assert "Finance for the whole organisation is @Leila Haddad" in terminal.run("who", "-", "finance")[1]
    gap = terminal.run("who", "Payments", "security")[1]
    assert gap == "Security for Payments is nobody; the FinOps Practitioner helps: @Mara Lindqvist\n"


def test_who_as_json_is_one_object(terminal: Terminal) -> None:
    found = json.loads(terminal.run("who", "checkout", "Engineering", "--json")[1])
    gap = json.loads(terminal.run("who", "-", "security", "--json")[1])

    assert re.match(r"\d{4}-\d\d-\d\dT", found["owners"][0].pop("confirmed_at"))
    assert found == {
        "team": "Payments",
        "persona": "engineering",
        "owners": [{"id": "U02DIEGO", "type": "user", "rank": "primary", "via": "team"}],
        "skipped": [],
        "gap": False,
    }
    assert gap == {"team": None, "persona": "security", "owners": [], "skipped": [], "gap": True}


def test_who_travels_in_time(terminal: Terminal) -> None:
    terminal.run("assign", "U04OWEN", "engineering", "--team", "Payments", "--from", "tomorrow")

    assert "@Diego Fuentes" in terminal.run("who", "Payments", "engineering")[1]
    assert "@Owen Baptiste" in terminal.run("who", "Payments", "engineering", "--at", "tomorrow")[1]
    past = terminal.run("who", "Payments", "engineering", "--at", "2020-03-01")[1]
    assert past.startswith("On 2020-03-01: Engineering for Payments is nobody")
    question = "the r5 nodes idle at 10 percent cpu, can someone rightsize them"
    answer = json.loads(terminal.run("ask", question, "--team", "Payments", "--at", "2020-03-01", "--json")[1])
    assert (answer["personas"][0]["key"], answer["gap"]) == ("engineering", True)


def test_an_assignment_is_made_and_ended(terminal: Terminal) -> None:
    code, out, err = terminal.run("assign", "grace.mensah@example.com", "security", "--team", "Payments")
    backup = terminal.run("assign", "S01CLOUDBUYERS", "security", "--backup", "--until", "2027-01-31")[1]

    assert (code, err) == (0, "")
    assert out == "@Grace Mensah now holds Security for Payments.\n"
    assert backup == "@cloud-buyers now holds Security for the whole organisation as backup until 2027-01-31.\n"
    ended = terminal.run("unassign", "U07GRACE", "security", "--team", "Payments")[1]
    assert ended == "@Grace Mensah no longer holds Security for Payments.\n"


def test_the_audit_log_is_read_back(terminal: Terminal) -> None:
    terminal.run("assign", "U07GRACE", "security", "--team", "Payments")

    line = terminal.run("audit", "payments", "--limit", "1")[1]
    (entry,) = json.loads(terminal.run("audit", "--limit", "1", "--json")[1])

    assert "terminal assigned Security for Payments: assignee U07GRACE, rank primary" in line
    assert entry["after"]["assignee"] == "U07GRACE"
    assert {name: entry[name] for name in ("actor", "surface", "action", "team", "persona", "before")} == {
        "actor": "terminal",
        "surface": "terminal",
        "action": "assignment.added",
        "team": "Payments",
        "persona": "security",
        "before": {},
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["who", "paymnts", "finance"], "There is no team called “paymnts”. Did you mean Payments?"),
        (["who", "-", "magician"], "There is no persona called “magician”"),
        (["who", "-", "finance", "--at", "32 May"], "32 May"),
        (["assign", "Mara", "finance"], "“Mara” is no Slack id (U… or S…) and no e-mail address"),
        (["assign", "x@example.com", "finance"], "nobody in this workspace has the address “x@example.com”"),
        (["assign", "U13HUGO", "finance"], "deactivated"),
        (["assign", "U01MARA", "finance", "--from", "2020-01-01"], "2020-01-01 is past"),
        (["unassign", "U01MARA", "finance"], "They do not hold Finance for the whole organisation"),
        (["audit", "paymnts"], "There is no team called “paymnts”"),
        (["import", "nowhere.csv"], "nowhere.csv: cannot be read"),
        (["import", "teams.xlsx"], "is neither .csv nor .yaml"),
        (["import", "--from", "backstage", "."], "holds no .yaml file"),
        (["export", "nowhere/teams.csv"], "cannot be written"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(terminal: Terminal, arguments: list[str], message: str) -> None:
    code, out, err = terminal.run(*arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_an_export_is_imported_without_a_change(terminal: Terminal) -> None:
    exported = terminal.run("export")[1]
    terminal.run("export", "teams.yaml")
    terminal.run("export", "again", "--format", "csv")

    assert Path("again").read_text() == exported
    assert Path("teams.yaml").read_text().startswith("organisation:\n")
    for name in (written("teams.csv", exported), "teams.yaml"):
        code, out, err = terminal.run("import", name, "--prune")
        assert code == 0
        assert out == f"{UNCHANGED}18 unchanged\nThere is nothing to change.\n"
        assert "U13HUGO (Hugo Martin) is deactivated" in err


def test_a_dry_run_shows_each_change_and_makes_none(terminal: Terminal) -> None:
    code, out, _ = terminal.run("import", SAMPLE, "--dry-run")

    assert code == 0
    assert out.startswith("Teams: 0 added, 3 changed, 0 archived, 3 unchanged\nAssignments: 2 added, 0 changed, ")
    assert "~ team Commerce: leads none → U04OWEN\n" in out
    assert "+ @Aiko Tanaka: Product for Payments, backup from " in out
    assert "+ @Tomás Novák: Finance for Data Platform from 2026-01-05 until 2027-01-01\n" in out
    assert out.endswith("Nothing was changed: this was a dry run.\n")
    assert "backup" not in terminal.run("who", "Payments", "product")[1]


def test_an_import_is_done_once(terminal: Terminal) -> None:
    first = terminal.run("import", SAMPLE)[1]
    second = terminal.run("import", SAMPLE)[1]

    assert first.endswith("Imported.\n")
    assert second == f"{UNCHANGED}20 unchanged\nThere is nothing to change.\n"
    assert "members" in terminal.run("export")[1].splitlines()[0]


def test_pruning_ends_and_archives_and_the_sample_does_not_come_back(terminal: Terminal) -> None:
    terminal.run("teams")
    name = written("teams.csv", "team,parent,persona,assignee,rank\nPayments,-,engineering,U02DIEGO,backup\n")

    shown = terminal.run("import", name, "--prune", "--dry-run")[1]
    out = terminal.run("import", name, "--prune")[1]

    assert "~ team Payments: parent Commerce → none\n" in shown
    assert "- team Search is archived\n" in shown
    assert re.search("~ @Diego Fuentes: Engineering for Payments from .* → backup from ", shown)
    assert re.search("- @Leila Haddad: Finance for the whole organisation ends on ", shown)
    assert out.startswith(
        "Teams: 0 added, 1 changed, 5 archived, 0 unchanged\nAssignments: 0 added, 1 changed, 17 ended"
    )
    assert terminal.run("import", name, "--prune")[1].endswith("There is nothing to change.\n")
    assert len(terminal.run("teams")[1].splitlines()) == 1


def test_bad_rows_are_all_shown_and_nothing_is_imported(terminal: Terminal) -> None:
    before = terminal.run("export")[1]
    rows = "\n".join(f"Team {number},magician,U01MARA" for number in range(60))
    name = written("teams.csv", f"team,persona,assignee\nGood,finance,U01MARA\n{rows}\n")

    code, out, err = terminal.run("import", name)

    lines = err.splitlines()
    assert (code, out, len(lines)) == (1, "", 52)
    assert lines[0].startswith("teams.csv:3: There is no persona called “magician”. Did you mean ")
    assert lines[50:] == ["… and 10 more", "finops-bot: 60 bad rows, so nothing was imported"]
    assert terminal.run("export")[1] == before


def test_one_bad_row_is_not_rows(terminal: Terminal) -> None:
    _, _, err = terminal.run("import", written("teams.csv", "team,parent\nGood,\nBad,Comerce\n"))

    assert err.splitlines() == [
        "teams.csv:3: “Comerce”, the parent of Bad, is no team: did you mean Commerce?",
        "finops-bot: 1 bad row, so nothing was imported",
    ]


def test_many_changes_and_notes_are_counted_not_listed(terminal: Terminal) -> None:
    rows = "\n".join(f"Team {number}" for number in range(150))

    out = terminal.run("import", written("teams.csv", f"team\n{rows}\n"), "--dry-run")[1]

    assert "… and 50 more changes\n" in out
    documents = "---\n".join(
        f"kind: Group\nmetadata: {{name: g{number}}}\nspec: {{members: [nobody]}}\n" for number in range(60)
    )
    notes = terminal.run("import", "--from", "backstage", written("groups.yaml", documents))[2].splitlines()
    assert (len(notes), notes[-1]) == (51, "note: … and 10 more")


def test_a_backstage_catalogue_is_imported(terminal: Terminal) -> None:
    name = written(
        "catalog.yaml",
        "kind: Group\nmetadata: {name: pay}\nspec: {profile: {displayName: Payments}, members: [diego]}\n---\n"
        "kind: User\nmetadata: {name: diego}\nspec: {profile: {email: diego.fuentes@example.com}}\n",
    )

    assert "~ team Payments: aliases " in terminal.run("import", "--from", "backstage", name, "--dry-run")[1]
    assert terminal.run("import", "--from", "backstage", name)[0] == 0
    payments = json.loads(terminal.run("teams", "--json")[1])[4]
    assert (payments["aliases"], payments["members"]) == (["checkout", "billing squad", "pay"], ["U02DIEGO"])
    assert terminal.run("import", "--from", "backstage", name)[1].endswith("There is nothing to change.\n")


class Screen(io.StringIO):
    """A terminal that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_whoever_watches_sees_how_far_a_long_import_has_come(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "\n".join(f"Team {number},finance,U05LEILA" for number in range(600))
    name, screen = written("teams.csv", f"team,persona,assignee\n{rows}\n"), Screen()
    monkeypatch.setattr("sys.stderr", screen)

    assert terminal.run("import", name)[0] == 0

    assert all(what in screen.getvalue() for what in ("Reading", "Looking people up", "Writing"))
    assert len(terminal.run("teams")[1].splitlines()) == 606


def test_an_empty_workspace_says_so(terminal: Terminal) -> None:
    terminal.run("import", "--prune", written("teams.csv", "team,persona,assignee\n,finance,U05LEILA\n"))

    assert terminal.run("teams")[1] == "There are no teams yet.\n"

"""Ownership files of every make are read row by row, and what cannot be read is said with its line."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.storage.ownership_cells import MAX_CELL, join, protect, split, unprotect
from bot.storage.ownership_files import OwnershipRows, read_ownership
from bot.storage.ownership_text import MAX_BYTES
from bot.teams.transfer_rows import BadRow, FileRow, Place

HEADER = "team,parent,aliases,channels,persona,assignee,rank,valid_from,valid_until"
PAYMENTS = FileRow(
    Place("teams.csv", 2),
    "Payments",
    parent="Commerce",
    aliases=("check out", "pay"),
    channels=("C01PAY",),
    persona="finance",
    assignee="U01MARA",
    rank="backup",
    valid_from="2026-01-05",
    valid_until="2027-01-05",
)


def read(folder: Path, content: str | bytes, name: str = "teams.csv") -> OwnershipRows:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ownership(path)


def rows_of(folder: Path, content: str | bytes, name: str = "teams.csv") -> list[FileRow | BadRow]:
    return list(read(folder, content, name).rows)


def problem_of(folder: Path, content: str | bytes, name: str = "teams.csv") -> str:
    (row,) = [row for row in rows_of(folder, content, name) if isinstance(row, BadRow)]
    return str(row)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\nPayments,Commerce,check out|pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05\n",
        f"{HEADER}\r\nPayments,Commerce,check out|pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05",
        f"{HEADER}\rPayments,Commerce,check out|pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05\r",
        f"\ufeff{HEADER}\nPayments , Commerce,check out | pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05",
        f'{HEADER}\nPayments,Commerce,"check out, pay",C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05\n',
        f'{HEADER}\nPayments,Commerce,"check out;pay",C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05,,\n',
        f"{HEADER}\nPayments,Commerce,check out|pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05\n".replace(
            ",", ";"
        ),
        f"{HEADER}\nPayments,Commerce,check out|pay,C01PAY,finance,U01MARA,backup,2026-01-05,2027-01-05\n".replace(
            ",", "\t"
        ).encode("utf-16"),
        (
            "Valid Until;PERSONA;assignee;Rank;valid_from;Team;Parent;Aliases;Channels\n"
            "2027-01-05;finance;U01MARA;backup;2026-01-05;Payments;Commerce;check out|pay;C01PAY\n"
        ),
    ],
)
def test_a_row_reads_the_same_whatever_program_wrote_it(tmp_path: Path, content: str | bytes) -> None:
    assert rows_of(tmp_path, content) == [PAYMENTS]


def test_latin_1_is_read_with_a_note(tmp_path: Path) -> None:
    for encoding, name in (("cp1252", "Zahlungen – Köln"), ("latin-1", "Käse\x81")):
        found = read(tmp_path, f"team\n{name}\n".encode(encoding))

        assert [row.team for row in found.rows if isinstance(row, FileRow)] == [name]
        assert found.notes == ("teams.csv: is not UTF-8, so it was read as Latin-1",)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    content = 'team\n\nPayments\n"broken\ncell"\n,\nSearch\n'

    assert [row.place.line for row in rows_of(tmp_path, content)] == [3, 4, 7]


def test_empty_cells_say_nothing_and_a_dash_says_that_there_is_nothing(tmp_path: Path) -> None:
    silent, nothing = rows_of(tmp_path, "team,parent,aliases,members\nA,,,\nB,-,-,-\n")

    assert silent == FileRow(Place("teams.csv", 2), "A", valid_until=None)
    assert nothing == FileRow(Place("teams.csv", 3), "B", parent="", aliases=(), members=(), valid_until=None)


def test_a_short_row_leaves_the_rest_empty(tmp_path: Path) -> None:
    assert rows_of(tmp_path, f"{HEADER}\nPayments,Commerce\n") == [
        FileRow(Place("teams.csv", 2), "Payments", parent="Commerce")
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "Payments,Commerce,a,b,c,d,e,f,g,surplus",
            "has “surplus” in a column without a name: is a cell with a separator in it not in quotes?",
        ),
        ('"Payments', None),
        ('Payments,"Commerce\nSearch,', "has a line break in a cell: is a quote not closed?"),
        ("Pay\0ments", "has a NUL character in a cell: save the file as text again"),
        (
            "x" * (MAX_CELL + 1),
            f"“{'x' * 20}…” is too long: a cell has {MAX_CELL} characters at most; is a quote not closed?",
        ),
        (
            "x" * 10_000_000,
            f"“{'x' * 20}…” is too long: a cell has {MAX_CELL} characters at most; is a quote not closed?",
        ),
    ],
)
def test_a_row_that_cannot_be_read_does_not_end_the_others(tmp_path: Path, row: str, problem: str | None) -> None:
    limit = csv.field_size_limit()

    found = rows_of(tmp_path, f"{HEADER}\nFirst\n{row}\nLast\n")

    bad = [one for one in found if isinstance(one, BadRow)]
    if problem is not None:
        assert [(one.place.line, one.message) for one in bad] == [(3, problem)]
    assert isinstance(found[0], FileRow)
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        ("", "teams.csv", f"teams.csv: is empty: its first line names the columns {HEADER}"),
        ("\n\n", "teams.csv", "teams.csv: is empty"),
        (
            "Payments,Commerce\n",
            "teams.csv",
            f"teams.csv:1: has no header: the first line names the columns {HEADER}",
        ),
        (
            "team,owner,Since When\n",
            "teams.csv",
            "teams.csv:1: unknown column 'owner', 'since_when'; known are team,",
        ),
        ("\nteam,Team\n", "teams.csv", "teams.csv:2: the column 'team' is there twice"),
        ("persona,assignee\n", "teams.csv", "teams.csv:1: the column 'team' is missing"),
        ("team,persona\n", "teams.csv", "teams.csv:1: the column 'assignee' is missing"),
        ("team\n", "teams.xlsx", "teams.xlsx: is neither .csv nor .yaml"),
        ("teams: [\n", "teams.yaml", "teams.yaml:2: is no YAML: "),
        ("teams:\n  - name: a\0b\n", "teams.yaml", "teams.yaml:1: is no YAML: "),
        ("- Payments\n", "teams.yaml", "teams.yaml:1: the file is a mapping of names to lists"),
        ("[a]: b\n", "teams.yaml", "teams.yaml:1: a key is a word"),
        ("teams: [*a]\n", "teams.yaml", "teams.yaml:1: *a refers to nothing above it"),
        ("teams: " + "[" * 100 + "]" * 100, "teams.yaml", "teams.yaml:1: is nested more than 60 levels deep"),
        ("teams:\n- ? [a]\n  : b\n", "teams.yaml", "teams.yaml:2: a key is a word"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_as_a_whole(
    tmp_path: Path, content: str, name: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        rows_of(tmp_path, content, name)

    assert str(caught.value).startswith(problem)


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with (tmp_path / "huge.csv").open("wb") as huge:
        huge.truncate(MAX_BYTES + 1)

    for name, problem in (
        ("none.csv", "cannot be read: No such file"),
        ("folder.csv", "is a folder: name a file in it"),
        ("huge.csv", "is larger than 200 MB: split it"),
    ):
        with pytest.raises(ConfigurationError, match=problem):
            read_ownership(tmp_path / name)


def test_yaml_tells_the_same_team_by_team(tmp_path: Path) -> None:
    content = """\
organisation:
  - {persona: practitioner, assignee: U01MARA}
teams:
  - name: Payments
    parent: Commerce
    aliases: [check out, "null"]
    channels: C01PAY
    leads: []
    members:
    assignments:
      - persona: finance
        assignee: U01MARA
        rank: backup
        valid_from: 2026-01-05
        valid_until: "2027-01-05"
  - {name: Commerce, parent: null}
  - &again {name: 'null', parent: "-", aliases: "-"}
  - *again
  -
"""

    assert rows_of(tmp_path, content, "teams.yml") == [
        FileRow(Place("teams.yml", 2), persona="practitioner", assignee="U01MARA"),
        FileRow(
            Place("teams.yml", 4),
            "Payments",
            parent="Commerce",
            aliases=("check out", "null"),
            channels=("C01PAY",),
            leads=(),
            members=(),
        ),
        FileRow(
            Place("teams.yml", 11),
            "Payments",
            persona="finance",
            assignee="U01MARA",
            rank="backup",
            valid_from="2026-01-05",
            valid_until="2027-01-05",
        ),
        FileRow(Place("teams.yml", 16), "Commerce", parent=""),
        *[FileRow(Place("teams.yml", 17), "null", parent="", aliases=())] * 2,
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("owners:\n- x\n", "2: “owners” is unknown here; known are teams and organisation"),
        ("teams: Payments\n", "1: a team is a mapping with name, parent, aliases"),
        ("teams:\n- Payments\n", "2: a team is a mapping with name, parent, aliases"),
        ("teams:\n- parent: x\n", "2: a team needs a name"),
        ("teams:\n- name: x\n  owner: y\n", "3: “owner” is unknown for a team; known are name, parent"),
        ("teams:\n- name: [x]\n", "2: name is text, not a list, a mapping or nothing"),
        ("teams:\n- name: x\n  aliases:\n  - a\n  - {b: c}\n", "5: aliases is text, not a list"),
        ("teams:\n- name: x\n  assignments:\n  - {}\n", "4: an assignment needs a persona and an assignee"),
        ("organisation:\n- persona: x\n  team: y\n", "3: “team” is unknown for an assignment; known are persona"),
        (
            f"teams:\n- name: {'x' * (MAX_CELL + 1)}\n",
            f"2: “{'x' * 20}…” is too long: at most {MAX_CELL} characters",
        ),
    ],
)
def test_a_wrong_part_of_a_yaml_file_is_said_with_its_line(tmp_path: Path, content: str, problem: str) -> None:
    good = "teams:\n- name: Good\n"

    assert problem_of(tmp_path, content, "teams.yaml").startswith(f"teams.yaml:{problem}")
    assert len(rows_of(tmp_path, content + good, "teams.yaml")) == 2 + ("assignments" in content)


def test_a_yaml_file_that_refers_to_itself_many_times_stays_small(tmp_path: Path) -> None:
    lines = ["- &a0 [x, x]", *(f"- &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 50))]

    assert len(rows_of(tmp_path, "\n".join(["teams:", *lines]), "teams.yaml")) == 50


@given(st.lists(st.text(alphabet="ab\\|;, =+-'@").map(str.strip).filter(bool)))
def test_a_list_in_a_cell_is_read_as_it_was_written(items: list[str]) -> None:
    assert list(split(join(items))) == items


@given(st.text(alphabet="'=+-@\t\rab"))
def test_no_cell_is_a_formula_and_each_is_read_as_it_was(cell: str) -> None:
    assert not protect(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unprotect(protect(cell)) == cell

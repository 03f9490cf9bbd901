"""Whoever an ownership file names is somebody; a playground begins with it, or says what is wrong with it."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.routing import Router
from bot.playground.beginnings import beginnings
from bot.playground.playground import Playground
from bot.playground.state_folder import StateFolder
from bot.settings import Settings

OWN = """\
team,channels,persona,assignee,rank,members,leads
Ledger <b>,C0LEDGER,engineering,grace.hopper+ops@example.com,primary,U0UNKNOWN|mara.lindqvist@example.com,U02DIEGO
,,procurement,S0BUYERS,primary,,
"""


@pytest.fixture(name="own_file")
def a_file(tmp_path: Path) -> Path:
    path = tmp_path / "teams.csv"
    path.write_text(OWN)
    return path


def test_the_sample_has_all_its_people_but_whoever_left_does_not_act() -> None:
    organisation = beginnings(None).organisation

    assert len(organisation.people) == 14
    assert organisation.departed == ("U13HUGO",)
    assert len(organisation.actors) == 13
    assert organisation.people["U14ROBIN"].as_user()["is_restricted"]
    assert organisation.people["U03AIKO"].time_zone == "Asia/Tokyo"


def test_people_of_an_own_file_are_made_up_from_what_it_says(own_file: Path) -> None:
    organisation = beginnings(own_file).organisation

    by_name = {member.name: member for member in organisation.people.values()}
    assert set(by_name) == {"Mara Lindqvist", "Grace Hopper Ops", "U0UNKNOWN", "Diego Fuentes", "Robin Clarke"}
    assert by_name["Mara Lindqvist"].id == "U01MARA"
    assert by_name["Grace Hopper Ops"].email == "grace.hopper+ops@example.com"
    assert organisation.groups["S0BUYERS"].members == ("U01MARA",)
    assert organisation.channels["C0LEDGER"] == "c0ledger"


async def test_a_playground_begins_with_an_own_file(
    playground_settings: Settings, router: Router, own_file: Path, tmp_path: Path
) -> None:
    folder = StateFolder(tmp_path / "playground")
    async with Playground(playground_settings, router, beginnings(own_file), folder) as playground:
        state = await playground.stage.services.transfer.state("T0STANDIN")

    assert [team.name for team in state.teams] == ["Ledger <b>"]
    assert {one.cell.persona_key for one in state.assignments} == {"engineering", "procurement"}


async def test_bad_rows_are_told_in_one_line(
    playground_settings: Settings, router: Router, tmp_path: Path
) -> None:
    path = tmp_path / "teams.csv"
    path.write_text("team,persona,assignee\nA,magician,U01MARA\nB,finance,nobody\n")
    asleep = Playground(playground_settings, router, beginnings(path), StateFolder(tmp_path / "playground"))

    with pytest.raises(ConfigurationError, match=r"teams\.csv:2: .*magician.*\(and 1 more bad row") as caught:
        await asleep.__aenter__()

    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.csv"):
        beginnings(tmp_path / "nothing.csv")


def test_a_folder_is_for_one_process_and_remembers_what_it_was_made_from(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "playground")
    with folder.held():
        assert not folder.is_made_from("one")
        folder.note_made_from("one")

        assert folder.is_made_from("one")
        assert not folder.is_made_from("another")
        with (
            pytest.raises(ConfigurationError, match="runs here already"),
            StateFolder(tmp_path / "playground").held(),
        ):
            raise AssertionError("two processes at once")

    folder.clear()
    assert not folder.is_made_from("one")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="cannot be written"), StateFolder(tmp_path / "file" / "p").held():
        raise AssertionError("a folder in a file")

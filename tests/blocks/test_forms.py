"""Forms fit into Slack's limits whatever people and teams are called, and remember what they must."""

from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.assign_form import AssignEntry, assign_form, conflict_text
from bot.blocks.fields import MAX_LABEL, group_option, label, team_option
from bot.blocks.home import filter_form
from bot.blocks.ids import CellRef, FormState, HomeRef
from bot.blocks.team_form import TeamEntry, team_conflict_text, team_form
from bot.playground.limits import option_problems, view_problems
from bot.teams.model import Group, Rank
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_group, a_persona, a_team, an_assignment

STATE = FormState(NOW)
HOSTILE = ["<!channel>" * 8, "&" * 80, "*_~`" * 20, "\u202egnillib", "👩‍👩‍👧" * 16]
names = st.text(st.characters(), min_size=1, max_size=80)
keys = st.from_regex(r"\A[a-z][a-z0-9-]{1,29}\Z").filter(lambda key: key != "none")
homes = st.builds(HomeRef, st.integers(0, 12_500), names)


def field_of(view: Any, block_id: str) -> dict[str, Any]:  # noqa: ANN401 (a view as JSON)
    (element,) = [block["element"] for block in view["blocks"] if block.get("block_id") == block_id]
    return dict(element)


@given(
    st.builds(
        FormState,
        st.datetimes(timezones=st.just(UTC)),
        st.none() | homes,
        st.none() | st.uuids().map(lambda one: one.hex),
        st.integers(0, 10**6),
    )
)
def test_a_form_remembers_what_it_was_given(state: FormState) -> None:
    assert FormState.decode(state.encode()) == state
    assert len(state.encode()) <= 3_000


@given(homes)
def test_app_home_remembers_what_it_shows(ref: HomeRef) -> None:
    assert HomeRef.decode(ref.encode()) == ref
    assert len(ref.encode()) <= 2_000


@given(st.none() | st.just(ids.ORGANISATION) | st.uuids().map(lambda one: one.hex), st.none() | keys)
def test_an_assign_button_says_what_it_is_about(place: str | None, persona_key: str | None) -> None:
    ref = CellRef(place, persona_key)

    assert CellRef.decode(ref.encode()) == ref


@pytest.mark.parametrize("value", ["", "[]", "{}", "null", "x"])
def test_what_is_not_ours_is_refused(value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (JSON has a message of its own)
        FormState.decode(value)
    with pytest.raises(ValueError, match="not a button value"):
        CellRef.decode(value)


def test_app_home_without_a_memory_shows_its_first_page() -> None:
    assert HomeRef.decode("") == HomeRef()
    with pytest.raises(ValueError, match="does not say what App Home shows"):
        HomeRef.decode("[1]")


@given(st.text(st.characters(), max_size=200), st.integers(8, MAX_LABEL))
def test_a_label_is_escaped_and_still_fits(text: str, limit: int) -> None:
    shown = label(text, limit).text

    assert len(shown) <= limit
    assert "<" not in shown
    assert not shown.endswith("&")


@given(names, names)
def test_options_fit_whatever_they_are_called(team: str, handle: str) -> None:
    options = [team_option(a_team(team)), group_option(a_group("S1GROUP"))]

    assert all(len(one.to_dict()["text"]["text"]) <= MAX_LABEL for one in options)
    assert len(group_option(Group("S1", handle, frozenset())).to_dict()["value"]) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_the_assign_form_fits_whatever_is_filled_in(name: str) -> None:
    personas = [a_persona(f"p{number}", name) for number in range(120)]
    entry = AssignEntry(
        team=a_team(name), persona=personas[0], person_id="U1OWNER", group=Group("S1", name, frozenset()),
        rank=Rank.BACKUP, valid_from="2026-12-24", valid_until="2027-01-01",
    )  # fmt: skip

    view = assign_form(personas[:60], entry, STATE, advice="Advice.", held="Held.").to_dict()

    assert view_problems(view) == ()
    assert list(option_problems([field_of(view, ids.ASSIGN_TEAM)["initial_option"]])) == []
    assert "<!channel>" not in str(view)


def test_the_assign_form_keeps_what_was_filled_in() -> None:
    team, persona = a_team(), a_persona()
    entry = AssignEntry(team, persona=persona, person_id="U1OWNER", rank=Rank.BACKUP, valid_until="2027-01-01")

    view = assign_form([persona], entry, STATE).to_dict()

    assert field_of(view, ids.ASSIGN_TEAM)["initial_option"]["value"] == team.id
    assert field_of(view, ids.ASSIGN_PERSONA)["initial_option"]["value"] == "finance"
    assert field_of(view, ids.ASSIGN_PERSON)["initial_user"] == "U1OWNER"
    assert field_of(view, ids.ASSIGN_RANK)["initial_option"]["value"] == "backup"
    assert field_of(view, ids.ASSIGN_UNTIL)["initial_date"] == "2027-01-01"
    assert "initial_option" not in field_of(view, ids.ASSIGN_GROUP)


def test_a_conflict_says_who_holds_it_now() -> None:
    text = conflict_text([an_assignment(assignee="U1OTHER")], OwnershipPolicy(), NOW)

    assert "Somebody else changed this meanwhile" in text
    assert "<@U1OTHER>" in text
    assert "Nobody is named for this now." in conflict_text([], OwnershipPolicy(), NOW)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_team_form_fits_whatever_is_filled_in(name: str) -> None:
    groups = tuple(Group(f"S{number}AB", name, frozenset()) for number in range(150))
    people = tuple(f"U{number}AB" for number in range(500))
    entry = TeamEntry(
        name, a_team(name), ", ".join([name] * 20), ("C1PAY",), people, groups[:50], people, groups[:50]
    )

    view = team_form(entry, STATE, advice="Advice.", conflict="Conflict.").to_dict()

    assert view_problems(view) == ()
    assert "<!channel>" not in str([block for block in view["blocks"] if block["type"] != "input"])


def test_the_team_form_says_whether_it_adds_or_saves() -> None:
    adding, editing = team_form(TeamEntry(), STATE), team_form(TeamEntry("Pay"), FormState(NOW, None, "t1", 3))

    assert (adding.to_dict()["title"]["text"], adding.to_dict()["submit"]["text"]) == ("Add a team", "Add")
    assert (editing.to_dict()["title"]["text"], editing.to_dict()["submit"]["text"]) == ("Edit a team", "Save")
    assert field_of(adding.to_dict(), ids.TEAM_PARENT)["initial_option"]["value"] == ids.NO_PARENT


def test_a_team_conflict_says_what_the_team_is_now() -> None:
    parent = a_team("Commerce")
    text = team_conflict_text(a_team("Payments", parent=parent, aliases=("<!here>",)), [parent])

    assert "Somebody else changed this team meanwhile" in text
    assert "Name: Payments" in text
    assert "Part of: Commerce" in text
    assert "Also called: &lt;!here&gt;" in text


@given(names)
def test_the_filter_fits_whatever_was_typed(typed: str) -> None:
    assert view_problems(filter_form(HomeRef(0, typed)).to_dict()) == ()

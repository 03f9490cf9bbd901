"""Teams are recognised in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.matching import is_one_slip_away
from bot.knowledge.text import tokens
from bot.teams.model import Team
from bot.teams.naming import (
    Run,
    channels_in,
    groups_in,
    halves_of,
    is_marked,
    key_of,
    mended,
    misspelt_runs,
    names_asked_for,
    plausible,
    possible_halves,
    runs_in,
    similar_names,
    split_for,
)
from tests.builders import a_team
from tests.fakes import FakeLexicon

LETTERS = "abcdefghijklmnopqrstuvwxyz"
EVERYDAY = FakeLexicon(everyday=["search", "costs", "data"])
NAMES = st.text(LETTERS, min_size=5, max_size=20)


def named_in(text: str, *teams: Team) -> list[str]:
    """Return the names of the teams that ``text`` is taken to name."""
    named = {key_of(name): team for team in teams for name in team.names}
    return [team.name for team in plausible(named, text, EVERYDAY.is_everyday)]


def test_names_that_differ_in_case_accents_and_punctuation_are_the_same() -> None:
    assert key_of("Zürich - Payments!") == key_of("zurich payments") == "zurich payments"
    assert key_of("Team 1") != key_of("Team 2")


@pytest.mark.parametrize(
    ("text", "head", "tail"),
    [
        ("who pays for bigquery for Data Platform?", "who pays for bigquery", "Data Platform"),
        ("who pays\nFOR\tData Platform!", "who pays", "Data Platform"),
        ("who pays for for Payments", "who pays for", "Payments"),
        ("who pays for <#C1PAY|pay> ?", "who pays", "<#C1PAY|pay>"),
        (" who pays ", "who pays", ""),
        ("for Payments", "for Payments", ""),
        ("the forecast", "the forecast", ""),
        ("", "", ""),
    ],
)
def test_the_words_after_the_last_for_may_be_a_team(text: str, head: str, tail: str) -> None:
    assert split_for(text) == (head, tail)


@pytest.mark.parametrize(
    ("tail", "names"),
    [
        ("Payments", ("payments",)),
        ("the Payments team", ("the payments team", "payments")),
        ("team Payments", ("team payments", "payments")),
        ("the Search", ("the search",)),
        ("🎉", ()),
    ],
)
def test_the_and_team_around_a_name_may_be_part_of_it_or_not(tail: str, names: tuple[str, ...]) -> None:
    assert names_asked_for(tail) == names


def test_every_run_of_up_to_six_words_may_be_a_name() -> None:
    found = {run.key for run in runs_in(tokens("Ask Data-Platform about it please now"))}

    assert {"data platform", "platform", "ask data platform about it please"} <= found
    assert "ask data platform about it please now" not in found


def test_channels_and_groups_are_read_once_each_in_their_order() -> None:
    text = "see <#C1PAY|pay>, <#G2OLD> and <#C1PAY>; ask <!subteam^S1PAY|@pay> or <@U1OWEN> in <#lower>"

    assert channels_in(text) == ("C1PAY", "G2OLD")
    assert groups_in(text) == ("S1PAY",)


@pytest.mark.parametrize("name", ["abcd", "pay", "team 12", "payments2", "pay-ments 1"])
def test_a_short_name_or_one_with_digits_is_not_mended(name: str) -> None:
    assert halves_of(key_of(name)) is None


@given(NAMES, st.data())
def test_a_name_is_found_by_one_of_its_halves_whatever_the_slip(name: str, data: st.DataObject) -> None:
    written = slipped(name, data)
    head, tail = halves_of(name) or ("", "")

    heads, tails = possible_halves(written)

    assert head in heads or tail in tails
    if written != name:
        assert is_one_slip_away(written, name)


def slipped(name: str, data: st.DataObject) -> str:
    """Return ``name`` with a letter too many, too few, wrong, or swapped with the next."""
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    kinds = {
        "many": name[:at] + letter + name[at:],
        "few": name[:at] + name[at + 1 :],
        "wrong": name[:at] + letter + name[at + 1 :],
        "swapped": name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    }
    return kinds[data.draw(st.sampled_from(sorted(kinds)))]


def test_only_runs_with_an_unknown_word_can_be_misspelt_names() -> None:
    lexicon = FakeLexicon(known=["who", "pays", "for", "bigquery"])

    found = [run.key for run in misspelt_runs(tokens("who pays bigquery for paymnts"), lexicon.knows)]

    assert found == ["paymnts", "for paymnts", "bigquery for paymnts"]


def test_a_run_is_mended_to_every_name_one_slip_away() -> None:
    runs = [Run("paymnts", 0, 1), Run("serach", 1, 1)]

    found = mended(runs, ["payments", "paymats", "search", "searching"])

    assert found == {"payments": runs[0], "paymats": runs[0], "search": runs[1]}


def test_of_names_within_each_other_the_longest_is_meant() -> None:
    teams = [a_team("Payments"), a_team("Payments Platform")]

    assert named_in("who tunes payments platform", *teams) == ["Payments Platform"]
    assert named_in("payments or payments platform?", *teams) == ["Payments Platform", "Payments"]


def test_a_team_named_twice_counts_once() -> None:
    assert named_in("payments, also known as billing", a_team("Payments", aliases=("billing",))) == ["Payments"]


@pytest.mark.parametrize(
    "text",
    [
        "who owns this for search",
        "who owns this in search?",
        "the search team asks who pays",
        "team search asks who pays",
        "search folks ask who pays",
        "who pays at Search",
        "why is Search so expensive",
        "ask für search",
    ],
)
def test_an_everyday_word_is_a_name_where_something_marks_it_as_one(text: str) -> None:
    assert named_in(text, a_team("Search")) == ["Search"]


@pytest.mark.parametrize(
    "text",
    [
        "we search the costs of last month",
        "Search costs exploded",
        "WHY DID OUR SEARCH COSTS EXPLODE IN Q4 2026",
        "Who decides? Search costs exploded",
        "Hello!\nSearch costs exploded",
        "",
    ],
)
def test_an_everyday_word_without_a_mark_is_no_name(text: str) -> None:
    assert named_in(text, a_team("Search")) == []


def test_a_name_of_several_words_is_everyday_only_if_all_are() -> None:
    assert named_in("the data costs exploded", a_team("Data Costs")) == []
    assert named_in("the data lake exploded", a_team("Data Lake")) == ["Data Lake"]


def test_a_capital_marks_a_name_only_if_every_word_has_one() -> None:
    teams = [a_team("Data Costs")]

    assert named_in("we asked Data Costs", *teams) == ["Data Costs"]
    assert named_in("we asked Data costs", *teams) == []


def test_names_alike_are_offered_best_first() -> None:
    assert similar_names("Paymnets", ["Search", "Payments", "Payroll"])[0] == "Payments"
    assert similar_names("zzzzz", ["Search"]) == ()


@given(st.text())
def test_any_text_can_be_read_for_teams(text: str) -> None:
    read = tokens(text)

    assert all(run.key and is_marked(run, text) in {True, False} for run in runs_in(read))
    assert all(name == key_of(name) for name in names_asked_for(split_for(text)[1]))
    assert len(misspelt_runs(read, EVERYDAY.knows)) <= 40
    assert channels_in(text) == groups_in(text) == ()


@given(st.text())
def test_a_folded_name_stays_as_it_is_when_folded_again(text: str) -> None:
    assert key_of(key_of(text)) == key_of(text)

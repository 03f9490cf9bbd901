"""Teams are recognised in what people write."""

from bot.teams.naming import key_of, keys_in, longest_named, split_for
from tests.builders import a_team


def test_names_that_differ_in_case_accents_and_punctuation_are_the_same() -> None:
    assert key_of("Zürich - Payments!") == key_of("zurich payments") == "zurich payments"
    assert key_of("Team 1") != key_of("Team 2")


def test_the_words_after_the_last_for_may_be_a_team() -> None:
    assert split_for("who pays for bigquery for Data Platform?") == ("who pays for bigquery", "Data Platform")
    assert split_for("who pays") == ("who pays", "")


def test_every_run_of_words_may_be_a_name() -> None:
    assert {"data platform", "platform", "ask data platform"} <= keys_in("Ask Data-Platform about it")


def test_the_longest_name_wins_and_a_tie_is_no_team() -> None:
    payments, platform = a_team("Payments"), a_team("Payments Platform")
    north, south = a_team("North"), a_team("South")

    assert longest_named({"payments": payments, "payments platform": platform}) == platform
    assert longest_named({"north": north, "south": south}) is None
    assert longest_named({}) is None

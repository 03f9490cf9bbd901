"""Names that are nearly right find what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.knowledge.lookup import persona_called
from bot.knowledge.matching import Speller, closest, nearest
from tests.builders import a_catalogue, a_persona

NAMES = ["Payments", "Search", "Data Platform", "Mobile Apps"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("paymnts", "Payments"), ("DATA platfrom", "Data Platform"), ("apps mobile", "Mobile Apps")],
)
def test_a_typo_still_finds_the_name(typed: str, meant: str) -> None:
    assert closest(typed, NAMES)[0] == meant


def test_a_name_like_nothing_known_finds_nothing() -> None:
    assert closest("zzzz", NAMES) == ()


@given(st.permutations(NAMES))
def test_the_order_of_choices_does_not_matter(names: list[str]) -> None:
    assert closest("a", names) == closest("a", NAMES)
    assert closest("mobile data", names) == closest("mobile data", NAMES)


@pytest.mark.parametrize("name", ["itsm", "ITSM", "itil", " itsm / itil "])
def test_a_persona_is_found_by_key_name_or_a_part_of_its_name(name: str) -> None:
    catalogue = a_catalogue(a_persona("itsm", "ITSM / ITIL"), a_persona("finance"))

    assert persona_called(name, catalogue).key == "itsm"


def test_an_unknown_persona_gets_suggestions() -> None:
    catalogue = a_catalogue(a_persona("finance"), a_persona("product"))

    with pytest.raises(UserFacingError, match="“finanse”. Did you mean finance"):
        persona_called("finanse", catalogue)
    with pytest.raises(UserFacingError, match="Did you mean finance, product"):
        persona_called("xyz", catalogue)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("invoce", "invoice"),
        ("invoicee", "invoice"),
        ("inovice", "invoice"),
        ("kuberentse", "kubernetes"),
        ("invoice", "invoice"),
        ("cost", "cost"),
        ("zzzzzz", "zzzzzz"),
        ("s3bucket", "s3bucket"),
    ],
)
def test_a_slip_in_a_word_is_repaired_and_everything_else_is_left_alone(typed: str, meant: str) -> None:
    assert Speller(["invoice", "kubernetes", "cast"]).repair(typed) == meant


def test_the_nearest_text_is_found_whatever_its_markup_and_order() -> None:
    texts = ["who signs the plan", "where is the cake"]

    assert nearest("The plan, who SIGNS? <@U123>", texts, 60) == "who signs the plan"
    assert nearest("completely different", texts, 60) is None
    assert nearest("anything", [], 60) is None

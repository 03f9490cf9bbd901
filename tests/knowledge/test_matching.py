"""Names that are nearly right find what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.knowledge.lookup import persona_called
from bot.knowledge.matching import closest
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

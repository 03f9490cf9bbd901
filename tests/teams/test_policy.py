"""How long a confirmation lasts."""

from datetime import timedelta

import pytest

from bot.teams.policy import DEFAULT_REVIEW, OwnershipPolicy
from tests.builders import NOW, an_assignment

SLOW = OwnershipPolicy(
    review_after_by_persona={"procurement": timedelta(days=180), "security": timedelta(days=30)}
)


def test_without_rules_a_confirmation_lasts_ninety_days_and_guests_own_nothing() -> None:
    assert OwnershipPolicy().review_period("finance") == DEFAULT_REVIEW == timedelta(days=90)
    assert not OwnershipPolicy().guests_may_own


def test_single_personas_may_have_a_period_of_their_own() -> None:
    assert SLOW.review_period("procurement") == timedelta(days=180)
    assert SLOW.review_period("finance") == timedelta(days=90)


def test_the_shortest_period_is_that_of_all_personas() -> None:
    assert SLOW.shortest_review_period() == timedelta(days=30)
    assert OwnershipPolicy().shortest_review_period() == timedelta(days=90)


@pytest.mark.parametrize(
    ("persona_key", "age", "is_overdue"),
    [
        ("finance", timedelta(days=90), True),
        ("finance", timedelta(days=90, microseconds=-1), False),
        ("procurement", timedelta(days=90), False),
        ("procurement", timedelta(days=180), True),
        ("security", timedelta(days=30), True),
    ],
)
def test_an_assignment_is_overdue_when_its_persona_s_period_is_over(
    persona_key: str, age: timedelta, *, is_overdue: bool
) -> None:
    assert SLOW.is_overdue(an_assignment(persona_key, since=NOW - age), NOW) is is_overdue

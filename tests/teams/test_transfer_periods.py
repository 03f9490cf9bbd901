"""Periods overlap where there is a moment in both; what is left of one without others has no such moment."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.teams.transfer_periods import Period, remaining
from tests.builders import NOW


def at(hour: int) -> "Period":
    return Period(NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    since = draw(st.integers(0, 20))
    length = draw(st.integers(1, 20) | st.none())
    return Period(NOW + timedelta(hours=since), None if length is None else NOW + timedelta(hours=since + length))


@given(periods(), st.lists(periods(), max_size=5))
def test_every_hour_of_a_period_is_either_taken_or_left(whole: Period, taken: list[Period]) -> None:
    left = remaining(whole, taken)

    for hour in map(at, range(45)):
        is_left = hour.overlaps(whole) and not any(hour.overlaps(one) for one in taken)
        assert any(hour.overlaps(one) for one in left) == is_left


@given(periods(), periods())
def test_overlapping_is_mutual(one: Period, other: Period) -> None:
    assert one.overlaps(other) == other.overlaps(one)

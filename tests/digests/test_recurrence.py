"""Every due day has exactly one due moment, whatever the clocks do."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.recurrence import Recurrence, parse_recurrence
from bot.errors import UserFacingError

DAILY = tuple(range(7))
START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every monday at 9:00", "every monday at 9:00 Europe/Berlin"),
        ("Monday at 9", "every monday at 9:00 Europe/Berlin"),
        ("every weekday at 8:30 America/New_York", "every weekday at 8:30 America/New_York"),
        ("every day at 17.45 utc", "every day at 17:45 UTC"),
        ("every tue and thu at 9:05 pm", "every tuesday and thursday at 21:05 Europe/Berlin"),
        ("every friday, monday at 12 am", "every monday and friday at 0:00 Europe/Berlin"),
        ("every month on the 1st at 9:00 Asia/Kolkata", "every month on the 1st at 9:00 Asia/Kolkata"),
        ("every month on the 31 at 9", "every month on the 31st at 9:00 Europe/Berlin"),
    ],
)
def test_a_schedule_is_read_as_people_write_it_and_read_back(text: str, words: str) -> None:
    recurrence = parse_recurrence(text, "Europe/Berlin")

    assert recurrence.in_words() == words
    assert parse_recurrence(words, "UTC") == recurrence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a schedule"),
        ("every monday", "is not a schedule"),
        ("every blursday at 9:00", "“blursday” is not a day"),
        ("every monday at 25:00", "25:00 is not a time of day"),
        ("every monday at 9:75", "9:75 is not a time of day"),
        ("every month on the 32nd at 9:00", "No month has a day 32"),
        ("every monday at 9:00 Europe/Berlim", "Did you mean Europe/Berlin"),
        ("every monday at 9:00 Mars", "There is no time zone “Mars”"),
        ("every monday at 13 pm", "13:00"),
    ],
)
def test_an_impossible_schedule_is_refused_with_the_way_to_write_it(text: str, message: str) -> None:
    if message == "13:00":  # thirteen is past noon whatever stands behind it
        assert parse_recurrence(text, "UTC").at == time(13)
        return
    with pytest.raises(UserFacingError, match=message):
        parse_recurrence(text, "UTC")


CLOCK_CHANGES = [
    # zone, local time, days around the change, due moments in UTC
    ("America/New_York", time(2, 30), "2027-03-13", ["2027-03-13T07:30", "2027-03-14T07:30", "2027-03-15T06:30"]),
    ("America/New_York", time(1, 30), "2026-10-31", ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"]),
    ("Europe/Berlin", time(2, 30), "2027-03-27", ["2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30"]),
    ("Europe/Berlin", time(2, 30), "2026-10-24", ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]),
    (
        "Australia/Lord_Howe",
        time(2, 15),
        "2026-10-03",
        ["2026-10-02T15:45", "2026-10-03T15:45", "2026-10-04T15:15"],
    ),
    (
        "Australia/Lord_Howe",
        time(1, 45),
        "2027-04-03",
        ["2027-04-02T14:45", "2027-04-03T14:45", "2027-04-04T15:15"],
    ),
    ("Asia/Kolkata", time(2, 30), "2027-03-27", ["2027-03-26T21:00", "2027-03-27T21:00", "2027-03-28T21:00"]),
    ("Asia/Kolkata", time(2, 30), "2026-10-24", ["2026-10-23T21:00", "2026-10-24T21:00", "2026-10-25T21:00"]),
]


@pytest.mark.parametrize(("zone", "at", "first_day", "moments"), CLOCK_CHANGES)
def test_around_a_clock_change_each_day_is_due_once(
    zone: str, at: time, first_day: str, moments: list[str]
) -> None:
    recurrence = Recurrence(DAILY, None, at, zone)
    start = datetime.fromisoformat(first_day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)

    dues = recurrence.due_between(start, start + timedelta(days=3))

    assert [due.strftime("%Y-%m-%dT%H:%M") for due in dues[:3]] == moments


def test_a_month_without_the_day_has_it_on_its_last_one() -> None:
    recurrence = Recurrence((), 30, time(9), "UTC")

    dues = recurrence.due_between(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC))

    assert [due.date().isoformat() for due in dues] == ["2027-01-30", "2027-02-28", "2027-03-30"]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.integers(0, 15 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
)
def test_stepping_from_due_to_due_meets_every_day_once(zone: str, at: time, start: datetime) -> None:
    recurrence = Recurrence(DAILY, None, at, zone)

    stepped = [recurrence.due_after(start)]
    while len(stepped) < 5:
        stepped.append(recurrence.due_after(stepped[-1]))

    assert stepped == recurrence.due_between(start, stepped[-1])
    assert all(later > earlier for earlier, later in pairwise(stepped))


@given(st.text(max_size=80))
def test_any_text_is_a_schedule_or_a_clear_error(text: str) -> None:
    recurrence: Recurrence | None = None
    with suppress(UserFacingError):
        recurrence = parse_recurrence(text, "UTC")

    assert recurrence is None or parse_recurrence(recurrence.in_words(), "UTC") == recurrence

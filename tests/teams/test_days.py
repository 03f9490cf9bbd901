"""Days as people write them: what is read, and what is refused with how to write it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.teams.days import parse_day, parse_future_day, parse_moment, start_of, zone_called
from tests.builders import NOW

MONDAY = date(2026, 11, 23)
NEW_YEARS_EVE = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("2026-1-5", date(2026, 1, 5)),
        ("24 Dec", date(2026, 12, 24)),
        ("24. Dec", date(2026, 12, 24)),
        ("Dec 24", date(2026, 12, 24)),
        ("24th of December", date(2026, 12, 24)),
        ("  december   24th ", date(2026, 12, 24)),
        ("Dec. 24, 2027", date(2027, 12, 24)),
        ("24 december 2027", date(2027, 12, 24)),
        ("24-Dec-2026", date(2026, 12, 24)),
        ("3 Sept", date(2027, 9, 3)),
        ("24.12.2026", date(2026, 12, 24)),
        ("1.3.2020", date(2020, 3, 1)),
        ("29 Feb", date(2028, 2, 29)),
        ("29.02.2028", date(2028, 2, 29)),
        ("1 Jan", date(2027, 1, 1)),
        ("23 Nov", MONDAY),
        ("22 Nov", date(2027, 11, 22)),
        ("today", MONDAY),
        ("TOMORROW", date(2026, 11, 24)),
        ("friday", date(2026, 11, 27)),
        ("Next Friday", date(2026, 11, 27)),
        ("on fri", date(2026, 11, 27)),
        ("next tue", date(2026, 11, 24)),
        ("monday", date(2026, 11, 30)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_day(text, MONDAY) == day


@pytest.mark.parametrize(
    "text",
    [
        *("32 May", "May 32", "30 February", "31.04.2027", "29 Feb 2027", "2026-02-30", "2026-13-01", "0 May"),
        *("03/04/2026", "12.24.2026", "2026-24-12", "24 Dec 26", "Dec 2026", "10", "2026", "31", "1.1"),
        *("", "   ", "🎉", "soon", "next week", "yesterday", "year 9999", "fri 10:00", "10 utc", "٣ May"),
        *("24 Dec 25 Dec", "mayday 3", "3 décembre", "24 Dec; DROP TABLE team", "\x00", "\ud800"),
    ],
)
def test_what_is_no_day_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UserFacingError, match="is not a day. Write it like 2026-12-24, 24 Dec, tomorrow or next"):
        parse_day(text, MONDAY)


@pytest.mark.parametrize("text", ["9999-12-31", "31.12.9999", "0001-01-01", "24 Dec 2200", "1969-12-31"])
def test_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(UserFacingError, match="is not between the years 1970 and 2199"):
        parse_day(text, MONDAY)


def test_a_long_text_is_cut_where_it_is_shown_again() -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_day("x" * 400, MONDAY)

    assert "x" * 59 + "…” is not a day" in str(caught.value)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", date(2027, 1, 1)),
        ("1 Jan", date(2027, 1, 1)),
        ("31 Dec", NEW_YEARS_EVE),
        ("30 Dec", date(2027, 12, 30)),
        ("thursday", date(2027, 1, 7)),
        ("fri", date(2027, 1, 1)),
    ],
)
def test_the_turn_of_the_year_changes_nothing(text: str, day: date) -> None:
    assert parse_day(text, NEW_YEARS_EVE) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2028, 2, 28), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2032, 2, 29)),
        (date(2096, 3, 1), date(2104, 2, 29)),
    ],
)
def test_a_leap_day_is_the_next_that_there_is(today: date, day: date) -> None:
    assert parse_day("29 Feb", today) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("today", "“today” is 2026-11-23, which is not in the future"),
        ("2026-11-22", "“2026-11-22” is 2026-11-22, which is not in the future"),
        ("1.1.2031", "“1.1.2031” is 2031-01-01, more than three years away"),
    ],
)
def test_a_future_day_is_neither_past_nor_far_away(text: str, message: str) -> None:
    with pytest.raises(UserFacingError, match=message):
        parse_future_day(text, MONDAY)


def test_a_future_day_may_be_tomorrow_or_in_three_years() -> None:
    assert parse_future_day("tomorrow", MONDAY) == date(2026, 11, 24)
    assert parse_future_day("23 Nov 2029", MONDAY) == date(2029, 11, 23)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-15T10:00", datetime(2026, 3, 15, 10, tzinfo=UTC)),
        ("2026-03-15 10:00:30", datetime(2026, 3, 15, 10, 0, 30, tzinfo=UTC)),
        ("2026-03-15T10:00+02:00", datetime(2026, 3, 15, 8, tzinfo=UTC)),
        (" 2026-03-15T10:00Z ", datetime(2026, 3, 15, 10, tzinfo=UTC)),
    ],
)
def test_a_moment_may_be_a_date_and_time(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-15", date(2026, 3, 15)),
        ("15.03.2026", date(2026, 3, 15)),
        ("today", NOW.date()),
        ("24 Dec", date(2026, 12, 24)),
    ],
)
def test_of_a_day_the_end_is_meant_so_that_what_was_changed_on_it_counts(text: str, day: date) -> None:
    moment = parse_moment(text, NOW)

    assert moment.date() == day
    assert moment + timedelta(microseconds=1) == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(1)


@pytest.mark.parametrize("text", ["", "32 May", "2026-03-15T25:00", "march", "🎉"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UserFacingError, match="is not a day"):
        parse_moment(text, NOW)


@pytest.mark.parametrize("text", ["9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00", "9999-12-31"])
def test_a_moment_in_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(UserFacingError, match="is not between the years"):
        parse_moment(text, NOW)


def test_a_day_begins_when_it_begins_there() -> None:
    assert start_of(date(2026, 12, 24), ZoneInfo("Asia/Tokyo")) == datetime(2026, 12, 23, 15, tzinfo=UTC)
    assert start_of(date(2026, 12, 24), UTC) == datetime(2026, 12, 24, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Nowhere/Else", "../../etc/passwd", "America", "x" * 5000, "\x00", "\ud800"])
def test_an_unknown_time_zone_is_utc(name: str) -> None:
    assert zone_called(name) is UTC
    assert zone_called("Europe/Berlin") == ZoneInfo("Europe/Berlin")


NEARLY_DAYS = st.from_regex(r"(next |on )?[0-9]{1,4}[-. ]{0,2}([0-9]{1,2}|Dec|feb|SEPT|may)[-., ]{0,2}[0-9]{0,4}")


@given(st.text() | NEARLY_DAYS, st.dates(date(1971, 1, 1), date(2190, 1, 1)))
def test_any_text_is_a_day_or_is_refused_kindly(text: str, today: date) -> None:
    for parse in (parse_day, parse_future_day):
        try:
            assert 1970 <= parse(text, today).year <= 2199
        except UserFacingError as error:
            assert str(error)  # noqa: PT017 (either is right)


@given(st.text() | NEARLY_DAYS | st.datetimes(timezones=st.timezones() | st.none()).map(datetime.isoformat))
def test_any_text_is_a_moment_with_a_zone_or_is_refused_kindly(text: str) -> None:
    try:
        assert parse_moment(text, NOW).astimezone(UTC).tzinfo is UTC
    except UserFacingError as error:
        assert str(error)  # noqa: PT017 (either is right)


@given(st.dates(MONDAY, MONDAY + timedelta(days=364)))
def test_every_day_of_the_coming_year_is_understood_without_its_year(day: date) -> None:
    assert parse_day(f"{day:%d %B}", MONDAY) == parse_day(f"{day:%b %d}", MONDAY) == day

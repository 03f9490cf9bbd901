"""Days begin at midnight where the person lives who names them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserFacingError
from bot.teams.calendar import Calendar
from bot.teams.model import Person
from tests.builders import NOW
from tests.fakes import FakeClock, FakeDirectory

TOKYO, HONOLULU, NOWHERE = "U1TOKYO", "U1HONOLULU", "U1NOWHERE"


@pytest.fixture(name="directory")
def a_directory() -> FakeDirectory:
    return FakeDirectory(
        Person(TOKYO, "Aiko", time_zone="Asia/Tokyo"),
        Person(HONOLULU, "Kai", time_zone="Pacific/Honolulu"),
        Person(NOWHERE, "Nemo", time_zone="Atlantis/Deep"),
    )


@pytest.fixture(name="calendar")
def a_calendar(directory: FakeDirectory) -> Calendar:
    return Calendar(directory, FakeClock())


@pytest.mark.parametrize(
    ("user_id", "begins"),
    [
        (TOKYO, datetime(2026, 12, 23, 15, tzinfo=UTC)),
        (HONOLULU, datetime(2026, 12, 24, 10, tzinfo=UTC)),
        (NOWHERE, datetime(2026, 12, 24, tzinfo=UTC)),
        ("U1UNKNOWN", datetime(2026, 12, 24, tzinfo=UTC)),
    ],
)
async def test_a_day_begins_at_midnight_of_whoever_names_it(
    calendar: Calendar, user_id: str, begins: datetime
) -> None:
    assert await calendar.beginning(user_id, "24 Dec") == begins
    assert await calendar.future_day(user_id, "24 Dec") == (date(2026, 12, 24), begins)


async def test_today_begins_now(calendar: Calendar) -> None:
    assert await calendar.beginning(TOKYO, "today") == NOW
    assert await calendar.beginning(HONOLULU, "22 Nov 2026") == NOW  # it is still the 22nd there


async def test_tomorrow_is_the_day_after_today_where_the_person_is(calendar: Calendar) -> None:
    assert (await calendar.future_day(TOKYO, "tomorrow"))[0] == date(2026, 11, 24)
    assert (await calendar.future_day(HONOLULU, "tomorrow"))[0] == date(2026, 11, 23)


async def test_a_past_day_is_refused(calendar: Calendar) -> None:
    with pytest.raises(UserFacingError, match="“2026-11-22” is 2026-11-22, which is past"):
        await calendar.beginning(TOKYO, "2026-11-22")
    with pytest.raises(UserFacingError, match="not in the future"):
        await calendar.future_day(TOKYO, "today")


async def test_a_long_text_is_cut_where_it_is_shown_again(calendar: Calendar) -> None:
    with pytest.raises(UserFacingError) as caught:
        await calendar.beginning(TOKYO, f"22 {' ' * 400} Nov 2026")

    assert len(str(caught.value)) < 200


async def test_where_slack_is_away_days_are_those_of_utc(calendar: Calendar, directory: FakeDirectory) -> None:
    directory.is_away = True

    assert await calendar.beginning(TOKYO, "24 Dec") == datetime(2026, 12, 24, tzinfo=UTC)


async def test_a_person_s_time_zone_has_a_name(calendar: Calendar) -> None:
    assert await calendar.zone_name(TOKYO) == "Asia/Tokyo"
    assert await calendar.zone_name(NOWHERE) == await calendar.zone_name("U1UNKNOWN") == "UTC"


@given(st.text(), st.timezone_keys())
async def test_any_text_in_any_time_zone_is_a_moment_or_refused_kindly(text: str, zone: str) -> None:
    calendar = Calendar(FakeDirectory(Person(TOKYO, "Aiko", time_zone=zone)), FakeClock())

    for day in (text, "31 Dec 2199", "1970-01-01"):
        try:
            assert await calendar.beginning(TOKYO, day) >= NOW
        except UserFacingError as error:
            assert str(error)  # noqa: PT017 (either is right)

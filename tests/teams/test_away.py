"""Going away and coming back: what is noted, in whose days, and what is refused; on both databases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.bootstrap import build_services
from bot.errors import UserFacingError
from bot.knowledge.routing import Router
from bot.settings import Settings
from bot.teams.away import AwayService
from bot.teams.model import Person
from tests.builders import NOW, WORKSPACE, an_actor
from tests.fakes import FakeClock, FakeDirectory

OWNER = an_actor("U1OWNER")


@dataclass
class Desk:
    away: AwayService
    directory: FakeDirectory
    clock: FakeClock


@pytest.fixture
def desk(engine: AsyncEngine, router: Router) -> Desk:
    directory = FakeDirectory(
        Person("U1OWNER", "Owen"), Person("U1COVER", "Cora"), Person("U1LEFT", "Lee", is_active=False)
    )
    clock = FakeClock()
    services = build_services(Settings(_env_file=None), engine, router, directory, clock)
    return Desk(services.away, directory, clock)


async def test_an_absence_lasts_until_the_day_begins(desk: Desk) -> None:
    absence, back_on = await desk.away.go(OWNER, "tomorrow", "U1COVER")

    assert back_on == date(2026, 11, 24)
    assert (absence.since, absence.until, absence.cover_id) == (NOW, datetime(2026, 11, 24, tzinfo=UTC), "U1COVER")
    assert await desk.away.of(WORKSPACE, "U1OWNER") == absence
    desk.clock.now = absence.until
    assert await desk.away.of(WORKSPACE, "U1OWNER") is None


@pytest.mark.parametrize(
    ("zone", "beginning"),
    [
        ("America/Los_Angeles", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        ("Not/AZone", datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
async def test_the_day_is_that_of_the_person(desk: Desk, zone: str, beginning: datetime) -> None:
    desk.directory.put(Person("U1OWNER", "Owen", time_zone=zone))

    absence, _ = await desk.away.go(OWNER, "tomorrow", None)

    assert absence.until == beginning


async def test_where_slack_does_not_say_the_day_is_one_of_utc(desk: Desk) -> None:
    desk.directory.is_away = True

    absence, _ = await desk.away.go(OWNER, "tomorrow", None)

    assert absence.until == datetime(2026, 11, 24, tzinfo=UTC)


async def test_a_later_absence_takes_the_place_of_the_former(desk: Desk) -> None:
    await desk.away.go(OWNER, "3 Dec", "U1COVER")
    desk.clock.advance(timedelta(hours=1))

    shorter, _ = await desk.away.go(OWNER, "tomorrow", None)

    assert await desk.away.of(WORKSPACE, "U1OWNER") == shorter
    desk.clock.now = shorter.until
    assert await desk.away.of(WORKSPACE, "U1OWNER") is None


async def test_coming_back_ends_it_and_says_whether_there_was_one(desk: Desk) -> None:
    await desk.away.go(OWNER, "3 Dec", None)
    desk.clock.advance(timedelta(hours=1))

    assert await desk.away.back(OWNER)
    assert not await desk.away.back(OWNER)
    assert await desk.away.of(WORKSPACE, "U1OWNER") is None


async def test_somebody_is_away_from_one_workspace_only(desk: Desk) -> None:
    await desk.away.go(OWNER, "3 Dec", None)

    assert await desk.away.of("T0OTHER", "U1OWNER") is None
    assert not await desk.away.back(an_actor("U1OWNER", workspace_id="T0OTHER"))


@pytest.mark.parametrize(
    ("until", "cover", "problem"),
    [
        ("32 May", None, "“32 May” is not a day"),
        ("2026-11-22", None, "not in the future"),
        ("2030-01-01", None, "more than three years away"),
        ("3 Dec", "U1OWNER", "You cannot cover for yourself"),
        ("3 Dec", "U1LEFT", "Lee's account is deactivated"),
        ("3 Dec", "U1NOBODY", "There is nobody with the id U1NOBODY"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_noted(
    desk: Desk, until: str, cover: str | None, problem: str
) -> None:
    with pytest.raises(UserFacingError, match=problem):
        await desk.away.go(OWNER, until, cover)

    assert await desk.away.of(WORKSPACE, "U1OWNER") is None


async def test_somebody_who_is_away_cannot_cover(desk: Desk) -> None:
    await desk.away.go(an_actor("U1COVER"), "3 Dec", None)

    with pytest.raises(UserFacingError, match="is away, too"):
        await desk.away.go(OWNER, "3 Dec", "U1COVER")

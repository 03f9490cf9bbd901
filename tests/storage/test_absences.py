"""The absence store keeps its promises on every database."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.absences import SqlAbsenceStore
from tests.builders import NOW, WORKSPACE, an_absence, an_actor

BY = an_actor("U1OWNER")
DAY = timedelta(days=1)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlAbsenceStore:
    return SqlAbsenceStore(engine)


async def test_somebody_is_away_from_the_first_moment_and_until_before_the_last(store: SqlAbsenceStore) -> None:
    absence = an_absence(since=NOW, until=NOW + DAY, cover="U1COVER")
    await store.add_absence(BY, absence)

    for moment in (NOW, NOW + DAY - timedelta(microseconds=1)):
        assert await store.absences(WORKSPACE, ["U1OWNER", "U1OTHER"], moment) == {"U1OWNER": absence}
    for moment in (NOW - timedelta(microseconds=1), NOW + DAY):
        assert await store.absences(WORKSPACE, ["U1OWNER"], moment) == {}
    assert await store.absences(WORKSPACE, ["U1OTHER"], NOW) == {}
    assert await store.absences(WORKSPACE, [], NOW) == {}


async def test_a_new_absence_ends_the_one_before_and_both_are_kept(store: SqlAbsenceStore) -> None:
    first, second = an_absence(since=NOW - DAY), an_absence(since=NOW, until=NOW + 30 * DAY)
    await store.add_absence(BY, first)
    await store.add_absence(BY, second)

    assert await store.absences(WORKSPACE, ["U1OWNER"], NOW) == {"U1OWNER": second}
    before = await store.absences(WORKSPACE, ["U1OWNER"], NOW - timedelta(hours=1))
    assert before["U1OWNER"].id == first.id
    assert before["U1OWNER"].until == NOW


async def test_an_absence_that_was_to_begin_later_makes_way_for_a_new_one(store: SqlAbsenceStore) -> None:
    await store.add_absence(BY, an_absence(since=NOW + 3 * DAY, until=NOW + 9 * DAY))

    await store.add_absence(BY, an_absence(since=NOW, until=NOW + DAY))

    assert await store.absences(WORKSPACE, ["U1OWNER"], NOW + 4 * DAY) == {}


async def test_somebody_back_early_is_not_away_any_more_but_was(store: SqlAbsenceStore) -> None:
    await store.add_absence(BY, an_absence())
    await store.add_absence(an_actor("U1OTHER"), an_absence("U1OTHER"))

    assert await store.end_absences(BY, "U1OWNER", NOW)
    assert not await store.end_absences(BY, "U1OWNER", NOW)

    assert list(await store.absences(WORKSPACE, ["U1OWNER", "U1OTHER"], NOW)) == ["U1OTHER"]
    assert list(await store.absences(WORKSPACE, ["U1OWNER"], NOW - timedelta(hours=1))) == ["U1OWNER"]


async def test_very_many_people_can_be_asked_about_at_once(store: SqlAbsenceStore) -> None:
    for user_id in ("U1OWNER", "U1UNASKED"):
        await store.add_absence(BY, an_absence(user_id))

    found = await store.absences(WORKSPACE, ["U1OWNER", *(f"U1P{number}" for number in range(70_000))], NOW)

    assert list(found) == ["U1OWNER"]

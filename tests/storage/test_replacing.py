"""What a new assignment takes the place of, what it leaves, and what it may not overwrite, on every database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.teams.model import Assignee, Assignment, Cell, Rank
from tests.builders import NOW, WORKSPACE, an_actor, an_assignment

BY, SOMEBODY_ELSE = an_actor(), an_actor("U1ELSE")
DAY = timedelta(days=1)
FINANCE = Cell("finance", None)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlAssignmentStore:
    return SqlAssignmentStore(engine)


async def held(store: SqlAssignmentStore, at: datetime = NOW) -> Sequence[Assignment]:
    """Return what holds for the whole organisation."""
    return await store.assignments(WORKSPACE, at, team_ids=[None])


async def holders(store: SqlAssignmentStore, at: datetime = NOW) -> list[str]:
    return [one.assignee.id for one in await held(store, at)]


async def test_a_new_primary_ends_the_former_one_who_still_was_it_before(store: SqlAssignmentStore) -> None:
    former, new = (
        an_assignment(assignee="U1FORMER", since=NOW),
        an_assignment(assignee="U1NEW", since=NOW + 9 * DAY),
    )
    await store.assign(BY, former)

    replaced = await store.assign(BY, new)

    assert replaced == former
    assert await holders(store, NOW + 8 * DAY) == ["U1FORMER"]
    assert await holders(store, NOW + 9 * DAY) == ["U1NEW"]


async def test_a_temporary_primary_gives_it_back_with_what_was_known_of_it(store: SqlAssignmentStore) -> None:
    former = an_assignment(assignee="U1FORMER", until=NOW + 30 * DAY)
    await store.assign(BY, former)

    await store.assign(BY, an_assignment(assignee="U1NEW", since=NOW, until=NOW + 7 * DAY))

    (again,) = await held(store, NOW + 7 * DAY)
    assert again == replace(former, id=again.id, valid_from=NOW + 7 * DAY)
    assert await holders(store) == ["U1NEW"]
    assert await holders(store, NOW + 30 * DAY) == []


async def test_a_former_primary_whose_time_is_over_by_then_does_not_come_back(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(assignee="U1FORMER", until=NOW + 7 * DAY))

    await store.assign(BY, an_assignment(assignee="U1NEW", since=NOW, until=NOW + 7 * DAY))

    assert await holders(store, NOW + 6 * DAY) == ["U1NEW"]
    assert await holders(store, NOW + 7 * DAY) == []


async def test_somebody_named_for_later_is_not_overwritten(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(assignee="U1LATER", since=NOW + 7 * DAY))
    new = an_assignment(assignee="U1NEW", since=NOW)

    for until in (None, NOW + 7 * DAY + timedelta(microseconds=1)):
        with pytest.raises(UserFacingError, match="U1LATER is already named from 2026-11-30 on") as caught:
            await store.assign(BY, replace(new, valid_until=until))
        assert caught.value.about == "valid_from"
    await store.assign(BY, replace(new, valid_until=NOW + 7 * DAY))

    assert [await holders(store, NOW + days * DAY) for days in (0, 7)] == [["U1NEW"], ["U1LATER"]]


async def test_backups_stand_beside_each_other_and_beside_who_comes_later(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(assignee="U1LATER", rank=Rank.BACKUP, since=NOW + 7 * DAY))

    assert await store.assign(BY, an_assignment(assignee="U1NEW", rank=Rank.BACKUP)) is None

    assert await holders(store, NOW + 7 * DAY) == ["U1NEW", "U1LATER"]


async def test_the_same_person_assigned_again_holds_it_once(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(rank=Rank.BACKUP))
    await store.assign(BY, an_assignment(rank=Rank.BACKUP, since=NOW + 3 * DAY))

    assert await store.assign(BY, an_assignment(since=NOW)) is None

    for moment in (NOW, NOW + 4 * DAY):
        assert [one.rank for one in await held(store, moment)] == [Rank.PRIMARY]


async def test_an_end_for_what_the_same_person_holds_is_taken_as_said(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment())

    await store.assign(BY, an_assignment(since=NOW, until=NOW + DAY))

    assert await holders(store, NOW + DAY) == []


async def test_what_somebody_else_changed_since_is_not_overwritten(store: SqlAssignmentStore) -> None:
    await store.assign(SOMEBODY_ELSE, an_assignment(since=NOW, by="U1ELSE"))
    new = an_assignment(assignee="U1NEW", since=NOW + DAY)

    with pytest.raises(ChangedMeanwhileError, match="Nothing was saved"):
        await store.assign(BY, new, seen_at=NOW - timedelta(microseconds=1))

    assert await holders(store, NOW + DAY) == ["U1OWNER"]
    await store.assign(BY, new, seen_at=NOW)
    assert await holders(store, NOW + DAY) == ["U1NEW"]


async def test_what_somebody_else_ended_since_is_noticed(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment())
    await store.unassign(SOMEBODY_ELSE, FINANCE, Assignee.from_id("U1OWNER"), NOW)

    with pytest.raises(ChangedMeanwhileError):
        await store.assign(BY, an_assignment(assignee="U1NEW", since=NOW + DAY), seen_at=NOW - timedelta(hours=1))


async def test_a_replacement_that_begins_later_counts_from_when_it_was_decided(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment())
    later = an_assignment(assignee="U1LATER", since=NOW + 30 * DAY, by="U1ELSE")
    await store.assign(SOMEBODY_ELSE, replace(later, assigned_at=NOW, confirmed_at=NOW))

    await store.assign(BY, an_assignment(assignee="U1NEW", since=NOW + DAY, until=NOW + 9 * DAY), seen_at=NOW)

    assert await holders(store, NOW + 10 * DAY) == ["U1OWNER"]


async def test_one_s_own_changes_are_no_conflict(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(since=NOW))

    await store.assign(BY, an_assignment(assignee="U1NEW", since=NOW + DAY), seen_at=NOW - DAY)

    assert await holders(store, NOW + DAY) == ["U1NEW"]


async def test_an_assignment_takes_the_place_of_another_whatever_its_rank(store: SqlAssignmentStore) -> None:
    given = an_assignment(assignee="U1GIVER", rank=Rank.BACKUP)
    other = an_assignment(assignee="U1OTHER", rank=Rank.BACKUP)
    for one in (given, other):
        await store.assign(BY, one)

    taker = an_assignment(assignee="U1TAKER", rank=Rank.BACKUP, since=NOW)
    replaced = await store.assign(BY, taker, instead_of=given.id)

    assert replaced == given
    assert set(await holders(store)) == {"U1OTHER", "U1TAKER"}


async def test_what_does_not_hold_any_more_cannot_be_taken_over(store: SqlAssignmentStore) -> None:
    given = an_assignment(assignee="U1GIVER")
    await store.assign(BY, given)
    await store.unassign(BY, FINANCE, given.assignee, NOW)

    for gone in (given.id, "unknown"):
        with pytest.raises(ChangedMeanwhileError, match="nobody holds it like that any more"):
            await store.assign(BY, an_assignment(assignee="U1TAKER", since=NOW), instead_of=gone)

    assert await holders(store) == []


async def test_of_two_who_take_over_at_once_one_is_told(store: SqlAssignmentStore) -> None:
    given = an_assignment(assignee="U1GIVER")
    await store.assign(BY, given)

    outcomes = await asyncio.gather(
        *(
            store.assign(BY, an_assignment(assignee=taker, since=NOW), instead_of=given.id)
            for taker in ("U1FIRST", "U1SECOND")
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["Assignment", "ChangedMeanwhileError"]
    assert len(await holders(store)) == 1

"""The assignment store keeps its promises on every database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Assignee, Assignment, Cell, Rank
from tests.builders import NOW, WORKSPACE, a_team, an_actor, an_assignment

BY, SOMEBODY_ELSE = an_actor(), an_actor("U1ELSE")
DAY = timedelta(days=1)
FINANCE = Cell("finance", None)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlAssignmentStore:
    return SqlAssignmentStore(engine)


@pytest.fixture(name="teams")
def a_team_store(engine: AsyncEngine) -> SqlTeamStore:
    return SqlTeamStore(engine)


async def held(store: SqlAssignmentStore, at: datetime = NOW) -> Sequence[Assignment]:
    """Return what holds for the whole organisation."""
    return await store.assignments(WORKSPACE, at, team_ids=[None])


async def holders(store: SqlAssignmentStore, at: datetime = NOW) -> list[str]:
    return [one.assignee.id for one in await held(store, at)]


async def test_an_assignment_comes_back_as_it_was_kept(store: SqlAssignmentStore) -> None:
    berlin = timezone(timedelta(hours=1))
    given = an_assignment(since=NOW.astimezone(berlin), until=(NOW + DAY).astimezone(berlin))

    assert await store.assign(BY, given) is None

    (found,) = await held(store)
    assert found == given == await store.assignment(WORKSPACE, given.id)
    assert found.valid_from.tzinfo is UTC
    assert await store.assignment(WORKSPACE, "unknown") is None


async def test_only_what_holds_at_the_moment_for_the_persona_and_teams_is_returned(
    store: SqlAssignmentStore, teams: SqlTeamStore
) -> None:
    payments, search = a_team("Payments"), a_team("Search")
    for team in (payments, search):
        await teams.add_team(BY, team, NOW)
    one = an_assignment(team=payments, since=NOW, until=NOW + DAY)
    other, of_all = an_assignment("itam", team=search, since=NOW), an_assignment(since=NOW)
    for assignment in (one, other, of_all):
        await store.assign(BY, assignment)

    async def found(*team_ids: str | None, at: datetime = NOW, persona: str | None = None) -> list[Assignment]:
        return list(await store.assignments(WORKSPACE, at, persona_key=persona, team_ids=team_ids))

    assert await found(payments.id) == await found(payments.id, at=NOW + DAY - timedelta(microseconds=1)) == [one]
    assert await found(payments.id, at=NOW - timedelta(microseconds=1)) == []
    assert await found(payments.id, at=NOW + DAY) == []
    assert await found(payments.id, persona="itam") == await found() == []
    assert await found(search.id, None) == [of_all, other]
    assert await found(payments.id, search.id, None, persona="itam") == [other]


async def test_primaries_come_before_backups_and_the_longest_standing_first(store: SqlAssignmentStore) -> None:
    for number, days in enumerate((3, 9, 6)):
        await store.assign(BY, an_assignment(assignee=f"U1B{number}", rank=Rank.BACKUP, since=NOW - days * DAY))
    await store.assign(BY, an_assignment(assignee="S1GROUP"))

    assert await holders(store) == ["S1GROUP", "U1B1", "U1B2", "U1B0"]


async def test_an_ended_assignment_is_kept_for_the_past(store: SqlAssignmentStore) -> None:
    given = an_assignment()
    await store.assign(BY, given)

    assert await store.unassign(BY, FINANCE, given.assignee, NOW)
    assert not await store.unassign(BY, FINANCE, given.assignee, NOW)

    assert await holders(store) == []
    assert await holders(store, NOW - timedelta(hours=1)) == ["U1OWNER"]
    assert await store.assignment(WORKSPACE, given.id) == replace(given, valid_until=NOW)


async def test_what_has_not_begun_when_it_is_ended_never_holds(store: SqlAssignmentStore) -> None:
    await store.assign(BY, an_assignment(since=NOW + DAY))

    assert await store.unassign(BY, FINANCE, Assignee.from_id("U1OWNER"), NOW)

    assert await holders(store, NOW + DAY) == await holders(store, NOW + 9 * DAY) == []


async def test_ending_takes_nothing_from_anybody_else(store: SqlAssignmentStore, teams: SqlTeamStore) -> None:
    team = a_team()
    await teams.add_team(BY, team, NOW)
    kept = [an_assignment("itam"), an_assignment(team=team), an_assignment(assignee="U1OTHER", rank=Rank.BACKUP)]
    for one in (an_assignment(), *kept):
        await store.assign(BY, one)

    await store.unassign(BY, FINANCE, Assignee.from_id("U1OWNER"), NOW)

    assert set(await store.assignments(WORKSPACE, NOW, team_ids=[None, team.id])) == set(kept)


async def test_confirming_notes_when_and_leaves_what_is_over_alone(store: SqlAssignmentStore) -> None:
    given, ended = an_assignment(), an_assignment("itam")
    for one in (given, ended):
        await store.assign(BY, one)
    await store.unassign(BY, ended.cell, ended.assignee, NOW)

    assert await store.confirm(BY, [given.id, ended.id, "unknown"], NOW + DAY) == 1
    assert await store.confirm(BY, [], NOW + DAY) == 0

    assert list(await held(store, NOW + DAY)) == [replace(given, confirmed_at=NOW + DAY)]


async def test_what_people_and_groups_hold_is_found_by_them(
    store: SqlAssignmentStore, teams: SqlTeamStore
) -> None:
    team = a_team()
    await teams.add_team(BY, team, NOW)
    own, of_group = an_assignment("product"), an_assignment("finance", "S1GROUP", team)
    for one in (own, of_group, an_assignment("itam", since=NOW + DAY), an_assignment("itfm", "U1OTHER")):
        await store.assign(BY, one)

    assert list(await store.held_by(WORKSPACE, ["U1OWNER", "S1GROUP"], NOW)) == [of_group, own]
    assert list(await store.held_by(WORKSPACE, [], NOW)) == []


async def test_everything_from_a_moment_on_is_listed_in_one_order(
    store: SqlAssignmentStore, teams: SqlTeamStore
) -> None:
    team = a_team()
    await teams.add_team(BY, team, NOW)
    later, of_team = an_assignment("itam", since=NOW + DAY), an_assignment(team=team)
    ended, of_all = an_assignment("product", until=NOW), an_assignment()
    for one in (later, of_team, ended, of_all):
        await store.assign(BY, one)

    found = await store.all_assignments(WORKSPACE, NOW)

    assert set(found) == {later, of_team, of_all}
    assert list(found) == list(await store.all_assignments(WORKSPACE, NOW))
    assert ended in await store.all_assignments(WORKSPACE, NOW - timedelta(microseconds=1))


async def test_nothing_is_assigned_for_a_team_that_is_gone(store: SqlAssignmentStore, teams: SqlTeamStore) -> None:
    team = a_team()
    await teams.add_team(BY, team, NOW)
    await teams.archive_team(BY, team, NOW)

    for gone in (team, a_team("Nowhere")):
        with pytest.raises(UserFacingError, match="This team is gone") as caught:
            await store.assign(BY, an_assignment(team=gone))
        assert caught.value.about == "team"


async def test_the_database_itself_refuses_a_period_that_ends_before_it_begins(store: SqlAssignmentStore) -> None:
    with pytest.raises(IntegrityError):
        await store.assign(BY, an_assignment(since=NOW, until=NOW - DAY))

    assert await holders(store) == []

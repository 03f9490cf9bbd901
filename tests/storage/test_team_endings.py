"""Archived and merged teams, on every database: what ends, what moves, and what can still be found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Rank, Team
from tests.builders import NOW, WORKSPACE, a_team, an_actor, an_assignment

BY = an_actor()
LATER = NOW + timedelta(hours=1)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlTeamStore:
    return SqlTeamStore(engine)


@pytest.fixture(name="assignments")
def an_assignment_store(engine: AsyncEngine) -> SqlAssignmentStore:
    return SqlAssignmentStore(engine)


async def added(store: SqlTeamStore, *teams: Team) -> Team:
    """Add teams and return the last."""
    for team in teams:
        await store.add_team(BY, team, NOW)
    return teams[-1]


async def seen(store: SqlTeamStore, team: Team) -> Team:
    """Return a team as it is now."""
    found = await store.team(WORKSPACE, team.id)
    assert found is not None
    return found


def names(teams: Sequence[Team]) -> list[str]:
    return [team.name for team in teams]


async def test_an_archived_team_ends_what_it_held_and_leaves_its_place_to_the_one_above(
    store: SqlTeamStore, assignments: SqlAssignmentStore
) -> None:
    root = a_team("Commerce")
    middle = a_team("Payments", parent=root, aliases=("billing",), channels=("C1PAY",), members=("U1PIA",))
    leaf = await added(store, root, middle, a_team("Cards", parent=middle))
    for held in (
        an_assignment(team=middle),
        an_assignment("itam", team=middle, since=NOW + timedelta(days=9)),
        an_assignment("product", team=middle, until=NOW),
        an_assignment(assignee="U1OTHER", team=leaf),
    ):
        await assignments.assign(BY, held)

    ended = await store.archive_team(BY, middle, LATER)

    assert ended == 2
    assert list(await store.teams(WORKSPACE)) == [replace(leaf, parent_id=root.id, version=2), root]
    assert await store.teams_named(WORKSPACE, ["payments", "billing"]) == {}
    assert list(await store.teams_of_channels(WORKSPACE, ["C1PAY"])) == []
    assert list(await store.teams_of_members(WORKSPACE, ["U1PIA"])) == []
    assert list(await assignments.assignments(WORKSPACE, NOW + timedelta(days=10), team_ids=[middle.id])) == []
    assert len(await assignments.assignments(WORKSPACE, NOW, team_ids=[middle.id])) == 1
    assert await store.team(WORKSPACE, middle.id) == Team(middle.id, "Payments", root.id, version=2)


async def test_an_archived_team_cannot_be_changed_archived_or_merged(store: SqlTeamStore) -> None:
    gone, other = a_team("Payments"), a_team("Search")
    await added(store, gone, other)
    await store.archive_team(BY, gone, LATER)

    for attempt in (
        store.change_team(BY, replace(gone, name="Tills"), LATER),
        store.archive_team(BY, gone, LATER),
        store.merge_teams(BY, gone, other, LATER),
        store.merge_teams(BY, other, gone, LATER),
    ):
        with pytest.raises(UserFacingError, match="The team Payments is gone: it was archived or merged"):
            await attempt


async def test_the_name_of_an_archived_team_is_free_and_still_finds_it_in_its_time(store: SqlTeamStore) -> None:
    gone = await added(store, a_team("Payments", aliases=("billing",), channels=("C1PAY",)))
    await store.archive_team(BY, gone, LATER)
    heir = a_team("Billing", aliases=("Payments",), channels=("C1PAY",))
    await store.add_team(BY, heir, LATER)

    assert await store.teams_named(WORKSPACE, ["payments"]) == {"payments": heir}
    found = await store.archived_team(WORKSPACE, "payments", NOW)
    assert found is not None
    assert found.id == gone.id
    assert await store.archived_team(WORKSPACE, "payments", LATER) is None
    assert await store.archived_team(WORKSPACE, "payments", NOW - timedelta(seconds=1)) is None
    assert await store.archived_team(WORKSPACE, "commerce", NOW) is None


async def test_of_several_archived_teams_of_one_name_that_of_the_time_is_found(store: SqlTeamStore) -> None:
    for number in range(3):
        begun = NOW + number * timedelta(days=1)
        await store.add_team(BY, a_team("Payments", team_id=f"payments-{number}"), begun)
        await store.archive_team(BY, a_team("Payments", team_id=f"payments-{number}"), begun + timedelta(hours=9))

    found = [await store.archived_team(WORKSPACE, "payments", NOW + timedelta(days=days)) for days in (0, 1, 2, 3)]

    assert [team and team.id for team in found] == ["payments-0", "payments-1", "payments-2", None]


async def test_merging_moves_names_channels_members_and_children(store: SqlTeamStore) -> None:
    root = a_team("Commerce")
    source = a_team("Tills", parent=root, aliases=("cash",), channels=("C2",), members=("U1", "U2"), leads=("U3",))
    target = a_team("Payments", aliases=("billing",), channels=("C1",), members=("U1",), leads=("U4",))
    child = await added(store, root, source, target, a_team("Cards", parent=source))

    await store.merge_teams(BY, source, target, LATER)

    merged = await seen(store, target)
    assert merged.names == ("Payments", "billing", "Tills", "cash")
    assert (merged.channels, merged.members, merged.leads) == (("C1", "C2"), ("U1", "U2"), ("U4",))
    assert merged.version == 2
    assert await seen(store, child) == replace(child, parent_id=target.id, version=2)
    assert set((await store.teams_named(WORKSPACE, ["tills", "cash", "billing"])).values()) == {merged}
    assert names(await store.teams(WORKSPACE)) == ["Cards", "Commerce", "Payments"]
    archived = await store.archived_team(WORKSPACE, "tills", NOW)
    assert archived is not None
    assert archived.id == source.id


async def test_merging_moves_assignments_and_overwrites_none_of_the_target(
    store: SqlTeamStore, assignments: SqlAssignmentStore
) -> None:
    source, target = a_team("Tills"), a_team("Payments")
    await added(store, source, target)
    moving = an_assignment("finance", "U1FINA", source, since=NOW - timedelta(days=30))
    later = an_assignment("itam", "U1LATER", source, since=NOW + timedelta(days=9))
    backup = an_assignment("product", "U1BACKUP", source, Rank.BACKUP)
    kept = an_assignment("product", "U1KEPT", target)
    for held in (moving, later, backup, an_assignment("product", "U1ENDED", source), kept):
        await assignments.assign(BY, held)

    moved = await store.merge_teams(an_actor("U1MERGER"), source, target, LATER)

    assert moved == 3
    now = await assignments.assignments(WORKSPACE, LATER, team_ids=[target.id])
    assert [(one.cell.persona_key, one.assignee.id) for one in now] == [
        ("finance", "U1FINA"),
        ("product", "U1KEPT"),
        ("product", "U1BACKUP"),
    ]
    assert (now[0].valid_from, now[0].confirmed_at, now[0].assigned_by) == (LATER, moving.confirmed_at, "U1MERGER")
    at_last = await assignments.assignments(WORKSPACE, NOW + timedelta(days=9), team_ids=[source.id, target.id])
    assert "U1LATER" in {one.assignee.id for one in at_last}
    assert {one.cell.team_id for one in at_last} == {target.id}
    before = await assignments.assignments(WORKSPACE, NOW, team_ids=[source.id])
    assert {one.assignee.id for one in before} == {"U1FINA", "U1BACKUP", "U1ENDED"}


async def test_what_a_merge_moved_counts_as_changed_for_whoever_was_looking(
    store: SqlTeamStore, assignments: SqlAssignmentStore
) -> None:
    source, target = a_team("Tills"), a_team("Payments")
    await added(store, source, target)
    await assignments.assign(BY, an_assignment("finance", "U1FINA", source))
    await store.merge_teams(an_actor("U1MERGER"), source, target, LATER)

    with pytest.raises(ChangedMeanwhileError):
        await assignments.assign(BY, an_assignment("finance", "U1NEW", target, since=LATER), seen_at=NOW)


async def test_a_team_is_not_merged_into_one_below_it(store: SqlTeamStore) -> None:
    root = a_team("Commerce")
    leaf = await added(store, root, a_team("Payments", parent=root))

    with pytest.raises(UserFacingError, match="Payments is below Commerce: merge the lower team into the upper"):
        await store.merge_teams(BY, root, leaf, LATER)
    await store.merge_teams(BY, leaf, root, LATER)

    assert names(await store.teams(WORKSPACE)) == ["Commerce"]

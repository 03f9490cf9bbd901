"""The ownership store keeps its promises on every database."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.ownership import SqlOwnershipStore
from bot.teams.model import Assignee, Cell, Rank, Team
from tests.builders import NOW, WORKSPACE, a_team, an_assignment

OTHER_WORKSPACE = "T0OTHER"
ADMIN = "U1ADMIN"


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlOwnershipStore:
    return SqlOwnershipStore(engine)


async def added(store: SqlOwnershipStore, team: Team, workspace_id: str = WORKSPACE) -> Team:
    await store.add_team(workspace_id, team, ADMIN, NOW)
    return team


async def test_a_team_is_found_by_name_alias_and_channel(store: SqlOwnershipStore) -> None:
    team = await added(store, a_team("Payments", aliases=("check out", "billing"), channels=("C1PAY",)))

    named = await store.teams_named(WORKSPACE, ["payments", "check out", "unknown"])

    assert named == {"payments": team, "check out": team}
    assert await store.team_of_channel(WORKSPACE, "C1PAY") == team
    assert await store.team_of_channel(WORKSPACE, "C1OTHER") is None


async def test_teams_are_listed_by_name_with_their_aliases_in_order(store: SqlOwnershipStore) -> None:
    search = await added(store, a_team("search", aliases=("zeta", "alpha")))
    payments = await added(store, a_team("Payments", parent=search))

    assert list(await store.teams(WORKSPACE)) == [payments, search]


@pytest.mark.parametrize(
    ("team", "message"),
    [
        (a_team("PAYMENTS!"), "“PAYMENTS!” already names the team Payments"),
        (a_team("New", aliases=("Billing",)), "“Billing” already names the team Payments"),
        (a_team("New", channels=("C1PAY",)), "C1PAY already belongs to the team Payments"),
    ],
)
async def test_a_taken_name_alias_or_channel_is_refused_and_nothing_is_kept(
    store: SqlOwnershipStore, team: Team, message: str
) -> None:
    payments = await added(store, a_team("Payments", aliases=("billing",), channels=("C1PAY",)))

    with pytest.raises(UserFacingError, match=message):
        await added(store, team)

    assert list(await store.teams(WORKSPACE)) == [payments]


async def test_a_team_whose_parent_is_gone_is_refused(store: SqlOwnershipStore) -> None:
    with pytest.raises(UserFacingError, match="parent team is gone"):
        await added(store, a_team("Payments", parent=a_team("Commerce")))


async def test_the_lineage_goes_up_to_the_root(store: SqlOwnershipStore) -> None:
    root = await added(store, a_team("Commerce"))
    middle = await added(store, a_team("Payments", parent=root))
    leaf = await added(store, a_team("Cards", parent=middle))

    assert list(await store.lineage(WORKSPACE, leaf.id)) == [leaf, middle, root]
    assert list(await store.lineage(WORKSPACE, "unknown")) == []


async def test_only_what_holds_at_the_moment_is_returned(store: SqlOwnershipStore) -> None:
    team = await added(store, a_team())
    held = an_assignment(team=team, since=NOW)
    await store.assign(WORKSPACE, held)

    assert list(await store.assignments(WORKSPACE, NOW, team_ids=[team.id])) == [held]
    assert list(await store.assignments(WORKSPACE, NOW - timedelta(seconds=1), team_ids=[team.id])) == []
    assert list(await store.assignments(WORKSPACE, NOW, team_ids=[None])) == []
    assert list(await store.assignments(WORKSPACE, NOW, persona_key="itam", team_ids=[team.id])) == []


async def test_a_new_primary_ends_the_former_one_who_still_was_it_before(store: SqlOwnershipStore) -> None:
    former, new = (
        an_assignment(assignee="U1FORMER", since=NOW),
        an_assignment(assignee="U1NEW", since=NOW + timedelta(days=9)),
    )
    assert await store.assign(WORKSPACE, former) is None

    replaced = await store.assign(WORKSPACE, new)

    assert replaced is not None
    assert replaced.assignee == former.assignee
    before = await store.assignments(WORKSPACE, NOW + timedelta(days=8), team_ids=[None])
    after = await store.assignments(WORKSPACE, NOW + timedelta(days=9), team_ids=[None])
    assert [one.assignee.id for one in before] == ["U1FORMER"]
    assert [one.assignee.id for one in after] == ["U1NEW"]


async def test_a_backup_joins_the_primary_and_primaries_come_first(store: SqlOwnershipStore) -> None:
    await store.assign(WORKSPACE, an_assignment(assignee="U1BACKUP", rank=Rank.BACKUP))
    await store.assign(WORKSPACE, an_assignment(assignee="S1GROUP"))

    held = await store.assignments(WORKSPACE, NOW, team_ids=[None])

    assert [(one.assignee.id, one.rank) for one in held] == [("S1GROUP", Rank.PRIMARY), ("U1BACKUP", Rank.BACKUP)]


async def test_the_same_person_assigned_again_holds_it_once(store: SqlOwnershipStore) -> None:
    await store.assign(WORKSPACE, an_assignment(rank=Rank.BACKUP))

    assert await store.assign(WORKSPACE, an_assignment(since=NOW)) is None

    held = await store.assignments(WORKSPACE, NOW, team_ids=[None])
    assert [one.rank for one in held] == [Rank.PRIMARY]


async def test_an_ended_assignment_is_kept_for_the_past(store: SqlOwnershipStore) -> None:
    await store.assign(WORKSPACE, an_assignment())
    owner = Assignee.from_id("U1OWNER")

    assert await store.unassign(WORKSPACE, Cell("finance", None), owner, ADMIN, NOW)
    assert not await store.unassign(WORKSPACE, Cell("finance", None), owner, ADMIN, NOW)

    assert list(await store.assignments(WORKSPACE, NOW, team_ids=[None])) == []
    assert len(await store.assignments(WORKSPACE, NOW - timedelta(hours=1), team_ids=[None])) == 1


async def test_nothing_of_one_workspace_is_seen_or_changed_from_another(store: SqlOwnershipStore) -> None:
    team = await added(store, a_team(aliases=("pay",), channels=("C1PAY",)))
    await store.assign(WORKSPACE, an_assignment(team=team))
    cell = Cell("finance", team.id)

    assert list(await store.teams(OTHER_WORKSPACE)) == []
    assert await store.teams_named(OTHER_WORKSPACE, ["payments", "pay"]) == {}
    assert await store.team_of_channel(OTHER_WORKSPACE, "C1PAY") is None
    assert list(await store.lineage(OTHER_WORKSPACE, team.id)) == []
    assert list(await store.assignments(OTHER_WORKSPACE, NOW, team_ids=[team.id, None])) == []
    assert not await store.unassign(OTHER_WORKSPACE, cell, Assignee.from_id("U1OWNER"), ADMIN, NOW)
    twin = await added(store, a_team(aliases=("pay",), channels=("C1PAY",)), OTHER_WORKSPACE)
    assert list(await store.teams(OTHER_WORKSPACE)) == [twin]

"""The team store keeps its promises on every database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.engine import writing
from bot.storage.tables import TeamNameRow, TeamRow
from bot.storage.teams import SqlTeamStore
from bot.teams.model import Team
from tests.builders import NOW, WORKSPACE, a_team, an_actor

BY = an_actor()
LATER = NOW + timedelta(hours=1)


@pytest.fixture(name="store")
def a_store(engine: AsyncEngine) -> SqlTeamStore:
    return SqlTeamStore(engine)


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


async def test_a_team_is_found_by_name_alias_channel_and_people(store: SqlTeamStore) -> None:
    team = await added(
        store,
        a_team(
            "Payments",
            aliases=("check out", "billing"),
            channels=("C1PAY", "C2PAY"),
            members=("S1PAY", "U1PIA"),
            leads=("U1LENA",),
        ),
    )

    named = await store.teams_named(WORKSPACE, ["payments", "check out", "unknown"])

    assert named == {"payments": team, "check out": team}
    assert list(await store.teams_of_channels(WORKSPACE, ["C2PAY", "C1OTHER"])) == [team]
    assert list(await store.teams_of_channels(WORKSPACE, ["C1OTHER"])) == []
    for member in ("S1PAY", "U1PIA", "U1LENA"):
        assert list(await store.teams_of_members(WORKSPACE, ["U1OTHER", member])) == [team]
    assert list(await store.teams_of_members(WORKSPACE, [])) == []
    assert await store.team(WORKSPACE, team.id) == team
    assert await store.team(WORKSPACE, "unknown") is None


async def test_teams_are_listed_by_folded_name_page_by_page(store: SqlTeamStore) -> None:
    search = a_team("search", aliases=("zeta", "alpha"))
    payments, umlaut = a_team("Payments", parent=search), a_team("Öl & Gas")
    await added(store, search, payments, umlaut)

    assert list(await store.teams(WORKSPACE)) == [umlaut, payments, search]
    assert list(await store.teams(WORKSPACE, offset=1, limit=1)) == [payments]
    assert list(await store.teams(WORKSPACE, offset=2)) == [search]
    assert await store.count_teams(WORKSPACE) == 3


async def test_teams_are_filtered_by_a_part_of_a_name_or_alias_taken_literally(store: SqlTeamStore) -> None:
    await added(store, a_team("Payments", aliases=("payroll",)), a_team("Search", aliases=("paywall",)))

    assert names(await store.teams(WORKSPACE, named_like="pay")) == ["Payments", "Search"]
    assert names(await store.teams(WORKSPACE, named_like="payw")) == ["Search"]
    assert await store.count_teams(WORKSPACE, named_like="pay") == 2
    for wildcard in ("%", "_", "p%y"):
        assert await store.count_teams(WORKSPACE, named_like=wildcard) == 0


async def test_more_teams_are_read_at_once_than_a_query_has_parameters(
    engine: AsyncEngine, store: SqlTeamStore
) -> None:
    await added(store, a_team("Root"))
    numbers = [f"{number:05}" for number in range(22_000)]
    row = {"workspace_id": WORKSPACE, "version": 1, "created_by": BY.user_id, "created_at": NOW}
    alias = {"workspace_id": WORKSPACE, "position": 1}
    async with writing(engine) as session:
        rows = [row | {"id": number, "name": number, "sort_key": f"s{number}"} for number in numbers]
        await session.execute(insert(TeamRow), rows)
        aliases = [alias | {"name": f"a{one}", "name_key": f"a{one}", "team_id": one} for one in numbers]
        await session.execute(insert(TeamNameRow), aliases)

    found = await store.teams(WORKSPACE)

    assert len(found) == 22_001
    assert all(team.aliases == (f"a{team.name}",) for team in found[1:])


async def test_names_are_found_by_either_half_of_them(store: SqlTeamStore) -> None:
    await added(store, a_team("Payments", aliases=("data lake", "ops", "team 12")))

    assert await store.keys_half_like(WORKSPACE, ["paym"], []) == ["payments"]
    assert await store.keys_half_like(WORKSPACE, [], ["lake"]) == []
    assert await store.keys_half_like(WORKSPACE, [], [" lake"]) == ["data lake"]
    assert await store.keys_half_like(WORKSPACE, ["o", "op", "tea"], ["ps", "s", "m 12"]) == []


@pytest.mark.parametrize(
    ("team", "message", "about"),
    [
        (a_team("PAYMENTS!"), "“PAYMENTS!” already names the team Payments", "name"),
        (a_team("Billing"), "“Billing” already names the team Payments", "name"),
        (a_team("New", aliases=("Pàyments",)), "“Pàyments” already names the team Payments", "aliases"),
        (a_team("New", aliases=("Billing",)), "“Billing” already names the team Payments", "aliases"),
        (a_team("New", channels=("C1PAY",)), "C1PAY already belongs to the team Payments", "channels"),
    ],
)
async def test_a_taken_name_alias_or_channel_is_refused_and_nothing_is_kept(
    store: SqlTeamStore, team: Team, message: str, about: str
) -> None:
    payments = await added(store, a_team("Payments", aliases=("billing",), channels=("C1PAY",)))
    search = await added(store, a_team("Search"))

    for attempt in (added(store, team), store.change_team(BY, replace(team, id=search.id), LATER)):
        with pytest.raises(UserFacingError, match=message) as caught:
            await attempt
        assert caught.value.about == about

    assert list(await store.teams(WORKSPACE)) == [payments, search]


async def test_a_parent_that_is_not_there_or_archived_is_refused(store: SqlTeamStore) -> None:
    commerce = await added(store, a_team("Commerce"))
    payments = await added(store, a_team("Payments"))
    await store.archive_team(BY, commerce, LATER)

    for parent in (commerce, a_team("Nowhere")):
        for attempt in (
            added(store, a_team("Cards", parent=parent)),
            store.change_team(BY, replace(payments, parent_id=parent.id), LATER),
        ):
            with pytest.raises(UserFacingError, match="The parent team is gone") as caught:
                await attempt
            assert caught.value.about == "parent"


async def test_no_team_is_its_own_ancestor(store: SqlTeamStore) -> None:
    commerce = a_team("Commerce")
    payments = a_team("Payments", parent=commerce)
    cards = await added(store, commerce, payments, a_team("Cards", parent=payments))

    for parent in (payments, cards):
        with pytest.raises(UserFacingError, match=f"{parent.name} is below Commerce"):
            await store.change_team(BY, replace(commerce, parent_id=parent.id), LATER)
    with pytest.raises(UserFacingError, match="Commerce cannot be its own parent"):
        await store.change_team(BY, replace(commerce, parent_id=commerce.id), LATER)


async def test_the_lineage_goes_up_to_the_root(store: SqlTeamStore) -> None:
    root = a_team("Commerce")
    middle = a_team("Payments", parent=root, leads=("U1LENA",))
    leaf = await added(store, root, middle, a_team("Cards", parent=middle))

    assert list(await store.lineage(WORKSPACE, leaf.id)) == [leaf, middle, root]
    assert list(await store.lineage(WORKSPACE, "unknown")) == []


async def test_a_change_replaces_all_parts_of_a_team(store: SqlTeamStore) -> None:
    root = await added(store, a_team("Commerce"))
    before = await added(store, a_team("Payments", aliases=("billing",), channels=("C1PAY",), members=("U1PIA",)))
    wanted = replace(
        before,
        name="Tills",
        parent_id=root.id,
        aliases=("payments",),
        channels=("C2PAY",),
        members=(),
        leads=("U1LENA",),
    )

    changed = await store.change_team(BY, wanted, LATER)

    assert changed == replace(wanted, version=2) == await seen(store, before)
    assert await store.teams_named(WORKSPACE, ["tills", "payments", "billing"]) == {
        "tills": changed,
        "payments": changed,
    }
    assert list(await store.teams_of_members(WORKSPACE, ["U1PIA"])) == []


async def test_of_two_changes_of_the_same_version_the_second_is_refused(store: SqlTeamStore) -> None:
    team = await added(store, a_team())
    changed = await store.change_team(BY, replace(team, aliases=("tills",)), LATER)

    for attempt in (
        store.change_team(BY, replace(team, aliases=("cards",)), LATER),
        store.archive_team(BY, team, LATER),
        store.merge_teams(BY, team, await added(store, a_team("Search")), LATER),
    ):
        with pytest.raises(ChangedMeanwhileError, match="Somebody else changed Payments meanwhile"):
            await attempt

    assert await seen(store, team) == changed


async def test_saving_a_team_as_it_is_changes_nothing(store: SqlTeamStore) -> None:
    team = await added(store, a_team(aliases=("billing",)))

    assert await store.change_team(BY, team, LATER) == team
    assert await seen(store, team) == team

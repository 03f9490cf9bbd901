"""Changing and reading ownership, on a real store."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import NotAllowedError, UserFacingError
from bot.storage.ownership import SqlOwnershipStore
from bot.teams.access import Access
from bot.teams.finding import TeamFinder
from bot.teams.model import Assignee, Person, Rank
from bot.teams.service import Change, NewTeam, OwnershipService
from tests.builders import WORKSPACE, a_persona
from tests.fakes import FakeClock, FakeDirectory

ADMIN, OWNER, LEFT, ANYBODY = "U1ADMIN", "U1OWNER", "U1LEFT", "U1ANYBODY"
FINANCE = a_persona("finance", "Finance")


@pytest.fixture(name="directory")
def a_directory() -> FakeDirectory:
    return FakeDirectory(
        Person(ADMIN, "Ada", is_admin=True),
        Person(OWNER, "Owen"),
        Person(LEFT, "Lee", is_active=False),
        Person(ANYBODY, "Ann"),
        groups={"S1ADMINS": frozenset({"U1INGROUP"})},
    )


@pytest.fixture(name="service")
def a_service(sqlite_engine: AsyncEngine, directory: FakeDirectory) -> OwnershipService:
    store = SqlOwnershipStore(sqlite_engine)
    access = Access(directory, ["U1FINOPS", "S1ADMINS"])
    return OwnershipService(store, TeamFinder(store), directory, access, FakeClock())


def a_change(
    assignee: str = OWNER, *, by: str = ADMIN, team: str | None = None, rank: Rank = Rank.PRIMARY
) -> Change:
    return Change(WORKSPACE, by, Assignee.from_id(assignee), FINANCE, team, rank)


@pytest.mark.parametrize("by", [ADMIN, "U1FINOPS", "U1INGROUP"])
async def test_admins_and_finops_admins_may_change_ownership(service: OwnershipService, by: str) -> None:
    assigned = await service.assign(a_change(by=by))

    assert assigned.assignment.assigned_by == by


@pytest.mark.parametrize("by", [ANYBODY, "U1UNKNOWN"])
async def test_nobody_else_may_and_is_told_whom_to_ask(service: OwnershipService, by: str) -> None:
    for attempt in (
        service.assign(a_change(by=by)),
        service.unassign(a_change(by=by)),
        service.add_team(NewTeam(WORKSPACE, by, "New")),
    ):
        with pytest.raises(NotAllowedError, match="Please ask a FinOps admin or a workspace admin"):
            await attempt

    assert (await service.who(WORKSPACE, "finance", None)).owner is None
    assert list(await service.teams(WORKSPACE)) == []


async def test_where_slack_is_away_nobody_is_let_in(service: OwnershipService, directory: FakeDirectory) -> None:
    directory.is_away = True

    with pytest.raises(NotAllowedError, match="could not ask Slack"):
        await service.assign(a_change())
    with pytest.raises(UserFacingError, match="could not ask Slack about that person"):
        await service.assign(a_change(by="U1FINOPS"))


@pytest.mark.parametrize(
    ("assignee", "message"), [(LEFT, "Lee's account is deactivated"), ("U1NOBODY", "nobody with the id U1NOBODY")]
)
async def test_somebody_who_is_not_there_cannot_hold_a_persona(
    service: OwnershipService, assignee: str, message: str
) -> None:
    with pytest.raises(UserFacingError, match=message):
        await service.assign(a_change(assignee))


async def test_a_new_primary_replaces_the_former(service: OwnershipService) -> None:
    await service.assign(a_change(OWNER))

    assigned = await service.assign(a_change("S1GROUP"))

    assert assigned.replaced == Assignee.from_id(OWNER)
    assert await service.unassign(a_change("S1GROUP")) is None
    with pytest.raises(UserFacingError, match="do not hold Finance for the whole organisation"):
        await service.unassign(a_change("S1GROUP"))


async def test_an_unknown_team_gets_suggestions(service: OwnershipService) -> None:
    await service.add_team(NewTeam(WORKSPACE, ADMIN, "Payments", aliases=("checkout",)))

    with pytest.raises(UserFacingError, match="“Paymnets”. Did you mean Payments?"):
        await service.assign(a_change(team="Paymnets"))
    with pytest.raises(UserFacingError, match="See /finops team list"):
        await service.page(WORKSPACE, "zzzzz")


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewTeam(WORKSPACE, ADMIN, "!!!"), "no letters or digits"),
        (NewTeam(WORKSPACE, ADMIN, "x" * 81), "has 81 characters"),
        (NewTeam(WORKSPACE, ADMIN, "Fine", aliases=("…",)), "no letters or digits"),
        (NewTeam(WORKSPACE, ADMIN, "Fine", aliases=tuple(f"a{number}" for number in range(21))), "20 aliases"),
        (NewTeam(WORKSPACE, ADMIN, "Fine", parent_name="Nowhere"), "no team called “Nowhere”"),
    ],
)
async def test_a_team_that_nobody_could_name_is_refused(
    service: OwnershipService, new: NewTeam, message: str
) -> None:
    with pytest.raises(UserFacingError, match=message):
        await service.add_team(new)


async def test_a_deactivated_primary_is_skipped_for_the_backup_and_named(
    service: OwnershipService, directory: FakeDirectory
) -> None:
    await service.assign(a_change(OWNER))
    await service.assign(a_change(ANYBODY, rank=Rank.BACKUP))
    directory.people[OWNER] = Person(OWNER, "Owen", is_active=False)

    found = await service.who(WORKSPACE, "finance", None)

    assert found.owner is not None
    assert found.owner.assignee.id == ANYBODY
    assert [(one.name, one.reason) for one in found.skipped] == [("Owen", "deactivated")]


async def test_where_slack_is_away_the_owner_is_named_unchecked(
    service: OwnershipService, directory: FakeDirectory
) -> None:
    await service.assign(a_change(OWNER))
    directory.is_away = True

    found = await service.who(WORKSPACE, "finance", None)

    assert found.owner is not None
    assert not found.is_checked


async def test_a_teams_page_shows_its_own_assignments_and_its_ancestors(service: OwnershipService) -> None:
    commerce = await service.add_team(NewTeam(WORKSPACE, ADMIN, "Commerce"))
    await service.add_team(NewTeam(WORKSPACE, ADMIN, "Payments", "commerce"))
    await service.assign(a_change(team="payments"))
    await service.assign(a_change(ANYBODY, team="commerce"))

    page = await service.page(WORKSPACE, "PAYMENTS")

    assert page.ancestors == (commerce,)
    assert [one.assignee.id for one in page.assignments] == [OWNER]

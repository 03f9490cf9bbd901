"""Who may change teams and assignments, and what everybody else is told."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import NotAllowedError
from bot.storage.teams import SqlTeamStore
from bot.surface import Surface
from bot.teams.access import Access
from bot.teams.model import Person
from tests.builders import NOW, a_group, a_team, an_actor
from tests.fakes import FakeDirectory

COMMERCE = a_team("Commerce", leads=("U1CLEO",))
PAYMENTS = a_team("Payments", parent=COMMERCE, leads=("U1PAUL", "S1LEADS", "U1GONE"))
CARDS = a_team("Cards", parent=PAYMENTS)
SEARCH = a_team("Search")


@pytest.fixture(name="directory")
def a_directory() -> FakeDirectory:
    return FakeDirectory(
        Person("U1ADMIN", "Ada", is_admin=True),
        Person("U1EXADMIN", "Axel", is_admin=True, is_active=False),
        Person("U1GUESTADMIN", "Gus", is_admin=True, is_guest=True),
        Person("U1STRANGER", "Stan", is_admin=True, is_external=True),
        Person("U1CLEO", "Cleo"),
        Person("U1PAUL", "Paul"),
        Person("U1GONE", "Gina", is_active=False),
        Person("U1INLEADS", "Lena"),
        Person("U1INADMINS", "Nina"),
        Person("U1INOLDADMINS", "Otto"),
        Person("U1GUEST", "Greta", is_guest=True),
        Person("U1ANN", "Ann"),
        a_group("S1LEADS", "U1INLEADS"),
        a_group("S1ADMINS", "U1INADMINS", "U1GUEST"),
        a_group("S1OLDADMINS", "U1INOLDADMINS", is_active=False),
    )


@pytest.fixture(name="access")
async def an_access(sqlite_engine: AsyncEngine, directory: FakeDirectory) -> Access:
    store = SqlTeamStore(sqlite_engine)
    for team in (COMMERCE, PAYMENTS, CARDS, SEARCH):
        await store.add_team(an_actor(), team, NOW)
    return Access(directory, store, ["U1FINOPS", "S1ADMINS", "S1OLDADMINS", "S1MISSING"])


@pytest.mark.parametrize("user_id", ["U1ADMIN", "U1FINOPS", "U1INADMINS"])
async def test_admins_of_the_workspace_and_of_the_settings_may_change_everything(
    access: Access, user_id: str
) -> None:
    await access.require_editor(an_actor(user_id))
    await access.require_editor(an_actor(user_id), SEARCH)

    assert await access.is_admin(user_id)
    assert await access.may_edit(an_actor(user_id), CARDS)


@pytest.mark.parametrize(
    "user_id",
    [
        *("U1ANN", "U1UNKNOWN", "U1PAUL", "U1EXADMIN", "U1GUESTADMIN", "U1STRANGER", "U1GUEST"),
        "U1INOLDADMINS",
    ],
)
async def test_nobody_else_may_change_everything(access: Access, user_id: str) -> None:
    with pytest.raises(NotAllowedError, match="Please ask a FinOps admin or a workspace admin."):
        await access.require_editor(an_actor(user_id))

    assert not await access.is_admin(user_id)


@pytest.mark.parametrize("user_id", ["U1PAUL", "U1INLEADS", "U1CLEO"])
async def test_leads_may_change_their_team_and_those_below_it(access: Access, user_id: str) -> None:
    assert await access.may_edit(an_actor(user_id), PAYMENTS)
    assert await access.may_edit(an_actor(user_id), CARDS)
    assert not await access.may_edit(an_actor(user_id), SEARCH)
    assert not await access.may_edit(an_actor(user_id))


async def test_the_lead_of_a_team_may_not_change_the_one_above(access: Access) -> None:
    assert not await access.may_edit(an_actor("U1PAUL"), COMMERCE)
    assert await access.may_edit(an_actor("U1CLEO"), COMMERCE)


async def test_a_guest_whom_the_settings_name_is_an_admin(
    sqlite_engine: AsyncEngine, directory: FakeDirectory
) -> None:
    access = Access(directory, SqlTeamStore(sqlite_engine), ["U1GUEST"])

    assert await access.may_edit(an_actor("U1GUEST"))


@pytest.mark.parametrize("surface", [Surface.TERMINAL, Surface.FILE])
async def test_whoever_runs_the_command_line_may_change_everything_even_without_slack(
    access: Access, directory: FakeDirectory, surface: Surface
) -> None:
    directory.is_away = True

    assert await access.may_edit(an_actor("terminal", surface), PAYMENTS)


async def test_a_refusal_names_the_nearest_leads_that_are_still_there(access: Access) -> None:
    with pytest.raises(NotAllowedError) as own:
        await access.require_editor(an_actor("U1ANN"), CARDS)
    with pytest.raises(NotAllowedError) as above:
        await access.require_editor(an_actor("U1PAUL"), COMMERCE)

    assert str(own.value) == (
        "Only FinOps admins, workspace admins and a team's leads may change this. Please ask @s1leads or Paul"
        " (leads Payments), or a FinOps admin or a workspace admin."
    )
    assert "Please ask Cleo (leads Commerce), or a FinOps admin" in str(above.value)


async def test_a_refusal_goes_without_names_that_slack_does_not_tell(
    access: Access, directory: FakeDirectory
) -> None:
    directory.failing = {"U1PAUL", "S1LEADS"}

    with pytest.raises(NotAllowedError, match="could not ask Slack"):
        await access.require_editor(an_actor("U1ANN"), CARDS)
    directory.failing = {"U1PAUL"}
    with pytest.raises(NotAllowedError) as caught:
        await access.require_editor(an_actor("U1ANN"), CARDS)

    assert "Please ask @s1leads (leads Payments), or a FinOps admin" in str(caught.value)


async def test_without_finops_admins_in_the_settings_nobody_is_sent_to_one(
    sqlite_engine: AsyncEngine, directory: FakeDirectory
) -> None:
    access = Access(directory, SqlTeamStore(sqlite_engine), [])

    with pytest.raises(NotAllowedError, match="Please ask a workspace admin."):
        await access.require_editor(an_actor("U1ANN"))


@pytest.mark.parametrize("user_id", ["U1GUEST", "U1STRANGER", "U1UNKNOWN"])
async def test_a_refusal_names_nobody_to_guests_and_people_of_other_organisations(
    access: Access, user_id: str
) -> None:
    with pytest.raises(NotAllowedError) as caught:
        await access.require_editor(an_actor(user_id), CARDS)

    assert "Please ask a FinOps admin or a workspace admin." in str(caught.value)


async def test_where_slack_is_away_nobody_is_let_in_whose_role_it_would_have_to_tell(
    access: Access, directory: FakeDirectory
) -> None:
    directory.is_away = True

    for user_id in ("U1ADMIN", "U1INADMINS", "U1INLEADS", "U1ANN"):
        with pytest.raises(NotAllowedError, match="could not ask Slack .*, so nothing was changed"):
            await access.require_editor(an_actor(user_id), PAYMENTS)
    assert not await access.is_admin("U1ADMIN")
    assert not await access.leads_one_of("U1INLEADS", [PAYMENTS])


async def test_where_slack_is_away_those_whose_id_is_on_our_own_lists_are_let_in(
    access: Access, directory: FakeDirectory
) -> None:
    directory.is_away = True

    assert await access.is_admin("U1FINOPS")
    assert await access.may_edit(an_actor("U1FINOPS"), PAYMENTS)
    assert await access.may_edit(an_actor("U1PAUL"), CARDS)


async def test_who_leads_one_of_some_teams_is_told_from_ids_and_groups(access: Access) -> None:
    assert await access.leads_one_of("U1PAUL", [CARDS, PAYMENTS])
    assert await access.leads_one_of("U1INLEADS", [CARDS, PAYMENTS])
    assert not await access.leads_one_of("U1CLEO", [CARDS, PAYMENTS])


async def test_names_are_the_business_of_members_of_this_organisation_only(access: Access) -> None:
    await access.require_insider("U1ANN")

    for user_id in ("U1GUEST", "U1STRANGER", "U1UNKNOWN"):
        with pytest.raises(NotAllowedError, match="members of this organisation only"):
            await access.require_insider(user_id)


async def test_a_lead_in_another_workspace_leads_nothing_here(access: Access) -> None:
    assert not await access.may_edit(an_actor("U1PAUL", workspace_id="T0OTHER"), PAYMENTS)

"""Adding, changing, merging and archiving teams, on real stores of either kind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ChangedMeanwhileError, NotAllowedError, UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.teams import SqlTeamStore
from bot.teams.access import Access
from bot.teams.finding import TeamFinder
from bot.teams.model import Person, Team
from bot.teams.naming import key_of
from bot.teams.team_changes import TeamDraft, TeamService, checked
from tests.builders import NOW, WORKSPACE, a_team, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory, FakeLexicon

ADMIN, CLEO, PAUL, ANN = "U1ADMIN", "U1CLEO", "U1PAUL", "U1ANN"


class Bench:
    """The service with its stores and the clock at hand; Cleo leads Commerce, Paul leads Payments below it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.teams, self.assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
        self.clock = FakeClock()
        people = (Person(CLEO, "Cleo"), Person(PAUL, "Paul"), Person(ANN, "Ann"))
        directory = FakeDirectory(Person(ADMIN, "Ada", is_admin=True), *people)
        self.service = TeamService(
            teams=self.teams,
            assignments=self.assignments,
            finder=TeamFinder(self.teams, directory, FakeLexicon()),
            access=Access(directory, self.teams, []),
            clock=self.clock,
        )

    async def add(
        self, name: str, *, by: str = ADMIN, parent: str | None = None, **parts: tuple[str, ...]
    ) -> Team:
        draft = TeamDraft(
            name, parent, parts.get("aliases"), parts.get("channels"), parts.get("members"), parts.get("leads")
        )
        return await self.service.add(an_actor(by), draft)

    async def names(self) -> list[str]:
        return [team.name for team in await self.service.all(WORKSPACE)]


@pytest.fixture(name="bench")
async def a_bench(sqlite_engine: AsyncEngine) -> Bench:
    bench = Bench(sqlite_engine)
    await bench.add("Commerce", leads=(CLEO,))
    await bench.add("Payments", parent="commerce", aliases=("checkout",), leads=(PAUL,))
    return bench


async def test_a_team_is_kept_as_it_was_described(bench: Bench) -> None:
    added = await bench.add(
        "  Data   Platform ",
        parent="PAYMENTS",
        aliases=("lake house", "lake-house", "data platform"),
        channels=("C2DATA", "C1DATA", "C2DATA"),
        members=("U1BOB", "S1DATA", "U1BOB"),
        leads=(ANN,),
    )

    assert added.name == "Data Platform"
    assert (added.aliases, added.channels) == (("lake house",), ("C1DATA", "C2DATA"))
    assert (added.members, added.leads, added.version) == (("S1DATA", "U1BOB"), (ANN,), 1)
    assert await bench.service.by_id(WORKSPACE, added.id) == added
    assert [team.name for team in await bench.service.lineage(WORKSPACE, added.id)] == [
        "Data Platform",
        "Payments",
        "Commerce",
    ]


@pytest.mark.parametrize(
    ("draft", "message", "about"),
    [
        (TeamDraft("!!!"), "“!!!” has no letters or digits", "name"),
        (TeamDraft(""), "“” has no letters or digits", "name"),
        (TeamDraft(), "“” has no letters or digits", "name"),
        (TeamDraft("🎉"), "has no letters or digits", "name"),
        (TeamDraft("x" * 81), "has 81 characters", "name"),
        (TeamDraft("x" * 4000), "has 4000 characters", "name"),
        (TeamDraft("決済基盤" * 20), "is too long for a team name", "name"),
        (TeamDraft("Fine", aliases=("…",)), "no letters or digits", "aliases"),
        (TeamDraft("Fine", aliases=("x" * 81,)), "has 81 characters", "aliases"),
        (
            TeamDraft("Fine", aliases=tuple(f"a{number}" for number in range(21))),
            "21 aliases: .* 20 at",
            "aliases",
        ),
        (TeamDraft("Fine", channels=tuple(f"C1{number}" for number in range(51))), "51 channels", "channels"),
        (TeamDraft("Fine", members=tuple(f"U1{number}" for number in range(501))), "501 members", "members"),
        (TeamDraft("Fine", leads=tuple(f"U1{number}" for number in range(501))), "501 leads", "leads"),
        (TeamDraft("Fine", "Nowhere"), "no team called “Nowhere”", None),
        (TeamDraft("PAYMENTS!"), "“PAYMENTS!” already names the team Payments", "name"),
        (TeamDraft("Fine", aliases=("Check-Out", "checkout")), "“checkout” already names the team", "aliases"),
    ],
)
async def test_a_team_that_nobody_could_name_or_keep_is_refused(
    bench: Bench, draft: TeamDraft, message: str, about: str | None
) -> None:
    with pytest.raises(UserFacingError, match=message) as caught:
        await bench.service.add(an_actor(), draft)

    assert caught.value.about == about
    assert len(str(caught.value)) < 250
    assert await bench.names() == ["Commerce", "Payments"]


async def test_leads_add_and_change_teams_below_their_own_only(bench: Bench) -> None:
    cards = await bench.add("Cards", by=PAUL, parent="Payments")

    await bench.service.change(an_actor(CLEO), cards, TeamDraft(aliases=("plastic",)))
    with pytest.raises(NotAllowedError, match="Please ask Cleo"):
        await bench.add("Fraud", by=PAUL, parent="Commerce")
    with pytest.raises(NotAllowedError):
        await bench.add("Fraud", by=PAUL)
    with pytest.raises(NotAllowedError):
        await bench.service.archive(an_actor(PAUL), "Commerce")

    assert await bench.names() == ["Cards", "Commerce", "Payments"]


async def test_a_lead_cannot_move_a_team_to_where_they_lead_nothing(bench: Bench) -> None:
    await bench.add("Search")
    payments = await bench.service.called(WORKSPACE, "Payments")

    for parent in ("Search", "Commerce", ""):
        with pytest.raises(NotAllowedError):
            await bench.service.change(an_actor(PAUL), payments, TeamDraft(parent_name=parent))

    assert await bench.service.called(WORKSPACE, "Payments") == payments


async def test_a_change_touches_only_what_it_names(bench: Bench) -> None:
    payments = await bench.service.called(WORKSPACE, "Payments")

    renamed = await bench.service.change(an_actor(), payments, TeamDraft("Payment Services", channels=("C1PAY",)))

    assert renamed == replace(payments, name="Payment Services", channels=("C1PAY",), version=2)
    assert await bench.service.called(WORKSPACE, "checkout") == renamed
    with pytest.raises(UserFacingError, match="no team called “Payments”"):
        await bench.service.called(WORKSPACE, "Payments")


async def test_an_empty_part_takes_away_and_an_empty_parent_makes_a_team_the_root(bench: Bench) -> None:
    payments = await bench.service.called(WORKSPACE, "Payments")

    changed = await bench.service.change(an_actor(), payments, TeamDraft(parent_name="", aliases=(), leads=()))

    assert (changed.parent_id, changed.aliases, changed.leads) == (None, (), ())
    assert await bench.service.called(WORKSPACE, "Payments") == changed


@pytest.mark.parametrize(
    ("team", "parent", "message"),
    [
        ("Payments", "Payments", "Payments cannot be its own parent"),
        ("Commerce", "Payments", "Payments is below Commerce, so it cannot be its parent"),
        ("Commerce", "Cards", "Cards is below Commerce, so it cannot be its parent"),
    ],
)
async def test_no_team_is_above_itself(bench: Bench, team: str, parent: str, message: str) -> None:
    await bench.add("Cards", parent="Payments")
    seen = await bench.service.called(WORKSPACE, team)

    with pytest.raises(UserFacingError, match=message) as caught:
        await bench.service.change(an_actor(), seen, TeamDraft(parent_name=parent))

    assert caught.value.about == "parent"
    assert await bench.service.called(WORKSPACE, team) == seen


async def test_a_cycle_is_found_however_far_down_it_is(bench: Bench) -> None:
    for number in range(40):
        await bench.add(f"Level {number}", parent=f"Level {number - 1}" if number else None)
    top = await bench.service.called(WORKSPACE, "Level 0")

    with pytest.raises(UserFacingError, match="Level 39 is below Level 0"):
        await bench.service.change(an_actor(), top, TeamDraft(parent_name="Level 39"))


async def test_of_two_who_change_a_team_at_once_the_second_is_told(bench: Bench) -> None:
    seen = await bench.service.called(WORKSPACE, "Payments")
    await bench.service.change(an_actor(), seen, TeamDraft(aliases=("checkout", "tills")))

    with pytest.raises(ChangedMeanwhileError, match="Somebody else changed Payments meanwhile. Nothing was saved"):
        await bench.service.change(an_actor(), seen, TeamDraft(aliases=("checkout", "cards")))

    assert (await bench.service.called(WORKSPACE, "Payments")).aliases == ("checkout", "tills")


async def test_a_change_that_changes_nothing_gets_in_nobody_s_way(bench: Bench) -> None:
    seen = await bench.service.called(WORKSPACE, "Payments")

    assert await bench.service.change(an_actor(), seen, TeamDraft("Payments", aliases=("checkout",))) == seen
    assert (await bench.service.change(an_actor(), seen, TeamDraft("Tills"))).version == 2


async def test_an_archived_team_cannot_be_changed(bench: Bench) -> None:
    seen = await bench.service.called(WORKSPACE, "Payments")
    await bench.service.archive(an_actor(), "Payments")

    with pytest.raises(UserFacingError, match="The team Payments is gone: it was archived or merged meanwhile"):
        await bench.service.change(an_actor(), seen, TeamDraft("Tills"))


async def test_merging_says_what_became_of_what(bench: Bench) -> None:
    tills = await bench.add("Tills")
    await bench.assignments.assign(an_actor(), an_assignment(team=tills, since=NOW))

    source, target, moved = await bench.service.merge(an_actor(), "tills", "checkout")

    assert (source, target.name, moved) == (tills, "Payments", 1)
    assert (await bench.service.called(WORKSPACE, "Tills")).id == target.id
    assert (await bench.service.page(WORKSPACE, "Payments")).assignments


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("Payments", "checkout", "“Payments” and “checkout” are the same team"),
        ("Commerce", "Payments", "Payments is below Commerce: merge the lower team into the upper"),
        ("Nowhere", "Payments", "no team called “Nowhere”"),
        ("Payments", "Nowhere", "no team called “Nowhere”"),
    ],
)
async def test_what_cannot_be_merged_is_left_alone(bench: Bench, source: str, target: str, message: str) -> None:
    with pytest.raises(UserFacingError, match=message):
        await bench.service.merge(an_actor(), source, target)

    assert await bench.names() == ["Commerce", "Payments"]


async def test_merging_needs_a_role_for_both_teams(bench: Bench) -> None:
    await bench.add("Search")

    for source, target in (("Payments", "Search"), ("Search", "Payments"), ("Payments", "Commerce")):
        with pytest.raises(NotAllowedError):
            await bench.service.merge(an_actor(PAUL), source, target)


async def test_archiving_ends_what_was_held_and_frees_the_names(bench: Bench) -> None:
    payments = await bench.service.called(WORKSPACE, "Payments")
    for assignee in ("U1OWEN", "U1BEA"):
        await bench.assignments.assign(an_actor(), an_assignment(f"of-{assignee}", assignee, payments))
    bench.clock.advance(timedelta(hours=1))

    archived, ended = await bench.service.archive(an_actor(PAUL), "checkout")

    assert (archived, ended) == (payments, 2)
    assert await bench.names() == ["Commerce"]
    assert (await bench.add("Checkout", aliases=("Payments",))).id != payments.id


async def test_teams_are_listed_page_by_page_and_by_a_part_of_a_name(bench: Bench) -> None:
    await bench.add("Zürich Payroll", aliases=("gehalt",))

    first = await bench.service.some(WORKSPACE, limit=2)
    second = await bench.service.some(WORKSPACE, offset=2, limit=2)
    found = await bench.service.some(WORKSPACE, named_like="PAY", limit=1)
    by_alias = await bench.service.some(WORKSPACE, named_like="Gehal", limit=9)

    assert ([one.name for one in first.teams], first.total) == (["Commerce", "Payments"], 3)
    assert ([one.name for one in second.teams], second.total) == (["Zürich Payroll"], 3)
    assert ([one.name for one in found.teams], found.total) == (["Payments"], 2)
    assert [one.name for one in by_alias.teams] == ["Zürich Payroll"]


@pytest.mark.parametrize("named_like", ["🎉", "!!", "%", "_"])
async def test_a_filter_without_letters_finds_nothing(bench: Bench, named_like: str) -> None:
    assert (await bench.service.some(WORKSPACE, named_like=named_like, limit=9)).total == 0
    assert (await bench.service.some(WORKSPACE, named_like="  ", limit=9)).total == 2


async def test_a_team_s_page_shows_its_own_assignments_and_its_ancestors(bench: Bench) -> None:
    payments = await bench.service.called(WORKSPACE, "Payments")
    commerce = await bench.service.called(WORKSPACE, "Commerce")
    held = an_assignment(team=payments)
    for one in (held, an_assignment(assignee="U1BEA", team=commerce), an_assignment(assignee="U1ORG")):
        await bench.assignments.assign(an_actor(), one)

    page = await bench.service.page(WORKSPACE, "PAYMENTS")

    assert (page.team, page.ancestors, page.assignments) == (payments, (commerce,), (held,))


async def test_nothing_of_another_workspace_can_be_seen_or_changed(bench: Bench) -> None:
    elsewhere = an_actor(workspace_id="T0OTHER")
    seen = await bench.service.called(WORKSPACE, "Payments")

    with pytest.raises(UserFacingError, match="is gone"):
        await bench.service.change(elsewhere, replace(seen, leads=()), TeamDraft("Mine"))
    for attempt in (
        bench.service.archive(elsewhere, "Payments"),
        bench.service.merge(elsewhere, "Payments", "Commerce"),
        bench.service.add(elsewhere, TeamDraft("Mine", "Payments")),
    ):
        with pytest.raises(UserFacingError, match="no team called"):
            await attempt

    assert await bench.service.called(WORKSPACE, "Payments") == seen


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_names_give_a_team_that_can_be_called_by_them_or_are_refused_kindly(
    name: str, aliases: list[str]
) -> None:
    try:
        team = checked(Team("1", name, aliases=tuple(aliases)))
    except UserFacingError as error:
        assert str(error)  # noqa: PT017 (either is right)
        return

    assert len({key_of(one) for one in team.names}) == len(team.names)
    assert all(0 < len(one) <= 80 and len(key_of(one)) <= 100 for one in team.names)


@given(st.text(max_size=60))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_name_that_is_let_in_is_kept_and_found_again(engine: AsyncEngine, name: str) -> None:
    store, workspace_id = SqlTeamStore(engine), a_team().id
    try:
        team = checked(Team(a_team().id, name, channels=("C1PAY",)))
    except UserFacingError:
        return

    await store.add_team(an_actor(workspace_id=workspace_id), team, NOW)

    assert await store.teams_named(workspace_id, [key_of(team.name)]) == {key_of(team.name): team}

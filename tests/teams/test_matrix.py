"""A page of the matrix, a team of it, and teams by what somebody types, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import UserFacingError
from bot.storage.assignments import SqlAssignmentStore
from bot.storage.matrix import SqlMatrixReader
from bot.storage.teams import SqlTeamStore
from bot.teams.access import Access
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.matrix import MatrixService, Needs
from bot.teams.model import Assignment, Cell, Person, Team
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, WORKSPACE, a_group, a_persona, a_team, an_actor, an_assignment
from tests.fakes import FakeClock, FakeDirectory
from tests.teams.test_coverage import SECURITY

PERSONAS = (a_persona("finance"), a_persona("product"), SECURITY)


class Office:
    """A matrix on a real database, and ways to fill it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.clock = engine, FakeClock()
        self.teams, self.assignments = SqlTeamStore(engine), SqlAssignmentStore(engine)
        people = (Person("U1ADMIN", "Ada", is_admin=True), Person("U1LEAD", "Lea"), Person("U1ASKER", "Sam"))
        directory = FakeDirectory(*people, a_group("S1LEADS", "U1LEAD"))
        self.matrix = MatrixService(
            teams=self.teams,
            assignments=self.assignments,
            reader=SqlMatrixReader(engine),
            access=Access(directory, self.teams, []),
            needs=Needs(PERSONAS, CoveragePolicy().required),
            policy=OwnershipPolicy(),
            clock=self.clock,
        )

    async def add(self, *things: Team | Assignment) -> None:
        for thing in things:
            if isinstance(thing, Team):
                await self.teams.add_team(an_actor(), thing, NOW)
            else:
                await self.assignments.assign(an_actor(), thing)


@pytest.fixture(name="office")
def an_office(engine: AsyncEngine) -> Office:
    return Office(engine)


async def test_a_page_shows_own_inherited_and_organisation_wide_owners(office: Office) -> None:
    commerce = a_team("Commerce")
    payments = a_team("Payments", parent=commerce)
    await office.add(commerce, payments)
    await office.add(an_assignment("product", team=commerce), an_assignment("security", "U1SEC"))

    page = await office.matrix.page(an_actor())

    assert [row.team.name for row in page.rows] == ["Commerce", "Payments"]
    assert [one.state for one in page.rows[1].cells] == [
        CellState.MISSING,
        CellState.INHERITED,
        CellState.ORGANISATION,
    ]
    assert page.rows[1].ancestors == (commerce,)
    assert page.rows[1].gaps == (Cell("finance", payments.id),)
    assert page.gaps == ()


async def test_an_allied_persona_that_anybody_holds_is_no_gap(office: Office) -> None:
    far = a_team("Zebra")
    await office.add(*(a_team(f"Team {number}") for number in range(8)), far)

    assert (await office.matrix.page(an_actor())).gaps == (Cell("security", None),)
    await office.add(an_assignment("security", team=far))

    assert (await office.matrix.page(an_actor())).gaps == ()


async def test_pages_end_with_the_last_and_a_filter_narrows_them(office: Office) -> None:
    await office.add(*(a_team(f"Team {number:02}", aliases=(f"Crew {number}x",)) for number in range(19)))

    first, last = await office.matrix.page(an_actor()), await office.matrix.page(an_actor(), 99)
    by_alias = await office.matrix.page(an_actor(), 0, " CREW 7x ")
    none = await office.matrix.page(an_actor(), 3, "nothing like it")

    assert (first.has_next, first.total, len(first.rows)) == (True, 19, 8)
    assert (last.number, last.has_next, len(last.rows)) == (2, False, 3)
    assert [row.team.name for row in by_alias.rows] == ["Team 07"]
    assert (none.total, none.number, none.rows) == (0, 0, ())


async def test_what_is_overdue_shows_as_stale(office: Office) -> None:
    await office.add(an_assignment("finance", since=NOW - timedelta(days=90)))

    page = await office.matrix.page(an_actor())

    assert page.organisation[0].state is CellState.STALE


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [("U1ADMIN", [True, True, True]), ("U1LEAD", [False, True, True]), ("U1ASKER", [False] * 3)],
)
async def test_leads_may_edit_their_team_and_those_below(
    office: Office, user_id: str, expected: list[bool]
) -> None:
    led = a_team("B led", leads=("S1LEADS",))
    await office.add(a_team("A other"), led, a_team("C child", parent=led))

    page = await office.matrix.page(an_actor(user_id))

    assert [row.may_edit for row in page.rows] == expected
    assert page.is_admin is (user_id == "U1ADMIN")


async def test_a_page_takes_as_many_queries_for_eight_teams_as_for_one(office: Office) -> None:
    queries: list[str] = []
    event.listen(office.engine.sync_engine, "before_cursor_execute", lambda _c, _u, sql, *_: queries.append(sql))
    one = a_team("Team 0")
    await office.add(one)
    queries.clear()
    await office.matrix.page(an_actor())
    for_one = len(queries)
    await office.add(*(a_team(f"Team {number}", parent=one) for number in range(1, 9)))
    queries.clear()

    await office.matrix.page(an_actor())

    assert len(queries) == for_one


async def test_a_team_that_is_gone_says_so(office: Office) -> None:
    team = a_team("Payments")
    await office.add(team)
    assert (await office.matrix.row(an_actor(), team.id)).team == team
    await office.teams.archive_team(an_actor(), team, NOW)
    await office.add(a_team("Payments"))

    with pytest.raises(UserFacingError, match="The team Payments is gone") as caught:
        await office.matrix.row(an_actor(), team.id)
    with pytest.raises(UserFacingError, match="This team is gone"):
        await office.matrix.team("T0OTHER", team.id)

    assert caught.value.about == "team"


async def test_the_team_that_is_called_what_is_typed_comes_first(office: Office) -> None:
    await office.add(*(a_team(f"A pay {number}") for number in range(5)), a_team("Payments", aliases=("Pay",)))

    names = [team.name for team in await office.matrix.teams_like(WORKSPACE, "pay", 3)]

    assert names == ["Payments", "A pay 0", "A pay 1"]
    assert list(await office.matrix.teams_like("T0OTHER", "pay", 3)) == []


async def test_who_holds_a_cell_is_told_for_its_team_alone(office: Office) -> None:
    team = a_team()
    held = an_assignment("finance", team=team)
    await office.add(team, held, an_assignment("finance", "U1ORG"))

    assert list(await office.matrix.holders(WORKSPACE, held.cell)) == [held]

"""Who alone answers for more than is good."""

from bot.teams.burdens import Burden, burdens_among
from bot.teams.model import Assignee, Assignment, Cell, Rank, Team
from tests.builders import a_team, an_assignment

COMMERCE = a_team("Commerce")
PAYMENTS, SEARCH = a_team("Payments", parent=COMMERCE), a_team("Search", parent=COMMERCE)
TEAMS = (COMMERCE, PAYMENTS, SEARCH)
CELLS = [Cell("finance", None), *(Cell("finance", team.id) for team in TEAMS)]
BUSY = Assignee.from_id("U1BUSY")


def burdens(*held: Assignment, limit: int = 0) -> tuple[Burden, ...]:
    parents = {team.id: team.parent_id for team in TEAMS}
    return burdens_among(CELLS[1:], CELLS, parents, held, limit)


def test_what_is_inherited_would_be_empty_too() -> None:
    assert burdens(an_assignment("finance", "U1BUSY", COMMERCE)) == (Burden(BUSY, 3),)
    assert burdens(an_assignment("finance", "U1BUSY")) == (Burden(BUSY, 3),)


def test_where_somebody_else_stands_behind_or_above_nothing_would_be_empty() -> None:
    own = an_assignment("finance", "U1BUSY", PAYMENTS)

    assert burdens(own, an_assignment("finance", "U1OTHER", PAYMENTS, Rank.BACKUP)) == ()
    (other,) = burdens(own, an_assignment("finance", "U1OTHER", COMMERCE))
    assert other == Burden(Assignee.from_id("U1OTHER"), 2)


def test_holding_the_same_above_does_not_help() -> None:
    held = an_assignment("finance", "U1BUSY", PAYMENTS), an_assignment("finance", "U1BUSY", COMMERCE)

    assert burdens(*held) == (Burden(BUSY, 3),)


def test_a_group_is_several_people() -> None:
    assert burdens(an_assignment("finance", "S1GROUP", COMMERCE)) == ()


def test_only_more_than_the_limit_is_too_much_and_the_most_comes_first() -> None:
    held = [
        an_assignment("finance", "U1BUSY", PAYMENTS),
        an_assignment("finance", "U1ALSO", SEARCH),
        an_assignment("finance", "U1ALSO", COMMERCE),
    ]

    assert [one.assignee.id for one in burdens(*held)] == ["U1ALSO"]
    assert burdens(*held, limit=2) == ()


def test_teams_in_a_cycle_end_the_search() -> None:
    one, other = Team("1", "One", "2"), Team("2", "Other", "1")
    cells = [Cell("finance", None), Cell("finance", "1"), Cell("finance", "2")]

    found = burdens_among(cells, cells, {"1": "2", "2": "1"}, [an_assignment("finance", "U1BUSY", one)], 0)

    assert found == (Burden(BUSY, 2),)
    assert other.parent_id == one.id

"""How well a persona is covered for a team, told from everything that holds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.teams.coverage import CellState, Coverage, coverage_of, gaps_among
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.model import Assignment, Cell, Rank, Team
from tests.builders import NOW, a_persona, a_team, an_assignment

COMMERCE = a_team("Commerce")
PAYMENTS = a_team("Payments", parent=COMMERCE)
CHECKOUT = a_team("Checkout", parent=PAYMENTS)
LONG_AGO = NOW - timedelta(days=100)
SECURITY = replace(a_persona("security"), group="allied")


def covered(
    *held: Assignment, teams: tuple[Team, ...] = (CHECKOUT, PAYMENTS, COMMERCE)
) -> Mapping[Cell, Coverage]:
    return coverage_of(teams, ["finance"], held, lambda one: one.confirmed_at <= LONG_AGO)


def state(team: Team | None, *held: Assignment) -> CellState:
    return covered(*held)[Cell("finance", team.id if team else None)].state


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (an_assignment(team=PAYMENTS), CellState.COVERED),
        (an_assignment(team=PAYMENTS, rank=Rank.BACKUP), CellState.BACKUP_ONLY),
        (an_assignment(team=COMMERCE), CellState.INHERITED),
        (an_assignment(team=COMMERCE, rank=Rank.BACKUP), CellState.INHERITED),
        (an_assignment(), CellState.ORGANISATION),
        (an_assignment(team=PAYMENTS, since=LONG_AGO), CellState.STALE),
        (an_assignment(team=COMMERCE, since=LONG_AGO), CellState.STALE),
        (an_assignment(since=LONG_AGO), CellState.STALE),
        (an_assignment(team=CHECKOUT), CellState.MISSING),
        (an_assignment("product", team=PAYMENTS), CellState.MISSING),
    ],
)
def test_a_cells_state_tells_who_is_asked_first(held: Assignment, expected: CellState) -> None:
    assert state(PAYMENTS, held) is expected


def test_what_a_team_has_itself_goes_before_what_it_inherits() -> None:
    own, above = an_assignment(team=PAYMENTS, rank=Rank.BACKUP), an_assignment(team=COMMERCE)

    cell = covered(above, own)[Cell("finance", PAYMENTS.id)]

    assert (cell.state, cell.place, cell.holders) == (CellState.BACKUP_ONLY, PAYMENTS, (own,))


def test_holders_stand_in_the_order_in_which_they_are_asked() -> None:
    backup = an_assignment(assignee="U1BACK", team=PAYMENTS, rank=Rank.BACKUP, since=NOW - timedelta(days=9))
    primary = an_assignment(team=PAYMENTS)

    assert covered(backup, primary)[Cell("finance", PAYMENTS.id)].holders == (primary, backup)


def test_the_nearest_ancestor_answers_and_is_named() -> None:
    cell = covered(an_assignment(), an_assignment(team=PAYMENTS), an_assignment(team=COMMERCE))

    assert cell[Cell("finance", CHECKOUT.id)].place == PAYMENTS
    assert cell[Cell("finance", None)].place is None
    assert state(None) is CellState.MISSING


def test_a_parent_that_is_not_there_is_passed_over() -> None:
    found = covered(an_assignment(), teams=(CHECKOUT,))

    assert found[Cell("finance", CHECKOUT.id)].state is CellState.ORGANISATION


def test_a_cycle_of_parents_ends() -> None:
    one, other = a_team("One", team_id="one"), a_team("Other", team_id="other")
    teams = (replace(one, parent_id="other"), replace(other, parent_id="one"))

    found = covered(an_assignment(team=one), teams=teams)

    assert found[Cell("finance", "one")].state is CellState.COVERED
    assert found[Cell("finance", "other")].state is CellState.INHERITED


def test_core_personas_are_needed_by_every_team_and_allied_ones_by_anybody() -> None:
    personas = (a_persona("finance"), SECURITY)
    core = [Cell("finance", COMMERCE.id), Cell("finance", PAYMENTS.id)]

    assert list(CoveragePolicy().required((COMMERCE, PAYMENTS), personas, [])) == [Cell("security", None), *core]
    assert list(CoveragePolicy().required((COMMERCE, PAYMENTS), personas, ["security"])) == core


def test_gaps_are_the_required_cells_that_nobody_answers_for() -> None:
    found = covered(an_assignment(team=PAYMENTS))
    required = CoveragePolicy().required((COMMERCE, PAYMENTS, CHECKOUT), [a_persona("finance")], [])

    assert gaps_among(required, found) == (Cell("finance", COMMERCE.id),)

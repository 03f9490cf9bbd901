"""The coverage of a workspace: what is required, what it is worth, and what hurts most."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy, TeamRule
from bot.teams.coverage_report import CoverageFacts, CoverageReport, coverage_report
from bot.teams.model import Cell, Rank
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_persona, a_team, an_assignment

ENGINEERING, FINANCE = a_persona("engineering"), a_persona("finance")
SECURITY = replace(a_persona("security"), group="allied")
PERSONAS = (ENGINEERING, FINANCE, SECURITY)
PAYMENTS, SEARCH = a_team("Payments"), a_team("Search")


def report(facts: CoverageFacts, policy: CoveragePolicy | None = None) -> CoverageReport:
    return coverage_report(facts, PERSONAS, policy or CoveragePolicy(), OwnershipPolicy().is_overdue)


def facts(*assignments: object, **more: object) -> CoverageFacts:
    return replace(CoverageFacts(NOW, [PAYMENTS, SEARCH], list(assignments)), **more)  # type: ignore[arg-type]


def test_core_personas_are_needed_by_every_team_and_allied_ones_once() -> None:
    found = report(facts())

    assert found.required == {
        Cell("engineering", PAYMENTS.id),
        Cell("finance", PAYMENTS.id),
        Cell("engineering", SEARCH.id),
        Cell("finance", SEARCH.id),
        Cell("security", None),
    }
    assert found.counts == {CellState.MISSING: 5}
    assert found.score == 0


def test_an_allied_persona_that_some_team_has_is_no_gap() -> None:
    found = report(facts(an_assignment("security", team=PAYMENTS)))

    assert Cell("security", None) not in found.required


def test_the_score_is_the_average_credit_of_what_is_required() -> None:
    found = report(
        facts(
            an_assignment("engineering", team=PAYMENTS),  # covered: 100
            an_assignment("engineering", team=SEARCH, rank=Rank.BACKUP),  # backup only: 70
            an_assignment("finance"),  # organisation-wide, for both: 80
            an_assignment("security"),  # organisation-wide: 80
        )
    )

    assert found.score == pytest.approx((100 + 70 + 80 + 80 + 80) / 5)
    assert found.gaps == ()


def test_weights_and_rules_of_single_teams_and_personas_count() -> None:
    policy = CoveragePolicy(
        by_persona={"security": "nowhere"},
        teams={"search": TeamRule(needs=frozenset({"security"}), without=frozenset({"finance"}))},
        weights={"engineering": 3},
    )

    found = report(facts(an_assignment("engineering", team=PAYMENTS)), policy)

    assert found.required == {
        Cell("engineering", PAYMENTS.id),
        Cell("finance", PAYMENTS.id),
        Cell("engineering", SEARCH.id),
        Cell("security", SEARCH.id),
    }
    assert found.score == pytest.approx(100 * 3 / (3 + 1 + 3 + 1), abs=0.05)


def test_nothing_required_has_no_score() -> None:
    found = report(CoverageFacts(NOW, [], []), CoveragePolicy(allied="nowhere"))

    assert found.score is None
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("unfit", "since", "reason"),
    [({"U1OWNER": "deactivated"}, NOW, "deactivated"), ({}, NOW - timedelta(days=91), "unconfirmed")],
)
def test_an_owner_who_is_not_to_be_relied_on_is_a_stale_gap(
    unfit: dict[str, str], since: datetime, reason: str
) -> None:
    held = replace(an_assignment("engineering", team=PAYMENTS), confirmed_at=since)

    found = report(facts(held, an_assignment("finance", "U1OTHER"), unfit=unfit))

    (stale,) = found.stale
    assert (stale.cell, stale.reason) == (Cell("engineering", PAYMENTS.id), reason)


def test_whoever_stands_behind_somebody_who_is_gone_covers_for_them() -> None:
    gone = an_assignment("engineering", "U1GONE", PAYMENTS)
    backup = an_assignment("engineering", "U1BACKUP", PAYMENTS, Rank.BACKUP)

    found = report(facts(gone, backup, unfit={"U1GONE": "deactivated"}))

    assert found.cells[Cell("engineering", PAYMENTS.id)].state is CellState.BACKUP_ONLY


def test_gaps_come_by_questions_asked_and_days_open() -> None:
    found = report(
        facts(
            an_assignment("security"),
            asked={Cell("finance", SEARCH.id): 9},
            emptied_at={Cell("engineering", PAYMENTS.id): NOW - timedelta(days=30)},
            team_since={PAYMENTS.id: NOW - timedelta(days=3), SEARCH.id: NOW - timedelta(days=10)},
        )
    )

    order = [(gap.cell.persona_key, gap.team.name if gap.team else "", gap.asked, gap.days) for gap in found.gaps]
    assert order == [
        ("finance", "Search", 9, 10),
        ("engineering", "Payments", 0, 30),
        ("engineering", "Search", 0, 10),
        ("finance", "Payments", 0, 3),
    ]


def test_who_holds_too_much_and_teams_with_nobody_are_named() -> None:
    teams = [a_team(f"Team {number}") for number in range(4)]
    held = [an_assignment("engineering", "U1BUSY", team) for team in teams[:3]]

    found = report(CoverageFacts(NOW, teams, held), CoveragePolicy(too_much_for_one=2))

    assert [(one.assignee.id, one.cells) for one in found.burdens] == [("U1BUSY", 3)]
    assert found.orphans == (teams[3],)


def test_the_order_of_teams_and_assignments_changes_nothing() -> None:
    one = facts(an_assignment("engineering", team=PAYMENTS), an_assignment("finance"))
    other = replace(one, teams=one.teams[::-1], assignments=one.assignments[::-1])

    assert report(one).gaps == report(other).gaps
    assert report(one).score == report(other).score

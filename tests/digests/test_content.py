"""What a digest says: what changed, what is worst, and when there is nothing to say."""

from dataclasses import replace
from datetime import date, timedelta

from bot.digests.content import digest_content
from bot.digests.model import Demand, LastRun, Snapshot, Unanswered
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.coverage_report import CoverageFacts, CoverageReport, coverage_report
from bot.teams.model import Assignment, Cell
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_persona, a_team, an_assignment

PERSONAS = tuple(a_persona(key) for key in ("engineering", "finance", "product", "procurement"))
TEAMS = [a_team(name) for name in ("Payments", "Search")]
QUIET = Demand({}, (), 0, 0, 0)


def a_report(*assignments: Assignment) -> CoverageReport:
    return coverage_report(
        CoverageFacts(NOW, TEAMS, assignments), PERSONAS, CoveragePolicy(), OwnershipPolicy().is_overdue
    )


def the_last_run(report: CoverageReport) -> LastRun:
    return LastRun(NOW - timedelta(days=7), report.score, frozenset(gap.cell for gap in report.gaps))


def test_the_first_digest_compares_with_nothing_and_is_never_quiet() -> None:
    content = digest_content(a_report(), QUIET, None, ())

    assert (content.change, content.new, content.closed, content.is_quiet) == (None, frozenset(), 0, False)


def test_five_gaps_stand_in_the_message_and_the_others_in_its_thread() -> None:
    content = digest_content(a_report(), QUIET, None, ())

    assert (len(content.worst), len(content.more)) == (5, 3)


def test_new_and_closed_gaps_are_told_since_the_last_digest() -> None:
    before = the_last_run(a_report(an_assignment("engineering", team=TEAMS[0])))

    content = digest_content(a_report(an_assignment("finance")), QUIET, before, ())

    assert content.new == {Cell("engineering", TEAMS[0].id)}
    assert content.closed == 2
    assert content.change is not None
    assert content.change > 0


def test_nothing_changed_is_quiet_but_questions_in_vain_are_not() -> None:
    report = a_report()
    unanswered = Unanswered("finance", "Budgeting", None, 3)

    quiet = digest_content(report, QUIET, the_last_run(report), ())
    asked = digest_content(report, replace(QUIET, unanswered=(unanswered,)), the_last_run(report), ())

    assert quiet.is_quiet
    assert not asked.is_quiet


def test_the_trend_is_kept_as_it_is() -> None:
    trend = [Snapshot(date(2026, 11, 1), 50.0, {CellState.MISSING: 4})]

    assert digest_content(a_report(), QUIET, None, trend).trend == tuple(trend)

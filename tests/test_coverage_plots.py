"""The pictures of coverage are drawn, whatever teams are called, and can be read on every colour."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.coverage_plots import MAX_TEAMS, STATE_LOOK, draw_coverage, draw_trend
from bot.digests.model import Snapshot
from bot.teams.coverage import CellState
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.coverage_report import CoverageFacts, CoverageReport, coverage_report
from bot.teams.policy import OwnershipPolicy
from tests.builders import NOW, a_persona, a_team, an_assignment

PERSONAS = (a_persona("engineering"), replace(a_persona("security"), group="allied"))
VERMILLION = "#d55e00"


def a_report(*names: str) -> CoverageReport:
    teams = [a_team(name) for name in names]
    held = [an_assignment("engineering", team=teams[0])] if teams else []
    facts = CoverageFacts(NOW, teams, held)
    return coverage_report(facts, PERSONAS, CoveragePolicy(), OwnershipPolicy().is_overdue)


def drawn(report: CoverageReport, folder: Path) -> np.ndarray:
    """Return the picture as rows of red, green and blue."""
    path = folder / "coverage.png"
    draw_coverage(report, PERSONAS, report.teams, path)
    return imread(path)[:, :, :3]


def share_of(colour: str, picture: np.ndarray) -> float:
    return float(np.all(np.abs(picture - to_rgb(colour)) < 0.01, axis=2).mean())


def luminance(colour: str) -> float:
    """Return the relative luminance, as WCAG 2.2 defines it."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


def test_each_state_has_its_colour(tmp_path: Path) -> None:
    picture = drawn(a_report("Payments", "Search"), tmp_path)  # one cell is covered, two are missing

    shares = {state: share_of(colour, picture) for state, (colour, _) in STATE_LOOK.items()}
    assert shares[CellState.MISSING] == pytest.approx(2 * shares[CellState.COVERED], rel=0.2)
    assert 0 < shares[CellState.STALE] < shares[CellState.COVERED] / 4  # in the legend alone


def test_what_nobody_has_to_answer_for_is_pale(tmp_path: Path) -> None:
    report = a_report("Payments", "Search")
    everything = replace(report, required=frozenset(report.cells))

    needed, shown = (share_of(VERMILLION, drawn(one, tmp_path)) for one in (everything, report))

    assert needed > 1.5 * shown


@pytest.mark.parametrize("count", [0, 1, 7, MAX_TEAMS, MAX_TEAMS + 250])
def test_any_number_of_teams_is_drawn_fifty_at_most(tmp_path: Path, count: int) -> None:
    rows = [drawn(a_report(*(f"Team {n}" for n in range(number))), tmp_path).shape[0] for number in (count, 50)]

    assert 200 < rows[0] <= rows[1]


@pytest.mark.parametrize("name", ["$\\frac{1}{0", "支払い", "🧾" * 40, "W" * 80, "<!channel>", "_^{}"])
def test_teams_of_any_name_are_drawn(tmp_path: Path, name: str) -> None:
    assert drawn(a_report(name), tmp_path).size


def test_letters_can_be_read_on_all_colours_and_differ() -> None:
    looks = STATE_LOOK.values()

    assert all((luminance(colour) + 0.05) / 0.05 >= 4.5 for colour, _ in looks)  # WCAG AA, black on it
    assert len({letter for _, letter in looks}) == len(CellState)


def test_the_trend_is_a_png_once_there_are_two_days() -> None:
    day = date(2026, 11, 23)
    trend = [Snapshot(day + timedelta(days=n), score, {}) for n, score in enumerate((50, None, 71.5))]

    assert draw_trend(trend[:2]) is None
    picture = draw_trend(trend)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert draw_trend([Snapshot(day + timedelta(days=n), 100, {}) for n in range(90)])

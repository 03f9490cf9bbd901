"""Pictures of coverage, drawn without a screen: teams × personas as a heat map, and the score over time.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; every cell has a letter, too, so
that nothing is told by colour alone. What nobody has to answer for is pale.
"""

import io
import os
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.digests.model import Snapshot
from bot.knowledge.model import Persona
from bot.plots import CACHE_FOLDER
from bot.teams.coverage import CellState
from bot.teams.coverage_report import CoverageReport
from bot.teams.model import Cell, Team

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_TEAMS: Final = 50
"""Rows that are still legible; of more teams those with the most gaps are drawn."""

STATE_LOOK: Final[Mapping[CellState, tuple[str, str]]] = {
    CellState.COVERED: ("#009e73", "C"),
    CellState.INHERITED: ("#56b4e9", "I"),
    CellState.ORGANISATION: ("#cfe8f7", "O"),
    CellState.BACKUP_ONLY: ("#f0e442", "B"),
    CellState.STALE: ("#e69f00", "S"),
    CellState.MISSING: ("#d55e00", "M"),
}
"""Colour and letter; black can be read on all of them (7:1 and more)."""

_INK: Final = "black"
_PALE: Final = 0.18
_PALE_INK: Final = "#595959"
_DPI: Final = 130
_ROW_INCHES: Final = 0.28
_COLUMN_INCHES: Final = 0.85
_SMALL: Final = 8
_MAX_NAME: Final = 28
_MAX_TICKS: Final = 5
_WHOLE: Final = "the whole organisation"


def draw_coverage(report: CoverageReport, personas: Sequence[Persona], teams: Sequence[Team], path: Path) -> None:
    """Draw the state of each persona for each of ``teams`` as a PNG, with how many are in which state.

    At most ``MAX_TEAMS`` teams are drawn, those with the most gaps first; the counts are those of all of them.

    Raises:
        OSError: the file cannot be written.
    """
    shown = _worst_first(report, teams)[:MAX_TEAMS]
    rows: list[Team | None] = [None, *shown]
    figure = _figure(2.9 + _COLUMN_INCHES * len(personas), 2.4 + _ROW_INCHES * len(rows))
    axes = figure.subplots()
    for y, team in enumerate(rows):
        for x, persona in enumerate(personas):
            _draw_cell(axes, x, y, Cell(persona.key, team.id if team else None), report)
    _label(axes, [persona.name for persona in personas], [_short(team.name) if team else _WHOLE for team in rows])
    figure.suptitle(_title(report, teams, shown), fontsize=11)
    figure.legend(
        handles=_legend(report, teams), loc="outside lower center", ncols=4, fontsize=_SMALL, frameon=False
    )
    with warnings.catch_warnings():  # a name in a script that the font lacks is shown as boxes
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(path, dpi=_DPI, format="png")


def draw_trend(trend: Sequence[Snapshot]) -> bytes | None:
    """Return the score over time as a PNG; none where there are fewer than two days."""
    scored = [(one.day, one.score) for one in trend if one.score is not None]
    if len(scored) < 2:  # noqa: PLR2004 (a line needs two points)
        return None
    from matplotlib.dates import date2num  # noqa: PLC0415 (see _figure)

    figure = _figure(6.4, 2.6)
    axes = figure.subplots()
    days, scores = zip(*scored, strict=True)
    axes.plot(days, scores, color="#0072b2", linewidth=2)
    ends: list[tuple[int, dict[str, Any]]] = [
        (0, {"xytext": (0, 8), "ha": "left"}),
        (-1, {"xytext": (6, 0), "va": "center"}),
    ]
    for at, place in ends:
        axes.annotate(f"{scores[at]:g} %", (days[at], scores[at]), textcoords="offset points", **place)
    axes.set_ylim(0, 115)
    axes.set_yticks(range(0, 101, 20))
    axes.set_ylabel("coverage, %")
    ticks = _spread(days)
    axes.set_xticks(list(map(date2num, ticks)), [f"{day.day} {day:%b %Y}" for day in ticks])
    axes.grid(axis="y", alpha=0.3)
    axes.tick_params(labelsize=_SMALL)
    axes.spines[["top", "right"]].set_visible(False)
    with io.BytesIO() as picture:
        figure.savefig(picture, format="png", dpi=_DPI)
        return picture.getvalue()


def _spread(days: Sequence[date]) -> list[date]:
    """Return the first and the last day, and some between them."""
    span = (days[-1] - days[0]).days
    steps = min(_MAX_TICKS - 1, span)
    return [days[0] + timedelta(days=round(span * step / steps)) for step in range(steps + 1)]


def _figure(width: float, height: float) -> "Figure":
    os.environ.setdefault("MPLCONFIGDIR", str(CACHE_FOLDER))  # its font cache stays in the project
    from matplotlib.figure import Figure  # noqa: PLC0415 (slow to import, seldom needed)

    return Figure(figsize=(width, height), layout="constrained")


def _draw_cell(axes: "Axes", x: int, y: int, cell: Cell, report: CoverageReport) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 (see _figure)

    colour, letter = STATE_LOOK[report.cells[cell].state]
    is_needed = cell in report.required
    alpha = 1.0 if is_needed else _PALE
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5, alpha=alpha))
    weight = "bold" if is_needed else "normal"
    ink = _INK if is_needed else _PALE_INK
    axes.text(x + 0.5, y + 0.5, letter, ha="center", va="center", fontsize=_SMALL, color=ink, fontweight=weight)


def _label(axes: "Axes", columns: Sequence[str], rows: Sequence[str]) -> None:
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    names = [_short(name).replace("$", r"\$") for name in columns]  # or it reads a formula into them
    axes.set_xticks([x + 0.5 for x in range(len(columns))], names, rotation=30, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set_yticks([y + 0.5 for y in range(len(rows))], [name.replace("$", r"\$") for name in rows])
    axes.tick_params(length=0, labelsize=_SMALL)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _title(report: CoverageReport, teams: Sequence[Team], shown: Sequence[Team]) -> str:
    hidden = len(teams) - len(shown)
    drawn = f"; the {len(shown)} teams with the most gaps, {hidden:,} are not drawn" if hidden else ""
    if report.score is None or len(teams) < len(report.teams):
        return f"Coverage of {len(teams):,} teams{drawn}"
    return f"Coverage {report.score:g} %{drawn}"


def _legend(report: CoverageReport, teams: Sequence[Team]) -> list[object]:
    from matplotlib.patches import Patch  # noqa: PLC0415 (see _figure)

    meant = {None, *(team.id for team in teams)}
    counts = Counter(report.cells[cell].state for cell in report.required if cell.team_id in meant)
    states = [
        Patch(facecolor=colour, label=f"{letter}  {state.value}: {counts[state]:,}")
        for state, (colour, letter) in STATE_LOOK.items()
    ]
    return [*states, Patch(facecolor="#888888", alpha=_PALE, label="pale: nobody has to answer")]


def _worst_first(report: CoverageReport, teams: Sequence[Team]) -> list[Team]:
    count = Counter(gap.cell.team_id for gap in report.gaps)
    return sorted(teams, key=lambda team: (-count[team.id], team.name.casefold()))


def _short(name: str) -> str:
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 1]}…"

"""What a digest says: the score and its change, the worst gaps, what is stale, what was asked in vain. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.digests.model import Demand, LastRun, Reroute, Snapshot, Unanswered
from bot.teams.burdens import Burden
from bot.teams.coverage import CellState
from bot.teams.coverage_report import CoverageReport, Gap
from bot.teams.model import Assignee, Cell, Team

WORST: Final = 5
"""Gaps that stand in the message itself, each with a button; the others stand in its thread."""

MAX_STALE: Final = 5
"""People and groups who are named but not to be relied on; the others stand in the thread, too."""

MAX_BURDENS: Final = 5
_OPEN: Final = frozenset({CellState.MISSING, CellState.STALE})


@dataclass(frozen=True, slots=True)
class StaleOwner:
    """Somebody not to be relied on for a persona, with the gaps that this makes: one at least, the worst first."""

    holder: Assignee
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class DigestContent:
    """What is said.

    ``change`` is the score's difference to the last digest (none: the first one), ``new`` and ``closed`` are the
    gaps since then, ``unanswered``, ``reroutes`` and ``undecided`` what was asked since then. ``is_quiet`` tells
    that nothing changed. ``trend`` are the daily scores, oldest first. ``names`` are those of people and groups
    that are shown, by id, as far as Slack told them; they are untrusted text.
    """

    report: CoverageReport
    change: float | None
    new: frozenset[Cell]
    closed: int
    worst: tuple[Gap, ...]
    more: tuple[Gap, ...]
    stale: tuple[StaleOwner, ...]
    burdens: tuple[Burden, ...]
    orphans: tuple[Team, ...]
    unanswered: tuple[Unanswered, ...]
    rerouted: int
    reroutes: tuple[Reroute, ...]
    undecided: int
    trend: tuple[Snapshot, ...]
    is_quiet: bool
    names: Mapping[str, str] = field(default_factory=dict)

    def shown_people(self) -> frozenset[Assignee]:
        """Return the people and groups whose names stand in the message."""
        stale = [one.holder for one in self.stale[:MAX_STALE]]
        return frozenset([*stale, *(one.assignee for one in self.burdens[:MAX_BURDENS])])


def digest_content(
    report: CoverageReport, demand: Demand, last: LastRun | None, trend: Sequence[Snapshot]
) -> DigestContent:
    """Return what a digest says of ``report``, after it said ``last`` (none: it is the first).

    ``demand`` is what was asked since then. What had no owner then and has one now is no news.
    """
    now_open = frozenset(gap.cell for gap in report.gaps)
    new = now_open - last.gaps if last else frozenset()
    closed = len(last.gaps - now_open) if last else 0
    change = None
    if last is not None and last.score is not None and report.score is not None:
        change = round(report.score - last.score, 1)
    missing = report.missing
    unanswered = tuple(one for one in demand.unanswered if _is_open(one, report))
    return DigestContent(
        report=report,
        change=change,
        new=new,
        closed=closed,
        worst=missing[:WORST],
        more=missing[WORST:],
        stale=_stale_owners(report.stale),
        burdens=report.burdens,
        orphans=report.orphans,
        unanswered=unanswered,
        rerouted=demand.rerouted,
        reroutes=demand.reroutes,
        undecided=demand.undecided,
        trend=tuple(trend),
        is_quiet=last is not None and not new and not closed and not change and not unanswered,
    )


def _stale_owners(gaps: Iterable[Gap]) -> tuple[StaleOwner, ...]:
    """Return the gaps by who is behind them: one assignment may be all that a hundred teams lean on."""
    found: dict[tuple[Assignee, str, str | None], list[Gap]] = {}
    for gap in gaps:
        if gap.holder:
            found.setdefault((gap.holder, gap.cell.persona_key, gap.reason), []).append(gap)
    return tuple(StaleOwner(holder, tuple(theirs)) for (holder, _, _), theirs in found.items())


def _is_open(one: Unanswered, report: CoverageReport) -> bool:
    """Tell whether still nobody answers; of a team or persona that is gone nobody has to."""
    found = report.cells.get(Cell(one.persona_key, one.team_id))
    return found is not None and found.state in _OPEN

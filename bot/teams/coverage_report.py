"""The coverage of a whole workspace: a score, the gaps by what hurts, and who holds too much. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.knowledge.model import Persona
from bot.teams.burdens import Burden, burdens_among
from bot.teams.coverage import CellState, Coverage, coverage_of
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.model import Assignee, Assignment, Cell, Team
from bot.teams.naming import key_of

_GAPS: Final = frozenset({CellState.MISSING, CellState.STALE})


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """What is known of a workspace at one moment.

    ``assignments`` are those valid then. ``emptied_at`` says since when nobody holds a cell that somebody held
    before, ``team_since`` when a team began, ``asked`` how many questions of late were about a cell. ``unfit`` are
    assignees who cannot be asked (deactivated, an empty group …), with the reason, ``unfit_since`` when that was
    found.
    """

    at: datetime
    teams: Sequence[Team]
    assignments: Sequence[Assignment]
    emptied_at: Mapping[Cell, datetime] = field(default_factory=dict)
    team_since: Mapping[str, datetime] = field(default_factory=dict)
    asked: Mapping[Cell, int] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)
    unfit_since: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A required cell that nobody can be relied on for.

    ``state`` is missing or stale; ``days`` is how long it has been so (none: unknown), and where a holder has not
    confirmed it, since when they have not. ``asked`` is how many questions of late were about it. ``holder`` is
    named but not to be relied on, ``reason`` says why not.
    """

    cell: Cell
    team: Team | None
    state: CellState
    days: int | None
    asked: int
    reason: str | None = None
    holder: Assignee | None = None

    @property
    def pain(self) -> float:
        """How much it hurts: questions asked, times the days it has been open; a missing one more than a stale."""
        weight = 1.0 if self.state is CellState.MISSING else 0.5
        return weight * (1 + self.asked) * (1 + (self.days or 0))


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """The coverage of a workspace.

    ``score`` is 0–100, none where nothing is required; ``counts`` are the required cells by state; ``gaps`` come
    worst first; ``orphans`` are teams for which nobody holds anything, not even through a parent.
    ``unknown_teams`` are names in the policy that no team has: what it says of them is not used.
    """

    at: datetime
    teams: tuple[Team, ...]
    score: float | None
    counts: Mapping[CellState, int]
    gaps: tuple[Gap, ...]
    burdens: tuple[Burden, ...]
    orphans: tuple[Team, ...]
    cells: Mapping[Cell, Coverage]
    required: frozenset[Cell]
    unknown_teams: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Gap, ...]:
        """The gaps where nobody is named."""
        return tuple(gap for gap in self.gaps if gap.state is CellState.MISSING)

    @property
    def stale(self) -> tuple[Gap, ...]:
        """The gaps where somebody is named, but not to be relied on."""
        return tuple(gap for gap in self.gaps if gap.state is CellState.STALE)


def coverage_report(
    facts: CoverageFacts,
    personas: Sequence[Persona],
    policy: CoveragePolicy,
    is_overdue: Callable[[Assignment, datetime], bool],
) -> CoverageReport:
    """Return the report; linear in teams, personas and assignments."""
    keys = [persona.key for persona in personas]
    fit = [one for one in facts.assignments if one.assignee.id not in facts.unfit]
    parents = {team.id: team.parent_id for team in facts.teams}
    cells = _cells(facts, fit, keys, parents, is_overdue)
    held_for_teams = {one.cell.persona_key for one in fit if one.cell.team_id is not None}
    required = frozenset(policy.required(facts.teams, personas, held_for_teams))
    teams = {team.id: team for team in facts.teams}
    needed = [cells[cell] for cell in required]
    gaps = [_gap(one, teams, parents, facts) for one in needed if one.state in _GAPS]
    order = {key: number for number, key in enumerate(keys)}
    return CoverageReport(
        at=facts.at,
        teams=tuple(facts.teams),
        score=_score(needed, policy),
        counts=Counter(one.state for one in needed),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.pain, _name(gap.team), order[gap.cell.persona_key]))),
        burdens=burdens_among(required, cells, parents, fit, policy.too_much_for_one),
        orphans=_orphans(facts.teams, cells.values()),
        cells=cells,
        required=required,
        unknown_teams=_unknown_teams(facts.teams, policy),
    )


def _cells(
    facts: CoverageFacts,
    fit: Sequence[Assignment],
    keys: Sequence[str],
    parents: Mapping[str, str | None],
    is_overdue: Callable[[Assignment, datetime], bool],
) -> Mapping[Cell, Coverage]:
    """Return the state of every cell, parents first; it is stale where all who are named cannot be asked."""

    def is_stale(assignment: Assignment) -> bool:
        return is_overdue(assignment, facts.at)

    cells = dict(coverage_of(facts.teams, keys, fit, is_stale))
    if len(fit) < len(facts.assignments):
        unfit = {one.cell: one for one in reversed(facts.assignments) if one.assignee.id in facts.unfit}
        for cell, found in cells.items():
            if not found.holders and (named := _named_above(cell, unfit, parents)):
                cells[cell] = replace(found, state=CellState.STALE, holders=(named,))
    return cells


def _named_above(
    cell: Cell, held: Mapping[Cell, Assignment], parents: Mapping[str, str | None]
) -> Assignment | None:
    """Return who is named for a cell, for its team or the nearest place above it."""
    above = (held.get(Cell(cell.persona_key, place)) for place in _places(cell, parents))
    return next(filter(None, above), None)


def _places(cell: Cell, parents: Mapping[str, str | None]) -> Iterator[str | None]:
    """Yield the id of a cell's team, of each team above it, and none for the whole organisation."""
    place = cell.team_id
    seen: set[str] = set()
    while place is not None and place not in seen:
        yield place
        seen.add(place)
        place = parents.get(place)
    yield None


def _score(needed: Collection[Coverage], policy: CoveragePolicy) -> float | None:
    weights = sum(policy.weight(one.cell.persona_key) for one in needed)
    if not weights:
        return None
    earned = sum(policy.weight(one.cell.persona_key) * policy.credit[one.state] for one in needed)
    return round(100 * earned / weights, 1)


def _gap(
    coverage: Coverage, teams: Mapping[str, Team], parents: Mapping[str, str | None], facts: CoverageFacts
) -> Gap:
    cell = coverage.cell
    holder = coverage.holders[0] if coverage.holders else None
    since = _stale_since(holder, facts) if holder else _empty_since(cell, parents, facts)
    return Gap(
        cell=cell,
        team=teams.get(cell.team_id or ""),
        state=coverage.state,
        days=max(0, (facts.at - since).days) if since else None,
        asked=facts.asked.get(cell, 0),
        reason=facts.unfit.get(holder.assignee.id, "unconfirmed") if holder else None,
        holder=holder.assignee if holder else None,
    )


def _stale_since(holder: Assignment, facts: CoverageFacts) -> datetime | None:
    if holder.assignee.id in facts.unfit:
        return facts.unfit_since.get(holder.assignee.id)
    return holder.confirmed_at


def _empty_since(cell: Cell, parents: Mapping[str, str | None], facts: CoverageFacts) -> datetime | None:
    """Return when the last one left who held it, for the team itself or above; else when the team began."""
    own = facts.emptied_at.get(cell) or facts.team_since.get(cell.team_id or "")
    if not facts.emptied_at:
        return own
    left = [facts.emptied_at.get(Cell(cell.persona_key, place)) for place in _places(cell, parents)]
    return max(filter(None, [own, *left]), default=None)


def _orphans(teams: Iterable[Team], cells: Iterable[Coverage]) -> tuple[Team, ...]:
    somebody = {one.cell.team_id for one in cells if one.holders and one.place is not None}
    return tuple(team for team in teams if team.id not in somebody)


def _name(team: Team | None) -> str:
    return team.name.casefold() if team else ""


def _unknown_teams(teams: Iterable[Team], policy: CoveragePolicy) -> tuple[str, ...]:
    return tuple(sorted(policy.teams.keys() - {key_of(team.name) for team in teams})) if policy.teams else ()

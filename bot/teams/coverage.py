"""How well each persona is covered for each team, and where nobody answers. Pure, and linear over all teams."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.teams.model import Assignment, Cell, Rank, Team

IsStale: TypeAlias = Callable[[Assignment], bool]
"""Tells whether an assignment is not to be relied on, because nobody has confirmed it for too long."""


class CellState(StrEnum):
    """How a persona is covered for a team, told by who is asked first."""

    COVERED = "covered"
    BACKUP_ONLY = "backup only"
    INHERITED = "inherited"
    ORGANISATION = "organisation-wide"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who answers for a persona and team: ``holders``, who is asked first standing first; none is a gap.

    They hold it for ``place``: the team itself, the nearest of its ancestors for which somebody does, or (none)
    the whole organisation.
    """

    cell: Cell
    state: CellState
    place: Team | None = None
    holders: tuple[Assignment, ...] = ()


def state_of(cell: Cell, holders: Sequence[Assignment], is_stale: IsStale) -> CellState:
    """Return the state of a cell that ``holders`` answer for, who is asked first standing first."""
    if not holders:
        return CellState.MISSING
    first = holders[0]
    if is_stale(first):
        return CellState.STALE
    if first.cell.team_id is None:
        return CellState.ORGANISATION
    if first.cell.team_id != cell.team_id:
        return CellState.INHERITED
    return CellState.COVERED if first.rank is Rank.PRIMARY else CellState.BACKUP_ONLY


def coverage_of(
    teams: Collection[Team], persona_keys: Collection[str], assignments: Iterable[Assignment], is_stale: IsStale
) -> Mapping[Cell, Coverage]:
    """Return every cell of the whole organisation and of ``teams``, parents first.

    Time is linear in teams, personas and assignments. A team inherits from those of its ancestors that are among
    ``teams``. ``assignments`` are those valid at one moment, in any order.
    """
    held = _held_by_cell(assignments)
    whole = [
        _covered(cell, None, held.get(cell, ()), is_stale) for cell in (Cell(key, None) for key in persona_keys)
    ]
    found = {one.cell: one for one in whole}
    rows: dict[str | None, list[Coverage]] = {}
    for team in _parents_first(teams):
        # A parent that is not there yet is part of a cycle: only the organisation is sure to be above.
        above = rows.get(team.parent_id, whole)
        rows[team.id] = row = [_of_team(team, one, held, is_stale) for one in above]
        found.update((one.cell, one) for one in row)
    return found


def gaps_among(cells: Iterable[Cell], coverage: Mapping[Cell, Coverage]) -> tuple[Cell, ...]:
    """Return those of ``cells`` that nobody answers for."""
    return tuple(cell for cell in cells if coverage[cell].state is CellState.MISSING)


def _of_team(
    team: Team, above: Coverage, held: Mapping[Cell, tuple[Assignment, ...]], is_stale: IsStale
) -> Coverage:
    cell = Cell(above.cell.persona_key, team.id)
    own = held.get(cell)
    place, holders = (team, own) if own else (above.place, above.holders)
    return _covered(cell, place, holders, is_stale)


def _covered(cell: Cell, place: Team | None, holders: tuple[Assignment, ...], is_stale: IsStale) -> Coverage:
    return Coverage(cell, state_of(cell, holders, is_stale), place, holders)


def _held_by_cell(assignments: Iterable[Assignment]) -> dict[Cell, tuple[Assignment, ...]]:
    """Return who holds each cell, in the order in which they are asked."""
    by_cell: defaultdict[Cell, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        by_cell[assignment.cell].append(assignment)
    return {
        cell: tuple(sorted(held, key=lambda one: (one.rank is Rank.BACKUP, one.valid_from, one.id)))
        for cell, held in by_cell.items()
    }


def _parents_first(teams: Collection[Team]) -> Iterator[Team]:
    """Yield every team once, behind its parent where it is among them; those in a cycle come last."""
    known = {team.id for team in teams}
    children: defaultdict[str | None, list[Team]] = defaultdict(list)
    for team in teams:
        children[team.parent_id if team.parent_id in known else None].append(team)
    seen: set[str] = set()
    waiting = list(children[None])
    for team in waiting:  # grows while it is walked
        seen.add(team.id)
        waiting += children[team.id]
    yield from waiting
    yield from (team for team in teams if team.id not in seen)

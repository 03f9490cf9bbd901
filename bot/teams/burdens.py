"""Who holds more than is good: people without whom many places would have nobody. Pure, linear in all cells."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.teams.model import Assignee, AssigneeType, Assignment, Cell

_SEVERAL: Final = "several"
_Who: TypeAlias = Assignee | Literal["several"] | None


@dataclass(frozen=True, slots=True)
class Burden:
    """Somebody who holds more than is good: without them, so many required cells had nobody."""

    assignee: Assignee
    cells: int


def burdens_among(
    required: Collection[Cell],
    cells: Iterable[Cell],
    parents: Mapping[str, str | None],
    assignments: Iterable[Assignment],
    limit: int,
) -> tuple[Burden, ...]:
    """Return who alone answers for more than ``limit`` of the ``required`` cells, those with the most first.

    ``cells`` are all there are, a team's behind those of the team above it (``parents``, by team id). A group is
    several people, and never a burden.
    """
    alone = _answering(cells, parents, assignments)
    who = (alone[cell.persona_key][cell.team_id] for cell in required)
    counts = Counter(one for one in who if isinstance(one, Assignee))
    found = [Burden(one, count) for one, count in counts.items() if count > limit]
    return tuple(sorted(found, key=lambda one: (-one.cells, one.assignee)))


def _answering(
    cells: Iterable[Cell], parents: Mapping[str, str | None], assignments: Iterable[Assignment]
) -> Mapping[str, Mapping[str | None, _Who]]:
    """Return by persona and team the one person who answers, for the team or above it."""
    held: defaultdict[tuple[str, str | None], set[Assignee]] = defaultdict(set)
    for one in assignments:
        held[one.cell.persona_key, one.cell.team_id].add(one.assignee)
    found: defaultdict[str, dict[str | None, _Who]] = defaultdict(dict)
    for cell in cells:
        known = found[cell.persona_key]
        above = known.get(parents.get(cell.team_id), known[None]) if cell.team_id is not None else None
        own = held.get((cell.persona_key, cell.team_id))
        known[cell.team_id] = _together(own, above) if own else above
    return found


def _together(own: Collection[Assignee], above: _Who) -> _Who:
    if len(own) > 1 or above == _SEVERAL:
        return _SEVERAL
    (one,) = own
    return one if above in (None, one) and one.type is AssigneeType.USER else _SEVERAL

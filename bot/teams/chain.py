"""The chain of responsibility: team, parent team …, the whole organisation; primary before backup."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from bot.teams.model import Assignment, Cell, Owner, Rank, Team, Via
from bot.teams.policy import OwnershipPolicy


def candidates(
    persona_key: str,
    line: Sequence[Team],
    assignments: Collection[Assignment],
    policy: OwnershipPolicy,
    moment: datetime,
) -> Iterator[Owner]:
    """Yield who could be asked at ``moment``, in the order in which they are.

    ``assignments`` are those valid then, in any order; within one rank of one team the longest-standing comes
    first.
    """
    places: list[tuple[Team | None, Via]] = [(team, "team" if team is line[0] else "parent") for team in line]
    for team, via in [*places, (None, "organisation")]:
        cell = Cell(persona_key, team.id if team else None)
        here = [assignment for assignment in assignments if assignment.cell == cell]
        for one in sorted(here, key=lambda one: (one.rank is Rank.BACKUP, one.valid_from, one.id)):
            is_stale = policy.is_overdue(one, moment)
            yield Owner(one.assignee, one.rank, via, team, one.confirmed_at, is_stale)

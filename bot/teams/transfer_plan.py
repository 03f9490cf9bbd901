"""What an import would do, worked out before anything is written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.teams.model import Actor, Assignment, Team
from bot.teams.transfer_claims import Claims
from bot.teams.transfer_holdings import Ground, HoldingPlan, plan_holdings
from bot.teams.transfer_people import Found
from bot.teams.transfer_rows import BadRow, ImportRules
from bot.teams.transfer_teams import TeamPlan, plan_teams


@dataclass(frozen=True, slots=True)
class OwnershipState:
    """The teams in use and what holds for them, as they were after so many ``changes``."""

    teams: tuple[Team, ...]
    assignments: tuple[Assignment, ...]
    changes: int


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """Everything an import changes; ``based_on`` is the number of changes it has seen.

    ``names`` are those of all teams by id. ``notes`` are worth reading, but stop nothing.
    """

    teams: TeamPlan
    holdings: HoldingPlan
    names: Mapping[str, str]
    based_on: int
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to change."""
        return self.teams.is_empty and self.holdings.is_empty


@dataclass(frozen=True, slots=True)
class Refusal:
    """The file has rows that cannot be taken, so nothing of it is."""

    rows: tuple[BadRow, ...]


def plan_transfer(
    claims: Claims,
    found: Mapping[str, Found],
    state: OwnershipState,
    by: Actor,
    rules: ImportRules,
    *,
    now: datetime,
) -> TransferPlan | Refusal:
    """Return what has to change so that ``state`` is what the file claims, or all of its bad rows, by line."""
    problems = list(claims.problems)
    teams, ids = plan_teams(claims.teams, found, state.teams, rules, problems)
    claims.teams.clear()  # there may be very many, and memory is needed for what follows
    ground = Ground(state.assignments, frozenset(team.id for team in teams.archived), by, now)
    holdings = plan_holdings(claims.holdings, found, ids, ground, rules, problems)
    if problems:
        return Refusal(tuple(sorted(problems, key=lambda row: row.place)))
    names = {team.id: team.name for team in (*state.teams, *teams.added)}
    return TransferPlan(teams, holdings, names, state.changes, (*teams.notes, *holdings.notes))

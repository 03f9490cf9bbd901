"""Use case of the matrix of teams and personas: a page of it, one team of it, and teams by what somebody types."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from bot.clock import Clock
from bot.errors import UserFacingError
from bot.knowledge.model import Persona
from bot.teams.access import Access
from bot.teams.coverage import Coverage, coverage_of, gaps_among
from bot.teams.model import Actor, Assignment, Cell, Team
from bot.teams.naming import key_of
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import AssignmentStore, TeamStore

TEAMS_PER_PAGE: Final = 8


class MatrixReader(Protocol):
    """What the stores of teams and assignments do not tell in one query."""

    async def with_ancestors(self, workspace_id: str, team_ids: Collection[str]) -> Mapping[str, Team]:
        """Return these teams and all of their ancestors, by id."""

    async def held_for(self, workspace_id: str, team_ids: Collection[str], at: datetime) -> Sequence[Assignment]:
        """Return what holds at a moment for these teams and for the whole organisation, in any order."""

    async def held_somewhere(
        self, workspace_id: str, persona_keys: Collection[str], at: datetime
    ) -> frozenset[str]:
        """Return which of these personas somebody holds at a moment, for whichever team."""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A team with its ancestors, nearest first, its cells in the catalogue's order, and the gaps among them."""

    team: Team
    ancestors: tuple[Team, ...]
    cells: tuple[Coverage, ...]
    gaps: tuple[Cell, ...]
    may_edit: bool


@dataclass(frozen=True, slots=True)
class MatrixPage:
    """Some teams by name: page ``number``, from 0 on, of the ``total`` whose name is like ``named_like``.

    ``organisation`` are the cells of the whole organisation, ``gaps`` the personas that it lacks.
    """

    rows: tuple[MatrixRow, ...]
    organisation: tuple[Coverage, ...]
    gaps: tuple[Cell, ...]
    number: int
    total: int
    named_like: str
    is_admin: bool

    @property
    def has_next(self) -> bool:
        """Whether there are teams behind this page."""
        return (self.number + 1) * TEAMS_PER_PAGE < self.total


@dataclass(frozen=True, slots=True)
class Needs:
    """The personas, and which cells somebody has to answer for."""

    personas: Sequence[Persona]
    required: Callable[[Collection[Team], Collection[Persona], Collection[str]], Iterable[Cell]]


class MatrixService:
    """Shows who holds what. Looking needs no role; what is told about editing only spares people a refusal."""

    def __init__(
        self,
        *,
        teams: TeamStore,
        assignments: AssignmentStore,
        reader: MatrixReader,
        access: Access,
        needs: Needs,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._teams = teams
        self._assignments = assignments
        self._reader = reader
        self._access = access
        self._needs = needs
        self._keys = [persona.key for persona in needs.personas]
        self._policy = policy
        self._clock = clock

    async def page(self, by: Actor, number: int = 0, named_like: str = "") -> MatrixPage:
        """Return a page of the teams whose name or alias contains ``named_like``; the last, if there are fewer."""
        like = key_of(named_like)
        total = await self._teams.count_teams(by.workspace_id, named_like=like)
        number = max(0, min(number, (total - 1) // TEAMS_PER_PAGE))
        shown = await self._teams.teams(
            by.workspace_id, named_like=like, offset=number * TEAMS_PER_PAGE, limit=TEAMS_PER_PAGE
        )
        held = await self._reader.held_somewhere(by.workspace_id, self._keys, self._clock())
        known, coverage = await self._coverage(by.workspace_id, shown)
        gaps = gaps_among(self._needs.required(shown, self._needs.personas, held), coverage)
        is_admin = await self._access.may_edit(by)
        return MatrixPage(
            rows=tuple([await self._row(by, team, known, coverage, gaps, is_admin=is_admin) for team in shown]),
            organisation=tuple(coverage[Cell(key, None)] for key in self._keys),
            gaps=_of_team(gaps, None),
            number=number,
            total=total,
            named_like=named_like,
            is_admin=is_admin,
        )

    async def row(self, by: Actor, team_id: str) -> MatrixRow:
        """Return one team.

        Raises:
            UserFacingError: it is gone.
        """
        team = await self.team(by.workspace_id, team_id)
        known, coverage = await self._coverage(by.workspace_id, [team])
        gaps = gaps_among(self._needs.required([team], self._needs.personas, self._keys), coverage)
        is_admin = await self._access.may_edit(by)
        return await self._row(by, team, known, coverage, gaps, is_admin=is_admin)

    async def team(self, workspace_id: str, team_id: str) -> Team:
        """Return the team of this id, if it is in use.

        Raises:
            UserFacingError: it is gone.
        """
        team = await self._teams.team(workspace_id, team_id)
        named = await self._teams.teams_named(workspace_id, [key_of(team.name)]) if team else {}
        if team is None or all(one.id != team.id for one in named.values()):
            name = f"The team {team.name}" if team else "This team"
            raise UserFacingError(f"{name} is gone: it was archived or merged meanwhile.", about="team")
        return team

    async def holders(self, workspace_id: str, cell: Cell) -> Sequence[Assignment]:
        """Return who holds a persona for a team itself (or for the whole organisation) now."""
        return await self._assignments.assignments(
            workspace_id, self._clock(), persona_key=cell.persona_key, team_ids=[cell.team_id]
        )

    async def teams(self, workspace_id: str, team_ids: Collection[str]) -> Mapping[str, Team]:
        """Return teams by id."""
        return await self._reader.with_ancestors(workspace_id, team_ids) if team_ids else {}

    async def teams_like(self, workspace_id: str, typed: str, limit: int) -> Sequence[Team]:
        """Return teams whose name or alias contains ``typed``, the one that is called so first, then by name."""
        like = key_of(typed)
        exact = list((await self._teams.teams_named(workspace_id, [like])).values()) if like else []
        found = await self._teams.teams(workspace_id, named_like=like, limit=limit)
        return list({team.id: team for team in [*exact, *found]}.values())[:limit]

    async def _coverage(
        self, workspace_id: str, shown: Sequence[Team]
    ) -> tuple[Mapping[str, Team], Mapping[Cell, Coverage]]:
        """Return the teams and their ancestors by id, and the cells of all of them."""
        known = await self.teams(workspace_id, [team.id for team in shown])
        now = self._clock()
        held = await self._reader.held_for(workspace_id, known.keys(), now)
        is_stale = partial(self._policy.is_overdue, moment=now)
        return known, coverage_of(known.values(), self._keys, held, is_stale)

    async def _row(
        self,
        by: Actor,
        team: Team,
        known: Mapping[str, Team],
        coverage: Mapping[Cell, Coverage],
        gaps: Iterable[Cell],
        *,
        is_admin: bool,
    ) -> MatrixRow:
        line = _line(team, known)
        return MatrixRow(
            team=team,
            ancestors=line[1:],
            cells=tuple(coverage[Cell(key, team.id)] for key in self._keys),
            gaps=_of_team(gaps, team.id),
            may_edit=is_admin or await self._access.leads_one_of(by.user_id, line),
        )


def _of_team(cells: Iterable[Cell], team_id: str | None) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells if cell.team_id == team_id)


def _line(team: Team, known: Mapping[str, Team]) -> tuple[Team, ...]:
    """Return a team and its ancestors, nearest first; a cycle ends where it began."""
    line: dict[str, Team] = {}
    one: Team | None = team
    while one is not None and one.id not in line:
        line[one.id] = one
        one = known.get(one.parent_id or "")
    return tuple(line.values())

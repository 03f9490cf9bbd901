"""Use cases of ownership: keep teams, assign and unassign personas, find out who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.clock import Clock
from bot.errors import UnavailableError, UserFacingError
from bot.knowledge.model import Persona
from bot.knowledge.text import presentable
from bot.teams.access import Access
from bot.teams.chain import candidates
from bot.teams.directory import Directory
from bot.teams.finding import TeamFinder
from bot.teams.model import Assignee, AssigneeType, Assignment, Cell, Ownership, Rank, Skipped, Team
from bot.teams.naming import key_of
from bot.teams.store import OwnershipStore

MAX_NAME_LENGTH = 80
MAX_ALIASES = 20
MAX_CHANNELS = 50


@dataclass(frozen=True, slots=True)
class Change:
    """A request to assign or unassign, by whom, with the team as somebody wrote it (none: whole organisation)."""

    workspace_id: str
    by: str
    assignee: Assignee
    persona: Persona
    team_name: str | None
    rank: Rank = Rank.PRIMARY


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A request to add a team, with its parent as somebody wrote it."""

    workspace_id: str
    by: str
    name: str
    parent_name: str | None = None
    aliases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment did: for which team, and whom it replaced."""

    assignment: Assignment
    team: Team | None
    replaced: Assignee | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A team with its ancestors and who holds what for it now, its own assignments only."""

    team: Team
    ancestors: tuple[Team, ...]
    assignments: tuple[Assignment, ...]


class OwnershipService:
    """Who holds which persona for which team; changes need a role, questions do not."""

    def __init__(
        self, store: OwnershipStore, finder: TeamFinder, directory: Directory, access: Access, clock: Clock
    ) -> None:
        self._store = store
        self._finder = finder
        self._directory = directory
        self._access = access
        self._clock = clock

    async def add_team(self, new: NewTeam) -> Team:
        """Add a team.

        Raises:
            UserFacingError: a name is empty, too long or taken, the parent is unknown.
            NotAllowedError: ``new.by`` may not.
        """
        await self._access.require_editor(new.by)
        new = replace(new, name=_shown(new.name), aliases=tuple(dict.fromkeys(map(_shown, new.aliases))))
        for name in (new.name, *new.aliases):
            _check_name(name)
        if len(new.aliases) > MAX_ALIASES or len(new.channels) > MAX_CHANNELS:
            raise UserFacingError(f"A team can have {MAX_ALIASES} aliases and {MAX_CHANNELS} channels at most.")
        parent = await self._finder.called(new.workspace_id, new.parent_name) if new.parent_name else None
        team = Team(
            uuid4().hex,
            new.name,
            parent.id if parent else None,
            new.aliases,
            tuple(dict.fromkeys(new.channels)),
        )
        await self._store.add_team(new.workspace_id, team, new.by, self._clock())
        return team

    async def teams(self, workspace_id: str) -> Sequence[Team]:
        """Return all teams by name."""
        return await self._store.teams(workspace_id)

    async def page(self, workspace_id: str, name: str) -> TeamPage:
        """Return what is known of the team called ``name``; ``UserFacingError`` if there is none."""
        team = await self._finder.called(workspace_id, name)
        line = await self._store.lineage(workspace_id, team.id)
        held = await self._store.assignments(workspace_id, self._clock(), team_ids=[team.id])
        return TeamPage(team, tuple(line[1:]), tuple(held))

    async def assign(self, change: Change) -> Assigned:
        """Let an assignee hold a persona from now on.

        Raises:
            UserFacingError: the team or person is unknown, or the person's account is deactivated.
            NotAllowedError: ``change.by`` may not.
        """
        await self._access.require_editor(change.by)
        team = await self._finder.called(change.workspace_id, change.team_name) if change.team_name else None
        await self._require_active(change.assignee)
        now = self._clock()
        assignment = Assignment(
            id=uuid4().hex,
            cell=Cell(change.persona.key, team.id if team else None),
            assignee=change.assignee,
            rank=change.rank,
            valid_from=now,
            valid_until=None,
            assigned_by=change.by,
            assigned_at=now,
        )
        replaced = await self._store.assign(change.workspace_id, assignment)
        return Assigned(assignment, team, replaced.assignee if replaced else None)

    async def unassign(self, change: Change) -> Team | None:
        """End an assignment and return its team.

        Raises:
            UserFacingError: the team is unknown, or the assignee does not hold the persona for it.
            NotAllowedError: ``change.by`` may not.
        """
        await self._access.require_editor(change.by)
        team = await self._finder.called(change.workspace_id, change.team_name) if change.team_name else None
        cell = Cell(change.persona.key, team.id if team else None)
        ended = await self._store.unassign(change.workspace_id, cell, change.assignee, change.by, self._clock())
        if not ended:
            place = f"for {team.name}" if team else "for the whole organisation"
            raise UserFacingError(f"They do not hold {change.persona.name} {place}, so nothing was changed.")
        return team

    async def who(self, workspace_id: str, persona_key: str, team: Team | None) -> Ownership:
        """Return who is asked for this persona and team now; people whose account is deactivated are skipped."""
        line = await self._store.lineage(workspace_id, team.id) if team else ()
        held = await self._store.assignments(
            workspace_id, self._clock(), persona_key=persona_key, team_ids=[*(one.id for one in line), None]
        )
        skipped: dict[Assignee, Skipped] = {}
        for owner in candidates(persona_key, line, held):
            try:
                departed = await self._departed(owner.assignee)
            except UnavailableError:
                return Ownership(owner, tuple(skipped.values()), is_checked=False)
            if departed is None:
                return Ownership(owner, tuple(skipped.values()))
            skipped.setdefault(owner.assignee, departed)
        return Ownership(None, tuple(skipped.values()))

    async def _departed(self, assignee: Assignee) -> Skipped | None:
        if assignee.type is AssigneeType.GROUP:
            return None
        person = await self._directory.person(assignee.id)
        if person is not None and person.is_active:
            return None
        return Skipped(assignee, person.name if person else assignee.id, "deactivated")

    async def _require_active(self, assignee: Assignee) -> None:
        if assignee.type is AssigneeType.GROUP:
            return
        try:
            person = await self._directory.person(assignee.id)
        except UnavailableError as error:
            raise UserFacingError(
                "I could not ask Slack about that person, so nothing was changed. Please try again."
            ) from error
        if person is None:
            raise UserFacingError(f"There is nobody with the id {assignee.id} in this workspace.")
        if not person.is_active:
            raise UserFacingError(f"{person.name}'s account is deactivated, so they cannot own anything.")


def _shown(name: str) -> str:
    return presentable(name, 2 * MAX_NAME_LENGTH)


def _check_name(name: str) -> None:
    if not key_of(name):
        raise UserFacingError(f"“{name}” has no letters or digits: give the team a name people can type.")
    if len(name) > MAX_NAME_LENGTH:
        raise UserFacingError(
            f"“{name[:40]}…” has {len(name)} characters: a team name or alias has {MAX_NAME_LENGTH} at most."
        )

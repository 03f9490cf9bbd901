"""Use cases of who holds what: assign, unassign, hand over, confirm."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from bot.clock import Clock
from bot.errors import ChangedMeanwhileError, NotAllowedError, UnavailableError, UserFacingError
from bot.knowledge.model import Persona
from bot.teams.access import Access
from bot.teams.directory import Directory
from bot.teams.finding import TeamFinder
from bot.teams.model import Actor, Assignee, AssigneeType, Assignment, Cell, Rank, Team
from bot.teams.ownership import unfit_because
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import AssignmentStore, TeamStore

_JUST_NOW: Final = timedelta(minutes=10)
"""Whoever says "today" means now, and a moment passes until it is saved."""

_WHY_NOT: Final[Mapping[str, str]] = {
    "deactivated": "'s account is deactivated, so they cannot own anything.",
    "bot": " is a bot, so it cannot own anything: choose a person or a user group.",
    "external": " is of another organisation, so they cannot own anything here.",
    "guest": " is a guest, and guests cannot own anything here.",
}
"""What is said, behind their name, of who is unfit to own something."""


@dataclass(frozen=True, slots=True)
class Change:
    """A request to assign or unassign, with the team as somebody wrote it (none: whole organisation).

    ``seen_at`` is when the person who asks last saw who holds it; what others changed since is not overwritten.
    """

    by: Actor
    assignee: Assignee
    persona: Persona
    team_name: str | None
    rank: Rank = Rank.PRIMARY
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment did: for which team, and whom it replaced."""

    assignment: Assignment
    team: Team | None
    replaced: Assignee | None


class AssigningService:
    """Changes who holds which persona; every change needs a role, or is about what somebody holds."""

    def __init__(
        self,
        *,
        teams: TeamStore,
        assignments: AssignmentStore,
        finder: TeamFinder,
        directory: Directory,
        access: Access,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._teams = teams
        self._assignments = assignments
        self._finder = finder
        self._directory = directory
        self._access = access
        self._policy = policy
        self._clock = clock

    async def assign(self, change: Change) -> Assigned:
        """Let an assignee hold a persona, from now on or for a time.

        Raises:
            UserFacingError: the team or assignee is unknown or cannot own anything, the period is not one, or
                somebody else changed the same since ``change.seen_at``.
            NotAllowedError: ``change.by`` may not.
        """
        team = await self._team(change.by.workspace_id, change.team_name)
        await self._access.require_editor(change.by, team)
        await self.require_fit(change.assignee)
        now = self._clock()
        valid_from = change.valid_from or now
        if valid_from < now - _JUST_NOW:
            raise UserFacingError(
                f"{valid_from:%Y-%m-%d} is past: an assignment begins now or later.", about="valid_from"
            )
        valid_from = max(valid_from, now)
        if change.valid_until is not None and change.valid_until <= valid_from:
            raise UserFacingError(
                f"It would end on {change.valid_until:%Y-%m-%d}, before it begins ({valid_from:%Y-%m-%d}).",
                about="valid_until",
            )
        assignment = Assignment(
            id=uuid4().hex,
            cell=Cell(change.persona.key, team.id if team else None),
            assignee=change.assignee,
            rank=change.rank,
            valid_from=valid_from,
            valid_until=change.valid_until,
            assigned_by=change.by.user_id,
            assigned_at=now,
            confirmed_at=now,
        )
        replaced = await self._assignments.assign(change.by, assignment, seen_at=change.seen_at)
        return Assigned(assignment, team, replaced.assignee if replaced else None)

    async def unassign(self, change: Change) -> Team | None:
        """End an assignment and return its team.

        Raises:
            UserFacingError: the team is unknown, or the assignee does not hold the persona for it.
            NotAllowedError: ``change.by`` may not.
        """
        team = await self._team(change.by.workspace_id, change.team_name)
        await self._access.require_editor(change.by, team)
        cell = Cell(change.persona.key, team.id if team else None)
        if not await self._assignments.unassign(change.by, cell, change.assignee, self._clock()):
            place = f"for {team.name}" if team else "for the whole organisation"
            raise UserFacingError(f"They do not hold {change.persona.name} {place}, so nothing was changed.")
        return team

    async def confirm(self, by: Actor, assignment_ids: Collection[str]) -> int:
        """Take somebody's word that they still hold these; return how many are confirmed."""
        for assignment_id in assignment_ids:
            await self._own(by, assignment_id)
        return await self._assignments.confirm(by, assignment_ids, self._clock())

    async def give_up(self, by: Actor, assignment_id: str) -> Assignment:
        """Take somebody's word that this is not theirs, and end it; return what it was."""
        held = await self._own(by, assignment_id)
        await self._assignments.unassign(by, held.cell, held.assignee, self._clock())
        return held

    async def hand_over(self, by: Actor, assignment_id: str, to: Assignee) -> Assigned:
        """Pass on what somebody holds.

        Raises:
            UserFacingError: it is no longer theirs, or ``to`` cannot own anything, or is asked before them anyway.
        """
        held = await self._own(by, assignment_id)
        if to == held.assignee:
            raise UserFacingError("That is who holds it already: choose somebody else.")
        await self.require_fit(to)
        now = self._clock()
        if held.rank is Rank.BACKUP:
            await self._require_not_primary(by.workspace_id, held.cell, to, now)
        new = replace(
            held,
            id=uuid4().hex,
            assignee=to,
            valid_from=now,
            assigned_by=by.user_id,
            assigned_at=now,
            confirmed_at=now,
        )
        await self._assignments.assign(by, new, instead_of=held.id)
        team = await self._teams.team(by.workspace_id, held.cell.team_id) if held.cell.team_id else None
        return Assigned(new, team, held.assignee)

    async def held_by(self, workspace_id: str, user_id: str) -> Sequence[Assignment]:
        """Return what a person holds now, by themselves or through their user groups."""
        try:
            groups = await self._directory.groups_of(user_id)
        except UnavailableError:
            groups = frozenset()
        return await self._assignments.held_by(workspace_id, [user_id, *groups], self._clock())

    async def require_fit(self, assignee: Assignee) -> None:
        """Return if ``assignee`` can own something; ``UserFacingError`` says why not."""
        try:
            if assignee.type is AssigneeType.GROUP:
                group = await self._directory.group(assignee.id)
                if group is None:
                    raise UserFacingError(
                        f"There is no user group with the id {assignee.id} in this workspace.", about="assignee"
                    )
                if not group.is_active:
                    raise UserFacingError(
                        f"The user group @{group.handle} is disabled, so it cannot own anything.",
                        about="assignee",
                    )
                return
            person = await self._directory.person(assignee.id)
        except UnavailableError as error:
            raise UserFacingError(
                "I could not ask Slack about that person or group, so nothing was changed. Please try again.",
                about="assignee",
            ) from error
        if person is None:
            raise UserFacingError(
                f"There is nobody with the id {assignee.id} in this workspace.", about="assignee"
            )
        reason = unfit_because(person, self._policy)
        if reason:
            raise UserFacingError(f"{person.name}{_WHY_NOT[reason]}", about="assignee")

    async def _team(self, workspace_id: str, name: str | None) -> Team | None:
        return await self._finder.called(workspace_id, name) if name else None

    async def _own(self, by: Actor, assignment_id: str) -> Assignment:
        """Return an assignment that is held by ``by``, or may be changed by them."""
        held = await self._assignments.assignment(by.workspace_id, assignment_id)
        if held is None or not held.is_valid_at(self._clock()):
            raise ChangedMeanwhileError("This has changed meanwhile: nobody holds it like that any more.")
        if held.assignee.id == by.user_id:
            return held
        if held.assignee.type is AssigneeType.GROUP and await self._is_in(by.user_id, held.assignee.id):
            return held
        team = await self._teams.team(by.workspace_id, held.cell.team_id) if held.cell.team_id else None
        try:
            await self._access.require_editor(by, team)
        except NotAllowedError as error:
            if isinstance(error.__cause__, UnavailableError):
                raise
            raise NotAllowedError("This is not yours to confirm or to hand over.") from error
        return held

    async def _is_in(self, user_id: str, group_id: str) -> bool:
        """Tell whether somebody is in a user group; false where Slack cannot be asked."""
        try:
            group = await self._directory.group(group_id)
        except UnavailableError:
            return False
        return group is not None and user_id in group.members

    async def _require_not_primary(self, workspace_id: str, cell: Cell, assignee: Assignee, at: datetime) -> None:
        """Return unless ``assignee`` is the primary, who would be none any more if they took over as backup."""
        held = await self._assignments.assignments(
            workspace_id, at, persona_key=cell.persona_key, team_ids=[cell.team_id]
        )
        if any(one.assignee == assignee and one.rank is Rank.PRIMARY for one in held):
            raise UserFacingError(
                "They are asked first already: choose somebody else as backup.", about="assignee"
            )

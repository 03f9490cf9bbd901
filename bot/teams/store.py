"""What has to be kept of teams, assignments, absences and changes; ``bot.storage`` keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.teams.audit import AuditEntry
from bot.teams.model import Absence, Actor, Assignee, Assignment, Cell, Team

MAX_CANDIDATES: Final = 500
"""Names that a misspelt word is compared with; far more than share half of a name in practice."""


class TeamLookup(Protocol):
    """How teams are found."""

    async def teams(
        self, workspace_id: str, *, named_like: str = "", offset: int = 0, limit: int | None = None
    ) -> Sequence[Team]:
        """Return the teams by name, those only whose folded name or alias contains ``named_like``."""

    async def team(self, workspace_id: str, team_id: str) -> Team | None:
        """Return the team with this id, an archived one, too."""

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """Return the teams whose name or alias folds to one of ``keys``, by that key."""

    async def keys_half_like(
        self, workspace_id: str, heads: Collection[str], tails: Collection[str]
    ) -> Collection[str]:
        """Return folded names and aliases with a first half in ``heads`` or a second in ``tails``.

        They are the first ``MAX_CANDIDATES`` by the alphabet.
        """

    async def archived_team(self, workspace_id: str, key: str, at: datetime) -> Team | None:
        """Return the team of this folded name that was in use at ``at`` and is archived by now."""

    async def teams_of_channels(self, workspace_id: str, channel_ids: Collection[str]) -> Sequence[Team]:
        """Return the teams that these channels belong to, by name."""

    async def teams_of_members(self, workspace_id: str, member_ids: Collection[str]) -> Sequence[Team]:
        """Return the teams that one of these people or user groups is a member or lead of, by name."""

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """Return the team and its ancestors, nearest first; empty if there is no such team."""


class TeamStore(TeamLookup, Protocol):
    """The teams of a workspace; every call is one transaction, and every change is in the audit log with it."""

    async def add_team(self, by: Actor, team: Team, at: datetime) -> None:
        """Keep a new team; ``UserFacingError`` if a name, alias or channel belongs to another one."""

    async def change_team(self, by: Actor, team: Team, at: datetime) -> Team:
        """Put ``team`` in the place of its version ``team.version``, and return it with its new version.

        Raises:
            UserFacingError: somebody changed the team since that version, a name or channel belongs to another
                team, or the parent is gone or below the team.
        """

    async def archive_team(self, by: Actor, team: Team, at: datetime) -> int:
        """Take a team out of use: its assignments end, its child teams move up; return how many ended."""

    async def merge_teams(self, by: Actor, source: Team, target: Team, at: datetime) -> int:
        """Make ``source`` a part of ``target``, and return how many assignments moved.

        Names, channels, members and child teams move; an assignment moves where ``target`` has nobody for the
        persona and rank, and ends elsewhere.
        """

    async def count_teams(self, workspace_id: str, *, named_like: str = "") -> int:
        """Return how many teams ``teams`` would return without a limit."""


class AssignmentLookup(Protocol):
    """How it is found who holds something."""

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """Return what holds at a moment for these teams (none among them: the whole organisation)."""


class AssignmentStore(AssignmentLookup, Protocol):
    """Who holds what; every call is one transaction, and every change is in the audit log with it."""

    async def assignments_since(
        self, workspace_id: str, since: datetime, persona_key: str | None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """Return what holds for these teams at ``since`` or later, in the order of ``assignments``."""

    async def all_assignments(self, workspace_id: str, since: datetime) -> Sequence[Assignment]:
        """Return everything that holds at ``since`` or later, in a stable order."""

    async def held_by(
        self, workspace_id: str, assignee_ids: Collection[str], at: datetime
    ) -> Sequence[Assignment]:
        """Return what these people and groups hold at a moment."""

    async def assignment(self, workspace_id: str, assignment_id: str) -> Assignment | None:
        """Return one assignment, ended or not."""

    async def assign(
        self,
        by: Actor,
        assignment: Assignment,
        *,
        seen_at: datetime | None = None,
        instead_of: str | None = None,
    ) -> Assignment | None:
        """Keep an assignment; it takes the place of the former primary, or of ``instead_of``, which is returned.

        Who was primary before is so again after ``valid_until``.

        Raises:
            UserFacingError: somebody else changed this cell after ``seen_at``, or somebody is already named for
                a time that begins later.
        """

    async def unassign(self, by: Actor, cell: Cell, assignee: Assignee, at: datetime) -> bool:
        """End the assignment; return whether there was one."""

    async def confirm(self, by: Actor, assignment_ids: Collection[str], at: datetime) -> int:
        """Note that these are still true; return how many of them were open."""


class ReviewStore(Protocol):
    """What is to be confirmed, and who was asked when; every call is one transaction."""

    async def unconfirmed(
        self, workspace_id: str, before: datetime, at: datetime, *, not_asked_since: datetime, limit: int
    ) -> Sequence[Assignment]:
        """Return what holds at ``at`` and was last confirmed at ``before`` or earlier, the oldest first.

        What people hold comes before what user groups hold. People who were asked after ``not_asked_since``
        are left out.
        """

    async def claim_request(self, workspace_id: str, user_id: str, at: datetime, not_since: datetime) -> bool:
        """Note that somebody is asked to confirm at ``at``; false if they were asked after ``not_since``."""

    async def release_request(self, workspace_id: str, user_id: str, at: datetime) -> None:
        """Take back that somebody was asked at ``at``: it did not reach them."""


class AbsenceLookup(Protocol):
    """How it is found who is away."""

    async def absences(self, workspace_id: str, user_ids: Collection[str], at: datetime) -> Mapping[str, Absence]:
        """Return who of these people is away at a moment."""


class AbsenceStore(AbsenceLookup, Protocol):
    """Who is away; every call is one transaction, and every change is in the audit log with it."""

    async def add_absence(self, by: Actor, absence: Absence) -> None:
        """Keep an absence; it ends any other of the same person."""

    async def end_absences(self, by: Actor, user_id: str, at: datetime) -> bool:
        """End somebody's absence; return whether they were away."""

    async def absences_since(
        self, workspace_id: str, since: datetime, user_ids: Collection[str] | None = None
    ) -> Sequence[Absence]:
        """Return the absences of these people, or of all, that end after ``since``, in order of their start."""


@dataclass(frozen=True, slots=True)
class OwnershipLookup:
    """All that an owner is found by."""

    teams: TeamLookup
    assignments: AssignmentLookup
    absences: AbsenceLookup


@dataclass(frozen=True, slots=True)
class OwnershipStores(OwnershipLookup):
    """All that ownership is kept in."""

    teams: TeamStore
    assignments: AssignmentStore
    absences: AbsenceStore


class AuditLog(Protocol):
    """What was changed; it is only ever added to."""

    async def entries(
        self, workspace_id: str, *, team_id: str | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """Return the latest changes, newest first."""

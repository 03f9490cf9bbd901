"""Confirmations: who is asked whether what they hold is still theirs, and when."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.errors import SlackRefusedError, UnavailableError
from bot.teams.days import zone_called
from bot.teams.directory import Directory
from bot.teams.model import Assignee, AssigneeType, Assignment, Group, Person, Team
from bot.teams.ownership import unfit_because
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import AbsenceStore, AssignmentStore, ReviewStore, TeamStore

ASK_AGAIN_AFTER: Final = timedelta(days=7)
"""Nobody gets two requests within this time, however much becomes due meanwhile."""

MAX_ITEMS: Final = 15
"""One request holds no more: it is one message, and Slack's messages end somewhere."""

_WORKING_DAYS: Final = range(5)  # Monday is 0
_WORKING_HOURS: Final = range(8, 18)
_MAX_DUE: Final = 10_000
"""So much is looked at in one go; what is younger comes when some of it is confirmed or asked about."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something to confirm, with its team (none: the whole organisation), and the user group that holds it."""

    assignment: Assignment
    team: Team | None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """What one person has to confirm, the longest overdue first; ``more`` counts what did not fit in."""

    workspace_id: str
    user_id: str
    items: tuple[DueItem, ...]
    more: int
    at: datetime


def is_working_time(moment: datetime, time_zone: str) -> bool:
    """Tell whether it is a weekday between 08:00 and 18:00 there; an unknown zone counts as UTC."""
    there = moment.astimezone(zone_called(time_zone))
    return there.weekday() in _WORKING_DAYS and there.hour in _WORKING_HOURS


class ReviewService:
    """Finds what is due and whom to ask; asking is somebody else's."""

    def __init__(
        self,
        *,
        teams: TeamStore,
        assignments: AssignmentStore,
        requests: ReviewStore,
        absences: AbsenceStore,
        directory: Directory,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._teams = teams
        self._assignments = assignments
        self._requests = requests
        self._absences = absences
        self._directory = directory
        self._policy = policy
        self._clock = clock

    async def due(self, workspace_id: str) -> AsyncIterator[ReviewRequest]:
        """Yield whom to ask about what, by person, the longest overdue first.

        Who is away, or not at work at this hour, is asked when they are back; who was asked lately is left out.

        Raises:
            UnavailableError: Slack does not say who is there.
        """
        now = self._clock()
        found = await self._requests.unconfirmed(
            workspace_id,
            now - self._policy.shortest_review_period(),
            now,
            not_asked_since=now - ASK_AGAIN_AFTER,
            limit=_MAX_DUE,
        )
        by_person: dict[str, list[Assignment]] = defaultdict(list)
        for assignment in found:
            if self._policy.is_overdue(assignment, now):
                user_id = await self.whom_to_ask(workspace_id, assignment)
                by_person[user_id or ""].append(assignment)
        by_person.pop("", None)
        for user_id, assignments in by_person.items():
            person = await self._there(workspace_id, user_id)
            if person is not None and is_working_time(now, person.time_zone):
                yield await self._request(workspace_id, user_id, assignments)

    async def due_for(self, workspace_id: str, user_id: str) -> ReviewRequest:
        """Return all that one person has to confirm now, wherever they are, and however lately they were asked."""
        now = self._clock()
        try:
            groups = await self._directory.groups_of(user_id)
        except UnavailableError:
            groups = frozenset()
        held = await self._assignments.held_by(workspace_id, [user_id, *groups], now)
        due = [
            one
            for one in sorted(held, key=lambda one: (one.confirmed_at, one.id))
            if self._policy.is_overdue(one, now) and await self._is_asked(workspace_id, user_id, one)
        ]
        return await self._request(workspace_id, user_id, due)

    async def item(self, workspace_id: str, assignment_id: str) -> DueItem | None:
        """Return something that somebody was asked about, ended or not; none if it is not there."""
        assignment = await self._assignments.assignment(workspace_id, assignment_id)
        return await self._item(workspace_id, assignment) if assignment else None

    def is_open(self, assignment: Assignment) -> bool:
        """Tell whether there is still something to say: it holds, and is overdue or new to who holds it."""
        now = self._clock()
        is_new = assignment.confirmed_at == assignment.assigned_at
        return assignment.is_valid_at(now) and (is_new or self._policy.is_overdue(assignment, now))

    async def claim(self, request: ReviewRequest) -> bool:
        """Take it on to ask, before asking; false if that person was asked lately, by whichever process."""
        not_since = request.at - ASK_AGAIN_AFTER
        return await self._requests.claim_request(request.workspace_id, request.user_id, request.at, not_since)

    async def release(self, request: ReviewRequest) -> None:
        """Give a claim back, so that they are asked next time: the request did not reach them."""
        await self._requests.release_request(request.workspace_id, request.user_id, request.at)

    async def whom_to_ask(self, workspace_id: str, assignment: Assignment) -> str | None:
        """Return who is asked about something: the person, or of a group whoever assigned it, else its first.

        A group's members are tried until one is there; none if there is nobody, or groups may not be looked at.

        Raises:
            UnavailableError: Slack does not say who is there.
        """
        if assignment.assignee.type is AssigneeType.USER:
            return assignment.assignee.id
        try:
            group = await self._directory.group(assignment.assignee.id)
        except SlackRefusedError:
            return None
        members = group.members if group and group.is_active else frozenset()
        for user_id in sorted(members, key=lambda one: (one != assignment.assigned_by, one)):
            if await self._there(workspace_id, user_id):
                return user_id
        return None

    async def _is_asked(self, workspace_id: str, user_id: str, assignment: Assignment) -> bool:
        try:
            return await self.whom_to_ask(workspace_id, assignment) == user_id
        except UnavailableError:
            return False

    async def _there(self, workspace_id: str, user_id: str) -> Person | None:
        """Return the person if they are here, may own something and are not away."""
        person = await self._directory.person(user_id)
        if person is None or unfit_because(person, self._policy):
            return None
        away = await self._absences.absences(workspace_id, [user_id], self._clock())
        return None if away else person

    async def _request(self, workspace_id: str, user_id: str, assignments: Sequence[Assignment]) -> ReviewRequest:
        items = [await self._item(workspace_id, one) for one in assignments[:MAX_ITEMS]]
        return ReviewRequest(workspace_id, user_id, tuple(items), len(assignments) - len(items), self._clock())

    async def _item(self, workspace_id: str, assignment: Assignment) -> DueItem:
        team_id = assignment.cell.team_id
        team = await self._teams.team(workspace_id, team_id) if team_id else None
        return DueItem(assignment, team, await self._group(assignment.assignee))

    async def _group(self, assignee: Assignee) -> Group | None:
        if assignee.type is AssigneeType.USER:
            return None
        try:
            return await self._directory.group(assignee.id)
        except UnavailableError:
            return None

"""Who is asked for a persona and team, checked against Slack at the moment of the answer."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.errors import UnavailableError
from bot.teams.chain import candidates
from bot.teams.days import zone_called
from bot.teams.directory import Directory
from bot.teams.model import (
    Absence,
    Assignee,
    AssigneeType,
    Owner,
    Ownership,
    Person,
    Skipped,
    SkipReason,
    Team,
)
from bot.teams.policy import OwnershipPolicy
from bot.teams.store import OwnershipLookup

PATIENCE_SECONDS: Final = 1.0
"""All look-ups of one answer together take no longer; Slack gives up on a command after three seconds."""


class OwnerFinder:
    """Walks the chain of responsibility and asks Slack about everybody on the way."""

    def __init__(
        self,
        *,
        lookup: OwnershipLookup,
        directory: Directory,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._lookup = lookup
        self._directory = directory
        self._policy = policy
        self._clock = clock

    def on(self, lookup: OwnershipLookup) -> "OwnerFinder":
        """Return a finder that looks there."""
        return OwnerFinder(lookup=lookup, directory=self._directory, policy=self._policy, clock=self._clock)

    async def who(
        self, workspace_id: str, persona_key: str, team: Team | None, at: datetime | None = None
    ) -> Ownership:
        """Return who is asked for this persona and team, now or at another moment.

        For now and for later, people who are gone, away, or guests where those may own nothing are passed over,
        and so are groups that are empty or disabled. Of the past nobody is checked: Slack does not know it.
        """
        now = self._clock()
        moment = at or now
        line = await self._lookup.teams.lineage(workspace_id, team.id) if team else ()
        held = await self._lookup.assignments.assignments(
            workspace_id, moment, persona_key=persona_key, team_ids=[*(one.id for one in line), None]
        )
        chain = list(candidates(persona_key, line, held, self._policy, moment))
        if not chain:
            return Ownership(None, at=at)
        is_past = moment < now
        walk = _Walk(self._directory, self._policy, await self._away(workspace_id, chain, moment), is_past=is_past)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await walk.first_available(chain)
        except (TimeoutError, UnavailableError):
            found = walk.unchecked(chain)
        return found if at is None else replace(found, at=at)

    async def _away(self, workspace_id: str, chain: Sequence[Owner], moment: datetime) -> dict[str, Absence]:
        """Return who of ``chain``, and of those who cover for them, is away."""
        users = {one.assignee.id for one in chain if one.assignee.type is AssigneeType.USER}
        if not users:
            return {}
        away = dict(await self._lookup.absences.absences(workspace_id, users, moment))
        covers = {absence.cover_id for absence in away.values() if absence.cover_id} - users
        return {**away, **await self._lookup.absences.absences(workspace_id, covers, moment)} if covers else away


class _Walk:
    """One way along the chain; remembers who was passed over."""

    def __init__(
        self, directory: Directory, policy: OwnershipPolicy, away: Mapping[str, Absence], *, is_past: bool
    ) -> None:
        self._directory = directory
        self._policy = policy
        self._away = away
        self._is_past = is_past
        self._skipped: dict[Assignee, Skipped] = {}

    async def first_available(self, chain: Sequence[Owner]) -> Ownership:
        """Return the first of ``chain``, or of those who cover for them, who can be asked."""
        for owner in chain:
            for one in self._with_cover(owner):
                if one.assignee in self._skipped:
                    continue
                skipped = await self._skipped_because(one.assignee)
                if skipped is None:
                    return Ownership(one, tuple(self._skipped.values()))
                self._skipped[one.assignee] = skipped
        return Ownership(None, tuple(self._skipped.values()))

    def unchecked(self, chain: Sequence[Owner]) -> Ownership:
        """Return the first who is not known to be unavailable, where Slack could not be waited for any longer."""
        for owner in chain:
            for one in self._with_cover(owner):
                absence = self._away.get(one.assignee.id)
                if one.assignee in self._skipped:
                    continue
                if absence is None:
                    return Ownership(one, tuple(self._skipped.values()), is_checked=False)
                self._skipped[one.assignee] = Skipped(one.assignee, one.assignee.id, "away", absence.until)
        return Ownership(None, tuple(self._skipped.values()), is_checked=False)

    def _with_cover(self, owner: Owner) -> Iterator[Owner]:
        yield owner
        absence = self._away.get(owner.assignee.id)
        if absence is not None and absence.cover_id is not None:
            yield replace(owner, assignee=Assignee.from_id(absence.cover_id), covers=owner.assignee)

    async def _skipped_because(self, assignee: Assignee) -> Skipped | None:
        absence = self._away.get(assignee.id)
        if self._is_past:
            return Skipped(assignee, assignee.id, "away", absence.until) if absence else None
        if assignee.type is AssigneeType.GROUP:
            return await self._group_skipped(assignee)
        person = await self._directory.person(assignee.id)
        if person is None:
            return Skipped(assignee, assignee.id, "unknown")
        if absence is not None and person.is_active:
            back_at = absence.until.astimezone(zone_called(person.time_zone))  # the day is theirs
            return Skipped(assignee, person.name, "away", back_at)
        reason = unfit_because(person, self._policy)
        return Skipped(assignee, person.name, reason) if reason else None

    async def _group_skipped(self, assignee: Assignee) -> Skipped | None:
        group = await self._directory.group(assignee.id)
        if group is None:
            return Skipped(assignee, assignee.id, "unknown")
        if not group.is_active:
            return Skipped(assignee, f"@{group.handle}", "disabled_group")
        return Skipped(assignee, f"@{group.handle}", "empty_group") if not group.members else None


def unfit_because(person: Person, policy: OwnershipPolicy) -> SkipReason | None:
    """Return why this person cannot be an owner, none if they can."""
    if not person.is_active:
        return "deactivated"
    if person.is_bot:
        return "bot"
    if person.is_external:
        return "external"
    return "guest" if person.is_guest and not policy.guests_may_own else None

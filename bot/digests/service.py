"""Use cases of digests: add, list, pause, remove, look at; and what one says now."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import uuid4

from bot.clock import Clock
from bot.digests.content import DigestContent, digest_content
from bot.digests.coverage_service import DEMAND_PERIOD, CoverageService
from bot.digests.model import Digest, LastRun
from bot.digests.recurrence import parse_recurrence
from bot.digests.store import CoverageStore, DigestStore
from bot.errors import NotAllowedError, UnavailableError, UserFacingError
from bot.teams.access import Access
from bot.teams.directory import Directory
from bot.teams.model import Actor, Assignee, AssigneeType

TREND_PERIOD: Final = timedelta(days=90)
"""The trend of a digest goes back so far."""

MAX_DIGESTS: Final = 50

Reach: TypeAlias = Callable[[Digest], Awaitable[None]]
"""Makes sure that a digest can get where it is to go; ``UserFacingError`` if it cannot."""


async def _unreached(_digest: Digest) -> None:
    """Find out at the first run."""


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A request for a digest: the channel's id, the schedule in words, and the zone where the words name none."""

    by: Actor
    channel_id: str
    schedule: str
    zone: str
    mentions_owner: bool = False


class DigestService:
    """Keeps digests; admins, and whoever owns one, may change it."""

    def __init__(
        self,
        *,
        digests: DigestStore,
        coverage: CoverageStore,
        report: CoverageService,
        access: Access,
        directory: Directory,
        clock: Clock,
    ) -> None:
        self._digests = digests
        self._coverage = coverage
        self._report = report
        self._access = access
        self._directory = directory
        self._clock = clock

    async def add(self, new: NewDigest, reach: Reach = _unreached) -> Digest:
        """Add a digest, if its channel is in ``reach``; that is asked last.

        Raises:
            UserFacingError: the schedule is none, the same one is there already, or there are too many.
            NotAllowedError: ``new.by`` may not.
        """
        await self._access.require_editor(new.by)
        recurrence = parse_recurrence(new.schedule, new.zone)
        known = await self._digests.digests(new.by.workspace_id)
        if any(one.channel_id == new.channel_id and one.recurrence == recurrence for one in known):
            raise UserFacingError(f"This channel already has a digest {recurrence.in_words()}.", about="schedule")
        if len(known) >= MAX_DIGESTS:
            raise UserFacingError(f"There are {MAX_DIGESTS} digests already: remove one first.")
        now = self._clock()
        digest = Digest(
            workspace_id=new.by.workspace_id,
            id=uuid4().hex,
            channel_id=new.channel_id,
            recurrence=recurrence,
            owner_id=new.by.user_id,
            created_at=now,
            active_since=now,
            mentions_owner=new.mentions_owner,
        )
        await reach(digest)
        await self._digests.add(new.by, digest)
        return digest

    async def all(self, workspace_id: str) -> Sequence[Digest]:
        """Return all digests, the oldest first."""
        return await self._digests.digests(workspace_id)

    async def find(self, workspace_id: str, digest_id: str) -> Digest:
        """Return a digest; ``UserFacingError`` if it is gone."""
        digest = await self._digests.digest(workspace_id, digest_id)
        if digest is None:
            raise UserFacingError("This digest is gone: somebody removed it. See /finops digest list")
        return digest

    async def remove(self, by: Actor, digest_id: str) -> Digest:
        """Delete a digest; ``UserFacingError`` if it is gone, or ``by`` may not."""
        digest = await self._changeable(by, digest_id)
        await self._digests.remove(by, digest_id, self._clock())
        return digest

    async def pause(self, by: Actor, digest_id: str) -> Digest:
        """Stop sending a digest; ``UserFacingError`` if it is gone, or ``by`` may not."""
        digest = await self._changeable(by, digest_id)
        await self._digests.pause(by, digest_id, self._clock(), None)
        return digest

    async def resume(self, by: Actor, digest_id: str) -> Digest:
        """Send a digest again from now on; ``UserFacingError`` if it is gone, or ``by`` may not."""
        digest = await self._changeable(by, digest_id)
        await self._digests.resume(by, digest_id, self._clock())
        return digest

    async def content(self, digest: Digest) -> DigestContent:
        """Return what ``digest`` says now, compared with what it said the last time."""
        return await self._content(digest.workspace_id, await self._digests.last_run(digest))

    async def preview(self, by: Actor, digest: Digest | None) -> DigestContent:
        """Return what a digest would say now; without one, what a first one would.

        Raises:
            NotAllowedError: ``by`` may not see it.
        """
        await self._access.require_editor(by)
        return await self._content(by.workspace_id, await self._digests.last_run(digest) if digest else None)

    async def latest(self, by: Actor) -> DigestContent:
        """Return what would be said now, compared with the last digest of the workspace, whichever that was.

        Raises:
            NotAllowedError: ``by`` may not see it.
        """
        await self._access.require_editor(by)
        runs = [await self._digests.last_run(one) for one in await self.all(by.workspace_id)]
        last = max(filter(None, runs), key=lambda run: run.sent_at, default=None)
        return await self._content(by.workspace_id, last)

    async def numbered(self, workspace_id: str, number: int) -> Digest:
        """Return a digest by its number in ``all``, from 1 on.

        Raises:
            UserFacingError: there is none with this number.
        """
        digests = await self._digests.digests(workspace_id)
        if not 1 <= number <= len(digests):
            raise UserFacingError(f"There is no digest number {number}. See /finops digest list")
        return digests[number - 1]

    async def require_owner(self, by: Actor, digest: Digest) -> None:
        """Return if ``by`` may change ``digest``; ``NotAllowedError`` otherwise."""
        if digest.owner_id == by.user_id:
            return
        try:
            await self._access.require_editor(by)
        except NotAllowedError as error:
            raise NotAllowedError(
                "Only whoever added this digest, FinOps admins and workspace admins may change it."
            ) from error

    def next_due(self, digest: Digest) -> datetime:
        """Return when it is sent next, unless it is paused."""
        return digest.recurrence.due_after(self._clock())

    async def _content(self, workspace_id: str, last: LastRun | None) -> DigestContent:
        now = self._clock()
        report = await self._report.report(workspace_id)
        demand = await self._coverage.demand(workspace_id, last.sent_at if last else now - DEMAND_PERIOD)
        trend = await self._coverage.snapshots(workspace_id, now - TREND_PERIOD)
        content = digest_content(report, demand, last, trend)
        people = sorted(content.shown_people())
        names = await asyncio.gather(*map(self._name_of, people))
        found = {one.id: name for one, name in zip(people, names, strict=True) if name}
        return replace(content, names=found)

    async def _name_of(self, assignee: Assignee) -> str | None:
        try:
            if assignee.type is AssigneeType.GROUP:
                group = await self._directory.group(assignee.id)
                return f"@{group.handle}" if group else None
            person = await self._directory.person(assignee.id)
        except UnavailableError:
            return None
        return person.name if person else None

    async def _changeable(self, by: Actor, digest_id: str) -> Digest:
        digest = await self.find(by.workspace_id, digest_id)
        await self.require_owner(by, digest)
        return digest

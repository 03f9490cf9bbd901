"""Looks at every holder from time to time, not only when somebody asks, and keeps how coverage develops."""

from collections.abc import Collection, Mapping
from typing import Final

from bot.clock import Clock
from bot.digests.coverage_service import KEPT, CoverageService
from bot.digests.model import Snapshot
from bot.digests.store import CoverageStore
from bot.teams.directory import Directory
from bot.teams.model import Group, Person
from bot.teams.ownership import unfit_because
from bot.teams.policy import OwnershipPolicy

MAX_ONE_BY_ONE: Final = 100
"""People who are looked up one by one; for more of them it is quicker to list everybody."""


class CoverageWatch:
    """Finds holders who cannot be asked any more, and keeps the coverage of the day."""

    def __init__(
        self,
        *,
        store: CoverageStore,
        report: CoverageService,
        directory: Directory,
        policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._report = report
        self._directory = directory
        self._policy = policy
        self._clock = clock

    async def look(self, workspace_id: str) -> None:
        """Look at everybody who holds something, and keep what was found and the coverage with it.

        Raises:
            UnavailableError: Slack or the database is away; what was known of holders before is kept.
        """
        try:
            await self._look_at_holders(workspace_id)
        finally:  # a day on which Slack is away has its coverage, too
            await self._keep_coverage(workspace_id)

    async def _look_at_holders(self, workspace_id: str) -> None:
        now = self._clock()
        holders = await self._store.holders(workspace_id, now)
        unfit = {**await self._unfit_people(holders), **await self._unfit_groups(holders)}
        await self._store.keep_unfit(workspace_id, unfit, now)

    async def _keep_coverage(self, workspace_id: str) -> None:
        now = self._clock()
        report = await self._report.report(workspace_id)
        snapshot = Snapshot(now.date(), report.score, report.counts)
        await self._store.keep_snapshot(workspace_id, snapshot, now - KEPT)

    async def _unfit_people(self, holders: Collection[str]) -> Mapping[str, str]:
        ids = [holder for holder in holders if not holder.startswith("S")]
        listed = await self._directory.everybody() if len(ids) > MAX_ONE_BY_ONE else {}
        # Who is not listed is looked up all the same: people of other organisations never are.
        people = {one: listed.get(one) or await self._directory.person(one) for one in ids}
        reasons = {one: self._why_not(person) for one, person in people.items()}
        return {one: reason for one, reason in reasons.items() if reason}

    async def _unfit_groups(self, holders: Collection[str]) -> Mapping[str, str]:
        reasons = {
            holder: _why_not_group(await self._directory.group(holder))
            for holder in holders
            if holder.startswith("S")
        }
        return {group_id: reason for group_id, reason in reasons.items() if reason}

    def _why_not(self, person: Person | None) -> str | None:
        return "unknown" if person is None else unfit_because(person, self._policy)


def _why_not_group(group: Group | None) -> str | None:
    if group is None:
        return "unknown"
    if not group.is_active:
        return "disabled_group"
    return None if group.members else "empty_group"

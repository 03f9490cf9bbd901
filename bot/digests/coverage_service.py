"""Use cases of coverage: what it is now, and what it was."""

import asyncio
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.digests.model import Snapshot
from bot.digests.store import CoverageStore
from bot.knowledge.model import Catalogue
from bot.teams.coverage_policy import CoveragePolicy
from bot.teams.coverage_report import CoverageReport, coverage_report
from bot.teams.policy import OwnershipPolicy

DEMAND_PERIOD: Final = timedelta(days=90)
"""Questions of this long count for the order of gaps."""

KEPT: Final = timedelta(days=2 * 365)
"""Daily coverage is kept for two years."""

MAX_LIVE: Final = 500
"""Teams whose coverage is worked out while somebody opens App Home; of more, what was found last is shown."""


class CoverageService:
    """The coverage of a workspace, now or on a day in the past."""

    def __init__(
        self,
        *,
        store: CoverageStore,
        catalogue: Catalogue,
        coverage_policy: CoveragePolicy,
        ownership_policy: OwnershipPolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._personas = sorted(catalogue.personas, key=lambda one: (one.group != "core", one.name))
        self._policy = coverage_policy
        self._is_overdue = ownership_policy.is_overdue
        self._clock = clock

    async def report(self, workspace_id: str) -> CoverageReport:
        """Return the coverage of all teams."""
        now = self._clock()
        with _uncollected():
            facts = await self._store.facts(workspace_id, now, now - DEMAND_PERIOD)
            # Of ten thousand teams it takes half a second, in which others are to be answered, too.
            return await asyncio.to_thread(coverage_report, facts, self._personas, self._policy, self._is_overdue)

    async def glance(self, workspace_id: str, teams: int) -> Snapshot | None:
        """Return the coverage of so many teams as it is now; of many, as it was last found (none: not yet)."""
        if teams <= MAX_LIVE:
            report = await self.report(workspace_id)
            return Snapshot(report.at.date(), report.score, report.counts)
        history = await self.history(workspace_id)
        return history[-1] if history else None

    async def history(self, workspace_id: str) -> Sequence[Snapshot]:
        """Return the coverage of each day that is still kept, the oldest first."""
        return await self._store.snapshots(workspace_id, self._clock() - KEPT)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles from walking a hundred thousand new values again and again: it finds none.

    It doubles the time otherwise. Of several at once the first to end turns it on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

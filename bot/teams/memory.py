"""Keeps the ownership of workspaces in memory, and knows when that is out of date."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from cachetools import LRUCache

from bot.batches import Batches
from bot.clock import Clock
from bot.teams.recent import RecentOwnership
from bot.teams.remembered import OwnershipData, RememberedOwnership
from bot.teams.store import OwnershipLookup, OwnershipStores

MOST_REMEMBERED: Final = 30_000
"""Teams and assignments of a workspace that are kept in memory as a whole, about 20 MB."""

MAX_AGE: Final = timedelta(minutes=5)
"""After which all is read again: a backup that is restored, or an older version that runs on, counts no change."""

_MOST_WORKSPACES: Final = 8


class OwnershipReader(Protocol):
    """Reads a workspace's ownership as a whole."""

    async def revisions(self, workspace_ids: Collection[str]) -> Mapping[str, int]:
        """Return how often each workspace's ownership was changed; 0 of one that is not known."""

    async def read(self, workspace_id: str, since: datetime, most: int) -> OwnershipData | None:
        """Return what holds at ``since`` or later; none if that is more than ``most`` teams and assignments."""


@dataclass(frozen=True, slots=True)
class KnownOwnership:
    """What owners are found by, when it was read, and the workspace's revision that it has all changes of."""

    revision: int
    read_at: datetime
    lookup: OwnershipLookup


class OwnershipMemory:
    """The ownership of workspaces in memory; of a large one only what was looked up lately.

    One cheap query tells whether it is up to date; those who ask at the same time share it.
    """

    def __init__(
        self, reader: OwnershipReader, stored: OwnershipStores, clock: Clock, most: int = MOST_REMEMBERED
    ) -> None:
        self._reader = reader
        self._stored = stored
        self._clock = clock
        self._most = most
        self._known: LRUCache[str, KnownOwnership] = LRUCache(_MOST_WORKSPACES)
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._revisions = Batches(self._current_revisions)

    async def latest(self, workspace_id: str) -> KnownOwnership:
        """Return what is in memory, for whoever finds out later whether its revision is the current one."""
        return self._in_memory(workspace_id) or await self.current(workspace_id)

    async def current(self, workspace_id: str) -> KnownOwnership:
        """Return the workspace's ownership as it stands: every change that was made before, anywhere, is in it.

        Raises:
            UnavailableError: the database is away.
        """
        revision = await self._revisions.done(workspace_id)
        known = self._in_memory(workspace_id)
        return known if known and known.revision >= revision else await self._read(workspace_id, revision)

    def _in_memory(self, workspace_id: str) -> KnownOwnership | None:
        known = self._known.get(workspace_id)
        return known if known and self._clock() - known.read_at < MAX_AGE else None

    async def _current_revisions(self, workspace_ids: Collection[str]) -> list[int]:
        revisions = await self._reader.revisions(set(workspace_ids))
        return [revisions[one] for one in workspace_ids]

    async def _read(self, workspace_id: str, revision: int) -> KnownOwnership:
        """Read it anew, unless somebody else did so meanwhile."""
        async with self._reading[workspace_id]:
            known = self._in_memory(workspace_id)
            if known is not None and known.revision >= revision:
                return known
            # Read after its revision: what changes in between is read again the next time.
            now = self._clock()
            data = await self._reader.read(workspace_id, now, self._most)
            view = RememberedOwnership(data, self._stored) if data else RecentOwnership(now, self._stored)
            self._known[workspace_id] = known = KnownOwnership(revision, now, OwnershipLookup(view, view, view))
            return known

"""Keeps the ownership of workspaces in memory, and knows when that is out of date."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from cachetools import LRUCache

from bot.batches import Batches
from bot.clock import Clock
from bot.teams.recent import RecentOwnership
from bot.teams.remembered import OwnershipData, RememberedOwnership
from bot.teams.store import OwnershipLookup, OwnershipStores

MOST_REMEMBERED: Final = 30_000
"""Teams and assignments of a workspace that are kept in memory as a whole, about 20 MB."""

_MOST_WORKSPACES: Final = 8


class OwnershipReader(Protocol):
    """Reads a workspace's ownership as a whole."""

    async def revisions(self, workspace_ids: Collection[str]) -> Mapping[str, int]:
        """Return how often each workspace's ownership was changed; 0 of one that is not known."""

    async def read(self, workspace_id: str, since: datetime, most: int) -> OwnershipData | None:
        """Return what holds at ``since`` or later; none if that is more than ``most`` teams and assignments."""


@dataclass(frozen=True, slots=True)
class _Kept:
    revision: int
    lookup: OwnershipLookup


class OwnershipMemory:
    """What owners are found by, as it stands now: every change that was made before, anywhere, is in it.

    One cheap query tells whether what is in memory is up to date; those who ask at the same time share it. Of a
    large workspace only what was looked up lately is in memory.
    """

    def __init__(
        self, reader: OwnershipReader, stored: OwnershipStores, clock: Clock, most: int = MOST_REMEMBERED
    ) -> None:
        self._reader = reader
        self._stored = stored
        self._clock = clock
        self._most = most
        self._kept: LRUCache[str, _Kept] = LRUCache(_MOST_WORKSPACES)
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._revisions = Batches(self._current_revisions)

    async def current(self, workspace_id: str) -> OwnershipLookup:
        """Return the workspace's ownership as it stands; ``UnavailableError`` if that cannot be told."""
        revision = await self._revisions.done(workspace_id)
        kept = self._kept.get(workspace_id)
        if kept is None or kept.revision < revision:
            kept = await self._read(workspace_id, revision)
        return kept.lookup

    async def _current_revisions(self, workspace_ids: Collection[str]) -> list[int]:
        revisions = await self._reader.revisions(set(workspace_ids))
        return [revisions[one] for one in workspace_ids]

    async def _read(self, workspace_id: str, revision: int) -> _Kept:
        """Read it anew, unless somebody else did so meanwhile."""
        async with self._reading[workspace_id]:
            kept = self._kept.get(workspace_id)
            if kept is not None and kept.revision >= revision:
                return kept
            # Read after its revision: what changes in between is read again the next time.
            now = self._clock()
            data = await self._reader.read(workspace_id, now, self._most)
            known = RememberedOwnership(data, self._stored) if data else RecentOwnership(now, self._stored)
            self._kept[workspace_id] = kept = _Kept(revision, OwnershipLookup(known, known, known))
            return kept

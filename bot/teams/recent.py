"""What was looked up lately of a workspace that is too large to be kept in memory as a whole."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from cachetools import LRUCache

from bot.teams.model import Absence, Assignment, Team
from bot.teams.store import OwnershipStores

_MOST_REMEMBERED: Final = 50_000
"""Look-ups; each run of words in a question that could be a team's name is one."""

T = TypeVar("T")


class RecentOwnership:
    """A ``TeamLookup``, ``AssignmentLookup`` and ``AbsenceLookup`` that asks the stores once for the same thing.

    It holds from the moment ``since`` until something is changed; what was before is looked up each time.
    """

    def __init__(self, since: datetime, stored: OwnershipStores) -> None:
        self._since = since
        self._stored = stored
        self._found: LRUCache[Hashable, Any] = LRUCache(_MOST_REMEMBERED)

    async def teams(
        self, workspace_id: str, *, named_like: str = "", offset: int = 0, limit: int | None = None
    ) -> Sequence[Team]:
        """See ``TeamLookup``."""
        return await self._stored.teams.teams(workspace_id, named_like=named_like, offset=offset, limit=limit)

    async def team(self, workspace_id: str, team_id: str) -> Team | None:
        """See ``TeamLookup``."""
        return await self._once(("team", workspace_id, team_id), self._stored.teams.team, workspace_id, team_id)

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """See ``TeamLookup``; what is no name is remembered, too."""
        unknown = [key for key in keys if ("name", workspace_id, key) not in self._found]
        new = await self._stored.teams.teams_named(workspace_id, unknown) if unknown else {}
        self._found.update({("name", workspace_id, key): new.get(key) for key in unknown})
        found = {key: new.get(key) or self._found.get(("name", workspace_id, key)) for key in keys}
        return {key: team for key, team in found.items() if team}

    async def keys_half_like(
        self, workspace_id: str, heads: Collection[str], tails: Collection[str]
    ) -> Collection[str]:
        """See ``TeamLookup``."""
        key = "halves", workspace_id, frozenset(heads), frozenset(tails)
        return await self._once(key, self._stored.teams.keys_half_like, workspace_id, heads, tails)

    async def archived_team(self, workspace_id: str, key: str, at: datetime) -> Team | None:
        """See ``TeamLookup``."""
        return await self._stored.teams.archived_team(workspace_id, key, at)

    async def teams_of_channels(self, workspace_id: str, channel_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamLookup``."""
        key = "channels", workspace_id, frozenset(channel_ids)
        return await self._once(key, self._stored.teams.teams_of_channels, workspace_id, channel_ids)

    async def teams_of_members(self, workspace_id: str, member_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamLookup``."""
        key = "members", workspace_id, frozenset(member_ids)
        return await self._once(key, self._stored.teams.teams_of_members, workspace_id, member_ids)

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """See ``TeamLookup``."""
        key = "lineage", workspace_id, team_id
        return await self._once(key, self._stored.teams.lineage, workspace_id, team_id)

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """See ``AssignmentLookup``."""
        store, ids = self._stored.assignments, frozenset(team_ids)
        if at < self._since:
            return await store.assignments(workspace_id, at, persona_key=persona_key, team_ids=ids)
        key = "assignments", workspace_id, persona_key, ids
        held = await self._once(key, store.assignments_since, workspace_id, self._since, persona_key, ids)
        return [one for one in held if one.is_valid_at(at)]

    async def absences(self, workspace_id: str, user_ids: Collection[str], at: datetime) -> Mapping[str, Absence]:
        """See ``AbsenceLookup``."""
        store, ids = self._stored.absences, frozenset(user_ids)
        if at < self._since:
            return await store.absences(workspace_id, ids, at)
        key = "absences", workspace_id, ids
        found = await self._once(key, store.absences_since, workspace_id, self._since, ids)
        return {one.user_id: one for one in found if one.since <= at < one.until}

    async def _once(self, key: Hashable, look_up: Callable[..., Awaitable[T]], *arguments: object) -> T:
        if key not in self._found:
            self._found[key] = await look_up(*arguments)
        found: T = self._found[key]
        return found

"""A workspace's ownership in memory: finds what the stores would find, without asking them."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.teams.model import Absence, Assignment, Rank, Team
from bot.teams.naming import halves_of, key_of
from bot.teams.store import MAX_CANDIDATES, OwnershipLookup

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class OwnershipData:
    """The teams in use, and every assignment and absence that holds at ``taken_at`` or later."""

    workspace_id: str
    taken_at: datetime
    teams: Sequence[Team]
    assignments: Sequence[Assignment]
    absences: Sequence[Absence]


class RememberedOwnership:
    """A ``TeamLookup``, ``AssignmentLookup`` and ``AbsenceLookup`` on data in memory.

    What that does not hold (archived teams, the past, other workspaces) is looked up in the stores.
    """

    def __init__(self, data: OwnershipData, stored: OwnershipLookup) -> None:
        self._workspace_id = data.workspace_id
        self._taken_at = data.taken_at
        self._stored = stored
        self._by_id = {team.id: team for team in data.teams}
        self._by_name = {key_of(name): team for team in data.teams for name in team.names}
        self._by_channel = {channel: team for team in data.teams for channel in team.channels}
        self._by_member = _grouped((one, team) for team in data.teams for one in {*team.members, *team.leads})
        halves = [(key, pair) for key in self._by_name if (pair := halves_of(key))]
        self._by_head = _grouped((head, key) for key, (head, _) in halves)
        self._by_tail = _grouped((tail, key) for key, (_, tail) in halves)
        self._held = _grouped(((one.cell.persona_key, one.cell.team_id), one) for one in data.assignments)
        self._personas = frozenset(persona_key for persona_key, _ in self._held)
        self._away = _grouped((one.user_id, one) for one in data.absences)

    async def teams(
        self, workspace_id: str, *, named_like: str = "", offset: int = 0, limit: int | None = None
    ) -> Sequence[Team]:
        """See ``TeamLookup``."""
        return await self._stored.teams.teams(workspace_id, named_like=named_like, offset=offset, limit=limit)

    async def team(self, workspace_id: str, team_id: str) -> Team | None:
        """See ``TeamLookup``."""
        if workspace_id == self._workspace_id and team_id in self._by_id:
            return self._by_id[team_id]
        return await self._stored.teams.team(workspace_id, team_id)

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """See ``TeamLookup``."""
        if workspace_id != self._workspace_id:
            return await self._stored.teams.teams_named(workspace_id, keys)
        return {key: self._by_name[key] for key in self._by_name.keys() & keys}

    async def keys_half_like(
        self, workspace_id: str, heads: Collection[str], tails: Collection[str]
    ) -> Collection[str]:
        """See ``TeamLookup``."""
        if workspace_id != self._workspace_id:
            return await self._stored.teams.keys_half_like(workspace_id, heads, tails)
        found = {key for head in heads for key in self._by_head.get(head, ())}
        found |= {key for tail in tails for key in self._by_tail.get(tail, ())}
        return sorted(found)[:MAX_CANDIDATES]

    async def archived_team(self, workspace_id: str, key: str, at: datetime) -> Team | None:
        """See ``TeamLookup``."""
        return await self._stored.teams.archived_team(workspace_id, key, at)

    async def teams_of_channels(self, workspace_id: str, channel_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamLookup``."""
        if workspace_id != self._workspace_id:
            return await self._stored.teams.teams_of_channels(workspace_id, channel_ids)
        return _in_order(self._by_channel[one] for one in channel_ids if one in self._by_channel)

    async def teams_of_members(self, workspace_id: str, member_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamLookup``."""
        if workspace_id != self._workspace_id:
            return await self._stored.teams.teams_of_members(workspace_id, member_ids)
        return _in_order(team for one in member_ids for team in self._by_member.get(one, ()))

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """See ``TeamLookup``."""
        if workspace_id != self._workspace_id or team_id not in self._by_id:
            return await self._stored.teams.lineage(workspace_id, team_id)
        line: dict[str, Team] = {}
        next_id: str | None = team_id
        while next_id is not None and next_id in self._by_id and next_id not in line:
            line[next_id] = self._by_id[next_id]
            next_id = line[next_id].parent_id
        return list(line.values())

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """See ``AssignmentLookup``."""
        if workspace_id != self._workspace_id or at < self._taken_at:
            return await self._stored.assignments.assignments(
                workspace_id, at, persona_key=persona_key, team_ids=team_ids
            )
        personas = self._personas if persona_key is None else (persona_key,)
        cells = {(persona, team_id) for persona in personas for team_id in team_ids}
        held = [one for cell in cells for one in self._held.get(cell, ()) if one.is_valid_at(at)]
        return sorted(held, key=_rank_and_age)

    async def absences(self, workspace_id: str, user_ids: Collection[str], at: datetime) -> Mapping[str, Absence]:
        """See ``AbsenceLookup``."""
        if workspace_id != self._workspace_id or at < self._taken_at:
            return await self._stored.absences.absences(workspace_id, user_ids, at)
        away = ((user_id, self._away_at(user_id, at)) for user_id in user_ids if user_id in self._away)
        return {user_id: absence for user_id, absence in away if absence}

    def _away_at(self, user_id: str, at: datetime) -> Absence | None:
        """Return somebody's absence; of several the latest that began."""
        open_then = [one for one in self._away[user_id] if one.since <= at < one.until]
        return max(open_then, key=lambda one: (one.since, one.id), default=None)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def _in_order(teams: Iterable[Team]) -> Sequence[Team]:
    """Return each team once, by name."""
    by_id = {team.id: team for team in teams}
    if len(by_id) <= 1:
        return list(by_id.values())
    return sorted(by_id.values(), key=lambda team: (key_of(team.name), team.id))


def _rank_and_age(one: Assignment) -> tuple[object, ...]:
    return one.cell.persona_key, one.rank is Rank.BACKUP, one.valid_from, one.id

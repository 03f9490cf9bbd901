"""What finds teams and their owners, as they are at the moment of one answer."""

from dataclasses import dataclass

from bot.teams.finding import TeamFinder
from bot.teams.memory import KnownOwnership, OwnershipMemory
from bot.teams.ownership import OwnerFinder


@dataclass(frozen=True, slots=True)
class Finders:
    """Both look at the same ownership, which has all changes up to ``revision``."""

    teams: TeamFinder
    owners: OwnerFinder
    revision: int


class FindersInMemory:
    """Has the finders look at the ownership in memory."""

    def __init__(self, memory: OwnershipMemory, teams: TeamFinder, owners: OwnerFinder) -> None:
        self._memory = memory
        self._teams = teams
        self._owners = owners

    async def latest(self, workspace_id: str) -> Finders:
        """Return the finders for what is in memory; it may be out of date by now."""
        return self._on(await self._memory.latest(workspace_id))

    async def current(self, workspace_id: str) -> Finders:
        """Return the finders for what a workspace's ownership is now."""
        return self._on(await self._memory.current(workspace_id))

    def _on(self, known: KnownOwnership) -> Finders:
        return Finders(self._teams.on(known.lookup), self._owners.on(known.lookup), known.revision)

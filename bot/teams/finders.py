"""What finds teams and their owners, as they are at the moment of one answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.teams.finding import TeamFinder
from bot.teams.ownership import OwnerFinder
from bot.teams.store import OwnershipLookup


@dataclass(frozen=True, slots=True)
class Finders:
    """Both look at the same ownership."""

    teams: TeamFinder
    owners: OwnerFinder


class CurrentFinders:
    """Has the finders look at what is known in memory, which is checked to be up to date each time."""

    def __init__(
        self, ownership: Callable[[str], Awaitable[OwnershipLookup]], teams: TeamFinder, owners: OwnerFinder
    ) -> None:
        self._ownership = ownership
        self._teams = teams
        self._owners = owners

    async def of(self, workspace_id: str) -> Finders:
        """Return the finders for what a workspace's ownership is now."""
        lookup = await self._ownership(workspace_id)
        return Finders(self._teams.on(lookup), self._owners.on(lookup))

"""What has to be kept of teams and assignments; ``bot.storage`` keeps it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.teams.model import Assignee, Assignment, Cell, Team


class OwnershipStore(Protocol):
    """What is kept of teams and assignments; every call is about one workspace, and one transaction."""

    async def add_team(self, workspace_id: str, team: Team, by: str, at: datetime) -> None:
        """Keep a new team; ``UserFacingError`` if a name, alias or channel belongs to another one."""

    async def teams(self, workspace_id: str) -> Sequence[Team]:
        """Return all teams by name."""

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """Return the teams whose name or alias folds to one of ``keys``, by that key."""

    async def team_of_channel(self, workspace_id: str, channel_id: str) -> Team | None:
        """Return the team a channel belongs to."""

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """Return the team and its ancestors, nearest first; empty if there is no such team."""

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """Return what holds at a moment for these teams (none among them: the whole organisation)."""

    async def assign(self, workspace_id: str, assignment: Assignment) -> Assignment | None:
        """Keep an assignment; a new primary ends the former one of its cell, which is returned."""

    async def unassign(self, workspace_id: str, cell: Cell, assignee: Assignee, by: str, at: datetime) -> bool:
        """End the assignment; return whether there was one."""

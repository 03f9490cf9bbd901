"""Use case of the audit log: reading it."""

from collections.abc import Sequence

from bot.errors import NotAllowedError
from bot.teams.access import Access
from bot.teams.audit import AuditEntry
from bot.teams.finding import TeamFinder
from bot.teams.model import Actor
from bot.teams.store import AuditLog


class AuditService:
    """Shows what was changed; a team's log to whoever may change the team, everything to admins."""

    def __init__(self, log: AuditLog, finder: TeamFinder, access: Access) -> None:
        self._log = log
        self._finder = finder
        self._access = access

    async def entries(self, by: Actor, team_name: str | None = None, *, limit: int = 20) -> Sequence[AuditEntry]:
        """Return the latest changes, newest first, of one team or of all.

        Raises:
            UserFacingError: the team is unknown.
            NotAllowedError: ``by`` may not see them.
        """
        team = await self._finder.called(by.workspace_id, team_name) if team_name else None
        await self._access.require_editor(by, team)
        return await self._log.entries(by.workspace_id, team_id=team.id if team else None, limit=limit)

    async def recent(self, by: Actor, *, limit: int = 5) -> Sequence[AuditEntry]:
        """Return the latest changes, newest first; nothing for those who may not see them."""
        try:
            return await self.entries(by, limit=limit)
        except NotAllowedError:
            return ()

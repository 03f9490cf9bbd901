"""Who may change teams and assignments: workspace admins and owners, and the FinOps admins of the settings."""

from collections.abc import Sequence

from bot.errors import NotAllowedError, UnavailableError
from bot.teams.directory import Directory


class Access:
    """Decides about changes; asking questions needs no role."""

    def __init__(self, directory: Directory, finops_admins: Sequence[str]) -> None:
        self._directory = directory
        self._finops_admins = tuple(finops_admins)

    async def require_editor(self, user_id: str) -> None:
        """Return if ``user_id`` may change ownership.

        Raises:
            NotAllowedError: they may not, or Slack could not be asked whether they may.
        """
        if user_id in self._finops_admins:
            return
        try:
            allowed = await self._is_editor(user_id)
        except UnavailableError as error:
            raise NotAllowedError(
                "I could not ask Slack whether you may change this, so nothing was changed. Please try again."
            ) from error
        if not allowed:
            raise NotAllowedError(self._refusal())

    async def _is_editor(self, user_id: str) -> bool:
        person = await self._directory.person(user_id)
        if person is not None and person.is_active and person.is_admin:
            return True
        for admin in self._finops_admins:
            if admin.startswith("S") and user_id in await self._directory.group_members(admin):
                return True
        return False

    def _refusal(self) -> str:
        whom = "a workspace admin" if not self._finops_admins else "a FinOps admin or a workspace admin"
        return f"Only FinOps admins and workspace admins may change who owns what. Please ask {whom}."

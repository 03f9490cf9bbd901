"""Who may change teams and assignments: admins of the workspace and of the settings, and leads for their teams."""

from collections.abc import Sequence
from typing import Final

from bot.errors import NotAllowedError, UnavailableError
from bot.surface import Surface
from bot.teams.directory import Directory
from bot.teams.model import Actor, Team
from bot.teams.store import TeamStore

_MAX_NAMED: Final = 3


class Access:
    """Decides about changes; asking questions needs no role.

    Whoever can run the command line can write the database, too, so it is not asked.
    """

    def __init__(self, directory: Directory, teams: TeamStore, finops_admins: Sequence[str]) -> None:
        self._directory = directory
        self._teams = teams
        self._finops_admins = tuple(finops_admins)

    async def require_editor(self, by: Actor, team: Team | None = None) -> None:
        """Return if ``by`` may change ``team`` and who holds what for it (none: everything).

        Raises:
            NotAllowedError: they may not, with whom to ask; or Slack could not be asked whether they may.
        """
        if by.surface in {Surface.TERMINAL, Surface.FILE} or by.user_id in self._finops_admins:
            return
        line = await self._teams.lineage(by.workspace_id, team.id) if team else ()
        if by.user_id in _leads(line):
            return
        try:
            if await self._is_admin(by.user_id) or await self._is_one_of(by.user_id, _leads(line)):
                return
            whom = await self._whom_to_ask(by.user_id, line)
        except UnavailableError as error:
            raise NotAllowedError(
                "I could not ask Slack whether you may change this, so nothing was changed. Please try again."
            ) from error
        raise NotAllowedError(
            f"Only FinOps admins, workspace admins and a team's leads may change this. Please ask {whom}."
        )

    async def is_admin(self, user_id: str) -> bool:
        """Tell whether somebody may change everything; false where Slack cannot be asked."""
        try:
            return user_id in self._finops_admins or await self._is_admin(user_id)
        except UnavailableError:
            return False

    async def may_edit(self, by: Actor, team: Team | None = None) -> bool:
        """Tell whether ``require_editor`` would let ``by`` pass."""
        try:
            await self.require_editor(by, team)
        except NotAllowedError:
            return False
        return True

    async def require_insider(self, user_id: str) -> None:
        """Return if the names of owners and teams are somebody's business.

        Raises:
            NotAllowedError: they are a guest or of another organisation; it names nobody.
            UnavailableError: Slack cannot be asked.
        """
        person = await self._directory.person(user_id)
        if person is None or person.is_outsider:
            raise NotAllowedError(
                "Who owns what is shown to members of this organisation only. Please ask your contact here;"
                " to find out which persona answers a question, ask me with /finops who-owns."
            )

    async def leads_one_of(self, user_id: str, line: Sequence[Team]) -> bool:
        """Tell whether somebody leads one of these teams; false where Slack cannot be asked."""
        try:
            return await self._is_one_of(user_id, _leads(line))
        except UnavailableError:
            return False

    async def _is_admin(self, user_id: str) -> bool:
        person = await self._directory.person(user_id)
        if person is None or not person.is_active or person.is_outsider:
            return False
        return person.is_admin or await self._is_one_of(user_id, self._finops_admins)

    async def _is_one_of(self, user_id: str, allowed: Sequence[str]) -> bool:
        if user_id in allowed:
            return True
        for group_id in allowed:
            group = await self._directory.group(group_id) if group_id.startswith("S") else None
            if group is not None and group.is_active and user_id in group.members:
                return True
        return False

    async def _whom_to_ask(self, user_id: str, line: Sequence[Team]) -> str:
        """Return the nearest leads and the admins; the latter only, if names are none of somebody's business."""
        admin = "a FinOps admin or a workspace admin" if self._finops_admins else "a workspace admin"
        person = await self._directory.person(user_id)
        if person is None or person.is_outsider:
            return admin
        for team in line:
            names = [name for lead in team.leads[:_MAX_NAMED] if (name := await self._name_of(lead))]
            if names:
                return f"{' or '.join(names)} (leads {team.name}), or {admin}"
        return admin

    async def _name_of(self, slack_id: str) -> str | None:
        """Return what a lead is called, none if they are not there any more, or Slack does not say."""
        try:
            if slack_id.startswith("S"):
                group = await self._directory.group(slack_id)
                return f"@{group.handle}" if group and group.is_active else None
            person = await self._directory.person(slack_id)
        except UnavailableError:
            return None
        return person.name if person and person.is_active else None


def _leads(line: Sequence[Team]) -> tuple[str, ...]:
    """Return who leads the first team of ``line`` or one of its ancestors, nearest first."""
    return tuple(dict.fromkeys(lead for team in line for lead in team.leads))

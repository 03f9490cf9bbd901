"""What selects offer while somebody types into them: teams and user groups."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Option

from bot.blocks.fields import (
    MAX_OPTIONS,
    NO_PARENT_TEAM,
    WHOLE_ORGANISATION,
    group_option,
    no_parent_option,
    organisation_option,
    team_option,
)
from bot.handlers.payloads import OptionsRequest
from bot.services import Services


class OptionsHandlers:
    """What is typed in, options out; none for people whose business they are not."""

    def __init__(self, services: Services) -> None:
        self._matrix = services.matrix
        self._access = services.access
        self._directory = services.directory

    async def teams(self, request: OptionsRequest) -> Sequence[Option]:
        """Return the whole organisation, and teams."""
        return await self._teams_below(WHOLE_ORGANISATION, organisation_option(), request)

    async def parents(self, request: OptionsRequest) -> Sequence[Option]:
        """Return no parent team, and teams."""
        return await self._teams_below(NO_PARENT_TEAM, no_parent_option(), request)

    async def groups(self, request: OptionsRequest) -> Sequence[Option]:
        """Return user groups by handle."""
        await self._access.require_insider(request.user_id)
        typed = request.typed.strip().lstrip("@").casefold()
        found = [one for one in await self._directory.active_groups() if typed in one.handle.casefold()]
        return [group_option(group) for group in found[:MAX_OPTIONS]]

    async def _teams_below(self, name: str, first: Option, request: OptionsRequest) -> Sequence[Option]:
        await self._access.require_insider(request.user_id)
        teams = await self._matrix.teams_like(request.workspace_id, request.typed, MAX_OPTIONS - 1)
        is_meant = request.typed.strip().casefold() in name.casefold()
        return [*([first] if is_meant else []), *map(team_option, teams)]

"""People and user groups as Slack knows them, remembered for a few minutes and never waited for long."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackRefusedError, UnavailableError
from bot.messenger import called
from bot.teams.model import Person

MAX_AGE_SECONDS: Final = 300
PATIENCE_SECONDS: Final = 1.0
"""An answer must not wait longer for a look-up; Slack gives up on a command after three seconds."""

_MAX_REMEMBERED: Final = 10_000
_NOBODY: Final = ("user_not_found", "user_not_visible")


class SlackDirectory:
    """The ``Directory`` of a Slack workspace (``users:read`` and ``usergroups:read``)."""

    def __init__(self, client: AsyncWebClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._people: TTLCache[str, Person | None] = TTLCache(_MAX_REMEMBERED, MAX_AGE_SECONDS, timer)
        self._members: TTLCache[str, frozenset[str]] = TTLCache(_MAX_REMEMBERED, MAX_AGE_SECONDS, timer)
        self._handles: TTLCache[str, dict[str, str]] = TTLCache(1, MAX_AGE_SECONDS, timer)

    async def person(self, user_id: str) -> Person | None:
        """See ``Directory``."""
        if user_id not in self._people:
            self._people[user_id] = await self._look_up(user_id)
        return self._people[user_id]

    async def group_members(self, group_id: str) -> frozenset[str]:
        """See ``Directory``."""
        if group_id not in self._members:
            response = await _in_time(called(self._client.usergroups_users_list(usergroup=group_id)))
            self._members[group_id] = frozenset(response["users"])
        return self._members[group_id]

    async def group_name(self, group_id: str) -> str | None:
        """See ``Directory``."""
        if "all" not in self._handles:
            response = await _in_time(called(self._client.usergroups_list()))
            self._handles["all"] = {group["id"]: group["handle"] for group in response["usergroups"]}
        return self._handles["all"].get(group_id)

    async def _look_up(self, user_id: str) -> Person | None:
        try:
            response = await _in_time(called(self._client.users_info(user=user_id)))
        except SlackRefusedError as error:
            if error.code in _NOBODY:
                return None
            raise
        user = response["user"]
        profile = user.get("profile", {})
        return Person(
            id=user["id"],
            name=profile.get("display_name") or profile.get("real_name") or user.get("name") or user["id"],
            is_active=not user.get("deleted", False),
            is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        )


async def _in_time(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        return await asyncio.wait_for(call, PATIENCE_SECONDS)
    except TimeoutError as error:
        raise UnavailableError(f"Slack did not answer within {PATIENCE_SECONDS:.0f} s") from error

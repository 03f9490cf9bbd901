"""People and user groups as Slack knows them, remembered for a few minutes and never waited for long."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefusedError, UnavailableError
from bot.messenger import called
from bot.teams.model import Group, Person

MAX_AGE_SECONDS: Final = 300
PATIENCE_SECONDS: Final = 1.0
"""An answer must not wait longer for a look-up; Slack gives up on a command after three seconds."""

_MAX_REMEMBERED: Final = 10_000
_PAGE: Final = 1_000
_NOBODY: Final = ("user_not_found", "user_not_visible", "users_not_found")
_SLACKBOT: Final = "USLACKBOT"
"""Slack's own bot, of which ``users.info`` says that it is none."""

_ALL: Final = "all"
T = TypeVar("T")


class SlackDirectory:
    """The ``Directory`` of a Slack workspace (``users:read`` and ``usergroups:read``).

    A look-up that comes too late for one answer still goes on, so that the next one has it. What an event tells
    to be out of date is forgotten at once.
    """

    def __init__(self, client: AsyncWebClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._workspace_id: str | None = None
        self._people: TTLCache[str, Person | None] = TTLCache(_MAX_REMEMBERED, MAX_AGE_SECONDS, timer)
        self._members: TTLCache[str, frozenset[str]] = TTLCache(_MAX_REMEMBERED, MAX_AGE_SECONDS, timer)
        self._groups: TTLCache[str, Mapping[str, Group]] = TTLCache(1, MAX_AGE_SECONDS, timer)
        self._running: dict[tuple[int, str], asyncio.Task[Any]] = {}
        self._outdated: set[asyncio.Task[Any]] = set()

    def expect(self, user_id: str) -> None:
        """See ``Directory``."""
        if user_id not in self._people:
            self._begun(self._people, user_id, lambda: self._look_up(user_id))

    async def person(self, user_id: str) -> Person | None:
        """See ``Directory``."""
        with suppress(KeyError):
            return self._people[user_id]
        return await self._soon(self._people, user_id, lambda: self._look_up(user_id))

    async def group(self, group_id: str) -> Group | None:
        """See ``Directory``."""
        known = (await self._all_groups()).get(group_id)
        if known is None or not known.is_active:
            return known
        members = self._members.get(group_id)
        if members is None:
            members = await self._soon(self._members, group_id, lambda: self._look_up_members(group_id))
        return Group(known.id, known.handle, members, known.is_active)

    async def groups_of(self, user_id: str) -> frozenset[str]:
        """See ``Directory``."""
        groups = (await self._all_groups()).values()
        return frozenset(group.id for group in groups if group.is_active and user_id in group.members)

    async def active_groups(self) -> Sequence[Group]:
        """See ``Directory``."""
        active = (group for group in (await self._all_groups()).values() if group.is_active)
        return sorted(active, key=lambda group: group.handle)

    async def person_by_email(self, email: str) -> Person | None:
        """See ``Directory``."""
        try:
            response = await called(self._client.users_lookupByEmail(email=email))
        except SlackRefusedError as error:
            if error.code in _NOBODY:
                return None
            raise
        person = await self._person(response["user"])
        self._people[person.id] = person
        return person

    async def everybody(self) -> Mapping[str, Person]:
        """See ``Directory``."""
        people: dict[str, Person] = {}
        cursor: str | None = None
        while cursor != "":
            response = await called(self._client.users_list(limit=_PAGE, cursor=cursor))
            for user in response["members"]:
                people[user["id"]] = await self._person(user)
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or ""
        return people

    def forget(self, slack_id: str) -> None:
        """See ``Directory``."""
        self._people.pop(slack_id, None)
        self._members.pop(slack_id, None)
        on_their_way = [(id(self._people), slack_id), (id(self._members), slack_id)]
        if slack_id.startswith("S"):
            self._groups.clear()
            on_their_way.append((id(self._groups), _ALL))
        for key in on_their_way:
            task = self._running.pop(key, None)
            if task is not None:  # it may bring what was true before the change
                self._outdated.add(task)

    async def _all_groups(self) -> Mapping[str, Group]:
        with suppress(KeyError):
            return self._groups[_ALL]
        return await self._soon(self._groups, _ALL, self._look_up_groups)

    async def _look_up(self, user_id: str) -> Person | None:
        try:
            response = await called(self._client.users_info(user=user_id))
        except SlackRefusedError as error:
            if error.code in _NOBODY:
                return None
            raise
        return await self._person(response["user"])

    async def _look_up_members(self, group_id: str) -> frozenset[str]:
        response = await called(self._client.usergroups_users_list(usergroup=group_id))
        return frozenset(response["users"])

    async def _look_up_groups(self) -> Mapping[str, Group]:
        response = await called(self._client.usergroups_list(include_disabled=True, include_users=True))
        return {
            group["id"]: Group(
                group["id"],
                group["handle"],
                frozenset(group.get("users") or ()),
                is_active=not group.get("date_delete"),
            )
            for group in response["usergroups"]
        }

    async def _person(self, user: Mapping[str, Any]) -> Person:
        profile = user.get("profile", {})
        home = user.get("team_id")
        is_external = bool(user.get("is_stranger")) or (home is not None and home != await self._workspace(user))
        return Person(
            id=user["id"],
            name=profile.get("display_name") or profile.get("real_name") or user.get("name") or user["id"],
            is_active=not user.get("deleted", False),
            is_admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_external=is_external,
            is_bot=bool(user.get("is_bot")) or user["id"] == _SLACKBOT,
            time_zone=user.get("tz") or "UTC",
        )

    async def _workspace(self, user: Mapping[str, Any]) -> str:
        """Return the id of the bot's own workspace; people of an Enterprise organisation count as its own."""
        if user.get("enterprise_user"):
            return str(user["team_id"])
        if self._workspace_id is None:
            self._workspace_id = str((await called(self._client.auth_test()))["team_id"])
        return self._workspace_id

    async def _soon(self, cache: TTLCache[str, T], key: str, look_up: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Await a look-up for ``PATIENCE_SECONDS``; several who want the same wait for one call.

        Raises:
            UnavailableError: Slack refused, did not answer, or not in time.
        """
        task = self._begun(cache, key, look_up)
        try:
            return await asyncio.wait_for(asyncio.shield(task), PATIENCE_SECONDS)
        except TimeoutError as error:
            raise UnavailableError(f"Slack did not answer within {PATIENCE_SECONDS:.0f} s") from error

    def _begun(
        self, cache: TTLCache[str, T], key: str, look_up: Callable[[], Coroutine[Any, Any, T]]
    ) -> "asyncio.Task[T]":
        """Return the look-up that is under way; there is one at a time."""
        task: asyncio.Task[T] | None = self._running.get((id(cache), key))
        if task is None:
            task = self._running[id(cache), key] = asyncio.create_task(look_up())
            task.add_done_callback(lambda done: self._finished(cache, key, done))
        return task

    def _finished(self, cache: TTLCache[str, T], key: str, done: "asyncio.Task[T]") -> None:
        """Keep what came, however late, unless it is out of date; an error was told to whoever waited."""
        is_outdated = done in self._outdated
        self._outdated.discard(done)
        if not is_outdated:
            self._running.pop((id(cache), key), None)
        if not done.cancelled() and done.exception() is None and not is_outdated:
            cache[key] = done.result()

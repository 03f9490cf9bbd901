"""Hand-written fakes of the protocols in ``bot``."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from bot.blocks.text import Message
from bot.errors import SlackRefusedError, UnavailableError
from bot.knowledge.features import Vocabulary
from bot.knowledge.linear import UNRELATED, LinearHead, RoutingModel
from bot.knowledge.model import Persona
from bot.knowledge.routing import Policy, Router
from bot.teams.model import Group, Person
from tests.builders import NOW, a_catalogue


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class FakeDirectory:
    """People and groups in memory.

    ``is_away`` makes every look-up fail, ``failing`` those of single ids; one of an id in ``stuck`` never ends.
    ``asked`` lists what was looked up.
    """

    def __init__(self, *known: Person | Group, emails: Mapping[str, str] | None = None) -> None:
        self.people = {one.id: one for one in known if isinstance(one, Person)}
        self.groups = {one.id: one for one in known if isinstance(one, Group)}
        self.emails = dict(emails or {})
        self.is_away = False
        self.failing: set[str] = set()
        self.stuck: set[str] = set()
        self.asked: list[str] = []
        self.forgotten: list[str] = []

    def put(self, *known: Person | Group) -> None:
        """Change what is known of somebody."""
        self.people |= {one.id: one for one in known if isinstance(one, Person)}
        self.groups |= {one.id: one for one in known if isinstance(one, Group)}

    def expect(self, user_id: str) -> None:
        """Nothing takes time here."""

    async def person(self, user_id: str) -> Person | None:
        await self._looked_up(user_id)
        return self.people.get(user_id)

    async def group(self, group_id: str) -> Group | None:
        await self._looked_up(group_id)
        return self.groups.get(group_id)

    async def groups_of(self, user_id: str) -> frozenset[str]:
        await self._looked_up(user_id)
        return frozenset(one.id for one in self.groups.values() if one.is_active and user_id in one.members)

    async def active_groups(self) -> Sequence[Group]:
        await self._looked_up("groups")
        return sorted((one for one in self.groups.values() if one.is_active), key=lambda one: one.handle)

    async def person_by_email(self, email: str) -> Person | None:
        await self._looked_up(email)
        return self.people.get(self.emails.get(email, ""))

    async def everybody(self) -> Mapping[str, Person]:
        await self._looked_up("everybody")
        return dict(self.people)

    def forget(self, slack_id: str) -> None:
        self.forgotten.append(slack_id)

    async def _looked_up(self, what: str) -> None:
        self.asked.append(what)
        if self.is_away or what in self.failing:
            raise UnavailableError("Slack does not answer")
        if what in self.stuck:
            await asyncio.Event().wait()


class FakeLexicon:
    """Some words that everybody uses, some that are only known, and no others."""

    def __init__(self, everyday: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        self._everyday = frozenset(everyday)
        self._known = self._everyday | frozenset(known)

    def knows(self, word: str) -> bool:
        return word in self._known

    def is_everyday(self, word: str) -> bool:
        return word in self._everyday


def blank_router(*personas: Persona) -> Router:
    """Return a router with a catalogue that has learnt nothing, in no time."""
    nothing, none = LinearHead((UNRELATED,), 0), np.zeros(0, np.float32)
    model = RoutingModel(Vocabulary([], none), np.zeros((0, 1), np.float16), none, nothing, nothing, {}, {})
    return Router(a_catalogue(*personas), model, Policy())


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as a channel, thread or conversation got it."""

    ts: str
    channel_id: str
    message: Message
    event_type: str = ""
    mark: Mapping[str, str] = field(default_factory=dict)
    thread_ts: str | None = None


class RecordingMessenger:
    """Keeps what is posted, as Slack does.

    ``before`` are errors raised by the next marked posts in the place of taking them, ``after`` such once they are
    taken, so that only the answer is lost. ``refusing`` maps channels to Slack's error code. ``history`` is an
    error of every search; none can be made where it is not ``is_readable``. ``on_search`` is called before one.
    ``refuses_threads`` makes it take messages in channels only.
    """

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.before: list[Exception] = []
        self.after: list[Exception] = []
        self.refusing: dict[str, str] = {}
        self.history: Exception | None = None
        self.is_readable = True
        self.refuses_threads = False
        self.on_search: Callable[[], Awaitable[object]] | None = None
        self.pictures: list[tuple[str, str, str]] = []

    def digests(self, channel_id: str | None = None) -> list[Posted]:
        """Return the messages in channels, of all or of one."""
        return [
            one
            for one in self.posted
            if one.channel_id.startswith("C") and not one.thread_ts and channel_id in {None, one.channel_id}
        ]

    def told(self, user_id: str) -> list[str]:
        """Return what a person was told."""
        return [one.message.text for one in self.posted if one.channel_id == user_id]

    async def post(self, channel_id: str, message: Message, thread_ts: str | None) -> None:
        if self.refuses_threads and thread_ts:
            raise SlackRefusedError("restricted_action_thread_locked")
        self._take(channel_id, message, thread_ts=thread_ts)

    async def post_marked(
        self, channel_id: str, message: Message, event_type: str, mark: Mapping[str, str]
    ) -> str:
        await asyncio.sleep(0)
        if self.before:
            raise self.before.pop(0)
        posted = self._take(channel_id, message, event_type=event_type, mark=mark)
        if self.after:
            raise self.after.pop(0)
        return posted.ts

    async def find_marked(
        self, channel_id: str, event_type: str, mark: Mapping[str, str], since: datetime
    ) -> str | None:
        if self.on_search:
            await self.on_search()
        if self.history:
            raise self.history
        wanted = (channel_id, event_type, mark)
        found = [one.ts for one in self.posted if (one.channel_id, one.event_type, one.mark) == wanted]
        return found[0] if found and self.is_readable and since.tzinfo else None

    async def upload(self, channel_id: str, picture: bytes, title: str, alt_text: str, thread_ts: str) -> None:
        assert picture
        assert title
        self.pictures.append((channel_id, alt_text, thread_ts))

    def _take(self, channel_id: str, message: Message, **given: Any) -> Posted:  # noqa: ANN401 (fields of Posted)
        if channel_id in self.refusing:
            raise SlackRefusedError(self.refusing[channel_id])
        posted = Posted(f"{1_800_000_000 + len(self.posted)}.000100", channel_id, message, **given)
        self.posted.append(posted)
        return posted

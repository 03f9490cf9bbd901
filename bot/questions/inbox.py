"""The inbox: messages to the bot that Slack was told are accepted, until they are answered for good."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.surface import Surface


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to the bot, as it arrived or was edited last. ``text`` is untrusted.

    ``ts`` is its id in the channel; ``thread_ts`` that of the thread it stands in, if it does.
    """

    workspace_id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    user_id: str
    text: str
    surface: Surface
    is_external: bool = False

    @property
    def thread(self) -> str:
        """The thread that it is answered in."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A letter that this process has taken on.

    ``answer_ts`` is the bot's message that answers it already, ``is_withdrawn`` tells that the letter was deleted.
    ``claims`` counts how often it was taken on, this time included; ``revision`` how often it was edited.
    """

    letter: Letter
    received_at: datetime
    revision: int
    claims: int
    answer_ts: str | None
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """A letter that could not be answered, and Slack's word for why."""

    channel_id: str
    received_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many letters wait, and since when the oldest of them."""

    waiting: int
    oldest: datetime | None


class InboxStore(Protocol):
    """What is kept of letters; every call is one transaction."""

    async def accept(self, letter: Letter, at: datetime) -> bool:
        """Keep a letter; false, and nothing changes, if it is there already, however it came."""

    async def edit(self, letter: Letter) -> bool:
        """Have an edited letter answered anew; false if it is not known, or says the same as before."""

    async def withdraw(self, workspace_id: str, channel_id: str, ts: str) -> bool:
        """Have the answer to a deleted letter withdrawn; false if the letter is not known."""

    async def claim(
        self, workspace_ids: Collection[str], now: datetime, lease: timedelta, limit: int
    ) -> Sequence[InboxItem]:
        """Take on what waits in these workspaces, oldest first, of each thread one at a time.

        What another process took on more than ``lease`` ago, and did not finish, waits, too.
        """

    async def finish(self, item: InboxItem, answer_ts: str | None) -> None:
        """Note that a letter is answered, unless it was edited meanwhile."""

    async def put_off(self, item: InboxItem, until: datetime, error: str) -> None:
        """Give a letter back, to be taken on again at ``until``."""

    async def give_up(self, item: InboxItem, error: str) -> None:
        """Note that a letter cannot be answered."""

    async def failures(self, workspace_id: str, since: datetime, limit: int) -> Sequence[Failure]:
        """Return the letters that could not be answered, newest first."""

    async def backlog(self, workspace_id: str) -> Backlog:
        """Return how much waits."""

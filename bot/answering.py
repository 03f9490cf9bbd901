"""Answers what waits in the inbox: each letter once, through crashes, restarts and Slack's limits.

A letter is on disk before Slack is told that it is accepted. A process takes it on for a while (a lease), answers,
and notes that. What a process leaves undone another one takes on when the lease is over, and looks for the answer
first: a post whose receipt was lost is found by what it carries, where the bot may read the channel, and is else
sent again.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import uuid4

import structlog

from bot.blocks.text import Message
from bot.clock import Clock
from bot.errors import SlackLimitedError, SlackRefusedError, UnavailableError
from bot.questions.inbox import InboxItem, InboxStore, Letter

_log = structlog.get_logger(__name__)
LEASE: Final = timedelta(seconds=90)
"""Longer than an answer takes at its slowest: half of it until it is posted, half for the post (40 seconds)."""

AT_ONCE: Final = 50
"""Letters that one process has in hand; those for a channel that Slack has limited wait outside."""

GIVE_UP_AFTER: Final = timedelta(hours=24)
_IDLE_SECONDS: Final = 1.0
"""So often one looks for what other processes left undone; what comes in here is told at once."""

_FIRST_PAUSE: Final = timedelta(seconds=2)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_STOP_SECONDS: Final = 5
EVENT_TYPE: Final = "finops_answer"
_PASSING: Final = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"}
)
"""Refusals that say nothing about the message or the channel."""

_GONE: Final = frozenset({"message_not_found", "cant_delete_message", "cant_update_message", "edit_window_closed"})
"""Refusals to change or delete an answer that is not there any more, or cannot be changed."""


class AnswerMessenger(Protocol):
    """Posts, changes and deletes answers; ``UnavailableError`` if Slack does not take it."""

    async def turn_to_post(self, channel_id: str) -> None:
        """Wait a moment for the turn to post in a channel; ``SlackLimitedError`` if it takes longer."""

    async def post_marked(
        self,
        channel_id: str,
        message: Message,
        event_type: str,
        mark: Mapping[str, str],
        thread_ts: str | None = None,
        *,
        in_turn: bool = False,
    ) -> str:
        """Post a message that carries ``mark`` for programs; return its ``ts``. ``in_turn``: its turn has come."""

    async def find_reply(
        self, channel_id: str, thread_ts: str, event_type: str, mark: Mapping[str, str]
    ) -> str | None:
        """Return the ``ts`` of the bot's reply with ``mark``; none if there is none, or it may not look."""

    async def change(self, channel_id: str, ts: str, message: Message) -> None:
        """Put another message in the place of one of the bot's."""

    async def delete(self, channel_id: str, ts: str) -> None:
        """Delete one of the bot's messages."""


class _HeldUpError(Exception):
    """The database stalled, or this process did: by the time of the post another one may have the letter."""


class Answering:
    """The worker of the inbox; any number of processes may run one."""

    def __init__(
        self,
        *,
        inbox: InboxStore,
        answer: Callable[[Letter], Awaitable[Message]],
        messenger: AnswerMessenger,
        clock: Clock,
        workspaces: Iterable[str] = (),
        lease: timedelta = LEASE,
    ) -> None:
        """``answer`` never fails but with ``UnavailableError``; ``workspaces`` are those that it answers in.

        Others are added where a letter of theirs came in here. What waits in the rest is left to whoever has a
        token for it.
        """
        self._inbox = inbox
        self._answer = answer
        self._messenger = messenger
        self._clock = clock
        self._lease = lease
        self._workspaces = set(workspaces)
        self._news = asyncio.Event()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._is_running = False
        self._draining: asyncio.Task[None] | None = None

    def wake(self, workspace_id: str) -> None:
        """Say that something came in; it is answered whether ``run`` runs or not."""
        self._workspaces.add(workspace_id)
        self._begin()

    def _begin(self) -> None:
        self._news.set()
        if not self._is_running and (self._draining is None or self._draining.done()):
            self._draining = asyncio.create_task(self._drain())

    async def settle(self) -> None:
        """Answer everything that waits now, where ``run`` does not run."""
        self._begin()
        if self._draining is not None:
            await asyncio.shield(self._draining)

    async def run(self) -> None:
        """Answer what waits until cancelled; then finish what is in hand, for a few seconds at most."""
        self._is_running = True
        try:
            while True:
                if not await self._take_on():
                    await self._wait()
        finally:
            self._is_running = False
            await self._let_finish()

    async def _drain(self) -> None:
        while await self._take_on() or self._in_hand or self._news.is_set():
            if self._in_hand:
                await asyncio.wait(self._in_hand)

    async def _take_on(self) -> bool:
        """Take on what waits; false if there is nothing, or no room."""
        room = AT_ONCE - len(self._in_hand)
        self._news.clear()
        now = self._clock()
        try:
            items = await self._inbox.claim(self._workspaces, now, self._lease, room) if room > 0 else ()
        except UnavailableError as error:
            _log.warning("inbox_unavailable", error=str(error))
            return False
        except Exception as error:  # noqa: BLE001 (the worker must outlive whatever a database answers)
            _log.exception("inbox_unavailable", error=type(error).__name__)
            return False
        for item in items:
            task = asyncio.create_task(self._handle(item, now + self._lease / 2))
            self._in_hand.add(task)
            task.add_done_callback(self._done)
        return bool(items)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._news.set()  # the next of the same thread may come now

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                await self._news.wait()
        except TimeoutError:
            return

    async def _let_finish(self) -> None:
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _handle(self, item: InboxItem, post_until: datetime) -> None:
        """Bring one letter to an end, or leave it for later; whatever goes wrong, the others go on."""
        try:
            await self._inbox.finish(item, await self._bring_about(item, post_until))
        except _HeldUpError:  # the lease runs out, and somebody takes it on again
            _log.warning("answer_held_up", channel=item.letter.channel_id, tries=item.claims)
        except SlackLimitedError as error:
            await self._put_off(item, error.code, pause_asked_for(error.retry_after))
        except SlackRefusedError as error:
            await self._refused(item, error.code)
        except UnavailableError as error:
            await self._put_off(item, str(error))
        except Exception as error:  # noqa: BLE001 (the boundary: one letter must not end the worker)
            reference = uuid4().hex[:8]
            _log.exception("answer_failed", reference=reference, error=type(error).__name__)
            await self._put_off(item, f"failed, reference {reference}")

    async def _bring_about(self, item: InboxItem, post_until: datetime) -> str | None:
        """Post, change or withdraw the answer; return its ``ts``, if there is one."""
        letter = item.letter
        answer_ts = item.answer_ts
        if answer_ts is None and not item.is_withdrawn:
            # First of all, so that nobody's question is looked up, and counted, over and over while it waits.
            await self._messenger.turn_to_post(letter.channel_id)
        if answer_ts is None and (item.claims > 1 or item.revision):
            answer_ts = await self._messenger.find_reply(
                letter.channel_id, letter.thread, EVENT_TYPE, {"message": letter.ts}
            )
        if item.is_withdrawn:
            if answer_ts is not None:
                await self._unless_gone(self._messenger.delete(letter.channel_id, answer_ts))
            return None
        if answer_ts is not None and not item.revision:
            return answer_ts
        message = await self._answer(letter)
        if answer_ts is None:
            if self._clock() > post_until:
                raise _HeldUpError
            mark = {"message": letter.ts}
            return await self._messenger.post_marked(
                letter.channel_id, message, EVENT_TYPE, mark, letter.thread, in_turn=True
            )
        await self._unless_gone(self._messenger.change(letter.channel_id, answer_ts, message))
        return answer_ts

    async def _unless_gone(self, change: Awaitable[None]) -> None:
        try:
            await change
        except SlackRefusedError as error:
            if error.code not in _GONE:
                raise

    async def _refused(self, item: InboxItem, code: str) -> None:
        if code in _PASSING:
            await self._put_off(item, code)
            return
        _log.error("answer_refused", channel=item.letter.channel_id, error=code)
        await self._noted(self._inbox.give_up(item, code))

    async def _put_off(self, item: InboxItem, error: str, pause: timedelta | None = None) -> None:
        """Try again after ``pause`` or, without, after one that doubles each time; give up after a day."""
        now = self._clock()
        if now - item.received_at > GIVE_UP_AFTER:
            _log.error("answer_given_up", channel=item.letter.channel_id, error=error)
            await self._noted(self._inbox.give_up(item, error))
            return
        _log.warning("answer_put_off", channel=item.letter.channel_id, error=error, tries=item.claims)
        await self._noted(self._inbox.put_off(item, now + (pause or pause_after(item.claims)), error))

    async def _noted(self, note: Awaitable[None]) -> None:
        try:
            await note
        except UnavailableError as error:  # the lease runs out, and somebody takes it on again
            _log.warning("inbox_unavailable", error=str(error))
        except Exception as error:  # noqa: BLE001 (same)
            _log.exception("inbox_unavailable", error=type(error).__name__)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time, half of it by chance."""
    longest: timedelta = min(_FIRST_PAUSE * 2 ** min(tries - 1, 20), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (chance spreads the load, it keeps no secret)


def pause_asked_for(seconds: float) -> timedelta:
    """Return how long to wait where Slack asked for so many seconds: never less, and by chance a little more."""
    return timedelta(seconds=seconds + random.random())  # noqa: S311


def age_of(oldest: datetime | None, now: datetime) -> float:
    """Return how long the oldest letter waits, in seconds."""
    return (now - oldest).total_seconds() if oldest else 0.0

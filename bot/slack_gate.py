"""Whose turn it is to call a method in a channel, once Slack has asked to wait there; other channels go on."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.errors import SlackLimitedError

PACE_SECONDS: Final = 1.0
"""So far apart are turns in a channel that Slack has limited: it takes about one message a second there."""

REMEMBERED_SECONDS: Final = 60.0
"""So long after its last turn a channel counts as limited; then it is as free as all others."""

MAX_CHANNELS: Final = 1_000
"""Of more limited channels at once, those whose turn comes first are forgotten: Slack says so again if need be."""


@dataclass(slots=True)
class _Queue:
    """The moments, in seconds of the timer, that belong to a channel that Slack has limited.

    ``closed_until`` is what Slack asked for, ``next_turn`` the first turn that nobody has, ``sent_away_until``
    when the last of those comes back who found the queue too long.
    """

    closed_until: float
    next_turn: float
    sent_away_until: float = -math.inf


class SlackGate:
    """Gives out turns by method and channel, in memory, for one process.

    Where Slack has not asked to wait lately, it is everybody's turn.
    """

    def __init__(
        self,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._timer = timer
        self._sleep = sleep
        self._queues: dict[tuple[str, str], _Queue] = {}

    async def turn(self, method: str, channel_id: str, patience: float) -> None:
        """Return when it is the caller's turn, in ``patience`` seconds at most.

        Raises:
            SlackLimitedError: it is not for longer than that. ``retry_after`` is another moment for each who is
                sent away, so that they do not all come back at once.
        """
        while (queue := self._queue(method, channel_id)) is not None:
            now = self._timer()
            turn = max(now, queue.next_turn)
            if turn - now > patience:
                queue.sent_away_until = max(queue.sent_away_until + PACE_SECONDS, turn)
                raise SlackLimitedError(queue.sent_away_until - now)
            queue.next_turn = turn + PACE_SECONDS
            if turn > now:
                await self._sleep(turn - now)
            if queue.closed_until <= turn:  # else Slack has asked to wait longer meanwhile
                return

    def close(self, method: str, channel_id: str, seconds: float) -> None:
        """Give out no turn for so long: Slack asked to wait."""
        until = self._timer() + seconds
        queue = self._queue(method, channel_id)
        if queue is None:
            self._make_room()
            self._queues[method, channel_id] = _Queue(until, until)
        else:
            queue.closed_until = max(queue.closed_until, until)
            queue.next_turn = max(queue.next_turn, until)

    def _queue(self, method: str, channel_id: str) -> _Queue | None:
        queue = self._queues.get((method, channel_id))
        if queue is not None and self._is_over(queue):
            del self._queues[method, channel_id]
            return None
        return queue

    def _is_over(self, queue: _Queue) -> bool:
        return max(queue.next_turn, queue.sent_away_until) + REMEMBERED_SECONDS < self._timer()

    def _make_room(self) -> None:
        """Forget what is over and, where that is not enough, what is over first."""
        for key in [key for key, queue in self._queues.items() if self._is_over(queue)]:
            del self._queues[key]
        while len(self._queues) >= MAX_CHANNELS:
            del self._queues[min(self._queues, key=lambda key: self._queues[key].next_turn)]

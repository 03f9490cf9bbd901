"""Response addresses: an act gives the bot half an hour to answer it, five times at most."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.playground.refusal import Refused

LIFE_SECONDS: Final = 30 * 60.0
MAX_USES: Final = 5
_MAX_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Origin:
    """What a response answers: somebody's command (no message), or their click or shortcut on a message."""

    person_id: str
    channel_id: str
    message_ts: str | None = None
    thread_ts: str | None = None


@dataclass(slots=True)
class _Address:
    origin: Origin
    issued_at: float
    uses: int = 0


@dataclass(slots=True)
class Responses:
    """Gives addresses out, by their last part, and counts how often each is used."""

    timer: Callable[[], float] = time.monotonic
    _issued: dict[str, _Address] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def issue(self, origin: Origin) -> str:
        """Return the last part of a new address."""
        key = f"R{next(self._numbers)}"
        self._issued[key] = _Address(origin, self.timer())
        for old in list(self._issued)[:-_MAX_KEPT]:
            del self._issued[old]
        return key

    def use(self, key: str) -> Origin | Refused:
        """Return what an address answers."""
        address = self._issued.get(key)
        if address is None:
            return Refused("invalid_url")
        if self.timer() - address.issued_at > LIFE_SECONDS:
            return Refused("expired_url")
        address.uses += 1
        return Refused("used_url") if address.uses > MAX_USES else address.origin

"""Triggers: whoever acts may be shown one form for it, within three seconds."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from bot.playground.refusal import Refused

LIFE_SECONDS: Final = 3.0
_MAX_KEPT: Final = 1_000


@dataclass(slots=True)
class Triggers:
    """Gives triggers out and takes each back once."""

    timer: Callable[[], float] = time.monotonic
    _issued: dict[str, tuple[str, float]] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def issue(self, person_id: str) -> str:
        """Return a trigger that belongs to somebody who has just acted."""
        trigger_id = f"{next(self._numbers)}.{person_id}"
        self._issued[trigger_id] = person_id, self.timer()
        for old in list(self._issued)[:-_MAX_KEPT]:
            del self._issued[old]
            self._taken.discard(old)
        return trigger_id

    def owner_of(self, trigger_id: str) -> str | None:
        """Return whose trigger it is, or was."""
        return self._issued.get(trigger_id, (None, 0.0))[0]

    def take(self, trigger_id: str) -> str | Refused:
        """Return the id of the person a trigger belongs to."""
        if trigger_id not in self._issued:
            return Refused("invalid_trigger_id")
        person_id, issued_at = self._issued[trigger_id]
        if trigger_id in self._taken:
            return Refused("exchanged_trigger_id")
        if self.timer() - issued_at > LIFE_SECONDS:
            return Refused("expired_trigger_id")
        self._taken.add(trigger_id)
        return person_id

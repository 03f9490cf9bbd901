"""How many questions one person may ask in a while; counted in memory, by each process for itself."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from cachetools import TTLCache

from bot.clock import Clock
from bot.errors import UserFacingError

MAX_QUESTIONS: Final = 30
PERIOD: Final = timedelta(minutes=1)
_MAX_PEOPLE: Final = 10_000
"""Of more people at once, those who were heard of least recently are counted anew."""

_Asker: TypeAlias = tuple[str, str]


class AskLimit:
    """Counts the questions of each person in each workspace over a sliding period."""

    def __init__(self, clock: Clock, most: int = MAX_QUESTIONS, period: timedelta = PERIOD) -> None:
        self._clock = clock
        self._most = most
        self._period = period
        self._asked: TTLCache[_Asker, deque[datetime]] = TTLCache(
            _MAX_PEOPLE, period.total_seconds(), timer=lambda: clock().timestamp()
        )

    def take(self, workspace_id: str, user_id: str) -> None:
        """Count one question of this person; what is refused is not counted.

        Raises:
            UserFacingError: they have asked as many as they may, with the seconds to wait.
        """
        now = self._clock()
        asked = self._asked.get((workspace_id, user_id)) or deque[datetime]()
        while asked and asked[0] <= now - self._period:
            asked.popleft()
        if len(asked) >= self._most:
            wait = max(1, round((asked[0] + self._period - now).total_seconds()))
            raise UserFacingError(
                f"That is {self._most} questions within a minute, more than I can take from one person."
                f" Please ask again in {wait} second{'s' * (wait > 1)}."
            )
        asked.append(now)
        self._asked[workspace_id, user_id] = asked  # put back, so that the period begins anew

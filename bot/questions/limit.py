"""How many questions one person may ask in a while; counted in memory, by each process for itself."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final, TypeAlias

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
        self._asked: OrderedDict[_Asker, list[float]] = OrderedDict()

    def take(self, workspace_id: str, user_id: str) -> None:
        """Count one question of this person; what is refused is not counted.

        Raises:
            UserFacingError: they have asked as many as they may, with the seconds to wait.
        """
        now, period = self._clock().timestamp(), self._period.total_seconds()
        asker = workspace_id, user_id
        asked = [moment for moment in self._asked.get(asker, ()) if moment > now - period]
        self._asked[asker] = asked
        self._asked.move_to_end(asker)
        if len(self._asked) > _MAX_PEOPLE:
            self._asked.popitem(last=False)
        if len(asked) >= self._most:
            wait = max(1, round(asked[0] + period - now))
            raise UserFacingError(
                f"That is {self._most} questions within a minute, more than I can take from one person."
                f" Please ask again in {wait} second{'s' * (wait > 1)}."
            )
        asked.append(now)

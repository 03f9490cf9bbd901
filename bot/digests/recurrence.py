"""When a digest is due: "every monday at 9:00" in a time zone, as moments. Pure.

A time that the clocks skip in spring is taken as if they had not been put forward yet; of a time that comes twice
in autumn the first is meant (RFC 5545, section 3.3.5): each due day has exactly one due moment.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.errors import UserFacingError
from bot.knowledge.matching import closest
from bot.knowledge.text import presentable
from bot.teams.days import MAX_SHOWN

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS: Final = {"day": tuple(range(7)), "weekday": tuple(range(5))}
_SHAPE: Final = re.compile(
    r"(?:every\s+)?(?P<days>.+?)\s+at\s+(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s*(?P<half>am|pm)?"
    r"(?:\s+(?P<zone>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)*))?",
    re.IGNORECASE,
)
_OF_MONTH: Final = re.compile(r"month(?:\s+on)?\s+the\s+(\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
_EXAMPLES: Final = "Write it like: every monday at 9:00, every weekday at 8:30, every month on the 1st at 9:00."


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days and a local time, in a time zone (IANA name).

    Either ``weekdays`` (0 is Monday) or ``day_of_month``; a month without that day has it on its last one.
    """

    weekdays: tuple[int, ...]
    day_of_month: int | None
    at: time
    zone: str

    def due_after(self, moment: datetime) -> datetime:
        """Return the first due moment after ``moment``, in UTC."""
        return next(due for due in self._dues_from(moment - timedelta(days=1)) if due > moment)

    def due_between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the due moments after ``after`` and not after ``until``, in order."""
        found: list[datetime] = []
        for due in self._dues_from(after - timedelta(days=1)):
            if due > until:
                return found
            if due > after:
                found.append(due)
        return found

    def in_words(self) -> str:
        """Return it as people write it; ``parse_recurrence`` reads it back."""
        if self.day_of_month is not None:
            days = f"month on the {_ordinal(self.day_of_month)}"
        else:
            groups = [name for name, weekdays in _GROUPS.items() if weekdays == self.weekdays]
            days = groups[0] if groups else " and ".join(_WEEKDAYS[number] for number in self.weekdays)
        return f"every {days} at {self.at.hour}:{self.at.minute:02} {self.zone}"

    def _dues_from(self, moment: datetime) -> Iterator[datetime]:
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        while True:
            if self._is_due_day(day):
                yield datetime.combine(day, self.at, zone).astimezone(UTC)
            day += timedelta(days=1)

    def _is_due_day(self, day: date) -> bool:
        if self.day_of_month is None:
            return day.weekday() in self.weekdays
        return day.day == min(self.day_of_month, calendar.monthrange(day.year, day.month)[1])


def parse_recurrence(text: str, default_zone: str) -> Recurrence:
    """Return what ``text`` says; without a zone it is ``default_zone``.

    Raises:
        UserFacingError: it is no schedule, names no time of day, or a zone that does not exist.
    """
    found = _SHAPE.fullmatch(" ".join(text.split()))
    if found is None:
        raise UserFacingError(f"“{_shown(text)}” is not a schedule. {_EXAMPLES}")
    weekdays, day_of_month = _days(found["days"], text)
    zone = zone_named(found["zone"]) if found["zone"] else default_zone
    return Recurrence(weekdays, day_of_month, _time(found), zone)


def _days(words: str, text: str) -> tuple[tuple[int, ...], int | None]:
    of_month = _OF_MONTH.fullmatch(words)
    if of_month:
        number = int(of_month.group(1))
        if not 1 <= number <= 31:  # noqa: PLR2004 (days of the longest month)
            raise UserFacingError(f"No month has a day {number}. {_EXAMPLES}")
        return (), number
    if words.lower() in _GROUPS:
        return _GROUPS[words.lower()], None
    named = [part for part in re.split(r"\s*(?:,|and|&)\s*", words.lower()) if part]
    numbers = {
        number for part in named for number, name in enumerate(_WEEKDAYS) if part in {name, name[:3], f"{name}s"}
    }
    if not named or len(numbers) < len(set(named)):
        raise UserFacingError(f"“{_shown(words)}” is not a day, in “{_shown(text)}”. {_EXAMPLES}")
    return tuple(sorted(numbers)), None


def _time(found: re.Match[str]) -> time:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    if half and 1 <= hour <= 12:  # noqa: PLR2004 (hours on a clock's face)
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise UserFacingError(f"{hour}:{minute:02} is not a time of day. {_EXAMPLES}") from None


def zone_named(name: str) -> str:
    """Return a time zone as the IANA writes it, whatever the case of ``name``.

    Raises:
        UserFacingError: there is none; about "zone".
    """
    name = name.strip()
    known = {zone.casefold(): zone for zone in _zones()}
    if name.casefold() not in known:
        similar = closest(name, _zones())
        hint = f" Did you mean {' or '.join(similar)}?" if similar else " Write it like Europe/Berlin."
        raise UserFacingError(f"There is no time zone “{_shown(name)}”.{hint}", about="zone")
    try:
        return ZoneInfo(known[name.casefold()]).key
    except ZoneInfoNotFoundError:
        raise UserFacingError(
            f"There is no time zone “{_shown(name)}”. Write it like Europe/Berlin.", about="zone"
        ) from None


def _shown(text: str) -> str:
    return presentable(text, MAX_SHOWN)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _ordinal(number: int) -> str:
    if 11 <= number <= 13:  # noqa: PLR2004 (eleventh to thirteenth)
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"

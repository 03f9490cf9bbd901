"""Days as people write them: ``2026-12-24``, ``24 Dec``, ``tomorrow``, ``next friday``. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import UserFacingError
from bot.knowledge.text import presentable

MAX_AHEAD: Final = timedelta(days=3 * 366)
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
"""Nobody means a day outside these years, and not every database and time zone could keep it."""

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EXAMPLE: Final = "Write it like 2026-12-24, 24 Dec, tomorrow or next Friday."
_MONTH: Final = rf"(?P<month>{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)}|sept)\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_SHAPES: Final = tuple(
    re.compile(shape, re.ASCII)
    for shape in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        rf"{_DAY}\.?[ -]?(?:of )?{_MONTH}(?:,?[ -](?P<year>\d{{4}}))?",
        rf"{_MONTH}[ -]?{_DAY}(?:,?[ -](?P<year>\d{{4}}))?",
    )
)
"""All of them exact: ``03/04/2026`` is two days, depending on whom you ask, and ``32 May`` is none."""

MAX_SHOWN: Final = 60
"""Characters of what somebody wrote that are shown to them again."""


def parse_day(text: str, today: date) -> date:
    """Return the day that ``text`` names; one without a year is the next such day, from ``today`` on.

    Raises:
        UserFacingError: it names no day, or one that does not exist; the message shows how to write it.
    """
    words = " ".join(text.lower().split())
    if words in {"today", "tomorrow"}:
        return today + timedelta(days=words == "tomorrow")
    weekday = words.removeprefix("next ").removeprefix("on ")
    found = [number for number, name in enumerate(_WEEKDAYS) if weekday in {name, name[:3]}]
    if found:
        return today + timedelta(days=(found[0] - today.weekday() - 1) % 7 + 1)
    day = _calendar_day(words, today)
    if day is None:
        raise UserFacingError(f"“{_shown(text)}” is not a day. {_EXAMPLE}")
    _require_near(day, text)
    return day


def parse_future_day(text: str, today: date) -> date:
    """Return the day that ``text`` names, which must come after ``today``.

    Raises:
        UserFacingError: as ``parse_day``, or the day is past, today, or more than three years away.
    """
    day = parse_day(text, today)
    if day <= today:
        raise UserFacingError(f"“{_shown(text)}” is {day.isoformat()}, which is not in the future. {_EXAMPLE}")
    if day - today > MAX_AHEAD:
        raise UserFacingError(f"“{_shown(text)}” is {day.isoformat()}, more than three years away.")
    return day


def parse_moment(text: str, now: datetime) -> datetime:
    """Return a moment: an ISO date-time, or the end of the day that ``text`` names (the past, too).

    Without a zone it is UTC. ``UserFacingError`` as in ``parse_day``.
    """
    words = text.strip()
    try:
        moment = datetime.fromisoformat(words) if len(words) > len("2026-12-24") else None
    except ValueError:
        moment = None
    if moment is None:
        next_day = parse_day(text, now.date()) + timedelta(days=1)
        return start_of(next_day, UTC) - timedelta(microseconds=1)
    _require_near(moment, text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def zone_called(name: str) -> tzinfo:
    """Return a time zone by its IANA name, UTC where that is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _calendar_day(words: str, today: date) -> date | None:
    match = next((found for shape in _SHAPES if (found := shape.fullmatch(words))), None)
    if match is None:
        return None
    named, day = match["month"], int(match["day"])
    month = int(named) if named.isdigit() else 1 + [name[:3] for name in _MONTHS].index(named[:3])
    if match["year"]:
        return next(_existing([int(match["year"])], month, day), None)
    # A leap day comes back after eight years at the latest.
    coming = _existing(range(today.year, today.year + 9), month, day)
    return next((one for one in coming if one >= today), None)


def _existing(years: Iterable[int], month: int, day: int) -> Iterator[date]:
    for year in years:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _require_near(day: date, text: str) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UserFacingError(
            f"“{_shown(text)}” is not between the years {FIRST_YEAR} and {LAST_YEAR}. {_EXAMPLE}"
        )


def _shown(text: str) -> str:
    return presentable(text, MAX_SHOWN)

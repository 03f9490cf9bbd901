"""Coverage over time in words, for messages, for the terminal, and for those who do not see the picture."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from bot.digests.model import Snapshot

NO_TREND: Final = "There is no trend yet: it begins with the second day."
_BARS: Final = "▁▂▃▄▅▆▇█"
_WEEK: Final = 7
_BEFORE: Final = (
    ("a week ago", 7),
    ("a month ago", 30),
    ("three months ago", 91),
    ("half a year ago", 182),
    ("a year ago", 365),
    ("two years ago", 729),
)
_NEAR: Final = timedelta(days=10)
"""A day so long before the one that is meant may stand for it, where that one is missing."""


def trend_words(trend: Sequence[Snapshot]) -> str:
    """Return how coverage developed from the first to the last of these days, oldest first."""
    scored = [(one.day, one.score) for one in trend if one.score is not None]
    if len(scored) < 2:  # noqa: PLR2004 (a trend needs two)
        return NO_TREND
    (first, before), (last, now) = scored[0], scored[-1]
    if now == before:
        return f"Coverage is {now:g} %, as on {_day(first)}."
    verb = "rose" if now > before else "fell"
    return f"Coverage {verb} from {before:g} % on {_day(first)} to {now:g} % on {_day(last)}."


def trend_bars(trend: Sequence[Snapshot]) -> str:
    """Return a bar for each week, the latest last, from 0 % to 100 %; a dot where nothing is known."""
    scored = [(one.day, one.score) for one in trend if one.score is not None]
    if len(scored) < 2:  # noqa: PLR2004 (see above)
        return ""
    last = scored[-1][0]
    by_week = {(last - day).days // _WEEK: score for day, score in scored}  # the last day of a week stands for it
    return "".join(_bar(by_week.get(week)) for week in range(max(by_week), -1, -1))


def before_words(history: Sequence[Snapshot], today: date) -> str:
    """Return what the score was a week, a month … two years ago, as far as that is known; may be empty."""
    return ", ".join(_before(history, today))


def _before(history: Sequence[Snapshot], today: date) -> Iterator[str]:
    for words, days in _BEFORE:
        meant = today - timedelta(days=days)
        near = [one.score for one in history if meant - _NEAR <= one.day <= meant and one.score is not None]
        if near:
            yield f"{near[-1]:g} % {words}"


def _bar(score: float | None) -> str:
    return "·" if score is None else _BARS[min(int(score / 100 * len(_BARS)), len(_BARS) - 1)]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

"""Stretches of time, from a moment on and before another one (none: without end). Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Period(NamedTuple):
    """From ``since`` on, and before ``until``."""

    since: datetime
    until: datetime | None

    def overlaps(self, other: "Period") -> bool:
        """Tell whether there is a moment in both."""
        begins_before = other.until is None or self.since < other.until
        return begins_before and (self.until is None or other.since < self.until)


def remaining(whole: Period, taken: Iterable[Period]) -> list[Period]:
    """Return what is left of ``whole`` without all of ``taken``, in order."""
    left: list[Period] = []
    since: datetime | None = whole.since
    for one in sorted(taken, key=lambda period: period.since):
        if since is None or not one.overlaps(Period(since, whole.until)):
            continue
        if since < one.since:
            left.append(Period(since, one.since))
        since = one.until
    if since is not None and (whole.until is None or since < whole.until):
        left.append(Period(since, whole.until))
    return left

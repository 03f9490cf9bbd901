"""The clock as a value that is passed in: tests and time travel bring their own."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the present moment, time-zone-aware."""


def system_clock() -> datetime:
    """Return now in UTC."""
    return datetime.now(UTC)

"""Slack's no, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """Something was not taken; ``error`` is Slack's own word for why."""

    error: str

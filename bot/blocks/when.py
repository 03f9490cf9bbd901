"""Moments in words."""

from datetime import datetime


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago ``moment`` was, in whole days: "today", "yesterday", "12 days ago"."""
    days = (now - moment).days
    if days < 1:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"

"""Where people meet the bot: kept with every question and every change."""

from enum import StrEnum


class Surface(StrEnum):
    """Where something was asked or changed."""

    SLASH = "slash"
    MENTION = "mention"
    DIRECT = "direct"
    SHORTCUT = "shortcut"
    """The shortcut on somebody's message."""
    MESSAGE = "message"
    """A button or select in a message."""
    MODAL = "modal"
    HOME = "home"
    TERMINAL = "terminal"
    FILE = "file"
    SCHEDULE = "schedule"
    """By itself, when it was due."""

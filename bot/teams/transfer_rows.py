"""What a file says about ownership, row by row, before any of it is believed. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: the file's name, and the line in it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row as somebody wrote it: a team, and perhaps who holds a persona for it.

    Without ``team`` it is about the whole organisation. Of the team's own parts, none means that the row does not
    say, an empty value that there is none. ``persona`` and ``assignee`` are both empty where the row only
    describes the team. ``valid_until`` is none where the file has no such column.
    """

    place: Place
    team: str = ""
    parent: str | None = None
    aliases: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    members: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None
    persona: str = ""
    assignee: str = ""
    rank: str = ""
    valid_from: str = ""
    valid_until: str | None = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and why: the value, and the fix."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class ImportRules:
    """How a file is taken.

    Attributes:
        prune: Whether what the file does not have is ended or archived.
        teams_only: Whether the source knows neither who holds what nor every name of a team, as a catalogue of
            software does: assignments stay as they are, names are added, people it lists in vain are only noted.
    """

    prune: bool = False
    teams_only: bool = False

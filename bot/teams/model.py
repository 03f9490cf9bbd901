"""The nouns of ownership: teams, assignments, owners, people."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

_USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP_ID: Final = re.compile(r"S[A-Z0-9]{2,20}")


class Rank(StrEnum):
    """Who is asked first: the backup only where the primary cannot be."""

    PRIMARY = "primary"
    BACKUP = "backup"


class AssigneeType(StrEnum):
    """What holds a persona: one person, or a Slack user group that stands for several."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True, order=True)
class Assignee:
    """A Slack user or user group, by id; names are Slack's business."""

    type: AssigneeType
    id: str

    def __post_init__(self) -> None:
        pattern = _USER_ID if self.type is AssigneeType.USER else _GROUP_ID
        if not pattern.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is not a Slack {self.type} id")

    @classmethod
    def from_id(cls, slack_id: str) -> "Assignee":
        """Return the assignee of an id as Slack writes it (``U…``/``W…`` users, ``S…`` groups).

        Raises:
            ValueError: the id is of neither kind.
        """
        return cls(AssigneeType.GROUP if slack_id.startswith("S") else AssigneeType.USER, slack_id)


@dataclass(frozen=True, slots=True)
class Team:
    """A group of people that owns part of the cloud bill; ``parent_id`` makes teams a tree."""

    id: str
    name: str
    parent_id: str | None = None
    aliases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What people may call it, its own name first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Cell:
    """A persona for a team (``team_id`` none: for the whole organisation)."""

    persona_key: str
    team_id: str | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignee holds a persona for a team.

    Valid from ``valid_from`` on and before ``valid_until`` (none: open). Never overwritten: ending one sets
    ``valid_until``, so that "who was it in March" keeps its answer.
    """

    id: str
    cell: Cell
    assignee: Assignee
    rank: Rank
    valid_from: datetime
    valid_until: datetime | None
    assigned_by: str
    assigned_at: datetime

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether it holds at ``moment``."""
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)


Via: TypeAlias = Literal["team", "parent", "organisation"]
SkipReason: TypeAlias = Literal["deactivated"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is asked, and how that was found: ``team`` is the one whose assignment it is (none: organisation)."""

    assignee: Assignee
    rank: Rank
    via: Via
    team: Team | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who holds the persona but is not asked, and why; ``name`` is untrusted text."""

    assignee: Assignee
    name: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who answers for a persona and team: an owner, or nobody (a coverage gap), and who was passed over.

    ``is_checked`` is false where Slack could not be asked whether the owner is still there.
    """

    owner: Owner | None
    skipped: tuple[Skipped, ...] = ()
    is_checked: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack knows of a user; ``name`` is untrusted text."""

    id: str
    name: str
    is_active: bool = True
    is_admin: bool = False

"""The nouns of ownership: teams, assignments, absences, owners, people."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from bot.surface import Surface

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
class Actor:
    """Who changes something, and where; ``user_id`` is a Slack user's, or names the terminal."""

    workspace_id: str
    user_id: str
    surface: Surface


@dataclass(frozen=True, slots=True)
class Team:
    """A group of people that owns part of the cloud bill; ``parent_id`` makes teams a tree.

    ``members`` and ``leads`` are ids of people and of user groups. ``version`` grows with every change of the
    team, so that two people who edit it at once do not undo each other's work.
    """

    id: str
    name: str
    parent_id: str | None = None
    aliases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    version: int = 1

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
    ``valid_until``, so that "who was it in March" keeps its answer. ``confirmed_at`` is when somebody last said
    that it is still true; assigning says so, too.
    """

    id: str
    cell: Cell
    assignee: Assignee
    rank: Rank
    valid_from: datetime
    valid_until: datetime | None
    assigned_by: str
    assigned_at: datetime
    confirmed_at: datetime

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether it holds at ``moment``."""
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from ``since`` on and before ``until``; ``cover_id`` is the person asked meanwhile."""

    id: str
    user_id: str
    since: datetime
    until: datetime
    cover_id: str | None = None


Via: TypeAlias = Literal["team", "parent", "organisation"]
SkipReason: TypeAlias = Literal[
    "deactivated", "unknown", "bot", "guest", "external", "away", "empty_group", "disabled_group"
]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is asked, and how that was found: ``team`` is the one whose assignment it is (none: organisation).

    ``covers`` is the person they stand in for. ``is_stale`` tells that nobody has confirmed the assignment for
    longer than the review period.
    """

    assignee: Assignee
    rank: Rank
    via: Via
    team: Team | None
    confirmed_at: datetime
    is_stale: bool = False
    covers: Assignee | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who holds the persona but is not asked, and why; ``name`` is untrusted text.

    ``until`` is when somebody who is away comes back.
    """

    assignee: Assignee
    name: str
    reason: SkipReason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who answers for a persona and team: an owner, or nobody (a coverage gap), and who was passed over.

    ``is_checked`` is false where Slack could not be asked whether the owner is still there. ``at`` is the moment
    it is true for, if that is not now.
    """

    owner: Owner | None
    skipped: tuple[Skipped, ...] = ()
    is_checked: bool = True
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What Slack knows of a user; ``name`` is untrusted text.

    A guest is a restricted account of this workspace; ``is_external`` marks people of other organisations, met
    in shared channels, ``is_bot`` the accounts of apps, which Slack lists among people. ``time_zone`` is an IANA
    name.
    """

    id: str
    name: str
    is_active: bool = True
    is_admin: bool = False
    is_guest: bool = False
    is_external: bool = False
    is_bot: bool = False
    time_zone: str = "UTC"

    @property
    def is_outsider(self) -> bool:
        """Whether the names of owners are none of their business."""
        return self.is_guest or self.is_external


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group: ``handle`` without ``@``, the ids of its members."""

    id: str
    handle: str
    members: frozenset[str]
    is_active: bool = True

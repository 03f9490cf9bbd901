"""The audit log: who changed what, from what to what, when, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from bot.surface import Surface

Facts: TypeAlias = Mapping[str, str | list[str] | None]
"""What was true of the thing before or after, as JSON keeps it."""


class Action(StrEnum):
    """What was done."""

    TEAM_ADDED = "team.added"
    TEAM_CHANGED = "team.changed"
    TEAM_MERGED = "team.merged"
    TEAM_ARCHIVED = "team.archived"
    ASSIGNED = "assignment.added"
    ASSIGNMENT_CHANGED = "assignment.changed"
    ASSIGNMENT_ENDED = "assignment.ended"
    ASSIGNMENT_CONFIRMED = "assignment.confirmed"
    AWAY = "absence.added"
    BACK = "absence.ended"
    DIGEST_ADDED = "digest.added"
    DIGEST_PAUSED = "digest.paused"
    DIGEST_RESUMED = "digest.resumed"
    DIGEST_REMOVED = "digest.removed"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change.

    ``team_id`` and ``persona_key`` say what it was about; ``before`` and ``after`` are empty where there was
    nothing. Ids sort in the order in which the changes were made.
    """

    id: str
    at: datetime
    actor_id: str
    surface: Surface
    action: Action
    team_id: str | None
    team_name: str | None
    persona_key: str | None
    before: Facts
    after: Facts

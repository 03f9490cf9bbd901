"""Use cases of privacy: what is kept about a person, forgetting them, and deleting what has become old."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

from bot.clock import Clock
from bot.errors import UserFacingError
from bot.teams.model import Actor

BATCH: Final = 1_000
"""Rows that are deleted in one transaction: nobody waits long for it."""

FORGOTTEN: Final = "U0FORGOTTEN"
"""Stands where somebody was named who is forgotten; no account has this id."""

_USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,20}")

Kept: TypeAlias = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table, as JSON can hold them."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of a person was removed; ``renamed`` counts what others keep and that named them."""

    questions: int
    messages: int
    feedback: int
    absences: int
    memberships: int
    assignments: int
    requests: int
    renamed: int

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was known of them."""
        return self == Forgotten(0, 0, 0, 0, 0, 0, 0, 0)


class PrivacyStore(Protocol):
    """What is kept about people, wherever it is; every call is one transaction about one workspace."""

    async def kept(self, workspace_id: str, user_id: str) -> Kept:
        """Return everything that names a person."""

    async def forget(self, by: Actor, user_id: str, at: datetime) -> Forgotten:
        """Remove what a person asked and said, end what they hold, and name them nowhere but in the audit log."""

    async def delete_before(self, workspace_id: str, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` questions, with what was said of them, and as many messages; return how many."""


class PrivacyService:
    """Looks after what is kept about people."""

    def __init__(self, store: PrivacyStore, retention: timedelta, clock: Clock) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock

    async def kept(self, workspace_id: str, user_id: str) -> Kept:
        """Return everything that names a person; ``UserFacingError`` if that is not the id of one."""
        return await self._store.kept(workspace_id, _checked(user_id))

    async def forget(self, by: Actor, user_id: str) -> Forgotten:
        """Forget a person; ``UserFacingError`` if that is not the id of one."""
        return await self._store.forget(by, _checked(user_id), self._clock())

    async def delete_old(self, workspace_id: str) -> int:
        """Delete the questions and messages that are kept no longer, batch by batch; return how many."""
        before, total = self._clock() - self._retention, 0
        while deleted := await self._store.delete_before(workspace_id, before, BATCH):
            total += deleted
        return total


def _checked(user_id: str) -> str:
    if not _USER_ID.fullmatch(user_id):
        raise UserFacingError(
            f"“{user_id}” is not the id of a person: it begins with U or W and is in their profile, under “⋮”."
        )
    return user_id

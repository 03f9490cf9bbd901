"""The audit log in the database: written in the transaction of the change it tells of, read newest first."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.storage.engine import reading
from bot.storage.tables import AuditRow
from bot.surface import Surface
from bot.teams.audit import Action, AuditEntry, Facts
from bot.teams.model import Actor, Assignment, Team

_NOTHING: Facts = {}
_NUMBERS: Final = itertools.count()
"""Keeps the order of what one process changes within a microsecond."""


@dataclass(slots=True)
class AuditTrail:
    """The changes of one transaction; ``save`` writes them all."""

    by: Actor
    at: datetime
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _ids: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        microseconds = int(self.at.timestamp() * 1_000_000)
        suffix = uuid4().hex[:10]  # two processes may change something in the same microsecond
        self._ids = (f"{microseconds:014x}{number % 16**8:08x}{suffix}" for number in _NUMBERS)

    def add(
        self,
        action: Action,
        *,
        team: tuple[str, str] | None = None,
        persona_key: str | None = None,
        before: Facts = _NOTHING,
        after: Facts = _NOTHING,
    ) -> None:
        """Note one change; ``team`` is its id and name."""
        self._rows.append(
            {
                "workspace_id": self.by.workspace_id,
                "id": next(self._ids),
                "at": self.at,
                "actor_id": self.by.user_id,
                "surface": self.by.surface.value,
                "action": action.value,
                "team_id": team[0] if team else None,
                "team_name": team[1] if team else None,
                "persona_key": persona_key,
                "before": json.dumps(before, ensure_ascii=False),
                "after": json.dumps(after, ensure_ascii=False),
            }
        )

    async def save(self, session: AsyncSession) -> None:
        """Write what was noted since the last time."""
        if self._rows:
            rows, self._rows = self._rows, []
            await session.execute(insert(AuditRow), rows)


class SqlAuditLog:
    """The ``AuditLog`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def entries(
        self, workspace_id: str, *, team_id: str | None = None, limit: int = 50
    ) -> Sequence[AuditEntry]:
        """See ``AuditLog``."""
        query = select(AuditRow).where(AuditRow.workspace_id == workspace_id)
        if team_id is not None:
            query = query.where(AuditRow.team_id == team_id)
        async with reading(self._engine) as session:
            return [_entry(row) for row in await session.scalars(query.order_by(AuditRow.id.desc()).limit(limit))]


def team_facts(team: Team, parent_name: str | None) -> Facts:
    """Return what the log keeps of a team; what is empty is left out."""
    facts: dict[str, str | list[str] | None] = {
        "name": team.name,
        "parent": parent_name,
        "aliases": list(team.aliases),
        "channels": list(team.channels),
        "members": list(team.members),
        "leads": list(team.leads),
    }
    return {name: value for name, value in facts.items() if value}


def assignment_facts(assignment: Assignment) -> Facts:
    """Return what the log keeps of an assignment."""
    facts: dict[str, str | list[str] | None] = {
        "assignee": assignment.assignee.id,
        "rank": assignment.rank.value,
        "valid_from": assignment.valid_from.isoformat(),
    }
    if assignment.valid_until:
        facts["valid_until"] = assignment.valid_until.isoformat()
    return facts


def changed_facts(before: Facts, after: Facts) -> tuple[Facts, Facts]:
    """Return both without what is the same in them."""
    same = {name for name in before if before[name] == after.get(name)}
    return _without(before, same), _without(after, same)


def _without(facts: Facts, names: Iterable[str]) -> Facts:
    left_out = set(names)
    return {name: value for name, value in facts.items() if name not in left_out}


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        surface=Surface(row.surface),
        action=Action(row.action),
        team_id=row.team_id,
        team_name=row.team_name,
        persona_key=row.persona_key,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )

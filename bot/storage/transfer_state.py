"""All teams and assignments of a workspace, read in one query per table."""

from collections.abc import AsyncIterator, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import AssignmentRow, AuditRow, TeamChannelRow, TeamMemberRow, TeamNameRow, TeamRow
from bot.teams.audit import Action
from bot.teams.model import Assignee, AssigneeType, Assignment, Cell, Rank, Team

_OWNERSHIP: Final = tuple(
    one.value
    for one in Action
    if one.value.startswith(("team.", "assignment.")) and one is not Action.ASSIGNMENT_CONFIRMED
)
"""Changes that make a plan wrong."""

BATCH: Final = 1_000
"""Rows read or written at a time: fast enough, and little to hold in memory."""

T = TypeVar("T", bound=Hashable)


async def count_changes(session: AsyncSession, workspace_id: str) -> int:
    """Return how often teams and assignments were changed; the log is only ever added to."""
    query = select(func.count()).where(AuditRow.workspace_id == workspace_id, AuditRow.action.in_(_OWNERSHIP))
    return await session.scalar(query) or 0


async def read_teams(session: AsyncSession, workspace_id: str) -> tuple[Team, ...]:
    """Return the teams in use, by name."""
    query = (
        select(TeamRow.id, TeamRow.name, TeamRow.parent_id, TeamRow.version)
        .where(TeamRow.workspace_id == workspace_id, TeamRow.archived_at.is_(None))
        .order_by(TeamRow.sort_key, TeamRow.id)
    )
    rows = [row async for row in _rows(session, query)]
    ids = {row.id: row.id for row in rows}
    aliases = await _parts(
        session,
        ids,
        select(TeamNameRow.team_id, TeamNameRow.name)
        .where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.position > 0)
        .order_by(TeamNameRow.team_id, TeamNameRow.position),
    )
    channels = await _parts(
        session,
        ids,
        select(TeamChannelRow.team_id, TeamChannelRow.channel_id)
        .where(TeamChannelRow.workspace_id == workspace_id)
        .order_by(TeamChannelRow.team_id, TeamChannelRow.channel_id),
    )
    members, leads = [
        await _parts(
            session,
            ids,
            select(TeamMemberRow.team_id, TeamMemberRow.member_id)
            .where(TeamMemberRow.workspace_id == workspace_id, TeamMemberRow.role == role)
            .order_by(TeamMemberRow.team_id, TeamMemberRow.member_id),
        )
        for role in ("member", "lead")
    ]
    return tuple(
        Team(
            row.id,
            row.name,
            ids.get(row.parent_id, row.parent_id),
            aliases.get(row.id, ()),
            channels.get(row.id, ()),
            members.get(row.id, ()),
            leads.get(row.id, ()),
            row.version,
        )
        for row in rows
    )


async def read_assignments(
    session: AsyncSession, workspace_id: str, since: datetime, teams: Iterable[Team]
) -> tuple[Assignment, ...]:
    """Return what ends at ``since`` or later, or never, without what never holds; in a stable order."""
    table = AssignmentRow
    query = (
        select(
            table.id,
            table.team_id,
            table.persona_key,
            table.assignee_type,
            table.assignee_id,
            table.rank,
            table.valid_from,
            table.valid_until,
            table.assigned_by,
            table.assigned_at,
            table.confirmed_at,
        )
        .where(table.workspace_id == workspace_id, or_(table.valid_until.is_(None), table.valid_until >= since))
        .where(or_(table.valid_until.is_(None), table.valid_until > table.valid_from))
        .order_by(table.persona_key, table.rank.desc(), table.valid_from, table.id)
    )
    once = _Once()
    for team in teams:
        once(team.id)
    return tuple([_assignment(row, once) async for row in _rows(session, query)])


class _Once:
    """Keeps equal values once: there are very many moments and people, and few different ones."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def __call__(self, value: T) -> T:
        known: T = self._known.setdefault(value, value)
        return known


def _assignment(row: Row[Any], once: _Once) -> Assignment:
    return Assignment(
        id=row.id,
        cell=once(Cell(once(row.persona_key), once(row.team_id))),
        assignee=once(Assignee(AssigneeType(row.assignee_type), row.assignee_id)),
        rank=Rank(row.rank),
        valid_from=once(row.valid_from),
        valid_until=once(row.valid_until),
        assigned_by=once(row.assigned_by),
        assigned_at=once(row.assigned_at),
        confirmed_at=once(row.confirmed_at),
    )


async def _rows(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> AsyncIterator[Row[*tuple[Any, ...]]]:
    """Yield the rows of a query, a batch of them in memory; to wait for each by itself takes far longer."""
    result = await session.stream(query)
    async for rows in result.partitions(BATCH):
        for row in rows:
            yield row


async def _parts(
    session: AsyncSession, ids: Mapping[str, str], query: Select[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the second column of ``query`` by the first, which is a team's id."""
    found: dict[str, tuple[str, ...]] = {}
    async for team_id, part in _rows(session, query):
        known = ids.get(team_id, team_id)
        found[known] = (*found.get(known, ()), part)
    return found

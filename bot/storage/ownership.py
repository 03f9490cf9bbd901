"""Teams and assignments in the database; each method is one transaction about one workspace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import and_, false, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import UserFacingError
from bot.storage.engine import reading, writing
from bot.storage.tables import AssignmentRow, TeamChannelRow, TeamNameRow, TeamRow
from bot.storage.workspaces import lock_workspace
from bot.teams.model import Assignee, AssigneeType, Assignment, Cell, Rank, Team
from bot.teams.naming import key_of

_MAX_DEPTH: Final = 32
"""Ancestors followed at most: a guard against a cycle, far above any real organisation."""


class SqlOwnershipStore:
    """The ``OwnershipStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_team(self, workspace_id: str, team: Team, by: str, at: datetime) -> None:
        """See ``OwnershipStore``."""
        try:
            async with writing(self._engine) as session:
                await lock_workspace(session, self._engine, workspace_id, at)
                await _refuse_taken(session, workspace_id, team)
                session.add(
                    TeamRow(
                        workspace_id=workspace_id,
                        id=team.id,
                        name=team.name,
                        parent_id=team.parent_id,
                        created_by=by,
                        created_at=at,
                    )
                )
                await session.flush()
                session.add_all(_name_rows(workspace_id, team))
                session.add_all(
                    TeamChannelRow(workspace_id=workspace_id, channel_id=channel, team_id=team.id)
                    for channel in team.channels
                )
        except IntegrityError as error:
            raise UserFacingError(f"“{team.name}” could not be added: its parent team is gone.") from error

    async def teams(self, workspace_id: str) -> Sequence[Team]:
        """See ``OwnershipStore``."""
        async with reading(self._engine) as session:
            rows = await session.scalars(select(TeamRow).where(TeamRow.workspace_id == workspace_id))
            return sorted(await _with_names(session, workspace_id, list(rows)), key=lambda team: key_of(team.name))

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """See ``OwnershipStore``."""
        async with reading(self._engine) as session:
            named = select(TeamNameRow.name_key, TeamRow).join(
                TeamRow, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamNameRow.team_id)
            )
            rows = await session.execute(
                named.where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.name_key.in_(keys))
            )
            found = {row.name_key: row.TeamRow for row in rows}
            teams = await _with_names(session, workspace_id, {row.id: row for row in found.values()}.values())
            by_id = {team.id: team for team in teams}
            return {key: by_id[row.id] for key, row in found.items()}

    async def team_of_channel(self, workspace_id: str, channel_id: str) -> Team | None:
        """See ``OwnershipStore``."""
        async with reading(self._engine) as session:
            owned = select(TeamChannelRow.team_id).where(
                TeamChannelRow.workspace_id == workspace_id, TeamChannelRow.channel_id == channel_id
            )
            rows = await session.scalars(
                select(TeamRow).where(TeamRow.workspace_id == workspace_id, TeamRow.id.in_(owned))
            )
            return next(iter(await _with_names(session, workspace_id, list(rows))), None)

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """See ``OwnershipStore``."""
        async with reading(self._engine) as session:
            line = await _lineage(session, workspace_id, team_id)
            return await _with_names(session, workspace_id, line)

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """See ``OwnershipStore``."""
        known = [team_id for team_id in team_ids if team_id is not None]
        place = or_(
            AssignmentRow.team_id.in_(known), AssignmentRow.team_id.is_(None) if None in team_ids else false()
        )
        query = (
            select(AssignmentRow)
            .where(AssignmentRow.workspace_id == workspace_id, place, AssignmentRow.valid_from <= at)
            .where(or_(AssignmentRow.valid_until.is_(None), AssignmentRow.valid_until > at))
            .order_by(
                AssignmentRow.persona_key, AssignmentRow.rank.desc(), AssignmentRow.valid_from, AssignmentRow.id
            )
        )
        if persona_key is not None:
            query = query.where(AssignmentRow.persona_key == persona_key)
        async with reading(self._engine) as session:
            return [_assignment(row) for row in await session.scalars(query)]

    async def assign(self, workspace_id: str, assignment: Assignment) -> Assignment | None:
        """See ``OwnershipStore``."""
        async with writing(self._engine) as session:
            await lock_workspace(session, self._engine, workspace_id, assignment.assigned_at)
            open_rows = await _open_rows(session, workspace_id, assignment.cell)
            replaced = None
            for row in open_rows:
                same_person = row.assignee_id == assignment.assignee.id
                former_primary = row.rank == assignment.rank == Rank.PRIMARY
                if same_person or former_primary:
                    row.valid_until, row.ended_by = assignment.valid_from, assignment.assigned_by
                    replaced = _assignment(row) if not same_person else replaced
            session.add(
                AssignmentRow(
                    workspace_id=workspace_id,
                    id=assignment.id,
                    team_id=assignment.cell.team_id,
                    persona_key=assignment.cell.persona_key,
                    assignee_type=assignment.assignee.type.value,
                    assignee_id=assignment.assignee.id,
                    rank=assignment.rank.value,
                    valid_from=assignment.valid_from,
                    valid_until=assignment.valid_until,
                    assigned_by=assignment.assigned_by,
                    assigned_at=assignment.assigned_at,
                )
            )
            return replaced

    async def unassign(self, workspace_id: str, cell: Cell, assignee: Assignee, by: str, at: datetime) -> bool:
        """See ``OwnershipStore``."""
        async with writing(self._engine) as session:
            await lock_workspace(session, self._engine, workspace_id, at)
            rows = await _open_rows(session, workspace_id, cell)
            held = [row for row in rows if row.assignee_id == assignee.id]
            for row in held:
                row.valid_until, row.ended_by = at, by
            return bool(held)


async def _refuse_taken(session: AsyncSession, workspace_id: str, team: Team) -> None:
    keys = {key_of(name): name for name in reversed(team.names)}
    taken = await session.execute(
        select(TeamNameRow.name_key, TeamRow.name)
        .join(TeamRow, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamNameRow.team_id))
        .where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.name_key.in_(keys))
    )
    for key, owner in taken:
        raise UserFacingError(f"“{keys[key]}” already names the team {owner}: choose another name.")
    channels = await session.execute(
        select(TeamChannelRow.channel_id, TeamRow.name)
        .join(TeamRow, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamChannelRow.team_id))
        .where(TeamChannelRow.workspace_id == workspace_id, TeamChannelRow.channel_id.in_(team.channels))
    )
    for channel, owner in channels:
        raise UserFacingError(f"The channel {channel} already belongs to the team {owner}.")


def _name_rows(workspace_id: str, team: Team) -> Iterable[TeamNameRow]:
    by_key = {key_of(name): name for name in reversed(team.names)}
    ordered = sorted(by_key.items(), key=lambda item: team.names.index(item[1]))
    for position, (key, name) in enumerate(ordered):
        yield TeamNameRow(workspace_id=workspace_id, name_key=key, name=name, position=position, team_id=team.id)


async def _lineage(session: AsyncSession, workspace_id: str, team_id: str) -> list[TeamRow]:
    line: list[TeamRow] = []
    next_id: str | None = team_id
    while next_id is not None and len(line) < _MAX_DEPTH and all(row.id != next_id for row in line):
        row = await session.get(TeamRow, (workspace_id, next_id))
        if row is None:
            break
        line.append(row)
        next_id = row.parent_id
    return line


async def _with_names(session: AsyncSession, workspace_id: str, rows: Collection[TeamRow]) -> list[Team]:
    """Return the teams of ``rows``, in their order, with aliases and channels from two more queries."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    names = await session.execute(
        select(TeamNameRow.team_id, TeamNameRow.name)
        .where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.team_id.in_(ids), TeamNameRow.position > 0)
        .order_by(TeamNameRow.team_id, TeamNameRow.position)
    )
    channels = await session.execute(
        select(TeamChannelRow.team_id, TeamChannelRow.channel_id)
        .where(TeamChannelRow.workspace_id == workspace_id, TeamChannelRow.team_id.in_(ids))
        .order_by(TeamChannelRow.team_id, TeamChannelRow.channel_id)
    )
    aliases_of, channels_of = _grouped(names), _grouped(channels)
    return [
        Team(row.id, row.name, row.parent_id, aliases_of.get(row.id, ()), channels_of.get(row.id, ()))
        for row in rows
    ]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value for _, value in group) for key, group in groupby(pairs, key=lambda pair: pair[0])}


async def _open_rows(session: AsyncSession, workspace_id: str, cell: Cell) -> Sequence[AssignmentRow]:
    place = AssignmentRow.team_id.is_(None) if cell.team_id is None else AssignmentRow.team_id == cell.team_id
    rows = await session.scalars(
        select(AssignmentRow).where(
            AssignmentRow.workspace_id == workspace_id,
            AssignmentRow.persona_key == cell.persona_key,
            place,
            AssignmentRow.valid_until.is_(None),
        )
    )
    return rows.all()


def _assignment(row: AssignmentRow) -> Assignment:
    return Assignment(
        id=row.id,
        cell=Cell(row.persona_key, row.team_id),
        assignee=Assignee(AssigneeType(row.assignee_type), row.assignee_id),
        rank=Rank(row.rank),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
    )

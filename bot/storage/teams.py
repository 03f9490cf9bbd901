"""The teams of a workspace in the database; each method is one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.audit import AuditTrail, changed_facts, team_facts
from bot.storage.engine import reading, writing
from bot.storage.tables import TeamChannelRow, TeamMemberRow, TeamNameRow, TeamRow
from bot.storage.team_endings import end_assignments, move_assignments
from bot.storage.team_rows import drop_parts, line_rows, part_rows, refuse_taken, require_parent, with_parts
from bot.storage.workspaces import change_ownership
from bot.teams.audit import Action
from bot.teams.model import Actor, Team
from bot.teams.naming import key_of
from bot.teams.store import MAX_CANDIDATES


class SqlTeamStore:
    """The ``TeamStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_team(self, by: Actor, team: Team, at: datetime) -> None:
        """See ``TeamStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            await refuse_taken(session, by.workspace_id, team)
            await require_parent(session, by.workspace_id, team)
            parent = await _name_of(session, by.workspace_id, team.parent_id)
            session.add(new_team_row(by, team, at))
            await session.flush()
            session.add_all(part_rows(by.workspace_id, team))
            trail.add(Action.TEAM_ADDED, team=(team.id, team.name), after=team_facts(team, parent))
            await trail.save(session)

    async def change_team(self, by: Actor, team: Team, at: datetime) -> Team:
        """See ``TeamStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            row = await _unchanged_row(session, by.workspace_id, team)
            await refuse_taken(session, by.workspace_id, team)
            await require_parent(session, by.workspace_id, team)
            (before,) = await with_parts(session, by.workspace_id, [row])
            facts = changed_facts(
                team_facts(before, await _name_of(session, by.workspace_id, before.parent_id)),
                team_facts(team, await _name_of(session, by.workspace_id, team.parent_id)),
            )
            if facts == ({}, {}):
                return before
            row.name, row.sort_key, row.parent_id = team.name, key_of(team.name), team.parent_id
            row.version += 1
            await drop_parts(session, by.workspace_id, team.id)
            session.add_all(part_rows(by.workspace_id, team))
            trail.add(Action.TEAM_CHANGED, team=(team.id, team.name), before=facts[0], after=facts[1])
            await trail.save(session)
            return replace(team, version=row.version)

    async def archive_team(self, by: Actor, team: Team, at: datetime) -> int:
        """See ``TeamStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            row = await _unchanged_row(session, by.workspace_id, team)
            parent = await _name_of(session, by.workspace_id, team.parent_id)
            trail.add(Action.TEAM_ARCHIVED, team=(team.id, team.name), before=team_facts(team, parent))
            ended = await end_assignments(session, trail, team)
            await _take_out_of_use(session, row, row.parent_id, at)
            await trail.save(session)
            return ended

    async def merge_teams(self, by: Actor, source: Team, target: Team, at: datetime) -> int:
        """See ``TeamStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            row = await _unchanged_row(session, by.workspace_id, source)
            target_row = await _unchanged_row(session, by.workspace_id, target)
            if any(one.id == source.id for one in await line_rows(session, by.workspace_id, target.id)):
                raise UserFacingError(
                    f"{target.name} is below {source.name}: merge the lower team into the upper."
                )
            trail.add(
                Action.TEAM_MERGED,
                team=(source.id, source.name),
                before=team_facts(source, await _name_of(session, by.workspace_id, source.parent_id)),
                after={"into": target.name},
            )
            moved = await move_assignments(session, trail, source, target)
            await _take_out_of_use(session, row, target.id, at)
            merged = replace(
                target,
                aliases=tuple(dict.fromkeys([*target.aliases, *source.names])),
                channels=tuple(dict.fromkeys([*target.channels, *source.channels])),
                members=tuple(dict.fromkeys([*target.members, *source.members])),
            )
            target_row.version += 1
            await drop_parts(session, by.workspace_id, target.id)
            session.add_all(part_rows(by.workspace_id, merged))
            facts = changed_facts(team_facts(target, None), team_facts(merged, None))
            trail.add(Action.TEAM_CHANGED, team=(target.id, target.name), before=facts[0], after=facts[1])
            await trail.save(session)
            return moved

    async def teams(
        self, workspace_id: str, *, named_like: str = "", offset: int = 0, limit: int | None = None
    ) -> Sequence[Team]:
        """See ``TeamStore``."""
        query = select(TeamRow).where(*_in_use(workspace_id, named_like)).order_by(TeamRow.sort_key, TeamRow.id)
        return await self._teams(workspace_id, query.offset(offset).limit(limit))

    async def count_teams(self, workspace_id: str, *, named_like: str = "") -> int:
        """See ``TeamStore``."""
        async with reading(self._engine) as session:
            query = select(func.count()).select_from(TeamRow).where(*_in_use(workspace_id, named_like))
            return await session.scalar(query) or 0

    async def team(self, workspace_id: str, team_id: str) -> Team | None:
        """See ``TeamStore``."""
        query = select(TeamRow).where(TeamRow.workspace_id == workspace_id, TeamRow.id == team_id)
        return next(iter(await self._teams(workspace_id, query)), None)

    async def teams_named(self, workspace_id: str, keys: Collection[str]) -> Mapping[str, Team]:
        """See ``TeamStore``."""
        named = (
            select(TeamNameRow.name_key, TeamRow)
            .join(TeamRow, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamNameRow.team_id))
            .where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.name_key.in_(keys))
        )
        async with reading(self._engine) as session:
            found = {row.name_key: row.TeamRow for row in await session.execute(named)}
            rows = {row.id: row for row in found.values()}
            teams = {team.id: team for team in await with_parts(session, workspace_id, rows.values())}
            return {key: teams[row.id] for key, row in found.items()}

    async def keys_half_like(
        self, workspace_id: str, heads: Collection[str], tails: Collection[str]
    ) -> Collection[str]:
        """See ``TeamStore``."""
        half_like = or_(TeamNameRow.head.in_(heads), TeamNameRow.tail.in_(tails))
        query = select(TeamNameRow.name_key).where(TeamNameRow.workspace_id == workspace_id, half_like)
        async with reading(self._engine) as session:
            return list(await session.scalars(query.order_by(TeamNameRow.name_key).limit(MAX_CANDIDATES)))

    async def archived_team(self, workspace_id: str, key: str, at: datetime) -> Team | None:
        """See ``TeamStore``."""
        query = select(TeamRow).where(
            TeamRow.workspace_id == workspace_id,
            TeamRow.sort_key == key,
            TeamRow.archived_at > at,
            TeamRow.created_at <= at,
        )
        return next(iter(await self._teams(workspace_id, query.order_by(TeamRow.archived_at).limit(1))), None)

    async def teams_of_channels(self, workspace_id: str, channel_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamStore``."""
        owned = select(TeamChannelRow.team_id).where(
            TeamChannelRow.workspace_id == workspace_id, TeamChannelRow.channel_id.in_(channel_ids)
        )
        return _in_order(await self._teams(workspace_id, _of_ids(workspace_id, owned)))

    async def teams_of_members(self, workspace_id: str, member_ids: Collection[str]) -> Sequence[Team]:
        """See ``TeamStore``."""
        joined = select(TeamMemberRow.team_id).where(
            TeamMemberRow.workspace_id == workspace_id, TeamMemberRow.member_id.in_(member_ids)
        )
        return _in_order(await self._teams(workspace_id, _of_ids(workspace_id, joined)))

    async def lineage(self, workspace_id: str, team_id: str) -> Sequence[Team]:
        """See ``TeamStore``."""
        async with reading(self._engine) as session:
            return await with_parts(session, workspace_id, await line_rows(session, workspace_id, team_id))

    async def _teams(self, workspace_id: str, query: Select[TeamRow]) -> Sequence[Team]:
        async with reading(self._engine) as session:
            return await with_parts(session, workspace_id, list(await session.scalars(query)))


def new_team_row(by: Actor, team: Team, at: datetime) -> TeamRow:
    """Return the row of a new team, without its names, channels and members."""
    return TeamRow(
        workspace_id=by.workspace_id,
        id=team.id,
        name=team.name,
        sort_key=key_of(team.name),
        parent_id=team.parent_id,
        version=team.version,
        created_by=by.user_id,
        created_at=at,
    )


def _of_ids(workspace_id: str, ids: Select[str]) -> Select[TeamRow]:
    return select(TeamRow).where(TeamRow.workspace_id == workspace_id, TeamRow.id.in_(ids))


def _in_order(teams: Sequence[Team]) -> Sequence[Team]:
    """Return few teams in order; the database would walk along all teams of the workspace to sort them."""
    return sorted(teams, key=lambda team: (key_of(team.name), team.id))


def _in_use(workspace_id: str, named_like: str) -> list[ColumnElement[bool]]:
    in_use: list[Any] = [TeamRow.workspace_id == workspace_id, TeamRow.archived_at.is_(None)]
    if named_like:
        named = exists().where(
            TeamNameRow.workspace_id == workspace_id,
            TeamNameRow.team_id == TeamRow.id,
            TeamNameRow.name_key.contains(named_like, autoescape=True),
        )
        in_use.append(named)
    return in_use


async def _name_of(session: AsyncSession, workspace_id: str, team_id: str | None) -> str | None:
    row = await session.get(TeamRow, (workspace_id, team_id)) if team_id else None
    return row.name if row else None


async def _unchanged_row(session: AsyncSession, workspace_id: str, team: Team) -> TeamRow:
    row = await session.get(TeamRow, (workspace_id, team.id))
    if row is None or row.archived_at is not None:
        name = row.name if row else team.name
        raise UserFacingError(f"The team {name} is gone: it was archived or merged meanwhile.")
    if row.version != team.version:
        raise ChangedMeanwhileError(f"Somebody else changed {row.name} meanwhile. Nothing was saved: look again.")
    return row


async def _take_out_of_use(session: AsyncSession, row: TeamRow, heir_id: str | None, at: datetime) -> None:
    """Archive a team: its names are free again, its child teams go to ``heir_id``."""
    await drop_parts(session, row.workspace_id, row.id)
    row.archived_at = at
    row.version += 1
    children = update(TeamRow).where(TeamRow.workspace_id == row.workspace_id, TeamRow.parent_id == row.id)
    await session.execute(children.values(parent_id=heir_id, version=TeamRow.version + 1))

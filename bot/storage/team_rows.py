"""Teams as rows, and back: what ``bot.storage.teams`` and imports share."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from sqlalchemy import Executable, and_, delete, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import UserFacingError
from bot.storage.tables import TeamChannelRow, TeamMemberRow, TeamNameRow, TeamRow
from bot.teams.model import Team
from bot.teams.naming import halves_of, key_of

_BATCH: Final = 5_000
"""Teams asked for in one query: databases limit the number of parameters."""

TeamPart: TypeAlias = TeamNameRow | TeamChannelRow | TeamMemberRow


def part_rows(workspace_id: str, team: Team) -> Iterable[TeamPart]:
    """Yield the rows of a team's names, channels, members and leads."""
    yield from name_rows(workspace_id, team)
    for channel in team.channels:
        yield TeamChannelRow(workspace_id=workspace_id, channel_id=channel, team_id=team.id)
    for role, people in (("member", team.members), ("lead", team.leads)):
        for member in people:
            yield TeamMemberRow(workspace_id=workspace_id, team_id=team.id, member_id=member, role=role)


def name_rows(workspace_id: str, team: Team) -> Iterable[TeamNameRow]:
    """Yield the rows of what a team may be called; names that fold to the same are one."""
    by_key = {key_of(name): name for name in reversed(team.names)}
    ordered = sorted(by_key.items(), key=lambda item: team.names.index(item[1]))
    for position, (key, name) in enumerate(ordered):
        head, tail = halves_of(key) or (None, None)
        yield TeamNameRow(
            workspace_id=workspace_id,
            name_key=key,
            name=name,
            position=position,
            head=head,
            tail=tail,
            team_id=team.id,
        )


async def drop_parts(session: AsyncSession, workspace_id: str, team_id: str) -> None:
    """Delete a team's names, channels, members and leads."""
    for table in (TeamNameRow, TeamChannelRow, TeamMemberRow):
        await session.execute(delete(table).where(table.workspace_id == workspace_id, table.team_id == team_id))


async def refuse_taken(session: AsyncSession, workspace_id: str, team: Team) -> None:
    """Return if no other team has one of this one's names or channels; ``UserFacingError`` otherwise."""
    keys = {key_of(name): name for name in reversed(team.names)}
    owner = and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamNameRow.team_id)
    taken = await session.execute(
        select(TeamNameRow.name_key, TeamRow.name)
        .join(TeamRow, owner)
        .where(TeamNameRow.workspace_id == workspace_id, TeamNameRow.name_key.in_(keys), TeamRow.id != team.id)
    )
    for key, name in taken:
        about = "name" if keys[key] == team.name else "aliases"
        raise UserFacingError(f"“{keys[key]}” already names the team {name}: choose another name.", about=about)
    channels = await session.execute(
        select(TeamChannelRow.channel_id, TeamRow.name)
        .join(TeamRow, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == TeamChannelRow.team_id))
        .where(
            TeamChannelRow.workspace_id == workspace_id,
            TeamChannelRow.channel_id.in_(team.channels),
            TeamRow.id != team.id,
        )
    )
    for channel, name in channels:
        raise UserFacingError(f"The channel {channel} already belongs to the team {name}.", about="channels")


async def require_parent(session: AsyncSession, workspace_id: str, team: Team) -> None:
    """Return if the team's parent, where it has one, is in use and not the team itself or below it."""
    if team.parent_id is None:
        return
    if team.parent_id == team.id:
        raise UserFacingError(
            f"{team.name} cannot be its own parent: choose another team, or none.", about="parent"
        )
    line = await line_rows(session, workspace_id, team.parent_id)
    if not line or line[0].archived_at is not None:
        raise UserFacingError("The parent team is gone: choose another one.", about="parent")
    if any(row.id == team.id for row in line):
        raise UserFacingError(f"{line[0].name} is below {team.name}, so it cannot be its parent.", about="parent")


async def line_rows(session: AsyncSession, workspace_id: str, team_id: str) -> list[TeamRow]:
    """Return the rows of a team and its ancestors, nearest first, in one query."""
    line = (
        select(TeamRow.id, TeamRow.parent_id)
        .where(TeamRow.workspace_id == workspace_id, TeamRow.id == team_id)
        .cte("line", recursive=True)
    )
    parents = select(TeamRow.id, TeamRow.parent_id).join(
        line, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == line.c.parent_id)
    )
    line = line.union(parents)  # a union, not "all": a cycle ends where it began
    rows = await session.scalars(
        select(TeamRow).join(line, and_(TeamRow.workspace_id == workspace_id, TeamRow.id == line.c.id))
    )
    by_id = {row.id: row for row in rows}
    ordered: list[TeamRow] = []
    next_id: str | None = team_id
    while next_id in by_id:
        row = by_id.pop(next_id)
        ordered.append(row)
        next_id = row.parent_id
    return ordered


async def with_parts(session: AsyncSession, workspace_id: str, rows: Collection[TeamRow]) -> list[Team]:
    """Return the teams of ``rows``, in their order, with what else is known of them: one query per batch."""
    ordered = list(rows)
    batches = [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]
    return [team for batch in batches for team in await _batch_with_parts(session, workspace_id, batch)]


async def _batch_with_parts(session: AsyncSession, workspace_id: str, rows: Sequence[TeamRow]) -> list[Team]:
    ids = [row.id for row in rows]
    parts = grouped(
        ((team_id, kind), value) for kind, team_id, value in await session.execute(_parts(workspace_id, ids))
    )
    return [
        Team(
            id=row.id,
            name=row.name,
            parent_id=row.parent_id,
            aliases=parts.get((row.id, "alias"), ()),
            channels=parts.get((row.id, "channel"), ()),
            members=parts.get((row.id, "member"), ()),
            leads=parts.get((row.id, "lead"), ()),
            version=row.version,
        )
        for row in rows
    ]


def _parts(workspace_id: str, ids: Collection[str]) -> Executable:
    """Return the query of aliases in their order, and of channels, members and leads by id: kind, team, value."""
    names = select(literal("alias"), TeamNameRow.team_id, TeamNameRow.name, TeamNameRow.position).where(
        TeamNameRow.workspace_id == workspace_id, TeamNameRow.team_id.in_(ids), TeamNameRow.position > 0
    )
    channels = select(literal("channel"), TeamChannelRow.team_id, TeamChannelRow.channel_id, literal(0)).where(
        TeamChannelRow.workspace_id == workspace_id, TeamChannelRow.team_id.in_(ids)
    )
    people = select(TeamMemberRow.role, TeamMemberRow.team_id, TeamMemberRow.member_id, literal(0)).where(
        TeamMemberRow.workspace_id == workspace_id, TeamMemberRow.team_id.in_(ids)
    )
    every = union_all(names, channels, people).subquery()
    kind, team_id, value, position = every.c
    return select(kind, team_id, value).order_by(team_id, kind, position, value)


def grouped(pairs: Iterable[Sequence[object]]) -> dict[object, tuple[str, ...]]:
    """Return the second parts of ``pairs`` by their first; equal first parts stand together."""
    return {
        key: tuple(str(value) for _, value in group) for key, group in groupby(pairs, key=lambda pair: pair[0])
    }

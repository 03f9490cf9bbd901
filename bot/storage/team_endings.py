"""What becomes of a team's assignments when it is archived or merged; within somebody else's transaction."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.assignment_rows import as_assignment, assignment_row, end
from bot.storage.audit import AuditTrail, assignment_facts
from bot.storage.tables import AssignmentRow
from bot.teams.audit import Action
from bot.teams.model import Cell, Team


async def end_assignments(session: AsyncSession, trail: AuditTrail, team: Team) -> int:
    """End everything that holds for ``team`` now or later; return how many."""
    rows = await _open_rows(session, trail, team.id)
    for row in rows:
        _end(row, trail, team)
    return len(rows)


async def move_assignments(session: AsyncSession, trail: AuditTrail, source: Team, target: Team) -> int:
    """Move what holds for ``source`` where ``target`` has nobody for the persona and rank; end the rest."""
    taken = {(row.persona_key, row.rank) for row in await _open_rows(session, trail, target.id)}
    moved = 0
    for row in await _open_rows(session, trail, source.id):
        former = as_assignment(row)
        _end(row, trail, source)
        if (row.persona_key, row.rank) in taken:
            continue
        cell = Cell(row.persona_key, target.id)
        new = replace(
            former,
            id=uuid4().hex,
            cell=cell,
            valid_from=max(trail.at, former.valid_from),
            assigned_by=trail.by.user_id,
            assigned_at=trail.at,
        )
        session.add(assignment_row(trail.by.workspace_id, new, confirmed_by=row.confirmed_by))
        trail.add(
            Action.ASSIGNED,
            team=(target.id, target.name),
            persona_key=row.persona_key,
            after=assignment_facts(new),
        )
        moved += 1
    return moved


def _end(row: AssignmentRow, trail: AuditTrail, team: Team) -> None:
    before = assignment_facts(as_assignment(row))
    end(row, trail.at, trail.by.user_id)
    trail.add(Action.ASSIGNMENT_ENDED, team=(team.id, team.name), persona_key=row.persona_key, before=before)


async def _open_rows(session: AsyncSession, trail: AuditTrail, team_id: str) -> list[AssignmentRow]:
    rows = await session.scalars(
        select(AssignmentRow)
        .where(AssignmentRow.workspace_id == trail.by.workspace_id, AssignmentRow.team_id == team_id)
        .where(or_(AssignmentRow.valid_until.is_(None), AssignmentRow.valid_until > trail.at))
        .order_by(AssignmentRow.persona_key, AssignmentRow.valid_from, AssignmentRow.id)
    )
    return list(rows)

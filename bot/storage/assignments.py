"""Who holds which persona, in the database; each method is one transaction about one workspace."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import ChangedMeanwhileError, UserFacingError
from bot.storage.assignment_rows import as_assignment, assignment_row, end, holds_after, of_cell
from bot.storage.audit import AuditTrail, assignment_facts
from bot.storage.engine import reading, writing
from bot.storage.tables import AssignmentRow, TeamRow
from bot.storage.workspaces import change_ownership
from bot.teams.audit import Action
from bot.teams.model import Actor, Assignee, Assignment, Cell, Rank

_ORDER = (AssignmentRow.persona_key, AssignmentRow.rank.desc(), AssignmentRow.valid_from, AssignmentRow.id)


class SqlAssignmentStore:
    """The ``AssignmentStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def assignments(
        self, workspace_id: str, at: datetime, *, persona_key: str | None = None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """See ``AssignmentStore``."""
        query = _of_teams(workspace_id, at, persona_key, team_ids).where(AssignmentRow.valid_from <= at)
        async with reading(self._engine) as session:
            return [as_assignment(row) for row in await session.scalars(query)]

    async def assignments_since(
        self, workspace_id: str, since: datetime, persona_key: str | None, team_ids: Collection[str | None]
    ) -> Sequence[Assignment]:
        """See ``AssignmentStore``."""
        async with reading(self._engine) as session:
            query = _of_teams(workspace_id, since, persona_key, team_ids)
            return [as_assignment(row) for row in await session.scalars(query)]

    async def all_assignments(self, workspace_id: str, since: datetime) -> Sequence[Assignment]:
        """See ``AssignmentStore``."""
        query = (
            select(AssignmentRow)
            .where(AssignmentRow.workspace_id == workspace_id, holds_after(since))
            .order_by(AssignmentRow.team_id, *_ORDER)
        )
        async with reading(self._engine) as session:
            return [as_assignment(row) for row in await session.scalars(query)]

    async def held_by(
        self, workspace_id: str, assignee_ids: Collection[str], at: datetime
    ) -> Sequence[Assignment]:
        """See ``AssignmentStore``."""
        query = (
            select(AssignmentRow)
            .where(AssignmentRow.workspace_id == workspace_id, AssignmentRow.assignee_id.in_(assignee_ids))
            .where(AssignmentRow.valid_from <= at, holds_after(at))
        )
        async with reading(self._engine) as session:
            held = [as_assignment(row) for row in await session.scalars(query)]
        # Sorted here: SQLite would walk all assignments in this order rather than look up those few.
        return sorted(
            held, key=lambda one: (one.cell.persona_key, one.rank is Rank.BACKUP, one.valid_from, one.id)
        )

    async def assignment(self, workspace_id: str, assignment_id: str) -> Assignment | None:
        """See ``AssignmentStore``."""
        async with reading(self._engine) as session:
            row = await session.get(AssignmentRow, (workspace_id, assignment_id))
            return as_assignment(row) if row else None

    async def assign(
        self,
        by: Actor,
        assignment: Assignment,
        *,
        seen_at: datetime | None = None,
        instead_of: str | None = None,
    ) -> Assignment | None:
        """See ``AssignmentStore``."""
        trail = AuditTrail(by, assignment.assigned_at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, assignment.assigned_at)
            if seen_at is not None:
                await _refuse_changed(session, by, assignment.cell, seen_at)
            team = await _team_of(session, by.workspace_id, assignment.cell)
            rows = await _rows_after(session, by.workspace_id, assignment.cell, assignment.valid_from)
            if instead_of is not None and all(row.id != instead_of for row in rows):
                raise ChangedMeanwhileError("This has changed meanwhile: nobody holds it like that any more.")
            in_the_way = [row for row in rows if row.id == instead_of or _is_in_the_way(row, assignment)]
            _refuse_later(in_the_way, assignment)
            formers = [as_assignment(row) for row in in_the_way]
            for row, former in zip(in_the_way, formers, strict=True):
                end(row, assignment.valid_from, by.user_id, now=assignment.assigned_at)
                _resume(session, by, former, assignment)
            session.add(assignment_row(by.workspace_id, assignment, confirmed_by=by.user_id))
            replaced = next((one for one in formers if one.assignee != assignment.assignee), None)
            _note_assigned(trail, team, formers, replaced, assignment)
            await trail.save(session)
            return replaced

    async def unassign(self, by: Actor, cell: Cell, assignee: Assignee, at: datetime) -> bool:
        """See ``AssignmentStore``."""
        trail = AuditTrail(by, at)
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            team = await _team_of(session, by.workspace_id, cell)
            rows = await _rows_after(session, by.workspace_id, cell, at)
            held = [row for row in rows if row.assignee_id == assignee.id]
            for row in held:
                before = assignment_facts(as_assignment(row))
                end(row, at, by.user_id)
                trail.add(Action.ASSIGNMENT_ENDED, team=team, persona_key=cell.persona_key, before=before)
            await trail.save(session)
            return bool(held)

    async def confirm(self, by: Actor, assignment_ids: Collection[str], at: datetime) -> int:
        """See ``AssignmentStore``."""
        trail = AuditTrail(by, at)
        query = select(AssignmentRow).where(
            AssignmentRow.workspace_id == by.workspace_id, AssignmentRow.id.in_(assignment_ids), holds_after(at)
        )
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            rows = list(await session.scalars(query.order_by(*_ORDER)))
            for row in rows:
                before = {"confirmed_at": row.confirmed_at.isoformat()}
                row.confirmed_at, row.confirmed_by = at, by.user_id
                trail.add(
                    Action.ASSIGNMENT_CONFIRMED,
                    team=await _team_of(session, by.workspace_id, Cell(row.persona_key, row.team_id)),
                    persona_key=row.persona_key,
                    before=before,
                    after={"assignee": row.assignee_id, "confirmed_at": at.isoformat()},
                )
            await trail.save(session)
            return len(rows)


def _of_teams(
    workspace_id: str, since: datetime, persona_key: str | None, team_ids: Collection[str | None]
) -> Select[AssignmentRow]:
    """Return the query of what holds for these teams at ``since`` or later."""
    known = [team_id for team_id in team_ids if team_id is not None]
    everywhere = AssignmentRow.team_id.is_(None) if None in team_ids else false()
    query = (
        select(AssignmentRow)
        .where(AssignmentRow.workspace_id == workspace_id, or_(AssignmentRow.team_id.in_(known), everywhere))
        .where(holds_after(since))
        .order_by(*_ORDER)
    )
    return query if persona_key is None else query.where(AssignmentRow.persona_key == persona_key)


async def _rows_after(
    session: AsyncSession, workspace_id: str, cell: Cell, moment: datetime
) -> Sequence[AssignmentRow]:
    query = select(AssignmentRow).where(*of_cell(workspace_id, cell), holds_after(moment)).order_by(*_ORDER)
    return (await session.scalars(query)).all()


def _is_in_the_way(row: AssignmentRow, new: Assignment) -> bool:
    """Tell whether a row cannot hold beside ``new``: the same person, or another primary, at the same time."""
    if new.valid_until is not None and row.valid_from >= new.valid_until:
        return False
    return row.assignee_id == new.assignee.id or row.rank == new.rank == Rank.PRIMARY


def _refuse_later(rows: Sequence[AssignmentRow], new: Assignment) -> None:
    for row in rows:
        if row.valid_from > new.valid_from and row.assignee_id != new.assignee.id:
            raise UserFacingError(
                f"{row.assignee_id} is already named from {row.valid_from:%Y-%m-%d} on: end this one before that"
                " day, or unassign them first.",
                about="valid_from",
            )


def _note_assigned(
    trail: AuditTrail,
    team: tuple[str, str] | None,
    formers: Sequence[Assignment],
    replaced: Assignment | None,
    new: Assignment,
) -> None:
    """Note one change from what ``new`` takes the place of, and the end of whatever else was in its way."""
    before = replaced or next(iter(formers), None)
    trail.add(
        Action.ASSIGNMENT_CHANGED if before else Action.ASSIGNED,
        team=team,
        persona_key=new.cell.persona_key,
        before=assignment_facts(before) if before else {},
        after=assignment_facts(new),
    )
    for former in formers:
        if former is not before:
            trail.add(
                Action.ASSIGNMENT_ENDED,
                team=team,
                persona_key=new.cell.persona_key,
                before=assignment_facts(former),
            )


def _resume(session: AsyncSession, by: Actor, former: Assignment, new: Assignment) -> None:
    """Let ``former`` hold again after ``new``, which is only for a time; who had the same rank had it extended."""
    if new.valid_until is None or (former.assignee, former.rank) == (new.assignee, new.rank):
        return
    if former.valid_until is not None and former.valid_until <= new.valid_until:
        return
    again = replace(former, id=uuid4().hex, valid_from=new.valid_until)
    session.add(assignment_row(by.workspace_id, again, confirmed_by=former.assigned_by))


async def _refuse_changed(session: AsyncSession, by: Actor, cell: Cell, seen_at: datetime) -> None:
    """Refuse to save over what somebody else changed after ``seen_at``."""
    query = select(func.count()).where(
        *of_cell(by.workspace_id, cell),
        or_(
            and_(AssignmentRow.assigned_at > seen_at, AssignmentRow.assigned_by != by.user_id),
            and_(AssignmentRow.ended_at > seen_at, AssignmentRow.ended_by != by.user_id),
        ),
    )
    if await session.scalar(query):
        raise ChangedMeanwhileError(
            "Somebody else changed this meanwhile. Nothing was saved: look again, then save."
        )


async def _team_of(session: AsyncSession, workspace_id: str, cell: Cell) -> tuple[str, str] | None:
    if cell.team_id is None:
        return None
    row = await session.get(TeamRow, (workspace_id, cell.team_id))
    if row is None or row.archived_at is not None:
        raise UserFacingError("This team is gone: it was archived or merged meanwhile.", about="team")
    return row.id, row.name

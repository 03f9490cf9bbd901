"""Assignments as rows, and back: what the stores of assignments, teams and imports share."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_

from bot.storage.tables import AssignmentRow
from bot.teams.model import Assignee, AssigneeType, Assignment, Cell, Rank


def assignment_row(workspace_id: str, assignment: Assignment, *, confirmed_by: str) -> AssignmentRow:
    """Return the row of a new assignment."""
    return AssignmentRow(
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
        confirmed_by=confirmed_by,
        confirmed_at=assignment.confirmed_at,
    )


def as_assignment(row: AssignmentRow | Row[*tuple[Any, ...]]) -> Assignment:
    """Return what a row holds; plain columns by the same names will do."""
    return Assignment(
        id=row.id,
        cell=Cell(row.persona_key, row.team_id),
        assignee=Assignee(AssigneeType(row.assignee_type), row.assignee_id),
        rank=Rank(row.rank),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
        confirmed_at=row.confirmed_at,
    )


def end(row: AssignmentRow, at: datetime, by: str, *, now: datetime | None = None) -> None:
    """End an assignment at ``at``; one that had not begun never holds. ``now`` is when that was decided."""
    row.valid_until = max(at, row.valid_from)
    row.ended_by, row.ended_at = by, now or at


def of_cell(workspace_id: str, cell: Cell) -> list[ColumnElement[bool]]:
    """Return the conditions of a persona and team."""
    place = AssignmentRow.team_id.is_(None) if cell.team_id is None else AssignmentRow.team_id == cell.team_id
    return [AssignmentRow.workspace_id == workspace_id, AssignmentRow.persona_key == cell.persona_key, place]


def holds_after(moment: datetime) -> ColumnElement[bool]:
    """Return the condition of what ends after ``moment``, or never."""
    return or_(AssignmentRow.valid_until.is_(None), AssignmentRow.valid_until > moment)

"""All of a workspace's ownership at once: read in a few queries, written in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final, TypeVar

from sqlalchemy import Executable, bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.errors import ChangedMeanwhileError
from bot.storage.assignment_rows import assignment_row
from bot.storage.audit import AuditTrail
from bot.storage.engine import reading, writing
from bot.storage.tables import Row
from bot.storage.team_rows import part_rows
from bot.storage.teams import new_team_row
from bot.storage.transfer_audit import audit_holdings, audit_teams
from bot.storage.transfer_state import BATCH, count_changes, read_assignments, read_teams
from bot.storage.workspaces import change_ownership
from bot.teams.model import Actor
from bot.teams.transfer_holdings import HoldingChange
from bot.teams.transfer_people import Report
from bot.teams.transfer_plan import OwnershipState, TransferPlan

_TEAM: Final = Row.metadata.tables["team"]
_ASSIGNMENT: Final = Row.metadata.tables["assignment"]
_PARTS: Final = tuple(Row.metadata.tables[name] for name in ("team_name", "team_channel", "team_member"))
_OF_TEAM: Final = (_TEAM.c.workspace_id == bindparam("of_workspace"), _TEAM.c.id == bindparam("of_id"))
_MOVE_TEAM: Final = (
    update(_TEAM).where(*_OF_TEAM).values(parent_id=bindparam("new_parent"), version=_TEAM.c.version + 1)
)
_ARCHIVE_TEAM: Final = (
    update(_TEAM).where(*_OF_TEAM).values(archived_at=bindparam("new_end"), version=_TEAM.c.version + 1)
)
_END_ASSIGNMENT: Final = (
    update(_ASSIGNMENT)
    .where(_ASSIGNMENT.c.workspace_id == bindparam("of_workspace"), _ASSIGNMENT.c.id == bindparam("of_id"))
    .values(valid_until=bindparam("new_end"), ended_by=bindparam("new_by"), ended_at=bindparam("new_at"))
)
T = TypeVar("T")


class SqlTransferStore:
    """The ``TransferStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def state(self, workspace_id: str, since: datetime) -> OwnershipState:
        """See ``TransferStore``."""
        async with reading(self._engine) as session:
            # Counted first: what is changed while the rest is read makes the plan fail, not the import wrong.
            changes = await count_changes(session, workspace_id)
            teams = await read_teams(session, workspace_id)
            assignments = await read_assignments(session, workspace_id, since, teams)
            return OwnershipState(teams, assignments, changes)

    async def apply(self, by: Actor, plan: TransferPlan, at: datetime, report: Report) -> None:
        """See ``TransferStore``."""
        async with writing(self._engine) as session:
            await change_ownership(session, self._engine, by.workspace_id, at)
            if await count_changes(session, by.workspace_id) != plan.based_on:
                raise ChangedMeanwhileError(
                    "Somebody else changed teams or assignments meanwhile. Nothing was imported: run it again."
                )
            await _Writer(session, by, at, plan, report).write()


class _Writer:
    """Writes one plan within one transaction."""

    def __init__(self, session: AsyncSession, by: Actor, at: datetime, plan: TransferPlan, report: Report) -> None:
        self._session = session
        self._by = by
        self._at = at
        self._plan = plan
        self._report = report
        self._trail = AuditTrail(by, at)
        self._done = 0
        self._total = _total(plan)

    async def write(self) -> None:
        """Write teams, then assignments, then what the audit log says of both."""
        await self._write_teams()
        await self._write_holdings()
        await self._write_audit()

    async def _write_teams(self) -> None:
        teams = self._plan.teams
        changed = [after for _, after in teams.changed]
        for table in _PARTS:
            parts = delete(table).where(
                table.c.workspace_id == bindparam("of_workspace"), table.c.team_id == bindparam("of_id")
            )
            await self._execute(parts, (self._of(team.id) for team in (*changed, *teams.archived)))
        await self._insert(new_team_row(self._by, team, self._at) for team in teams.added)
        await self._execute(_MOVE_TEAM, (self._of(team.id, new_parent=team.parent_id) for team in changed))
        await self._execute(_ARCHIVE_TEAM, (self._of(team.id, new_end=self._at) for team in teams.archived))
        present = chain(teams.added, changed)
        await self._insert(row for team in present for row in part_rows(self._by.workspace_id, team))

    async def _write_holdings(self) -> None:
        plan = self._plan.holdings
        ends = {one.assignment.id: one.at for one in (*plan.ended, *plan.replaced)}
        moved = {change.after.id: change.after.valid_until for change in plan.changed if _is_same_row(change)}
        who = {"new_by": self._by.user_id, "new_at": self._at}
        await self._execute(
            _END_ASSIGNMENT, (self._of(one, new_end=end, **who) for one, end in (ends | moved).items())
        )
        replacing = (change.after for change in plan.changed if not _is_same_row(change))
        new = chain(plan.added, replacing, plan.resumed)
        await self._insert(assignment_row(self._by.workspace_id, one, confirmed_by=one.assigned_by) for one in new)

    async def _write_audit(self) -> None:
        for notes in _batches(chain(audit_teams(self._plan), audit_holdings(self._plan))):
            for note in notes:
                self._trail.add(**note)
            await self._trail.save(self._session)
            self._tell(len(notes))

    async def _insert(self, rows: Iterable[Row]) -> None:
        for batch in _batches(rows):
            by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in batch:
                by_table[row.__tablename__].append(_values(row))
            for table, values in by_table.items():
                await self._session.execute(insert(Row.metadata.tables[table]), values)
                self._tell(len(values) if table in {_TEAM.name, _ASSIGNMENT.name} else 0)

    async def _execute(self, statement: Executable, values: Iterable[Mapping[str, Any]]) -> None:
        for batch in _batches(values):
            await self._session.execute(statement, batch)

    def _tell(self, done: int) -> None:
        self._done += done
        self._report("Writing", self._done, self._total)

    def _of(self, row_id: str, **values: object) -> dict[str, object]:
        return {"of_workspace": self._by.workspace_id, "of_id": row_id, **values}


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(values)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _values(row: Row) -> dict[str, Any]:
    """Return the columns that a row was made with; to read them one by one takes several times as long."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def _is_same_row(change: HoldingChange) -> bool:
    return change.before.id == change.after.id


def _total(plan: TransferPlan) -> int:
    """Return how many rows are written, without the names, channels and members of teams."""
    teams, holdings = plan.teams, plan.holdings
    new = len(teams.added) + len(holdings.added) + len(holdings.resumed)
    moved = sum(not _is_same_row(change) for change in holdings.changed)
    others = len(teams.changed) + len(teams.archived) + len(holdings.changed) + len(holdings.ended)
    return 2 * new + moved + others

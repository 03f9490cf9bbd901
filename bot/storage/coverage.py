"""What coverage is made of, and what it was, in the database; each method is one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

from sqlalchemy import Row, Select, case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bot.digests.model import Demand, Reroute, Snapshot, Unanswered
from bot.storage.assignment_rows import holds_after
from bot.storage.engine import insert_into, reading, writing
from bot.storage.tables import AssignmentRow, CoverageSnapshotRow, QuestionRow, TeamRow, UnfitHolderRow
from bot.storage.workspaces import ensure_workspace, lock_workspace
from bot.teams.coverage import CellState
from bot.teams.coverage_report import CoverageFacts
from bot.teams.model import Assignee, AssigneeType, Assignment, Cell, Rank, Team

MAX_UNANSWERED: Final = 200
"""Kinds of questions without an owner that are told, the most frequent first; some have one by now."""

MAX_REROUTES: Final = 20


class SqlCoverageStore:
    """The ``CoverageStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def facts(self, workspace_id: str, at: datetime, asked_since: datetime) -> CoverageFacts:
        """See ``CoverageStore``; teams come without aliases, channels and members."""
        async with reading(self._engine) as session:
            teams = (await session.execute(_teams(workspace_id))).all()
            assignments = (await session.execute(_assignments(workspace_id, at))).all()
            unfit = (await session.execute(_unfit(workspace_id))).all()
            return CoverageFacts(
                at=at,
                teams=[Team(row.id, row.name, row.parent_id) for row in teams],
                assignments=_as_assignments(assignments),
                emptied_at=await _emptied_at(session, workspace_id, at),
                team_since={row.id: row.created_at for row in teams},
                asked=await _asked(session, workspace_id, asked_since),
                unfit={row.assignee_id: row.reason for row in unfit},
                unfit_since={row.assignee_id: row.since for row in unfit},
            )

    async def demand(self, workspace_id: str, since: datetime) -> Demand:
        """See ``CoverageStore``."""
        rerouted = QuestionRow.decision == "confident", QuestionRow.settled_persona_key != QuestionRow.persona_key
        undecided = QuestionRow.decision == "ambiguous", QuestionRow.settled_persona_key.is_(None)
        async with reading(self._engine) as session:

            async def count(*conditions: Any) -> int:  # noqa: ANN401 (SQLAlchemy's many kinds of conditions)
                query = select(func.count()).select_from(QuestionRow).where(*_asked_since(workspace_id, since))
                return await session.scalar(query.where(*conditions)) or 0

            return Demand(
                asked=await _asked(session, workspace_id, since),
                unanswered=await _unanswered(session, workspace_id, since),
                rerouted=await count(*rerouted),
                undecided=await count(*undecided),
                total=await count(),
                reroutes=await _reroutes(session, workspace_id, since, rerouted),
            )

    async def holders(self, workspace_id: str, at: datetime) -> Collection[str]:
        """See ``CoverageStore``."""
        query = select(AssignmentRow.assignee_id).distinct().where(*_valid(workspace_id, at))
        async with reading(self._engine) as session:
            return list(await session.scalars(query))

    async def keep_unfit(self, workspace_id: str, unfit: dict[str, str], at: datetime) -> None:
        """See ``CoverageStore``."""
        async with writing(self._engine) as session:
            await lock_workspace(session, self._engine, workspace_id, at)  # several processes look at once
            found = await session.execute(_unfit(workspace_id))
            known = {row.assignee_id: row.reason for row in found}
            gone = [assignee for assignee in known if unfit.get(assignee) != known[assignee]]
            ended = UnfitHolderRow.workspace_id == workspace_id, UnfitHolderRow.assignee_id.in_(gone)
            await session.execute(delete(UnfitHolderRow).where(*ended))
            new = [
                {"workspace_id": workspace_id, "assignee_id": assignee, "reason": reason, "since": at}
                for assignee, reason in unfit.items()
                if known.get(assignee) != reason
            ]
            if new:
                await session.execute(insert(UnfitHolderRow), new)

    async def keep_snapshot(self, workspace_id: str, snapshot: Snapshot, keep_since: datetime) -> None:
        """See ``CoverageStore``."""
        values = {
            "score": snapshot.score,
            "counts": json.dumps({state.value: count for state, count in snapshot.counts.items()}),
        }
        kept = insert_into(CoverageSnapshotRow, self._engine).values(
            workspace_id=workspace_id, day=snapshot.day, **values
        )
        async with writing(self._engine) as session:
            day = datetime.combine(snapshot.day, time(), UTC)
            await ensure_workspace(session, self._engine, workspace_id, day)
            await session.execute(kept.on_conflict_do_update(index_elements=["workspace_id", "day"], set_=values))
            old = CoverageSnapshotRow.workspace_id == workspace_id, CoverageSnapshotRow.day < keep_since.date()
            await session.execute(delete(CoverageSnapshotRow).where(*old))

    async def snapshots(self, workspace_id: str, since: datetime) -> Sequence[Snapshot]:
        """See ``CoverageStore``."""
        query = (
            select(CoverageSnapshotRow)
            .where(CoverageSnapshotRow.workspace_id == workspace_id, CoverageSnapshotRow.day >= since.date())
            .order_by(CoverageSnapshotRow.day)
        )
        async with reading(self._engine) as session:
            return [
                Snapshot(row.day, row.score, {CellState(key): n for key, n in json.loads(row.counts).items()})
                for row in await session.scalars(query)
            ]


def _teams(workspace_id: str) -> Select[*tuple[Any, ...]]:
    return (
        select(TeamRow.id, TeamRow.name, TeamRow.parent_id, TeamRow.created_at)
        .where(TeamRow.workspace_id == workspace_id, TeamRow.archived_at.is_(None))
        .order_by(TeamRow.sort_key, TeamRow.id)
    )


def _valid(workspace_id: str, at: datetime) -> list[Any]:
    return [AssignmentRow.workspace_id == workspace_id, AssignmentRow.valid_from <= at, holds_after(at)]


def _assignments(workspace_id: str, at: datetime) -> Select[*tuple[Any, ...]]:
    """Return the query of columns, in ``_as_assignments`` order: entities would take three times as long."""
    return select(
        AssignmentRow.id,
        AssignmentRow.persona_key,
        AssignmentRow.team_id,
        AssignmentRow.assignee_type,
        AssignmentRow.assignee_id,
        AssignmentRow.rank,
        AssignmentRow.valid_from,
        AssignmentRow.valid_until,
        AssignmentRow.assigned_by,
        AssignmentRow.assigned_at,
        AssignmentRow.confirmed_at,
    ).where(*_valid(workspace_id, at))


def _as_assignments(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Assignment]:
    """Return what the rows hold; many have the same holder, who is made once: that halves the time."""
    holders: dict[tuple[str, str], Assignee] = {}
    ranks = {rank.value: rank for rank in Rank}
    found: list[Assignment] = []
    for id_, persona_key, team_id, kind, assignee_id, rank, *rest in rows:
        assignee = holders.get((kind, assignee_id))
        if assignee is None:
            assignee = holders[kind, assignee_id] = Assignee(AssigneeType(kind), assignee_id)
        found.append(Assignment(id_, Cell(persona_key, team_id), assignee, ranks[rank], *rest))
    return found


async def _emptied_at(session: AsyncSession, workspace_id: str, at: datetime) -> Mapping[Cell, datetime]:
    ended = (
        select(AssignmentRow.persona_key, AssignmentRow.team_id, func.max(AssignmentRow.valid_until))
        .where(AssignmentRow.workspace_id == workspace_id, AssignmentRow.valid_until <= at)
        .group_by(AssignmentRow.persona_key, AssignmentRow.team_id)
    )
    return {Cell(key, team_id): moment for key, team_id, moment in await session.execute(ended) if moment}


def _asked_since(workspace_id: str, since: datetime) -> list[Any]:
    return [QuestionRow.workspace_id == workspace_id, QuestionRow.asked_at >= since]


async def _asked(session: AsyncSession, workspace_id: str, since: datetime) -> Mapping[Cell, int]:
    persona = func.coalesce(QuestionRow.settled_persona_key, QuestionRow.persona_key)
    asked = (
        select(persona, QuestionRow.team_id, func.count())
        .where(*_asked_since(workspace_id, since), persona.is_not(None))
        .group_by(persona, QuestionRow.team_id)
    )
    return {Cell(key, team_id): count for key, team_id, count in await session.execute(asked)}


async def _unanswered(session: AsyncSession, workspace_id: str, since: datetime) -> tuple[Unanswered, ...]:
    """Return what was asked without an owner in the answer, by what it was about; never a question itself."""
    settled = QuestionRow.settled_persona_key
    # The responsibility is one of the persona that was answered; another persona was settled on without one.
    responsibility = case((settled == QuestionRow.persona_key, QuestionRow.responsibility))
    query = (
        select(settled, responsibility, QuestionRow.team_id, func.count())
        .where(*_asked_since(workspace_id, since), QuestionRow.owner_id.is_(None), settled.is_not(None))
        .group_by(settled, responsibility, QuestionRow.team_id)
        .order_by(func.count().desc(), settled, responsibility, QuestionRow.team_id)
        .limit(MAX_UNANSWERED)
    )
    return tuple(Unanswered(key, title or "", team, n) for key, title, team, n in await session.execute(query))


async def _reroutes(
    session: AsyncSession, workspace_id: str, since: datetime, rerouted: Sequence[Any]
) -> tuple[Reroute, ...]:
    way = QuestionRow.persona_key, QuestionRow.settled_persona_key
    query = (
        select(*way, func.count())
        .where(*_asked_since(workspace_id, since), *rerouted)
        .group_by(*way)
        .order_by(func.count().desc(), *way)
        .limit(MAX_REROUTES)
    )
    return tuple(Reroute(row[0] or "", row[1] or "", row[2]) for row in await session.execute(query))


def _unfit(workspace_id: str) -> Select[*tuple[Any, ...]]:
    query = select(UnfitHolderRow.assignee_id, UnfitHolderRow.reason, UnfitHolderRow.since)
    return query.where(UnfitHolderRow.workspace_id == workspace_id)

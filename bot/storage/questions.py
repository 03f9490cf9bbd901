"""Questions, their answers and what people said of them, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Update, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.batches import Batches
from bot.knowledge.linear import UNRELATED
from bot.knowledge.model import Decision
from bot.questions.learning import Correction
from bot.questions.model import TELLING_LEASE, Asked, Feedback, Kept, News, StoredQuestion, Verdict
from bot.storage.engine import in_one_go, in_one_statement, insert_into, reading, writing
from bot.storage.tables import FeedbackRow, QuestionRow, Row
from bot.storage.workspaces import revisions_of
from bot.surface import Surface
from bot.teams.model import Team

_INSERT: Final = insert(Row.metadata.tables[QuestionRow.__tablename__])
_SAID: Final = (
    "text",
    "team_name",
    "decision",
    "persona_key",
    "responsibility",
    "confidence",
    "team_id",
    "owner_id",
    "settled_persona_key",
)
"""What is different when a message is asked again."""

_UNTOLD_SINCE: Final = {
    News.SHARE: QuestionRow.share_untold_since,
    News.PERSONA: QuestionRow.persona_untold_since,
    News.TEAM: QuestionRow.team_untold_since,
}


class SqlQuestionStore:
    """The ``QuestionStore`` on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._adding = Batches(self._add_all)

    async def add(self, question: StoredQuestion) -> Kept:
        """See ``QuestionStore``; those who add at the same time share a transaction."""
        return await self._adding.done(question)

    async def put_right(self, question: StoredQuestion) -> Kept:
        """See ``QuestionStore``."""
        asked, values = question.asked, _values(question)
        change = _update(asked.workspace_id, question.id).values({name: values[name] for name in _SAID})

        def put(connection: Connection) -> Kept:
            connection.execute(change)
            revisions = revisions_of(connection, self._engine, {asked.workspace_id: question.asked_at})
            return Kept(question.id, revisions[asked.workspace_id])

        return await in_one_go(self._engine, put)

    async def _add_all(self, questions: Sequence[StoredQuestion]) -> Sequence[Kept]:
        if self._engine.dialect.name == "postgresql" and all(one.asked.message_ts is None for one in questions):
            kept = await self._add_at_once(questions)
            if kept:
                return kept
        return await self._add_in_turn(questions)

    async def _add_at_once(self, questions: Sequence[StoredQuestion]) -> Sequence[Kept]:
        """Keep questions that are no messages, all or none: the latter where a workspace has no row yet."""
        from bot.storage.at_once import keep_at_once  # noqa: PLC0415 (only the dialect in use is imported)

        rows = [_values(one) for one in questions]
        revisions = await in_one_statement(self._engine, lambda connection: keep_at_once(connection, rows))
        return [Kept(one.id, revisions[one.id]) for one in questions] if revisions else []

    async def _add_in_turn(self, questions: Sequence[StoredQuestion]) -> Sequence[Kept]:
        alone = [_values(one) for one in questions if one.asked.message_ts is None]
        of_messages = sorted((one for one in questions if one.asked.message_ts), key=_message_of)
        workspaces = {one.asked.workspace_id: one.asked_at for one in questions}

        def add(connection: Connection) -> Sequence[Kept]:
            revisions = revisions_of(connection, self._engine, workspaces)
            if alone:
                connection.execute(_INSERT, alone)
            ids = {one.id: self._add_of_message(connection, one) for one in of_messages}
            return [Kept(ids.get(one.id, one.id), revisions[one.asked.workspace_id]) for one in questions]

        return await in_one_go(self._engine, add)

    def _add_of_message(self, connection: Connection, question: StoredQuestion) -> str:
        """Keep it in the place of what was kept of the same message."""
        values = _values(question)
        kept = (
            insert_into(QuestionRow, self._engine)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["workspace_id", "channel_id", "message_ts"],
                set_={name: values[name] for name in _SAID},
            )
            .returning(QuestionRow.id)
        )
        return str(connection.execute(kept).scalar_one())

    async def find(self, workspace_id: str, question_id: str) -> StoredQuestion | None:
        """See ``QuestionStore``."""
        async with reading(self._engine) as session:
            row = await session.get(QuestionRow, (workspace_id, question_id))
            return None if row is None else _question(row)

    async def give_feedback(self, workspace_id: str, feedback: Feedback) -> None:
        """See ``QuestionStore``."""
        said = {
            "given_at": feedback.given_at,
            "verdict": feedback.verdict.value,
            "persona_key": feedback.persona_key,
        }
        insert = insert_into(FeedbackRow, self._engine).values(
            workspace_id=workspace_id, question_id=feedback.question_id, given_by=feedback.given_by, **said
        )
        async with writing(self._engine) as session:
            await session.execute(
                insert.on_conflict_do_update(index_elements=["workspace_id", "question_id", "given_by"], set_=said)
            )

    async def settle(self, workspace_id: str, question_id: str, persona_key: str, at: datetime) -> bool:
        """See ``QuestionStore``."""
        settled = QuestionRow.settled_persona_key
        is_other = or_(settled.is_(None), settled != persona_key)
        change = _update(workspace_id, question_id).where(or_(is_other, _is_untold(News.PERSONA, at)))
        return await self._changed(change.values(settled_persona_key=persona_key, persona_untold_since=at))

    async def set_team(self, workspace_id: str, question_id: str, team: Team, at: datetime) -> bool:
        """See ``QuestionStore``."""
        is_other = or_(QuestionRow.team_id.is_(None), QuestionRow.team_id != team.id)
        change = _update(workspace_id, question_id).where(or_(is_other, _is_untold(News.TEAM, at)))
        return await self._changed(change.values(team_id=team.id, team_name=team.name, team_untold_since=at))

    async def mark_shared(self, workspace_id: str, question_id: str, at: datetime) -> bool:
        """See ``QuestionStore``."""
        is_new = or_(QuestionRow.shared_at.is_(None), _is_untold(News.SHARE, at))
        change = _update(workspace_id, question_id).where(is_new)
        return await self._changed(change.values(shared_at=at, share_untold_since=at))

    async def note_told(self, workspace_id: str, question_id: str, news: News) -> None:
        """See ``QuestionStore``."""
        await self._changed(_update(workspace_id, question_id).values({_UNTOLD_SINCE[news]: None}))

    async def note_untold(self, workspace_id: str, question_id: str, news: News, at: datetime) -> None:
        """See ``QuestionStore``."""
        begun = _UNTOLD_SINCE[news].is_not(None)
        long_ago = at - 2 * TELLING_LEASE
        await self._changed(
            _update(workspace_id, question_id).where(begun).values({_UNTOLD_SINCE[news]: long_ago})
        )

    async def corrections(self, workspace_id: str) -> tuple[Correction, ...]:
        """Return every question that somebody judged, with the persona of the latest word on it, oldest first."""
        query = (
            select(QuestionRow.id, QuestionRow.text, FeedbackRow.persona_key)
            .join(
                FeedbackRow,
                and_(FeedbackRow.workspace_id == workspace_id, FeedbackRow.question_id == QuestionRow.id),
            )
            .where(QuestionRow.workspace_id == workspace_id)
            .order_by(QuestionRow.asked_at, QuestionRow.id, FeedbackRow.given_at)
        )
        async with reading(self._engine) as session:
            latest = {
                row.id: Correction(row.text, row.persona_key or UNRELATED) for row in await session.execute(query)
            }
        return tuple(latest.values())

    async def _changed(self, change: Update) -> bool:
        async with writing(self._engine) as session:
            return (await session.scalar(change.returning(QuestionRow.id))) is not None

    async def feedback(self, workspace_id: str, question_id: str) -> tuple[Feedback, ...]:
        """Return what people said of an answer, earliest first."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.workspace_id == workspace_id, FeedbackRow.question_id == question_id)
            .order_by(FeedbackRow.given_at)
        )
        async with reading(self._engine) as session:
            return tuple(
                Feedback(row.question_id, row.given_by, row.given_at, Verdict(row.verdict), row.persona_key)
                for row in await session.scalars(query)
            )


def _message_of(question: StoredQuestion) -> tuple[str, str, str]:
    """Return the key by which every process writes messages in the same order, so that none waits for another."""
    asked = question.asked
    return asked.workspace_id, asked.channel_id or "", asked.message_ts or ""


def _is_untold(news: News, at: datetime) -> ColumnElement[bool]:
    """Return the condition that telling this was begun so long ago that nobody can be at it any more."""
    return _UNTOLD_SINCE[news] <= at - TELLING_LEASE


def _update(workspace_id: str, question_id: str) -> Update:
    return update(QuestionRow).where(QuestionRow.workspace_id == workspace_id, QuestionRow.id == question_id)


def _question(row: QuestionRow) -> StoredQuestion:
    asked = Asked(
        workspace_id=row.workspace_id,
        surface=Surface(row.surface),
        asker_id=row.asker_id,
        text=row.text,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
        team_name=row.team_name,
    )
    return StoredQuestion(
        id=row.id,
        asked=asked,
        asked_at=row.asked_at,
        decision=cast("Decision", row.decision),
        persona_key=row.persona_key,
        responsibility=row.responsibility,
        confidence=row.confidence,
        team_id=row.team_id,
        owner_id=row.owner_id,
    )


def _values(question: StoredQuestion) -> dict[str, Any]:
    asked = question.asked
    return {
        "workspace_id": asked.workspace_id,
        "id": question.id,
        "surface": asked.surface.value,
        "asker_id": asked.asker_id,
        "channel_id": asked.channel_id,
        "message_ts": asked.message_ts,
        "text": asked.text,
        "team_name": asked.team_name,
        "asked_at": question.asked_at,
        "decision": question.decision,
        "persona_key": question.persona_key,
        "responsibility": question.responsibility,
        "confidence": question.confidence,
        "team_id": question.team_id,
        "owner_id": question.owner_id,
        "settled_persona_key": question.persona_key if question.decision == "confident" else None,
    }

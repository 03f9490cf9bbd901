"""The tables.

Every row carries its workspace, and keys between tables include it: a row of one workspace cannot point
into another.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SLACK_ID_LENGTH = 32
KEY_LENGTH = 100
"""Longest persona key, team name or alias."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, time-zone-aware in Python and UTC in the database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone rather than guess one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Row(DeclarativeBase):
    """Base of all tables; the names of constraints are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


def _workspace_key() -> Mapped[str]:
    return mapped_column(String(SLACK_ID_LENGTH), ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True)


class WorkspaceRow(Row):
    """A Slack workspace by its id (``T…``), or ``local`` for the terminal."""

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    created_at: Mapped[datetime]


class TeamRow(Row):
    """A team; what it may be called is in ``team_name``."""

    __tablename__ = "team"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "parent_id"], ["team.workspace_id", "team.id"]),
        Index(None, "workspace_id", "parent_id"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH))
    parent_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    created_by: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    created_at: Mapped[datetime]


class TeamNameRow(Row):
    """A name or alias of a team, folded in ``name_key``: no two teams of a workspace share one.

    ``position`` is 0 for the team's own name, then the order in which aliases were given.
    """

    __tablename__ = "team_name"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "team_id"], ["team.workspace_id", "team.id"], ondelete="CASCADE"),
        Index(None, "workspace_id", "team_id"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH))
    position: Mapped[int]
    team_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))


class TeamChannelRow(Row):
    """A Slack channel that belongs to a team; a channel belongs to one team."""

    __tablename__ = "team_channel"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "team_id"], ["team.workspace_id", "team.id"], ondelete="CASCADE"),
        Index(None, "workspace_id", "team_id"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    channel_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))


class AssignmentRow(Row):
    """Who holds a persona for a team (none: for the whole organisation), from when until when."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "team_id"], ["team.workspace_id", "team.id"]),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", "period"),
        CheckConstraint("assignee_type IN ('user', 'group')", "assignee_type"),
        CheckConstraint("rank IN ('primary', 'backup')", "rank"),
        Index(None, "workspace_id", "persona_key", "team_id"),
        Index(None, "workspace_id", "assignee_id"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    team_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    persona_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    assignee_type: Mapped[str] = mapped_column(String(8))
    assignee_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    rank: Mapped[str] = mapped_column(String(8))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    assigned_by: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    assigned_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))


class QuestionRow(Row):
    """What was asked, where, and what was answered. One message is one question, however often Slack sends it."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel_id", "message_ts"),
        Index(None, "workspace_id", "asked_at"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    surface: Mapped[str] = mapped_column(String(16))
    asker_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    channel_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    message_ts: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    team_name: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    asked_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(16))
    persona_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    responsibility: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    confidence: Mapped[float | None]
    team_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    owner_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    settled_persona_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    shared_at: Mapped[datetime | None]


class FeedbackRow(Row):
    """One person's latest word on one answer."""

    __tablename__ = "feedback"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "question_id"], ["question.workspace_id", "question.id"], ondelete="CASCADE"
        ),
    )

    workspace_id: Mapped[str] = _workspace_key()
    question_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    given_by: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    given_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(16))
    persona_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))

"""The tables.

Every row carries its workspace, and keys between tables include it: a row of one workspace cannot point
into another.
"""

from datetime import UTC, date, datetime
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

SCHEDULE_LENGTH = 200
"""Six weekdays by name, and the longest name of a time zone."""


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
    """A Slack workspace by its id (``T…``), or ``local`` for the terminal.

    ``revision`` counts the changes of its teams, assignments and absences: what is in memory of a lower one is
    out of date.
    """

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    created_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="0")


class TeamRow(Row):
    """A team; what it may be called now is in ``team_name``, an archived one's folded name in ``sort_key``."""

    __tablename__ = "team"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "parent_id"], ["team.workspace_id", "team.id"]),
        Index(None, "workspace_id", "parent_id"),
        Index(None, "workspace_id", "sort_key"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH))
    sort_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    parent_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    version: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class TeamNameRow(Row):
    """A name or alias of a team, folded in ``name_key``: no two teams of a workspace share one.

    ``position`` is 0 for the team's own name, then the order in which aliases were given. ``head`` and ``tail``
    are the halves of ``name_key``, where a misspelt word may be taken for it: a slip leaves one of them whole.
    """

    __tablename__ = "team_name"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "team_id"], ["team.workspace_id", "team.id"], ondelete="CASCADE"),
        Index(None, "workspace_id", "team_id"),
        Index(None, "workspace_id", "head"),
        Index(None, "workspace_id", "tail"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH))
    position: Mapped[int]
    head: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    tail: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
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


class TeamMemberRow(Row):
    """A person or user group that belongs to a team, or leads it."""

    __tablename__ = "team_member"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "team_id"], ["team.workspace_id", "team.id"], ondelete="CASCADE"),
        CheckConstraint("role IN ('member', 'lead')", "role"),
        Index(None, "workspace_id", "member_id"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    team_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    role: Mapped[str] = mapped_column(String(8), primary_key=True)


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
        Index(None, "workspace_id", "team_id"),
        Index(None, "workspace_id", "confirmed_at"),
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
    confirmed_by: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    confirmed_at: Mapped[datetime]
    ended_by: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    ended_at: Mapped[datetime | None]


class AbsenceRow(Row):
    """Somebody is away, and who is asked meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("until >= since", "period"),
        Index(None, "workspace_id", "user_id", "until"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    since: Mapped[datetime]
    until: Mapped[datetime]
    cover_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))


class ConfirmationRequestRow(Row):
    """When somebody was last asked whether what they hold is still theirs."""

    __tablename__ = "confirmation_request"

    workspace_id: Mapped[str] = _workspace_key()
    user_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    asked_at: Mapped[datetime]


class AuditRow(Row):
    """A change; the database itself refuses to alter or delete one. Ids sort in the order of the changes."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "workspace_id", "team_id", "id"),)

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    surface: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(32))
    team_id: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    team_name: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    persona_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)


class QuestionRow(Row):
    """What was asked, where, and what was answered. One message is one question, however often Slack sends it.

    What a click decided is told in the channel; ``…_untold_since`` is when that was begun, none once it is done.
    """

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
    share_untold_since: Mapped[datetime | None]
    persona_untold_since: Mapped[datetime | None]
    team_untold_since: Mapped[datetime | None]


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


class UnfitHolderRow(Row):
    """Somebody who holds something but cannot be asked, as the daily look found them, and since when."""

    __tablename__ = "unfit_holder"

    workspace_id: Mapped[str] = _workspace_key()
    assignee_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime]


class CoverageSnapshotRow(Row):
    """The coverage of a day (UTC); ``counts`` are the required cells by state, as JSON."""

    __tablename__ = "coverage_snapshot"

    workspace_id: Mapped[str] = _workspace_key()
    day: Mapped[date] = mapped_column(primary_key=True)
    score: Mapped[float | None]
    counts: Mapped[str] = mapped_column(Text)


class DigestRow(Row):
    """A digest: where it goes, when, in which time zone, and whose it is."""

    __tablename__ = "digest"
    __table_args__ = (Index(None, "workspace_id", "channel_id"),)

    workspace_id: Mapped[str] = _workspace_key()
    id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    schedule: Mapped[str] = mapped_column(String(SCHEDULE_LENGTH))
    owner_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    mentions_owner: Mapped[bool]
    created_at: Mapped[datetime]
    active_since: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None] = mapped_column(String(KEY_LENGTH))


class DigestRunRow(Row):
    """One due moment of a digest, which is sent once: due, then sent, missed or refused.

    ``claimed_at`` is when a process last took it on; what it leaves undone another one takes on later. ``claims``
    counts that, but for those after which certainly nothing was sent. ``sent_at`` of a refused one is when the
    digest's owner was told.
    """

    __tablename__ = "digest_run"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "digest_id"], ["digest.workspace_id", "digest.id"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('due', 'sent', 'missed', 'refused')", "state"),
        Index(None, "state", "due_at"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    digest_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    claims: Mapped[int]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    message_ts: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    score: Mapped[float | None]
    gaps: Mapped[str | None] = mapped_column(Text)


class InboxRow(Row):
    """A message to the bot that Slack was told is accepted; one message is one row, however often it comes.

    ``thread`` is where it is answered; of one thread one is answered after the other. ``revision`` counts edits. A
    deleted message is withdrawn, and gone when its answer is.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'withdrawn', 'done', 'gone', 'failed')", "state"),
        Index(None, "state", "received_at"),
        Index(None, "workspace_id", "channel_id", "thread", "state"),
    )

    workspace_id: Mapped[str] = _workspace_key()
    channel_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    message_ts: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH), primary_key=True)
    thread_ts: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    thread: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    user_id: Mapped[str] = mapped_column(String(SLACK_ID_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    surface: Mapped[str] = mapped_column(String(16))
    is_external: Mapped[bool]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    claims: Mapped[int]
    claimed_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    answer_ts: Mapped[str | None] = mapped_column(String(SLACK_ID_LENGTH))
    error: Mapped[str | None] = mapped_column(String(KEY_LENGTH))

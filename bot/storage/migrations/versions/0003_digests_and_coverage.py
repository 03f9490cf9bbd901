"""Digests and coverage over time: digests with their runs, daily snapshots, and who cannot be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "unfit_holder",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("assignee_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _workspace_reference("unfit_holder"),
        sa.PrimaryKeyConstraint("workspace_id", "assignee_id", name=op.f("pk_unfit_holder")),
    )
    op.create_table(
        "coverage_snapshot",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        _workspace_reference("coverage_snapshot"),
        sa.PrimaryKeyConstraint("workspace_id", "day", name=op.f("pk_coverage_snapshot")),
    )
    op.create_table(
        "digest",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("schedule", sa.String(length=200), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("mentions_owner", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.String(length=100), nullable=True),
        _workspace_reference("digest"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_digest")),
    )
    op.create_index(op.f("ix_digest_workspace_id_channel_id"), "digest", ["workspace_id", "channel_id"])
    op.create_table(
        "digest_run",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("digest_id", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_ts", sa.String(length=32), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("gaps", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'sent', 'missed', 'refused')", name=op.f("ck_digest_run_state")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "digest_id"],
            ["digest.workspace_id", "digest.id"],
            name=op.f("fk_digest_run_workspace_id_digest_id"),
            ondelete="CASCADE",
        ),
        _workspace_reference("digest_run"),
        sa.PrimaryKeyConstraint("workspace_id", "digest_id", "due_at", name=op.f("pk_digest_run")),
    )
    op.create_index(op.f("ix_digest_run_state_due_at"), "digest_run", ["state", "due_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_digest_run_state_due_at"), "digest_run")
    op.drop_table("digest_run")
    op.drop_index(op.f("ix_digest_workspace_id_channel_id"), "digest")
    op.drop_table("digest")
    op.drop_table("coverage_snapshot")
    op.drop_table("unfit_holder")


def _workspace_reference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
    )

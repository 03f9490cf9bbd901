"""The inbox: messages to the bot are on disk before Slack is told that they are accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "inbox",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("message_ts", sa.String(length=32), nullable=False),
        sa.Column("thread_ts", sa.String(length=32), nullable=True),
        sa.Column("thread", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_ts", sa.String(length=32), nullable=True),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'withdrawn', 'done', 'gone', 'failed')", name=op.f("ck_inbox_state")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_inbox_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", "message_ts", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_state_received_at"), "inbox", ["state", "received_at"])
    op.create_index(
        op.f("ix_inbox_workspace_id_channel_id_thread_state"),
        "inbox",
        ["workspace_id", "channel_id", "thread", "state"],
    )


def downgrade() -> None:
    """Drop it; what waits in it is lost."""
    op.drop_index(op.f("ix_inbox_workspace_id_channel_id_thread_state"), "inbox")
    op.drop_index(op.f("ix_inbox_state_received_at"), "inbox")
    op.drop_table("inbox")

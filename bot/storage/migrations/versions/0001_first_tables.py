"""The first tables: workspaces, teams, who holds which persona, and what was asked and answered."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "question",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("asker_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("message_ts", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("team_name", sa.String(length=100), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("persona_key", sa.String(length=100), nullable=True),
        sa.Column("responsibility", sa.String(length=100), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("settled_persona_key", sa.String(length=100), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_question_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_question")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel_id",
            "message_ts",
            name=op.f("uq_question_workspace_id_channel_id_message_ts"),
        ),
    )
    op.create_index(op.f("ix_question_workspace_id_asked_at"), "question", ["workspace_id", "asked_at"])

    op.create_table(
        "team",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["team.workspace_id", "team.id"],
            name=op.f("fk_team_workspace_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_team_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_team")),
    )
    op.create_index(op.f("ix_team_workspace_id_parent_id"), "team", ["workspace_id", "parent_id"])

    op.create_table(
        "assignment",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("persona_key", sa.String(length=100), nullable=False),
        sa.Column("assignee_type", sa.String(length=8), nullable=False),
        sa.Column("assignee_id", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_by", sa.String(length=32), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.CheckConstraint("assignee_type IN ('user', 'group')", name=op.f("ck_assignment_assignee_type")),
        sa.CheckConstraint("rank IN ('primary', 'backup')", name=op.f("ck_assignment_rank")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_assignment_period")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "team_id"],
            ["team.workspace_id", "team.id"],
            name=op.f("fk_assignment_workspace_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_assignment_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_workspace_id_assignee_id"), "assignment", ["workspace_id", "assignee_id"])
    op.create_index(
        op.f("ix_assignment_workspace_id_persona_key_team_id"),
        "assignment",
        ["workspace_id", "persona_key", "team_id"],
    )

    op.create_table(
        "feedback",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.String(length=32), nullable=False),
        sa.Column("given_by", sa.String(length=32), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("persona_key", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "question_id"],
            ["question.workspace_id", "question.id"],
            name=op.f("fk_feedback_workspace_id_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_feedback_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "question_id", "given_by", name=op.f("pk_feedback")),
    )
    op.create_table(
        "team_channel",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "team_id"],
            ["team.workspace_id", "team.id"],
            name=op.f("fk_team_channel_workspace_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_team_channel_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "channel_id", name=op.f("pk_team_channel")),
    )
    op.create_index(op.f("ix_team_channel_workspace_id_team_id"), "team_channel", ["workspace_id", "team_id"])

    op.create_table(
        "team_name",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("name_key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "team_id"],
            ["team.workspace_id", "team.id"],
            name=op.f("fk_team_name_workspace_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_team_name_workspace_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name_key", name=op.f("pk_team_name")),
    )
    op.create_index(op.f("ix_team_name_workspace_id_team_id"), "team_name", ["workspace_id", "team_id"])


def downgrade() -> None:
    """Drop them all, newest references first."""
    op.drop_index(op.f("ix_team_name_workspace_id_team_id"), "team_name")

    op.drop_table("team_name")
    op.drop_index(op.f("ix_team_channel_workspace_id_team_id"), "team_channel")

    op.drop_table("team_channel")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_assignment_workspace_id_persona_key_team_id"), "assignment")
    op.drop_index(op.f("ix_assignment_workspace_id_assignee_id"), "assignment")

    op.drop_table("assignment")
    op.drop_index(op.f("ix_team_workspace_id_parent_id"), "team")

    op.drop_table("team")
    op.drop_index(op.f("ix_question_workspace_id_asked_at"), "question")

    op.drop_table("question")
    op.drop_table("workspace")

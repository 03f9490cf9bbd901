"""Ownership that stays true: members and leads, archived teams, confirmations, absences, and the audit log.

What was assigned before counts as confirmed when it was assigned. The audit log begins with this migration.

No table that others point to is made anew ("batch"): SQLite would take the rows that point to it along. New
columns that must hold something therefore get a default first; where it can be taken away again, it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE_GUARDS = [
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for verb in ("UPDATE", "DELETE")
]
_POSTGRESQL_GUARDS = [
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
]
_SHORTEST_MENDED = 5


def upgrade() -> None:
    """Add columns and tables, and fill them for what is there."""
    _extend_teams()
    _extend_assignments()
    op.create_table(
        "team_member",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.CheckConstraint("role IN ('member', 'lead')", name=op.f("ck_team_member_role")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "team_id"],
            ["team.workspace_id", "team.id"],
            name=op.f("fk_team_member_workspace_id_team_id"),
            ondelete="CASCADE",
        ),
        _workspace_reference("team_member"),
        sa.PrimaryKeyConstraint("workspace_id", "team_id", "member_id", "role", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_workspace_id_member_id"), "team_member", ["workspace_id", "member_id"])
    op.create_table(
        "absence",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cover_id", sa.String(length=32), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_absence_period")),
        _workspace_reference("absence"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_workspace_id_user_id_until"), "absence", ["workspace_id", "user_id", "until"])
    op.create_table(
        "confirmation_request",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _workspace_reference("confirmation_request"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_confirmation_request")),
    )
    _make_audit()


def downgrade() -> None:
    """Drop what was added; archived teams and the audit log are lost with it."""
    op.drop_index(op.f("ix_audit_workspace_id_team_id_id"), "audit")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
    op.drop_table("confirmation_request")
    op.drop_index(op.f("ix_absence_workspace_id_user_id_until"), "absence")
    op.drop_table("absence")
    op.drop_index(op.f("ix_team_member_workspace_id_member_id"), "team_member")
    op.drop_table("team_member")
    for column in ("team_id", "confirmed_at"):
        op.drop_index(op.f(f"ix_assignment_workspace_id_{column}"), "assignment")
    for column in ("ended_at", "confirmed_at", "confirmed_by"):
        op.drop_column("assignment", column)
    for half in ("head", "tail"):
        op.drop_index(op.f(f"ix_team_name_workspace_id_{half}"), "team_name")
        op.drop_column("team_name", half)
    _drop_archived_teams()
    op.drop_index(op.f("ix_team_workspace_id_sort_key"), "team")
    for column in ("archived_at", "version", "sort_key"):
        op.drop_column("team", column)


def _drop_archived_teams() -> None:
    """Delete teams that the revision before would take for teams in use, and what was held for them."""
    op.execute(
        "DELETE FROM assignment WHERE EXISTS (SELECT 1 FROM team WHERE team.archived_at IS NOT NULL"
        " AND team.workspace_id = assignment.workspace_id AND team.id = assignment.team_id)"
    )
    op.execute("UPDATE team SET parent_id = NULL WHERE archived_at IS NOT NULL")
    op.execute("DELETE FROM team WHERE archived_at IS NOT NULL")


def _workspace_reference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"
    )


def _extend_teams() -> None:
    op.add_column("team", sa.Column("sort_key", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("team", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("team", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE team SET sort_key = (SELECT name_key FROM team_name WHERE team_name.position = 0"
        " AND team_name.workspace_id = team.workspace_id AND team_name.team_id = team.id)"
    )
    _drop_defaults("team", "sort_key", "version")
    op.create_index(op.f("ix_team_workspace_id_sort_key"), "team", ["workspace_id", "sort_key"])
    for half in ("head", "tail"):
        op.add_column("team_name", sa.Column(half, sa.String(length=100), nullable=True))
    _fill_halves()
    for half in ("head", "tail"):
        op.create_index(op.f(f"ix_team_name_workspace_id_{half}"), "team_name", ["workspace_id", half])


def _fill_halves() -> None:
    """Write both halves of every name that is long enough and holds only letters."""
    names = sa.table(
        "team_name", sa.column("workspace_id"), sa.column("name_key"), sa.column("head"), sa.column("tail")
    )
    connection = op.get_bind()
    found = connection.execute(sa.select(names.c.workspace_id, names.c.name_key)).all()
    mendable = [
        {"workspace": workspace_id, "key": key, "first": key[: len(key) // 2], "second": key[len(key) // 2 :]}
        for workspace_id, key in found
        if len(key) >= _SHORTEST_MENDED and key.replace(" ", "").isalpha()
    ]
    if mendable:
        this = sa.and_(names.c.workspace_id == sa.bindparam("workspace"), names.c.name_key == sa.bindparam("key"))
        filled = sa.update(names).where(this).values(head=sa.bindparam("first"), tail=sa.bindparam("second"))
        connection.execute(filled, mendable)


def _extend_assignments() -> None:
    long_ago = "1970-01-01 00:00:00.000000"
    someone = sa.Column("confirmed_by", sa.String(length=32), nullable=False, server_default="")
    some_time = sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False, server_default=long_ago)
    for column in (someone, some_time, sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True)):
        op.add_column("assignment", column)
    op.execute(
        "UPDATE assignment SET confirmed_by = assigned_by, confirmed_at = assigned_at,"
        " ended_at = CASE WHEN ended_by IS NULL THEN NULL ELSE valid_until END"
    )
    _drop_defaults("assignment", "confirmed_by", "confirmed_at")
    for name in ("team_id", "confirmed_at"):
        op.create_index(op.f(f"ix_assignment_workspace_id_{name}"), "assignment", ["workspace_id", name])


def _drop_defaults(table: str, *columns: str) -> None:
    """Take away defaults that only the rows of before needed; SQLite cannot, and they do no harm there."""
    if op.get_bind().dialect.name == "postgresql":
        for column in columns:
            op.alter_column(table, column, server_default=None)


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(length=32), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("team_id", sa.String(length=32), nullable=True),
        sa.Column("team_name", sa.String(length=100), nullable=True),
        sa.Column("persona_key", sa.String(length=100), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        _workspace_reference("audit"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_workspace_id_team_id_id"), "audit", ["workspace_id", "team_id", "id"])
    guards = _POSTGRESQL_GUARDS if op.get_bind().dialect.name == "postgresql" else _SQLITE_GUARDS
    for guard in guards:
        op.execute(guard)

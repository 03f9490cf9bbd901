"""How often a workspace's ownership was changed, so that processes know when what they remember is out of date."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count from nothing: nobody remembers anything yet."""
    op.add_column("workspace", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Drop the count."""
    op.drop_column("workspace", "revision")

"""What a click decided and was not yet told: the next click tells it, where a process was killed in between."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ("share_untold_since", "persona_untold_since", "team_untold_since")


def upgrade() -> None:
    """Add the columns; what was decided before was told."""
    for name in _COLUMNS:
        op.add_column("question", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for name in _COLUMNS:
        op.drop_column("question", name)

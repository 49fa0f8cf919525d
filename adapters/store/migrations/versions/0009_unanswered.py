"""Questions that nothing answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unanswered",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("gap", sa.BigInteger),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_unanswered_gap_gaps"),
        sa.PrimaryKeyConstraint("key", name="pk_unanswered"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_unanswered_day", "unanswered", ["day", "surface"])

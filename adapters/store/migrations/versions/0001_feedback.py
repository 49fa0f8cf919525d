"""Verdicts on answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "feedback",
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.String(80), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(30)),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_feedback"),
    )
    op.create_index("ix_feedback_entry_id", "feedback", ["entry_id"])

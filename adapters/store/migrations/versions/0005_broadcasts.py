"""What the centre sends to many, corrections of what was sent, and what people thought of a tip."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and widen those of tips."""
    op.add_column("subscriptions", sa.Column("term_time", sa.Boolean, nullable=False, server_default=sa.false()))
    for column in (
        sa.Column("kind", sa.String(12), nullable=False, server_default="tip"),
        sa.Column("batch", sa.String(32), nullable=False, server_default=""),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("entry", sa.String(80), nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
    ):
        op.add_column("deliveries", column)
    op.create_index("ix_deliveries_batch", "deliveries", ["batch"])
    # What was recalled had its note where the reason stands.
    op.execute("UPDATE deliveries SET note = reason WHERE state = 'recalled'")
    op.create_table(
        "broadcasts",
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("asked", Instant, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("approved_by", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_broadcasts"),
    )
    op.create_table(
        "taps",
        sa.Column("key", sa.String(50), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("is_helpful", sa.Boolean, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", "person", name="pk_taps"),
    )
    op.create_table(
        "meanings",
        sa.Column("entry", sa.String(80), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("entry", "version", name="pk_meanings"),
    )
    op.create_table(
        "follows",
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("entry", sa.String(80), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("place", "entry", name="pk_follows"),
    )

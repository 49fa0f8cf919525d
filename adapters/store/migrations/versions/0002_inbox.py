"""The durable inbox, where conversations stand, and Slack's installations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("due", Instant),
        sa.Column("done", Instant),
        sa.PrimaryKeyConstraint("key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_due", "inbox", ["due"])
    op.create_index("ix_inbox_done", "inbox", ["done"])
    op.create_table(
        "conversations",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("entry", sa.String(80)),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_conversations"),
    )
    op.create_index("ix_conversations_at", "conversations", ["at"])
    op.create_table(
        "slack_installations",
        sa.Column("enterprise_id", sa.String(32), nullable=False),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "team_id", name="pk_slack_installations"),
    )

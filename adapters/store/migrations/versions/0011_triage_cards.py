"""Since when a gap stands where it stands, whether somebody was told that it is late, and cards that are kept up to date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make them; a gap came into its state with the last change of it that its history has."""
    # With a default, so that SQLite need not write the table anew, to which others refer.
    op.add_column("gaps", sa.Column("since", Instant, nullable=False, server_default="1970-01-01 00:00:00"))
    op.add_column("gaps", sa.Column("is_nudged", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE gaps SET since = coalesce((SELECT max(at) FROM gap_changes WHERE gap = number"
        " AND (from_state IS NULL OR from_state <> to_state)), changed)"
    )
    op.create_index("ix_gaps_state_since", "gaps", ["state", "since"])
    op.create_index("ix_gaps_about_entry", "gaps", ["about_entry"])
    op.add_column("deliveries", sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "triage_places",
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_triage_places"),
    )

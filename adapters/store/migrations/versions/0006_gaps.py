"""Evidence gaps, who wants them answered, and what changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "gaps",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("question", sa.String(600), nullable=False),
        sa.Column("decision", sa.String(600), nullable=False),
        sa.Column("for_whom", sa.String(300), nullable=False),
        sa.Column("how_soon", sa.String(60), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("check", sa.String(20)),
        sa.Column("outcome", sa.String(600), nullable=False),
        sa.Column("entry", sa.String(80), nullable=False),
        sa.Column("assigned_to", sa.String(40), nullable=False),
        sa.Column("duplicate_of", sa.BigInteger),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("about_entry", sa.String(80), nullable=False),
        sa.Column("about_version", sa.String(12), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("changed", Instant, nullable=False),
        sa.Column("votes", sa.Integer, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_gaps"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["gaps.number"], name="fk_gaps_duplicate_of_gaps"),
    )
    op.create_index("ix_gaps_votes", "gaps", ["votes", "number"])
    op.create_index("ix_gaps_state", "gaps", ["state", "number"])
    op.create_index("ix_gaps_state_votes", "gaps", ["state", "votes", "number"])
    op.create_index("ix_gaps_assigned_to", "gaps", ["assigned_to", "number"])
    op.create_table(
        "gap_topics",
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("gap", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("topic", "gap", name="pk_gap_topics"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_gap_topics_gap_gaps"),
    )
    op.create_table(
        "gap_voices",
        sa.Column("gap", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("is_flagger", sa.Boolean, nullable=False),
        sa.Column("wants", sa.String(6), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("gap", "person", name="pk_gap_voices"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_gap_voices_gap_gaps"),
    )
    op.create_table(
        "gap_changes",
        sa.Column("gap", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("from_state", sa.String(20)),
        sa.Column("to_state", sa.String(20), nullable=False),
        sa.Column("why", sa.String(600), nullable=False),
        sa.Column("check", sa.String(20)),
        sa.Column("outcome", sa.String(600), nullable=False),
        sa.Column("entry", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("gap", "place", name="pk_gap_changes"),
        sa.ForeignKeyConstraint(["gap"], ["gaps.number"], name="fk_gap_changes_gap_gaps"),
    )

"""Who waits to be let into the desk, and who is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sign_ins",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("browser", sa.String(40), nullable=False),
        sa.Column("goes_to", sa.String(300), nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("link", sa.String(40)),
        sa.PrimaryKeyConstraint("code", name="pk_sign_ins"),
        sa.UniqueConstraint("link", name="uq_sign_ins_link"),
    )
    op.create_index("ix_sign_ins_until", "sign_ins", ["until"])
    op.create_table(
        "sessions",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("claimed", sa.JSON, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
    )
    op.create_index("ix_sessions_until", "sessions", ["until"])

"""What gaps ask, as vectors, to find those that ask alike."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table; vectors are made when somebody looks for a gap."""
    op.create_table(
        "gap_vectors",
        sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number"), primary_key=True, autoincrement=False),
        sa.Column("encoder", sa.String(12), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )

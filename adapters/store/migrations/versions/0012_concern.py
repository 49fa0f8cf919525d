"""Why a gap was flagged on an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add it; of the gaps that are there it is not known."""
    op.add_column("gaps", sa.Column("concern", sa.String(20), nullable=False, server_default=""))

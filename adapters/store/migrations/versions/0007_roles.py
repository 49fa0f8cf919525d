"""Who may do what, and an audit whose lines are bound to each other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapters.store.tables import Instant
from bot.audit import Line

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables, and bind the lines that are there."""
    op.create_table(
        "roles",
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person", "role", name="pk_roles"),
    )
    op.add_column("audit", sa.Column("hash", sa.String(64)))
    _bind()
    with op.batch_alter_table("audit") as audit:
        audit.alter_column("hash", existing_type=sa.String(64), nullable=False)


def _bind() -> None:
    audit = sa.table(
        "audit", sa.column("number", sa.BigInteger), sa.column("at", Instant), sa.column("actor", sa.String), sa.column("what", sa.String),
        sa.column("about", sa.String), sa.column("details", sa.JSON), sa.column("hash", sa.String),
    )  # fmt: skip
    connection, previous = op.get_bind(), ""
    for row in connection.execute(sa.select(audit).order_by(audit.c.number)).all():
        previous = Line(row.number, row.at, row.actor, row.what, row.about, row.details).hash_after(previous)
        connection.execute(sa.update(audit).where(audit.c.number == row.number).values(hash=previous))

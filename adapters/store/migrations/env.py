"""How Alembic runs our migrations: on the connection it is handed, in its transaction, one process at a time."""

from __future__ import annotations

from alembic import context

from adapters.store.tables import metadata

LOCK = 7_202_611  # any number, the same for every process that upgrades this product's tables

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
# On SQLite the transaction was begun with the lock for writing.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()

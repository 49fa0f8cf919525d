"""Operational data: SQLAlchemy Core on SQLite by default, on PostgreSQL by one setting; migrations by Alembic."""

"""The store: opened once in a process, brought up to date, asked whether it can be reached, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
SQLITE_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON")
SQLITE_POOL: Final = 2  # connections; more of them only wait for each other's writing
POSTGRES_POOL: Final = 10
READING: Final = "reading"  # execution option of a transaction that writes nothing

_upgrading = asyncio.Lock()  # Alembic keeps what it works on in the process


class Store:
    """One database.

    Args:
        url: `sqlite:///path/to/file` or `postgresql://user:password@host/name`.

    Raises:
        StoreError: If the URL is of another kind, or the folder of the file cannot be made.
    """

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._config = Config()
        self._config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))

    @property
    def name(self) -> str:
        """Return where the data is, without a password."""
        return self._engine.url.set(drivername=self._engine.url.get_backend_name()).render_as_string(hide_password=True)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes; it is kept whole or not at all.

        Raises:
            StoreError: If the database cannot be reached or refuses; nothing was kept.
        """
        with _told():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads.

        Raises:
            StoreError: If the database cannot be reached.
        """
        with _told():
            async with self._engine.connect() as connection:
                await connection.execution_options(**{READING: True})
                yield connection

    async def ping(self) -> None:
        """Return if the database answers and has this version's tables.

        Raises:
            StoreError: If it does not.
        """
        found, wanted = await self.versions()
        if found != wanted:
            raise StoreError(
                f"The database {self.name} is at {found or 'nothing'}, not {wanted}. Run: whatworks database upgrade"
            )

    async def versions(self) -> tuple[str | None, str]:
        """Return the migration that the database is at, and the newest that this version knows."""
        async with self.reading() as connection:
            found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
        return found, self._newest

    @property
    def _newest(self) -> str:
        return str(ScriptDirectory.from_config(self._config).get_current_head())

    async def upgrade(self) -> None:
        """Bring the tables up to date; several processes may do so at once.

        Raises:
            StoreError: If the database cannot be reached, or is newer than this version knows.
        """
        found, _ = await self.versions()
        known = {script.revision for script in ScriptDirectory.from_config(self._config).walk_revisions()}
        if found is not None and found not in known:
            raise StoreError(
                f"The database {self.name} was brought up to date by a newer version ({found}). Run that version, or restore a copy"
            )

        def run(connection: sa.Connection) -> None:
            self._config.attributes["connection"] = connection
            command.upgrade(self._config, "head")

        async with _upgrading, self.writing() as connection:
            await connection.run_sync(run)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._engine.dispose()


def _engine(written: str) -> AsyncEngine:
    try:
        url = sa.make_url(written)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError("The database's address cannot be read; it is like sqlite:///var/whatworks.sqlite") from error
    if backend == "sqlite":
        if url.database and url.database != ":memory:":
            try:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"The folder of {url.database} cannot be made ({error.strerror})") from error
        engine = create_async_engine(url.set(drivername="sqlite+aiosqlite"), pool_size=SQLITE_POOL, max_overflow=0)
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        try:
            return create_async_engine(
                url.set(drivername="postgresql+psycopg"), pool_size=POSTGRES_POOL, pool_pre_ping=True
            )
        except ModuleNotFoundError as error:
            raise StoreError("PostgreSQL needs the extra: pip install 'whatworks-bot[postgres]'") from error
    raise StoreError(f"A database of the kind {backend!r} cannot be used: only sqlite and postgresql")


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection, wrapped by SQLAlchemy
    connection.isolation_level = None  # we begin transactions ourselves: the driver would begin too late for a claim
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # Whoever is going to write takes the lock at once: two that read first and then write would both fail.
    is_reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


class _told:  # noqa: N801 - reads as a function: with _told():
    """Turns the database's errors into ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError | OSError):
            raise StoreError(f"The database cannot be reached ({type(error).__name__})", retryable=True) from error
        if isinstance(error, sa.exc.SQLAlchemyError):
            raise StoreError(f"The database refused ({type(error).__name__})") from error

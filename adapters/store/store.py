"""The store: opened once in a process, brought up to date, asked whether it can be reached, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert  # SQLite's has the same methods

from bot.errors import StoreError

T = TypeVar("T")

MIGRATIONS: Final = Path(__file__).parent / "migrations"
SQLITE_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON")
SQLITE_POOL: Final = 2  # connections; more of them only wait for each other's writing
POSTGRES_POOL: Final = 10
DISK_FULL: Final = "53100"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
READING: Final = "reading"  # execution option of a transaction that writes nothing

_INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

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
        self._threads = ThreadPoolExecutor(self._engine.pool.size(), thread_name_prefix="store")  # type: ignore[attr-defined]  # ours is a QueuePool
        self._config = Config()
        self._config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))

    @property
    def name(self) -> str:
        """Return where the data is, without a password."""
        return self._engine.url.set(drivername=self._engine.url.get_backend_name()).render_as_string(hide_password=True)

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what comes of some work in a transaction; it is kept whole or not at all.

        Raises:
            StoreError: If the database cannot be reached or refuses; nothing was kept.
        """
        return await self._run(work, is_reading=False)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Return what comes of some work that only reads.

        Raises:
            StoreError: If the database cannot be reached.
        """
        return await self._run(work, is_reading=True)

    async def _run(self, work: Callable[[sa.Connection], T], *, is_reading: bool) -> T:
        def run() -> T:
            with (
                _told(),
                self._engine.connect().execution_options(**{READING: is_reading}) as connection,
                connection.begin(),
            ):
                return work(connection)

        # A whole transaction in one thread: a hop for each statement costs ten times what SQLite does.
        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def insert(self, table: sa.Table) -> Insert:
        """Return an INSERT that can say what to do about a row that is there already."""
        insert: Insert = _INSERTS[self._engine.dialect.name](table)
        return insert

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
        found = await self.read(lambda connection: MigrationContext.configure(connection).get_current_revision())
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

        async with _upgrading:
            await self.write(run)

    async def close(self) -> None:
        """Let go of the connections."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._engine.dispose)
        self._threads.shutdown()


def _engine(written: str) -> sa.Engine:
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
        engine = sa.create_engine(
            url.set(drivername="sqlite+pysqlite"), poolclass=sa.QueuePool, pool_size=SQLITE_POOL, max_overflow=0,
            connect_args={"check_same_thread": False},
        )  # fmt: skip
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        try:
            return sa.create_engine(
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
            if (
                "disk is full" in str(getattr(error, "orig", ""))
                or getattr(getattr(error, "orig", None), "sqlstate", "") == DISK_FULL
            ):
                raise StoreError(
                    "The database's disk is full; make room, and it goes on by itself", retryable=True
                ) from error
            raise StoreError(f"The database cannot be reached ({type(error).__name__})", retryable=True) from error
        if isinstance(error, sa.exc.SQLAlchemyError):
            raise StoreError(f"The database refused ({type(error).__name__})") from error

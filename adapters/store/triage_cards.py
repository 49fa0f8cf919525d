"""Write cards for the centre's triage channel into the outbox, and mark what they show as changed, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.delivery_rows import due_row
from adapters.store.gap_rows import is_late
from adapters.store.gaps import Show
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import Instant, deliveries, gaps, triage_places
from bot.conversations import key_of
from bot.gap import Gap
from bot.gap_clock import LONDON, Promise, is_working
from bot.outbox import CARD, DeliveryState, Kind
from bot.schedule import EARLIEST, LATEST, Schedule
from bot.subscriptions import Address

WEEKLY: Final = Schedule(0, time(9, 0))  # Mondays, or the next working day of that week
NUDGED_MAX: Final = 200  # gaps in one nudge
LIVING: Final = [DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.SENT]


def onto_cards(store: Store, now: Callable[[], datetime]) -> Show:
    """Return what brings the cards of a gap up to date, and sends one to each place that has none.

    Args:
        store: Where the outbox is.
        now: Returns the instant, with a time zone.
    """

    def show(connection: sa.Connection, gap: Gap) -> None:
        at, table = now(), deliveries.c
        rests = sa.and_(table.state == DeliveryState.SENT.value, table.until.is_(None))
        connection.execute(
            sa.update(deliveries)
            .where(table.batch == _batch(gap), table.kind == Kind.GAP_CARD.value, table.state.in_(LIVING))
            .values(stale=True, until=sa.case((rests, sa.literal(at, Instant)), else_=table.until))
        )
        if not gap.is_open:
            return
        for place, sealed in connection.execute(sa.select(triage_places.c.place, triage_places.c.sealed)).all():
            row = due_row(f"t{gap.number}-{place[:30]}", place, sealed, Kind.GAP_CARD, at, at, batch=_batch(gap))
            _write(connection, store, row)

    return show


class StoredTriageCards:
    """`bot.triage_cards.TriageCards` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def add(self, where: Address, who: str, now: datetime) -> bool:
        """Send cards to a conversation from now on, the first at once."""
        place, sealed = _place(where), self._sealer.seal(where.to_dict() | {"manager": who})
        new = {"place": place, "sealed": sealed, "at": now}
        insert = self._store.insert(triage_places).values(new).on_conflict_do_nothing(index_elements=["place"])

        def run(connection: sa.Connection) -> bool:
            if connection.execute(insert.returning(triage_places.c.place)).first() is None:
                return False
            row = due_row(f"h{now:%Y%m%d%H%M%S}-{place[:30]}", place, sealed, Kind.TRIAGE, now, now)
            _write(connection, self._store, row)
            return True

        return await self._store.write(run)

    async def remove(self, where: Address) -> bool:
        """Send no more cards to a conversation; what waits to be sent there is not, and what stands there stays as it is."""
        place, table = _place(where), deliveries.c
        delete = sa.delete(triage_places).where(triage_places.c.place == place).returning(triage_places.c.place)
        ours = table.kind.in_([Kind.TRIAGE.value, Kind.GAP_CARD.value])
        end = {"state": DeliveryState.SKIPPED.value, "until": None, "reason": "No more triage cards are wanted there."}
        waits = table.state == DeliveryState.DUE.value

        def run(connection: sa.Connection) -> bool:
            if connection.execute(delete).first() is None:
                return False
            connection.execute(sa.update(deliveries).where(table.place == place, ours, waits).values(end))
            connection.execute(
                sa.update(deliveries)
                .where(table.place == place, ours, table.state == DeliveryState.SENT.value)
                .values(batch="", until=None)
            )
            return True

        return await self._store.write(run)

    async def write_due(self, now: datetime, promise: Promise) -> int:
        """Write down the next weekly cards, and a nudge for gaps that have become late."""
        wanted = sa.select(triage_places.c.place, triage_places.c.sealed)
        places = await self._store.read(lambda connection: connection.execute(wanted).all())
        if not places:
            return 0
        due = WEEKLY.after(now)
        weekly = [
            due_row(f"w{due.week}-{place[:30]}", place, sealed, Kind.TRIAGE, due.at, now) for place, sealed in places
        ]
        # Looked at without the lock of a writer first: mostly there is nothing to write.
        known = sa.select(deliveries.c.key).where(deliveries.c.key.in_([row["key"] for row in weekly]))
        there = set(await self._store.read(lambda connection: connection.scalars(known).all()))
        new = [row for row in weekly if row["key"] not in there]
        late = await self._late(now, promise)
        if not new and not late:
            return 0

        def run(connection: sa.Connection) -> int:
            written = sum(_write(connection, self._store, row) for row in new)
            text = " ".join(map(str, late))
            key = f"n{now.astimezone(LONDON):%Y%m%d}"
            rows = [
                due_row(f"{key}-{place[:30]}", place, sealed, Kind.TRIAGE, now, now, text=text)
                for place, sealed in places
            ]
            nudged = sum(_write(connection, self._store, row) for row in rows) if late else 0
            if nudged:
                connection.execute(sa.update(gaps).where(gaps.c.number.in_(late)).values(is_nudged=True))
            return written + nudged

        return await self._store.write(run)

    async def _late(self, now: datetime, promise: Promise) -> list[int]:
        """Return the numbers of gaps that are late and that nobody was told of, the longest waiting first; none out of hours."""
        local, late = now.astimezone(LONDON), promise.late(now)
        if not late or not is_working(local.date()) or not EARLIEST <= local.time() < LATEST:
            return []
        wanted = (
            sa.select(gaps.c.number).where(is_late(late), gaps.c.is_nudged.is_(False)).order_by(gaps.c.since, gaps.c.number)
            .limit(NUDGED_MAX)
        )  # fmt: skip
        return list(await self._store.read(lambda connection: connection.scalars(wanted).all()))


def _place(where: Address) -> str:
    return key_of(where.surface, where.conversation)


def _batch(gap: Gap) -> str:
    return f"{CARD}{gap.number}"


def _write(connection: sa.Connection, store: Store, row: Mapping[str, Any]) -> bool:
    """Write a card down; return False if it was written before."""
    insert = store.insert(deliveries).values(row).on_conflict_do_nothing(index_elements=["key"])
    return connection.execute(insert.returning(deliveries.c.key)).first() is not None

"""Who was told something that is said differently now, found in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from adapters.store.delivery_rows import due_row
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import deliveries, follows, meanings
from bot.conversations import key_of
from bot.corrections import WITHIN, Current, Meaning, correction
from bot.outbox import DeliveryState, Kind
from bot.subscriptions import Address

TOLD: Final = (DeliveryState.SENT.value, DeliveryState.UNKNOWN.value)


class _Told(NamedTuple):
    place: str
    sealed: str
    subscription: str
    version: str


class StoredCorrections:
    """`bot.corrections.Corrections` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def note(self, entries: Sequence[Current], now: datetime, *, only: str = "") -> int:
        """Remember what entries say, write corrections down for whoever was told something else, and return how many."""
        known = await self._store.read(_known)
        changed = [one for one in entries if one.version not in known.get(one.entry, {}) or one.entry == only]
        if not changed:
            return 0

        def run(connection: sa.Connection) -> int:
            before = _known(connection)
            rows = [
                row
                for one in changed
                if one.version not in before.get(one.entry, {}) or one.entry == only
                for row in self._corrections(connection, one, before.get(one.entry, {}), now)
            ]
            seen = [
                {"entry": one.entry, "version": one.version, "said": one.meaning.to_dict(), "at": now}
                for one in changed
            ]
            connection.execute(self._store.insert(meanings).on_conflict_do_nothing(), seen)
            if not rows:
                return 0
            insert = self._store.insert(deliveries).on_conflict_do_nothing(index_elements=["key"])
            return len(connection.execute(insert.returning(deliveries.c.key), rows).all())

        return await self._store.write(run)

    async def follow(self, address: Address, entry: str, version: str, now: datetime) -> None:
        """Have somebody told when an answer that they had changes in its meaning."""
        values = {"version": version, "sealed": self._sealer.seal(address.to_dict() | {"manager": ""}), "at": now}
        insert = self._store.insert(follows).values(
            place=key_of(address.surface, address.conversation), entry=entry, **values
        )
        keep = insert.on_conflict_do_update(index_elements=["place", "entry"], set_=values)
        await self._store.write(lambda connection: connection.execute(keep))

    def _corrections(
        self, connection: sa.Connection, one: Current, before: dict[str, Meaning], now: datetime
    ) -> Iterator[dict[str, Any]]:
        stale = [version for version, meaning in before.items() if meaning != one.meaning]
        mark = hashlib.sha256(f"{one.entry}\0{one.version}".encode()).hexdigest()[:8]
        told = {found.place: found for found in _told(connection, one.entry, stale, now)}
        for found in told.values():
            text = correction(one.label, before[found.version], one.meaning)
            yield due_row(
                f"{found.place}:{mark}", found.place, found.sealed, Kind.CORRECTION, now, now, subscription=found.subscription,
                version=one.version, batch=mark, text=text, entry=one.entry,
            )  # fmt: skip
        moved = sa.update(follows).where(follows.c.entry == one.entry).values(version=one.version)
        connection.execute(moved)


def _known(connection: sa.Connection) -> dict[str, dict[str, Meaning]]:
    known: dict[str, dict[str, Meaning]] = {}
    for row in connection.execute(sa.select(meanings)):
        known.setdefault(row.entry, {})[row.version] = Meaning(**row.said)
    return known


def _told(connection: sa.Connection, entry: str, versions: Sequence[str], now: datetime) -> Iterator[_Told]:
    """Yield who was told one of some versions of an entry, what they were told last at the end."""
    table = deliveries.c
    by_tip = (
        sa.select(table.place, table.sealed, table.subscription, table.version)
        .where(table.tip.startswith(f"{entry}#", autoescape=True), table.version.in_(versions), table.state.in_(TOLD), table.due >= now - WITHIN)
        .order_by(table.due)
    )  # fmt: skip
    by_answer = sa.select(
        follows.c.place, follows.c.sealed, sa.literal("").label("subscription"), follows.c.version
    ).where(follows.c.entry == entry, follows.c.version.in_(versions))
    for wanted in (by_tip, by_answer):
        for row in connection.execute(wanted):
            yield _Told(*row)

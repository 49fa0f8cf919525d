"""Whether a tip was found helpful, counted for its conversation."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import deliveries, taps
from bot.conversations import key_of


class StoredTaps:
    """`bot.feedback.Taps` in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def tap(
        self,
        surface: str,
        conversation: str,
        receipts: tuple[str, ...],
        person: str,
        *,
        is_helpful: bool,
        now: datetime,
    ) -> None:
        """Count what somebody thinks of a tip, once; what is not a tip of ours is passed over."""
        of = sa.select(deliveries.c.key).where(
            deliveries.c.place == key_of(surface, conversation),
            deliveries.c.receipt.in_([one for one in receipts if one]),
        )

        def run(connection: sa.Connection) -> None:
            for key in connection.scalars(of).all():
                row = {"key": key, "person": key_of(key, person), "is_helpful": is_helpful, "at": now}
                insert = self._store.insert(taps).values(row)
                change = {"is_helpful": is_helpful, "at": now}
                connection.execute(insert.on_conflict_do_update(index_elements=["key", "person"], set_=change))

        if any(receipts):
            await self._store.write(run)

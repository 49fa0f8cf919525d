"""The durable inbox, kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import inbox
from bot.inbox import LEASE, Item

KNOWN_FOR: Final = timedelta(days=7)  # how long a repetition is known; platforms repeat within hours


class StoredInbox:
    """A `bot.inbox.Inbox` in the store; what was sent is encrypted, and erased when the work is done."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def put(self, item: Item, owner: str, at: datetime) -> bool:
        """Keep an event as taken up by its owner; return False if one with this key was there already."""
        row = {
            "key": item.key,
            "surface": item.surface,
            "sealed": self._sealer.seal(item.payload),
            "attempts": item.attempts,
            "owner": owner,
            "due": at + LEASE,
        }
        insert = (
            self._store.insert(inbox).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)
        )
        return await self._store.write(lambda connection: connection.execute(insert).first() is not None)

    async def claim(self, owner: str, at: datetime, limit: int) -> list[Item]:
        """Take up what nobody works on."""
        due = sa.select(inbox.c.key).where(inbox.c.due <= at).order_by(inbox.c.due).limit(limit)
        # As a MATERIALIZED common table: a planner may otherwise run the SELECT again, and lock more than the limit.
        picked = due.with_for_update(skip_locked=True).cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
        take = (
            sa.update(inbox)
            .where(inbox.c.key.in_(sa.select(picked.c.key)))
            .values(owner=owner, due=at + LEASE, attempts=inbox.c.attempts + 1)
            .returning(inbox.c.key, inbox.c.surface, inbox.c.sealed, inbox.c.attempts)
        )

        def run(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
            connection.execute(sa.delete(inbox).where(inbox.c.done < at - KNOWN_FOR))
            return connection.execute(take).all()

        rows = await self._store.write(run)
        return [Item(row.key, row.surface, self._sealer.open(row.sealed), row.attempts) for row in rows]

    async def hold(self, item: Item, owner: str, at: datetime) -> bool:
        """Begin the lease again, if it is still the owner's."""
        ours = (inbox.c.key == item.key) & (inbox.c.owner == owner) & (inbox.c.attempts == item.attempts)
        hold = sa.update(inbox).where(ours & inbox.c.done.is_(None)).values(due=at + LEASE).returning(inbox.c.key)
        return await self._store.write(lambda connection: connection.execute(hold).first() is not None)

    async def finish(self, key: str, at: datetime) -> None:
        """Erase what was sent; the key is kept."""
        await self._change(key, {"sealed": None, "due": None, "done": at})

    async def put_back(self, key: str, due: datetime) -> None:
        """Leave an event for another attempt."""
        await self._change(key, {"due": due})

    async def _change(self, key: str, values: dict[str, object]) -> None:
        change = sa.update(inbox).where(inbox.c.key == key).values(values)
        await self._store.write(lambda connection: connection.execute(change))

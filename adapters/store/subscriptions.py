"""Who gets the weekly tip, kept in the store; every change with a line in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from adapters.store.audit import note
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import subscriptions
from bot.conversations import key_of
from bot.errors import InputError, WhatworksError
from bot.schedule import Schedule, Span
from bot.subscriptions import Address, State, Subscription
from bot.tips import TipId


class StoredSubscriptions:
    """`bot.subscriptions.Subscriptions` in the store."""

    def __init__(self, store: Store, sealer: Sealer, closed: tuple[Span, ...] = ()) -> None:
        self._store, self._sealer, self.closed = store, sealer, closed

    async def keep(self, subscription: Subscription, now: datetime, actor: str) -> None:
        """Keep a subscription in the place of the conversation's earlier one, and note who changed it."""
        row = self.row(subscription, now)
        insert = self._store.insert(subscriptions).values(row)
        keep = insert.on_conflict_do_update(
            index_elements=["place"], set_={name: insert.excluded[name] for name in row}
        )
        details = {name: row[name] for name in ("day", "at", "zone", "topics", "without", "picked", "why", "term_time")}
        what = f"tips {subscription.state}"

        def run(connection: sa.Connection) -> None:
            connection.execute(keep)
            note(connection, at=now, actor=key_of(actor), what=what, about=subscription.number, details=details)

        await self._store.write(run)

    async def find(self, surface: str, conversation: str) -> Subscription | None:
        """Return a conversation's subscription."""
        return await self._one(subscriptions.c.place == key_of(surface, conversation))

    async def get(self, number: str) -> Subscription:
        """Return a subscription; `InputError` if there is none with this number."""
        found = await self._one(subscriptions.c.number == number)
        if found is None:
            raise InputError("There is no subscription with this number")
        return found

    async def all(self) -> Sequence[Subscription]:
        """Return every subscription that is not stopped."""
        wanted = (
            sa.select(subscriptions)
            .where(subscriptions.c.state != State.STOPPED.value)
            .order_by(subscriptions.c.number)
        )
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [self.read(row) for row in rows]

    async def _one(self, which: sa.ColumnElement[bool]) -> Subscription | None:
        wanted = sa.select(subscriptions).where(which)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        return self.read(row) if row else None

    def row(self, subscription: Subscription, now: datetime) -> dict[str, Any]:
        """Return a subscription as it is kept, with when it is due next."""
        due = subscription.next_due(now)
        address = subscription.address
        return {
            "number": subscription.number, "place": key_of(address.surface, address.conversation),
            "sealed": self._sealer.seal(address.to_dict() | {"manager": subscription.manager}),
            "day": subscription.schedule.day, "at": f"{subscription.schedule.at:%H:%M}", "zone": subscription.schedule.zone,
            "topics": list(subscription.topics), "state": subscription.state.value, "paused_until": subscription.paused_until,
            "why": subscription.why[:300], "without": list(subscription.without),
            "picked": str(subscription.picked) if subscription.picked else None,
            "term_time": subscription.is_term_time,
            "next_due": due.at if due else None, "next_week": due.week if due else None,
        }  # fmt: skip

    def readable(self, row: sa.Row[Any]) -> Subscription | None:
        """Return a subscription from how it is kept; None for one that cannot be read."""
        try:
            return self.read(row)
        except (WhatworksError, ValueError, KeyError):
            return None

    def read(self, row: sa.Row[Any]) -> Subscription:
        """Return a subscription from how it is kept."""
        opened = self._sealer.open(row.sealed)
        return Subscription(
            row.number, Address.from_dict(opened), Schedule(row.day, time.fromisoformat(row.at), row.zone, self.closed if row.term_time else ()), tuple(row.topics),
            State(row.state), row.paused_until, row.why, tuple(row.without), TipId.read(row.picked) if row.picked else None,
            opened["manager"], row.term_time,
        )  # fmt: skip

"""What the centre sends to many, kept in the store: who gets it is settled in the transaction that writes it into the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.audit import note
from adapters.store.delivery_rows import due_row
from adapters.store.outbox import recall
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import broadcasts, deliveries, subscriptions, taps
from bot.broadcasts import LEFT_OUT, Assigned, Broadcast, BroadcastState, Recipient
from bot.conversations import key_of
from bot.errors import InputError, StoreError
from bot.outbox import DeliveryState, Kind, Plan
from bot.schedule import Week, in_hours, zone_of
from bot.subscriptions import State
from bot.tips import TipId
from bot.trials import TrialPlan

NOT_HAD: Final = (DeliveryState.FAILED.value, DeliveryState.SKIPPED.value)
_WEEK: Final = timedelta(days=8)


class StoredBroadcasts:
    """`bot.broadcasts.Broadcasts` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer, self._subscriptions = store, sealer, StoredSubscriptions(store, sealer)

    async def keep(self, broadcast: Broadcast, actor: str, now: datetime) -> None:
        """Keep a broadcast as it is now, and note who changed it."""
        await self._store.write(lambda connection: self._keep(connection, broadcast, actor, now))

    def _keep(self, connection: sa.Connection, broadcast: Broadcast, actor: str, now: datetime) -> None:
        row = _row(broadcast)
        insert = self._store.insert(broadcasts).values(row)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["number"], set_={name: insert.excluded[name] for name in row})
        )
        what = f"broadcast {broadcast.state}"
        note(connection, at=now, actor=key_of(actor), what=what, about=broadcast.number, details=row["content"])

    async def get(self, number: str) -> Broadcast:
        """Return a broadcast; `InputError` if there is none with this number."""
        wanted = sa.select(broadcasts).where(broadcasts.c.number == number)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        if row is None:
            raise InputError("There is no broadcast with this number")
        return _read(row)

    async def all(self) -> Sequence[Broadcast]:
        """Return every broadcast, newest first."""
        wanted = sa.select(broadcasts).order_by(broadcasts.c.asked.desc())
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [_read(row) for row in rows]

    async def audience(self, broadcast: Broadcast) -> list[Recipient]:
        """Return exactly whom it is for, as things stand."""
        found = await self._store.read(lambda connection: self._audience(connection, broadcast))
        return [recipient for recipient, _ in found]

    async def send(
        self, broadcast: Broadcast, assign: Callable[[Sequence[Recipient]], Assigned], expected: int, actor: str, now: datetime
    ) -> int:  # fmt: skip
        """Write a delivery down for everybody, all or none, and return how many."""
        open_ = [BroadcastState.DRAFT.value, BroadcastState.APPROVED.value]
        take = (
            sa.update(broadcasts)
            .where(broadcasts.c.number == broadcast.number, broadcasts.c.state.in_(open_))
            .values(state=BroadcastState.SENDING.value)
        )

        def run(connection: sa.Connection) -> int:
            if connection.execute(take).rowcount == 0:
                raise InputError("This broadcast was sent already")
            reached = [one for one in self._audience(connection, broadcast) if not one[0].left_out]
            assigned = assign([recipient for recipient, _ in reached])
            rows = [
                _delivery(broadcast, recipient, row, assigned[recipient.subscription], now)
                for recipient, row in reached
            ]
            insert = self._store.insert(deliveries)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]), rows)
            written = sa.select(sa.func.count()).where(deliveries.c.batch == broadcast.number)
            if not (len(rows) == expected == connection.scalar(written)):
                raise InputError("Who gets it has changed in the meantime; look at the list again")
            self._keep(connection, replace(broadcast, state=BroadcastState.SENDING), actor, now)
            return len(rows)

        return await self._store.write(run)

    async def recall(self, broadcast: Broadcast, words: str, actor: str, now: datetime) -> int:
        """Have a note put in the place of every copy, and return how many."""

        def run(connection: sa.Connection) -> int:
            copies = recall(connection, broadcast.number, words, now)
            self._keep(connection, replace(broadcast, state=BroadcastState.RECALLED), actor, now)
            return copies

        return await self._store.write(run)

    async def report(self, number: str) -> list[dict[str, object]]:
        """Return each delivery as plain values."""
        table = deliveries.c
        helpful = sa.select(sa.func.count()).where(taps.c.key == table.key, taps.c.is_helpful).scalar_subquery()
        columns = (table.subscription, table.due, table.state, table.reason, table.tip, table.attempts, table.sealed)
        wanted = sa.select(*columns, helpful.label("helpful")).where(table.batch == number).order_by(table.subscription)
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [self._reported(dict(row._mapping)) for row in rows]

    def _reported(self, row: dict[str, object]) -> dict[str, object]:
        with suppress(StoreError):
            address = self._sealer.open(str(row.pop("sealed")))
            row |= {"surface": address["surface"], "conversation": address["conversation"]}
        return row

    def _audience(self, connection: sa.Connection, broadcast: Broadcast) -> list[tuple[Recipient, sa.Row[Any]]]:
        active = sa.select(subscriptions).where(subscriptions.c.state == State.ACTIVE.value)
        table = deliveries.c
        taken: set[str] = set()
        if not broadcast.text:
            # A tip takes the place of the week's: whoever has one, or is about to, does not get another.
            weeks = sa.select(table.key).where(
                table.kind == Kind.TIP.value, table.state.not_in(NOT_HAD), table.due >= broadcast.at - _WEEK
            )
            taken = set(connection.scalars(weeks))
        found = []
        for row in connection.execute(active.order_by(subscriptions.c.number)):
            one = self._subscriptions.readable(row)
            is_wanted = not broadcast.topics or not one or not one.topics or set(one.topics) & set(broadcast.topics)
            if (
                one is None
                or not is_wanted
                or (broadcast.organisations and one.address.tenant not in broadcast.organisations)
            ):
                continue
            zone = zone_of(one.schedule.zone)
            due = in_hours(broadcast.at, zone)
            week = str(Week.of(due.astimezone(zone).date()))
            left_out = LEFT_OUT if f"{row.place}:{week}" in taken else ""
            found.append((Recipient(one.number, one.address.surface, one.address.tenant, due, week, left_out), row))
        return found


def _delivery(broadcast: Broadcast, to: Recipient, row: sa.Row[Any], plan: Plan, now: datetime) -> dict[str, Any]:
    tip = plan.tip
    key, kind = f"{row.place}:{to.week if tip else broadcast.number}", Kind.TIP if tip else Kind.NOTICE
    return due_row(
        key, row.place, row.sealed, kind, to.due, now, subscription=to.subscription, tip=str(tip) if tip else None, version=plan.version,
        why=plan.why if tip else "", until=max(to.due, now), batch=broadcast.number, text=broadcast.text,
    )  # fmt: skip


def _row(broadcast: Broadcast) -> dict[str, Any]:
    trial = broadcast.trial and asdict(broadcast.trial) | {
        "a": str(broadcast.trial.a),
        "b": str(broadcast.trial.b),
        "needed": broadcast.trial.needed,
    }
    content = {
        "tip": str(broadcast.tip) if broadcast.tip else None, "text": broadcast.text, "trial": trial,
        "organisations": list(broadcast.organisations), "topics": list(broadcast.topics),
    }  # fmt: skip
    return {
        "number": broadcast.number, "state": broadcast.state.value, "at": broadcast.at, "asked": broadcast.asked, "content": content,
        "by": broadcast.by, "approved_by": broadcast.approved_by,
    }  # fmt: skip


def _read(row: sa.Row[Any]) -> Broadcast:
    said = row.content
    trial = None
    if planned := said["trial"]:
        of = {name: value for name, value in planned.items() if name != "needed"}
        trial = TrialPlan(**of | {"a": TipId.read(of["a"]), "b": TipId.read(of["b"])})
    return Broadcast(
        row.number, row.at, row.asked, row.by, TipId.read(said["tip"]) if said["tip"] else None, said["text"], trial,
        tuple(said["organisations"]), tuple(said["topics"]), BroadcastState(row.state), row.approved_by,
    )  # fmt: skip

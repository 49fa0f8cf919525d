"""The outbox, kept in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import Instant, deliveries, subscriptions
from adapters.store.together import Together
from bot.conversations import key_of
from bot.errors import WhatworksError
from bot.outbox import LEASE, Decide, Delivery, DeliveryState, Kind, Outcome
from bot.schedule import Span
from bot.subscriptions import Address, Subscription
from bot.tips import TipId

HISTORY: Final = 500  # deliveries of a conversation that a choice looks back on
UNREADABLE: Final = (
    "What is kept of it cannot be read: its encryption key is not set any more, or it was changed by hand."
)
RECALLED_BEFORE: Final = "It was recalled before it was sent."
# What counts as had: it arrived, or may have.
HAD: Final = [DeliveryState.SENT.value, DeliveryState.UNKNOWN.value, DeliveryState.RECALLED.value]


class StoredOutbox:
    """`bot.outbox.Outbox` in the store."""

    def __init__(self, store: Store, sealer: Sealer, closed: tuple[Span, ...] = ()) -> None:
        self._store, self._sealer = store, sealer
        self._subscriptions = StoredSubscriptions(store, sealer, closed)
        self._together = Together[bool](store)

    async def plan(self, now: datetime, limit: int, decide: Decide) -> int:
        """Write down what is due by now, and when each subscription is due again."""
        due = (
            sa.select(subscriptions).where(subscriptions.c.next_due <= now).order_by(subscriptions.c.next_due).limit(limit)
            .with_for_update(skip_locked=True)
        )  # fmt: skip

        is_any = sa.select(sa.exists().where(subscriptions.c.next_due <= now))
        if not await self._store.read(lambda connection: connection.scalar(is_any)):
            return 0  # asked without the lock of a writer first: mostly there is nothing

        def run(connection: sa.Connection) -> int:
            rows = connection.execute(due).all()
            if not rows:
                return 0
            had = _had(connection, [row.place for row in rows])
            planned, again = [], []
            for row in rows:
                subscription = self._readable(connection, row)
                if subscription is None:
                    continue
                planned.append(
                    self._row(row.place, row.next_week, row.next_due, subscription, decide, had[row.place], now)
                )
                again.append(self._again(subscription, row.next_due, now))
            if not planned:
                return len(rows)
            insert = self._store.insert(deliveries)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]), planned)
            later = sa.update(subscriptions).where(subscriptions.c.number == sa.bindparam("of"))
            connection.execute(
                later.values({name: sa.bindparam(f"new_{name}") for name in ("next_due", "next_week", "picked", "state", "paused_until")}),
                again,
            )  # fmt: skip
            return len(rows)

        return await self._store.write(run)

    def _readable(self, connection: sa.Connection, row: sa.Row[Any]) -> Subscription | None:
        """Return a subscription; one that cannot be read is paused, so that it is in nobody's way."""
        found = self._subscriptions.readable(row)
        if found is None:
            connection.execute(
                sa.update(subscriptions)
                .where(subscriptions.c.number == row.number)
                .values(state="paused", paused_until=None, next_due=None, next_week=None, why=UNREADABLE)
            )
        return found

    async def plan_now(self, subscription: Subscription, week: str, now: datetime, decide: Decide) -> bool:
        """Write a delivery down for at once; return False if the conversation has one for that week."""
        place = key_of(subscription.address.surface, subscription.address.conversation)

        def run(connection: sa.Connection) -> bool:
            row = self._row(place, week, now, subscription, decide, _had(connection, [place])[place], now)
            insert = self._store.insert(deliveries).values(row).on_conflict_do_nothing(index_elements=["key"])
            return connection.execute(insert.returning(deliveries.c.key)).first() is not None

        return await self._store.write(run)

    async def had(self, address: Address) -> Sequence[TipId]:
        """Return the tips that a conversation had, oldest first."""
        place = key_of(address.surface, address.conversation)
        return await self._store.read(lambda connection: _had(connection, [place])[place])

    async def listed(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest deliveries as plain values, newest first."""
        table = deliveries.c
        wanted = (
            sa.select(table.due, table.state, table.tip, table.reason, table.attempts, table.subscription, table.at)
            .order_by(table.due.desc(), table.key).limit(limit)
        )  # fmt: skip
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [dict(row._mapping) for row in rows]

    def _row(
        self, place: str, week: str, due: datetime, subscription: Subscription, decide: Decide, had: Sequence[TipId], now: datetime
    ) -> dict[str, Any]:  # fmt: skip
        plan = decide(subscription, had)
        is_sent = plan.tip is not None
        return {
            "key": f"{place}:{week}", "subscription": subscription.number, "place": place,
            "sealed": self._sealer.seal(subscription.address.to_dict() | {"manager": subscription.manager}), "tip": str(plan.tip) if plan.tip else None,
            "version": plan.version, "why": plan.why[:300], "due": due,
            "state": DeliveryState.DUE.value if is_sent else DeliveryState.SKIPPED.value, "until": now if is_sent else None,
            "owner": "", "attempts": 0, "reason": "" if is_sent else plan.why[:300], "receipt": "", "at": now,
        }  # fmt: skip

    def _again(self, subscription: Subscription, due: datetime, now: datetime) -> dict[str, Any]:
        # From when it was due, but never into the past: after a long stop one tip comes, not all that were missed.
        after = replace(subscription.resumed(), picked=None)
        row = self._subscriptions.row(after, max(due, now))
        return {"of": subscription.number} | {
            f"new_{name}": row[name] for name in ("next_due", "next_week", "picked", "state", "paused_until")
        }

    async def claim(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what is due, or what somebody claimed and did not begin to send before the lease ran out."""
        states = [DeliveryState.DUE.value, DeliveryState.CLAIMED.value]
        values = {"state": DeliveryState.CLAIMED.value, "attempts": deliveries.c.attempts + 1}
        return await self._take(states, values, owner, now, limit)

    async def unsettled(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what somebody was sending when the lease ran out."""
        return await self._take([DeliveryState.SENDING.value], {}, owner, now, limit)

    async def withdrawn(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what is recalled and stands there still."""
        values = {"attempts": deliveries.c.attempts + 1}
        return await self._take([DeliveryState.RECALLED.value], values, owner, now, limit)

    async def outdated(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what was sent and shows what has changed since; what changes from now on makes it so again."""
        return await self._take([DeliveryState.SENT.value], {"stale": False}, owner, now, limit)

    async def recall(self, what: TipId | str, note: str, now: datetime) -> int:
        """Have a note put in the place of every copy of a tip, or of a broadcast by its number, and return how many there are.

        What is not sent yet is skipped; what is being sent is replaced as soon as it is there.
        """
        return await self._store.write(lambda connection: recall(connection, what, note, now))

    async def _take(
        self, states: list[str], values: dict[str, Any], owner: str, now: datetime, limit: int
    ) -> list[Delivery]:
        table = deliveries.c
        ripe = (
            sa.select(table.key).where(table.state.in_(states), table.until <= now).order_by(table.until).limit(limit)
        )
        # As a MATERIALIZED common table: a planner may otherwise run the SELECT again, and lock more than the limit.
        picked = ripe.with_for_update(skip_locked=True).cte("picked").prefix_with("MATERIALIZED", dialect="postgresql")
        take = (
            sa.update(deliveries)
            .where(table.key.in_(sa.select(picked.c.key)))
            .values(owner=owner, until=now + LEASE, at=now, **values)
            .returning(*deliveries.c)
        )
        is_any = sa.select(sa.exists(ripe))
        if not await self._store.read(lambda connection: connection.scalar(is_any)):
            return []  # asked without the lock of a writer first: mostly there is nothing
        rows = await self._store.write(lambda connection: connection.execute(take).all())
        found = []
        for row in rows:
            try:
                found.append(self._read(row))
            except (WhatworksError, ValueError, KeyError):
                await self.end(row.key, owner, Outcome(DeliveryState.FAILED, UNREADABLE), now)
        return found

    async def begin(self, key: str, owner: str, now: datetime) -> bool:
        """Note that a delivery is being sent from now on; return False if it is not its owner's any more."""
        table = deliveries.c
        begin = (
            sa.update(deliveries)
            .where(table.key == key, table.owner == owner, table.state == DeliveryState.CLAIMED.value)
            .values(state=DeliveryState.SENDING.value, until=now + LEASE, at=now)
            .returning(table.key)
        )
        return await self._together.write(lambda connection: connection.execute(begin).first() is not None)

    async def end(self, key: str, owner: str, outcome: Outcome, now: datetime) -> bool:
        """Note what came of it, if it is still the owner's; a conversation that cannot be reached any more has its subscription paused."""
        table = deliveries.c
        end = (
            sa.update(deliveries)
            .where(table.key == key, table.owner == owner, table.until.is_not(None))
            .values(**_ended(outcome, now), reason=outcome.reason[:300], receipt=outcome.receipt[:120], at=now)
            .returning(table.subscription)
        )

        def run(connection: sa.Connection) -> bool:
            ended = connection.execute(end).first()
            if ended and outcome.is_permanent:
                connection.execute(
                    sa.update(subscriptions)
                    .where(subscriptions.c.number == ended.subscription)
                    .values(state="paused", paused_until=None, next_due=None, next_week=None, why=outcome.reason[:300])
                )
            return ended is not None

        return await self._together.write(run)

    async def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        counted = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
        rows = await self._store.read(lambda connection: connection.execute(counted).all())
        return {str(state): int(number) for state, number in rows}

    def _read(self, row: sa.Row[Any]) -> Delivery:
        opened = self._sealer.open(row.sealed)
        tip = TipId.read(row.tip) if row.tip else None
        return Delivery(
            row.key, row.subscription, Address.from_dict(opened), tip, row.version, row.why, row.due, row.attempts,
            opened.get("manager", ""), row.receipt, row.note, Kind(row.kind), row.text, row.entry, row.batch,
        )  # fmt: skip


def recall(connection: sa.Connection, what: TipId | str, note: str, now: datetime) -> int:
    """Have a note put in the place of what was sent; see `StoredOutbox.recall`."""
    table = deliveries.c
    which = table.tip == str(what) if isinstance(what, TipId) else table.batch == what
    waiting = [DeliveryState.DUE.value, DeliveryState.CLAIMED.value]
    changes: list[tuple[list[str], dict[str, Any]]] = [
        (waiting, {"state": DeliveryState.SKIPPED.value, "until": None, "reason": RECALLED_BEFORE}),
        ([DeliveryState.SENDING.value], {}),
        ([DeliveryState.SENT.value], {"state": DeliveryState.RECALLED.value, "until": now, "attempts": 0}),
    ]
    copies = 0
    for states, values in changes:
        change = sa.update(deliveries).where(which, table.state.in_(states)).values(note=note, at=now, **values)
        found = connection.execute(change).rowcount
        copies += 0 if states is waiting else found
    return copies


def _ended(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Return the state after an attempt: of what was recalled in the meantime, a copy is replaced and none is sent again."""
    state, until = outcome.state.value, outcome.retry_at
    instead = {DeliveryState.SENT: (DeliveryState.RECALLED, now), DeliveryState.DUE: (DeliveryState.SKIPPED, None)}.get(
        outcome.state
    )
    if instead is None:
        return {"state": state, "until": until}
    is_recalled = deliveries.c.note != ""
    return {
        "state": sa.case((is_recalled, instead[0].value), else_=state),
        "until": sa.case(
            (is_recalled, sa.literal(instead[1], Instant)),
            *([(deliveries.c.stale, sa.literal(now, Instant))] if outcome.state is DeliveryState.SENT else []),
            else_=sa.literal(until, Instant),
        ),
    }


def _had(connection: sa.Connection, places: Sequence[str]) -> defaultdict[str, list[TipId]]:
    """Return the tips that some conversations had, oldest first."""
    table = deliveries.c
    wanted = (
        sa.select(table.place, table.tip)
        .where(table.place.in_(places), table.state.in_(HAD), table.tip.is_not(None))
        .order_by(table.place, table.due)
    )
    had: defaultdict[str, list[TipId]] = defaultdict(list)
    for place, tip in connection.execute(wanted):
        had[place].append(TipId.read(tip))
    return defaultdict(list, {place: tips[-HISTORY:] for place, tips in had.items()})

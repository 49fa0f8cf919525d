"""What the outbox does, on SQLite and on PostgreSQL: one delivery for each conversation and week, whoever plans, claims or dies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import audit, deliveries, subscriptions
from bot.errors import InputError
from bot.outbox import LEASE, Delivery, DeliveryState, Outcome, Plan
from bot.schedule import Schedule
from bot.subscriptions import Address, State, Subscription
from bot.tips import TipId

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # a Wednesday
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SOON = MONDAY + timedelta(seconds=1)
SEALER = Sealer([key_from("a secret")])
TIP = TipId("kite-flying", 1)


def subscription(number: int = 1, **changes: object) -> Subscription:
    made = Subscription(f"s{number}", Address("slack", f"C{number}", "T1"), Schedule(0, time(9)), manager="U1")
    return replace(made, **changes)  # type: ignore[arg-type]  # named in the test


def decide(_subscription: Subscription, had: Sequence[TipId]) -> Plan:
    return Plan(TipId("kite-flying", len(had) + 1), "v1", "because")


@pytest.fixture
def outbox(store: Store) -> StoredOutbox:
    return StoredOutbox(store, SEALER)


@pytest.fixture
def kept(store: Store) -> StoredSubscriptions:
    return StoredSubscriptions(store, SEALER)


async def due(outbox: StoredOutbox, kept: StoredSubscriptions, count: int = 1) -> None:
    for number in range(count):
        await kept.keep(subscription(number), NOW, "me")
    await outbox.plan(SOON, 1_000, decide)


async def test_nothing_is_written_down_before_it_is_due(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await kept.keep(subscription(), NOW, "me")
    assert await outbox.plan(MONDAY - timedelta(seconds=1), 10, decide) == 0
    assert await outbox.plan(MONDAY, 10, decide) == 1
    assert await outbox.plan(MONDAY, 10, decide) == 0


async def test_what_is_due_is_claimed_once_whole(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await due(outbox, kept)
    (claimed,) = await outbox.claim("me", SOON, 10)
    assert await outbox.claim("another", SOON, 10) == []
    assert claimed == Delivery(claimed.key, "s0", Address("slack", "C0", "T1"), TIP, "v1", "because", MONDAY, 1, "U1")
    assert claimed.key.endswith(":2026-W49")


async def test_a_week_comes_after_a_week_with_another_tip(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await kept.keep(subscription(), NOW, "me")
    tips = []
    for week in range(3):
        now = SOON + timedelta(weeks=week)
        await outbox.plan(now, 10, decide)
        (claimed,) = await outbox.claim("me", now, 10)
        await outbox.begin(claimed.key, "me", now)
        await outbox.end(claimed.key, "me", Outcome(DeliveryState.SENT, receipt="1"), now)
        tips.append(claimed.tip and claimed.tip.number)
    assert tips == [1, 2, 3]


async def test_many_who_plan_at_once_write_each_down_once(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    for number in range(40):
        await kept.keep(subscription(number), NOW, "me")
    await asyncio.gather(*(outbox.plan(SOON, 25, decide) for _ in range(8)))
    claims = await asyncio.gather(*(outbox.claim(f"replica {n}", SOON, 10) for n in range(8)))
    keys = [one.key for claimed in claims for one in claimed]
    assert len(keys) == len(set(keys)) == 40


async def test_who_subscribes_again_in_the_same_week_gets_no_second_one(
    outbox: StoredOutbox, kept: StoredSubscriptions
) -> None:
    await due(outbox, kept)
    again = replace(subscription(0), number="another", schedule=Schedule(3, time(9)))
    await kept.keep(again, SOON, "me")
    await outbox.plan(MONDAY + timedelta(days=4), 10, decide)
    assert len(await outbox.claim("me", MONDAY + timedelta(days=4), 10)) == 1


async def test_after_a_long_stop_one_comes_and_not_all_that_were_missed(
    outbox: StoredOutbox, kept: StoredSubscriptions
) -> None:
    await kept.keep(subscription(), NOW, "me")
    late = MONDAY + timedelta(weeks=5, hours=1)
    assert await outbox.plan(late, 10, decide) == 1
    assert await outbox.plan(late, 10, decide) == 0


async def test_what_was_claimed_by_one_that_died_is_claimed_again(
    outbox: StoredOutbox, kept: StoredSubscriptions
) -> None:
    await due(outbox, kept)
    await outbox.claim("dead", SOON, 10)
    assert await outbox.claim("me", SOON + LEASE / 2, 10) == []
    (again,) = await outbox.claim("me", SOON + LEASE * 2, 10)
    assert again.attempts == 2
    assert not await outbox.begin(again.key, "dead", SOON + LEASE * 2)
    assert await outbox.begin(again.key, "me", SOON + LEASE * 2)


async def test_what_was_being_sent_by_one_that_died_is_never_claimed_but_settled(
    outbox: StoredOutbox, kept: StoredSubscriptions
) -> None:
    await due(outbox, kept)
    (claimed,) = await outbox.claim("dead", SOON, 10)
    await outbox.begin(claimed.key, "dead", SOON)
    later = SOON + LEASE * 2
    assert await outbox.claim("me", later, 10) == []
    assert [one.key for one in await outbox.unsettled("me", later, 10)] == [claimed.key]
    assert await outbox.unsettled("another", later, 10) == []
    await outbox.end(claimed.key, "dead", Outcome(DeliveryState.SENT), later)  # a voice from beyond is not heard
    await outbox.end(claimed.key, "me", Outcome(DeliveryState.UNKNOWN, "who knows"), later)
    assert await outbox.counts() == {"unknown": 1}


async def test_what_is_to_be_tried_again_waits_until_then(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await due(outbox, kept)
    (claimed,) = await outbox.claim("me", SOON, 10)
    await outbox.begin(claimed.key, "me", SOON)
    at = SOON + timedelta(seconds=90)
    await outbox.end(claimed.key, "me", Outcome(DeliveryState.DUE, "busy", retry_at=at), SOON)
    assert await outbox.claim("me", at - timedelta(seconds=1), 10) == []
    assert [one.attempts for one in await outbox.claim("me", at, 10)] == [2]


async def test_a_final_state_stays(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await due(outbox, kept)
    (claimed,) = await outbox.claim("me", SOON, 10)
    await outbox.begin(claimed.key, "me", SOON)
    await outbox.end(claimed.key, "me", Outcome(DeliveryState.SENT, receipt="1.2"), SOON)
    await outbox.end(claimed.key, "me", Outcome(DeliveryState.FAILED), SOON)
    assert await outbox.claim("another", SOON + LEASE * 9, 10) == []
    assert await outbox.counts() == {"sent": 1}


async def test_who_cannot_be_reached_any_more_is_paused_with_the_reason(
    outbox: StoredOutbox, kept: StoredSubscriptions
) -> None:
    await due(outbox, kept)
    (claimed,) = await outbox.claim("me", SOON, 10)
    await outbox.begin(claimed.key, "me", SOON)
    await outbox.end(claimed.key, "me", Outcome(DeliveryState.FAILED, "Archived.", is_permanent=True), SOON)
    paused = await kept.get("s0")
    assert (paused.state, paused.paused_until, paused.why) == (State.PAUSED, None, "Archived.")
    assert await outbox.plan(MONDAY + timedelta(weeks=2), 10, decide) == 0


async def test_nothing_to_send_is_skipped_with_the_reason(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    await kept.keep(subscription(), NOW, "me")
    await outbox.plan(SOON, 10, lambda _one, _had: Plan(None, why="There is no tip on these topics."))
    assert await outbox.counts() == {"skipped": 1}


async def test_a_pause_ends_by_itself_and_a_stop_does_not(outbox: StoredOutbox, kept: StoredSubscriptions) -> None:
    until = (MONDAY + timedelta(weeks=2)).date()
    await kept.keep(subscription(1).paused(until), NOW, "me")
    await kept.keep(subscription(2).stopped(), NOW, "me")
    await kept.keep(subscription(3).skipping("2026-W49"), NOW, "me")
    assert await outbox.plan(SOON, 10, decide) == 0
    assert await outbox.plan(MONDAY + timedelta(weeks=1, seconds=1), 10, decide) == 1  # the skipped week is over
    assert await outbox.plan(MONDAY + timedelta(weeks=2, seconds=1), 10, decide) == 2
    assert (await kept.get("s1")).state is State.ACTIVE


async def test_a_subscription_comes_back_as_it_was_kept(kept: StoredSubscriptions) -> None:
    whole = subscription(
        topics=("fostering", "court"), picked=TIP, without=("2026-W50",), schedule=Schedule(3, time(14, 5), "Europe/Dublin"),
        address=Address("teams", "19:x", "tenant", (("service_url", "https://smba.trafficmanager.net"),)),
    )  # fmt: skip
    await kept.keep(whole, NOW, "me")
    assert await kept.get("s1") == whole
    assert await kept.find("teams", "19:x") == whole
    assert await kept.find("slack", "19:x") is None
    assert await kept.all() == [whole]
    with pytest.raises(InputError, match="no subscription"):
        await kept.get("s9")


async def test_every_change_is_in_the_audit_without_a_person_or_a_channel(
    kept: StoredSubscriptions, store: Store
) -> None:
    await kept.keep(subscription(), NOW, "U0MANAGER")
    await kept.keep(subscription().stopped(), NOW, "U0MANAGER")
    rows = await store.read(lambda connection: connection.execute(sa.select(audit)).all())
    assert [row.what for row in rows] == ["tips active", "tips stopped"]
    assert not any(word in str(rows) for word in ("U0MANAGER", "U1", "C1"))


async def test_where_a_tip_goes_is_unreadable_in_the_tables(
    outbox: StoredOutbox, kept: StoredSubscriptions, store: Store
) -> None:
    await kept.keep(subscription(address=Address("slack", "a recognisable channel")), NOW, "me")
    await outbox.plan(SOON, 10, decide)
    rows = await store.read(
        lambda connection: [*connection.execute(sa.select(deliveries)), *connection.execute(sa.select(subscriptions))]
    )
    assert len(rows) == 2
    assert "recognisable" not in str(rows)


async def test_what_cannot_be_read_any_more_is_in_nobodys_way(
    outbox: StoredOutbox, kept: StoredSubscriptions, store: Store
) -> None:
    lost = StoredSubscriptions(store, Sealer([key_from("a key that was taken away")]))
    await lost.keep(subscription(1), NOW, "me")
    await kept.keep(subscription(2), NOW, "me")
    assert await outbox.plan(SOON, 10, decide) == 2
    assert await outbox.plan(SOON, 10, decide) == 0
    assert [one.subscription for one in await outbox.claim("me", SOON, 10)] == ["s2"]
    await StoredOutbox(store, Sealer([key_from("a key that was taken away")])).plan_now(
        subscription(3), "2026-W49", NOW, decide
    )
    assert await outbox.claim("me", SOON, 10) == []
    assert (await outbox.counts())["failed"] == 1

"""What the centre sends to many, on SQLite and on PostgreSQL: exactly whom, approved, once, followed, recalled; and corrections of what was sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from adapters.store.broadcasts import StoredBroadcasts
from adapters.store.corrections import StoredCorrections
from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import deliveries
from adapters.store.taps import StoredTaps
from bot.broadcasts import BroadcastDesk, BroadcastState
from bot.corrections import Current, Meaning, correction
from bot.errors import InputError
from bot.outbox import DeliveryState, Kind, Outcome, Plan
from bot.schedule import Schedule
from bot.subscriptions import Address, Subscription
from bot.tips import TipId
from bot.trials import TrialPlan
from bot.turn import Bot

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday, in hours
SEALER = Sealer([key_from("a secret")])
TIP = TipId("family-group-conferencing", 1)
OTHER = TipId("family-group-conferencing", 2)
OLD = Meaning("It tends to help", "Low", "Fewer children entered care.")
NEW = Meaning("Mixed: it helped with some outcomes and not with others", "Low", "Fewer children entered care.")


class Clock:
    """A clock that is set by hand."""

    at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(bot: Bot, store: Store, clock: Clock) -> BroadcastDesk:
    return BroadcastDesk(bot, StoredBroadcasts(store, SEALER), clock, NOW.date)


@pytest.fixture
def outbox(store: Store) -> StoredOutbox:
    return StoredOutbox(store, SEALER)


async def subscribe(store: Store, count: int, **changes: object) -> None:
    kept = StoredSubscriptions(store, SEALER)
    for number in range(count):
        address = Address("slack", f"C{number}", f"T{number % 2}")
        made = Subscription(f"s{number:04}", address, Schedule(0, time(9)), manager="U1")
        await kept.keep(replace(made, **changes), NOW, "me")  # type: ignore[arg-type]  # named in the test


async def sent_all(outbox: StoredOutbox, now: datetime = NOW) -> list[str]:
    """Send everything that is due, and return what went where."""
    found = []
    while claimed := await outbox.claim("me", now, 100):
        for one in claimed:
            assert await outbox.begin(one.key, "me", now)
            receipt = f"r-{one.key}"
            assert await outbox.end(one.key, "me", Outcome(DeliveryState.SENT, receipt=receipt), now)
            found.append(f"{one.address.conversation}: {one.tip or one.text}")
    return sorted(found)


async def test_a_draft_says_exactly_whom_it_is_for_and_sends_nothing(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox
) -> None:
    await subscribe(store, 4)
    await StoredSubscriptions(store, SEALER).keep(
        (await StoredSubscriptions(store, SEALER).get("s0003")).paused(None), NOW, "me"
    )
    _, audience = await desk.draft("ann", text="The centre moves.", organisations=["T0"])
    assert [(one.subscription, one.organisation) for one in audience] == [("s0000", "T0"), ("s0002", "T0")]
    assert await sent_all(outbox) == []


async def test_up_to_25_one_person_may_send_but_has_to_type_the_number(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox
) -> None:
    await subscribe(store, 3)
    made, _ = await desk.draft("ann", text="The centre moves.")
    with pytest.raises(InputError, match="for 3 conversations, not 2"):
        await desk.send(made.number, 2, "ann")
    assert await desk.send(made.number, 3, "ann") == 3
    assert await sent_all(outbox) == [f"C{n}: The centre moves." for n in range(3)]
    with pytest.raises(InputError, match="already"):
        await desk.send(made.number, 3, "ann")


async def test_above_25_somebody_else_has_to_approve(desk: BroadcastDesk, store: Store, outbox: StoredOutbox) -> None:
    await subscribe(store, 26)
    made, _ = await desk.draft("ann", text="The centre moves.")
    with pytest.raises(InputError, match="a second person"):
        await desk.send(made.number, 26, "ann")
    with pytest.raises(InputError, match="Somebody else"):
        await desk.approve(made.number, "ann")
    await desk.approve(made.number, "bob")
    assert await desk.send(made.number, 26, "ann") == 26
    assert len(await sent_all(outbox)) == 26


async def test_sent_twice_at_the_same_moment_it_goes_once(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox
) -> None:
    await subscribe(store, 10)
    made, _ = await desk.draft("ann", text="The centre moves.")
    came = await asyncio.gather(*(desk.send(made.number, 10, "ann") for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["InputError", "InputError", "InputError", "int"]
    assert len(await sent_all(outbox)) == 10


async def test_a_tip_takes_the_place_of_the_weeks_and_of_nobody_who_had_one(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox
) -> None:
    await subscribe(store, 3)
    kept = StoredSubscriptions(store, SEALER)
    await outbox.plan_now(await kept.get("s0001"), "2026-W48", NOW, lambda _one, _had: Plan(OTHER, "v", "w"))
    made, audience = await desk.draft("ann", tip=TIP)
    assert [one.subscription for one in audience if one.left_out] == ["s0001"]
    assert await desk.send(made.number, 2, "ann") == 2
    assert await sent_all(outbox) == [f"C0: {TIP}", f"C1: {OTHER}", f"C2: {TIP}"]
    assert not await outbox.plan_now(await kept.get("s0000"), "2026-W48", NOW, lambda _one, _had: Plan(OTHER, "v", "w"))


async def test_at_night_it_waits_for_the_morning_of_each_place(
    desk: BroadcastDesk, store: Store, clock: Clock, outbox: StoredOutbox
) -> None:
    await subscribe(store, 1)
    await subscribe(
        store,
        1,
        number="far",
        address=Address("slack", "CFAR", "T1"),
        schedule=Schedule(0, time(9), "America/New_York"),
    )
    clock.at = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # a Friday evening in London, the afternoon in New York
    made, audience = await desk.draft("ann", text="The centre moves.")
    assert {one.subscription: one.due for one in audience} == {
        "s0000": datetime(2026, 11, 30, 8, 0, tzinfo=UTC),
        "far": clock.at,
    }
    await desk.send(made.number, 2, "ann")
    assert await sent_all(outbox, clock.at) == ["CFAR: The centre moves."]
    assert await sent_all(outbox, datetime(2026, 11, 30, 8, 0, tzinfo=UTC)) == ["C0: The centre moves."]


async def test_a_recall_reaches_what_is_sent_what_is_being_sent_and_what_is_not_yet(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox
) -> None:
    await subscribe(store, 4)
    made, _ = await desk.draft("ann", text="The centre moves on Monday.")
    await desk.send(made.number, 4, "ann")
    sent, sending, again, claimed = await outbox.claim("me", NOW, 4)
    for one in (sent, sending, again):
        await outbox.begin(one.key, "me", NOW)
    await outbox.end(sent.key, "me", Outcome(DeliveryState.SENT, receipt="r"), NOW)
    assert await desk.recall(made.number, "Corrected: on Tuesday.", "bob") == 3
    assert not await outbox.begin(claimed.key, "me", NOW)
    await outbox.end(sending.key, "me", Outcome(DeliveryState.SENT, receipt="r2"), NOW)
    await outbox.end(again.key, "me", Outcome(DeliveryState.DUE, "busy", retry_at=NOW), NOW)
    assert await desk.progress(made.number) == {"recalled": 2, "skipped": 2}
    taken = await outbox.withdrawn("other", NOW + timedelta(hours=1), 10)
    assert sorted((one.key, one.note) for one in taken) == sorted(
        (one.key, "Corrected: on Tuesday.") for one in (sent, sending)
    )
    assert await outbox.claim("me", NOW + timedelta(days=1), 10) == []


async def test_a_cancelled_broadcast_cannot_be_sent_and_a_sent_one_not_cancelled(
    desk: BroadcastDesk, store: Store
) -> None:
    await subscribe(store, 1)
    gone, _ = await desk.draft("ann", text="The centre moves.")
    await desk.cancel(gone.number, "ann")
    with pytest.raises(InputError, match="cancelled already"):
        await desk.send(gone.number, 1, "ann")
    made, _ = await desk.draft("ann", text="The centre moves.")
    await desk.send(made.number, 1, "ann")
    with pytest.raises(InputError, match="recall it"):
        await desk.cancel(made.number, "ann")
    assert [one.state for one in await desk.broadcasts.all()].count(BroadcastState.SENDING) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "one of them"),
        ({"tip": TIP, "text": "words"}, "one of them"),
        ({"text": "x" * 601}, "at most 600"),
        ({"tip": TipId("family-group-conferencing", 9)}, "no tip"),
        ({"text": "words", "topics": ["kites"]}, "not a topic"),
        ({"text": "words", "at": NOW - timedelta(hours=1)}, "from now"),
        ({"text": "Call Ms Example on 020 7946 0018 about it"}, "personal data"),
    ],
)
async def test_what_cannot_be_sent_is_refused_in_words(
    desk: BroadcastDesk, given: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        await desk.draft("ann", **given)  # type: ignore[arg-type]  # named above


async def test_a_trial_gives_each_conversation_one_framing_and_is_judged_at_its_end_alone(
    desk: BroadcastDesk, store: Store, outbox: StoredOutbox, clock: Clock, bot: Bot
) -> None:
    assert len(bot.shown[TIP.entry_id].tip) == 2
    await subscribe(store, 24)
    plan = TrialPlan("Two openings", TIP, OTHER, "seed", 1.0, 1.0)
    made, _ = await desk.draft("ann", trial=plan)
    await desk.send(made.number, 24, "ann")
    assert (await desk.broadcasts.get(made.number)).trial == plan
    went = await sent_all(outbox)
    assert [sum(line.endswith(str(tip)) for line in went) for tip in (TIP, OTHER)] == [12, 12]
    with pytest.raises(InputError, match="at its end alone"):
        await desk.result(made.number)
    taps = StoredTaps(store)
    rows = await desk.broadcasts.report(made.number)
    keys = sa.select(deliveries.c.subscription, deliveries.c.key)
    key_of_subscription = dict(await store.read(lambda connection: [tuple(row) for row in connection.execute(keys)]))
    for row in (row for row in rows if row["tip"] == str(OTHER)):
        receipt = f"r-{key_of_subscription[row['subscription']]}"
        for person in ("U1", "U2", "U1"):
            await taps.tap("slack", str(row["conversation"]), (receipt,), person, is_helpful=True, now=NOW)
    await taps.tap("slack", "C0", ("not ours",), "U1", is_helpful=True, now=NOW)
    clock.at = NOW + timedelta(days=14)
    _, result = await desk.result(made.number)
    assert (result.a.allocated, result.a.mean, result.b.mean, result.difference) == (12, 0.0, 2.0, 2.0)


def entry(version: str, meaning: Meaning) -> Current:
    return Current(TIP.entry_id, version, "Family group conferencing", meaning)


async def sent_tip(outbox: StoredOutbox, store: Store, version: str) -> None:
    await subscribe(store, 2)
    one = await StoredSubscriptions(store, SEALER).get("s0000")
    await outbox.plan_now(one, "2026-W48", NOW, lambda _one, _had: Plan(TIP, version, "w"))
    await sent_all(outbox)


async def test_who_was_told_something_else_hears_of_the_change_once(store: Store, outbox: StoredOutbox) -> None:
    corrections = StoredCorrections(store, SEALER)
    assert await corrections.note([entry("v1", OLD)], NOW) == 0
    await sent_tip(outbox, store, "v1")
    assert await corrections.note([entry("v1", OLD)], NOW) == 0
    came = await asyncio.gather(*(corrections.note([entry("v2", NEW)], NOW) for _ in range(3)))
    assert sum(came) == 1
    (said,) = await sent_all(outbox)
    assert said == f"C0: {correction('Family group conferencing', OLD, NEW)}"
    assert await corrections.note([entry("v1", OLD)], NOW) == 0  # an older process beside it
    assert await corrections.note([entry("v2", NEW)], NOW) == 0


async def test_a_change_without_another_meaning_is_no_news(store: Store, outbox: StoredOutbox) -> None:
    corrections = StoredCorrections(store, SEALER)
    await corrections.note([entry("v1", OLD)], NOW)
    await sent_tip(outbox, store, "v1")
    assert await corrections.note([entry("v2", OLD)], NOW) == 0


async def test_a_change_can_be_taken_back_and_is_told_as_well(store: Store, outbox: StoredOutbox) -> None:
    corrections = StoredCorrections(store, SEALER)
    await corrections.note([entry("v1", OLD)], NOW)
    await corrections.note([entry("v2", NEW)], NOW)
    await sent_tip(outbox, store, "v2")
    assert await corrections.note([entry("v1", OLD)], NOW) == 0
    assert await corrections.note([entry("v1", OLD)], NOW, only=TIP.entry_id) == 1


async def test_who_asked_to_be_told_of_an_answer_is_told(store: Store, outbox: StoredOutbox) -> None:
    corrections = StoredCorrections(store, SEALER)
    await corrections.note([entry("v1", OLD)], NOW)
    for _ in range(2):
        await corrections.follow(Address("slack", "U7", "T1"), TIP.entry_id, "v1", NOW)
    assert await corrections.note([entry("v2", NEW)], NOW) == 1
    (claimed,) = await outbox.claim("me", NOW, 10)
    assert (claimed.address.conversation, claimed.kind, claimed.entry) == ("U7", Kind.CORRECTION, TIP.entry_id)

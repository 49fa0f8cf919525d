"""Cards for the triage channel in the outbox, on SQLite and on PostgreSQL: each written down once, and brought up to date however changes fall."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from adapters.store.gaps import StoredGaps
from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.tables import deliveries
from adapters.store.triage_cards import StoredTriageCards, onto_cards
from bot.conversations import key_of
from bot.gap import Check, GapState, NewGap
from bot.gap_clock import Promise
from bot.gaps import Gaps, Voice
from bot.outbox import Delivery, DeliveryState, Kind, Outcome
from bot.subscriptions import Address

NOW: Final = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # a Wednesday
MONDAY: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SEALER: Final = Sealer([key_from("a secret")])
CHANNEL: Final = Address("slack", "C1", "T1")
TRIAGER: Final = key_of("slack", "a triager")
NEW: Final = NewGap("Do kites help babies sleep?")
PROMISE: Final = Promise({GapState.SUBMITTED: 5})


@pytest.fixture
def gaps(store: Store) -> Gaps:
    return StoredGaps(store, SEALER, lambda *_: None, onto_cards(store, lambda: NOW))


@pytest.fixture
def cards(store: Store) -> StoredTriageCards:
    return StoredTriageCards(store, SEALER)


@pytest.fixture
def outbox(store: Store) -> StoredOutbox:
    return StoredOutbox(store, SEALER)


def voice(number: int) -> Voice:
    return Voice(key_of("slack", f"person {number}"))


async def claimed(outbox: StoredOutbox, kind: Kind, at: datetime = NOW) -> list[Delivery]:
    return [one for one in await outbox.claim("me", at, 100) if one.kind is kind]


async def brought(outbox: StoredOutbox, delivery: Delivery, at: datetime = NOW) -> None:
    assert await outbox.begin(delivery.key, "me", at)
    assert await outbox.end(delivery.key, "me", Outcome(DeliveryState.SENT, receipt="1.0"), at)


async def sent(outbox: StoredOutbox, at: datetime) -> list[Delivery]:
    """Send all that is due, and return it."""
    found = await outbox.claim("me", at, 100)
    for one in found:
        await brought(outbox, one, at)
    return found


async def a_card(gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox) -> Delivery:
    """Flag a gap while cards are wanted, and take its card to send it."""
    await cards.add(CHANNEL, "U1", NOW)
    await gaps.flag(NEW, voice(1), NOW)
    (card,) = await claimed(outbox, Kind.GAP_CARD)
    return card


async def test_each_place_gets_a_card_of_each_gap_once(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    await gaps.flag(NEW, voice(1), NOW)
    assert await cards.add(CHANNEL, "U1", NOW)
    assert not await cards.add(CHANNEL, "U2", NOW)
    assert await cards.add(Address("teams", "19:x"), "29:1", NOW)
    (first, second) = await claimed(outbox, Kind.TRIAGE)  # what waits, at once
    assert {first.manager, second.manager} == {"U1", "29:1"}
    assert await claimed(outbox, Kind.GAP_CARD) == []
    await gaps.flag(NEW, voice(1), NOW)
    await gaps.add_voice(1, voice(2), NOW)
    await gaps.move(2, GapState.CLARIFIED, TRIAGER, "asked back", NOW)
    found = await claimed(outbox, Kind.GAP_CARD)
    assert sorted(one.batch for one in found) == ["card-1", "card-1", "card-2", "card-2"]
    assert {one.address.conversation for one in found} == {"C1", "19:x"}


async def test_a_gap_that_was_closed_before_gets_no_card(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    await gaps.flag(NEW, voice(1), NOW)
    await gaps.flag(NEW, voice(1), NOW)
    await cards.add(CHANNEL, "U1", NOW)
    await gaps.merge(1, 2, TRIAGER, "same", NOW)
    assert [one.batch for one in await claimed(outbox, Kind.GAP_CARD)] == ["card-2"]


async def test_a_change_after_a_card_was_sent_has_it_brought_up_to_date_once(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    card = await a_card(gaps, cards, outbox)
    await brought(outbox, card)
    assert await outbox.outdated("me", NOW, 10) == []
    await gaps.add_voice(1, voice(2), NOW)
    (found,) = await outbox.outdated("me", NOW, 10)
    assert (found.key, found.receipt, found.batch) == (card.key, "1.0", "card-1")
    assert await outbox.outdated("other", NOW, 10) == []
    assert await outbox.end(found.key, "me", Outcome(DeliveryState.SENT, receipt="1.0"), NOW)
    assert await outbox.outdated("me", NOW + timedelta(hours=1), 10) == []


@pytest.mark.parametrize("when", ["claimed", "sending", "replacing"])
async def test_a_change_while_a_card_is_on_its_way_is_not_lost(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox, when: str
) -> None:
    card = await a_card(gaps, cards, outbox)
    if when == "claimed":
        await gaps.add_voice(1, voice(2), NOW)
    assert await outbox.begin(card.key, "me", NOW)
    if when == "sending":
        await gaps.add_voice(1, voice(2), NOW)
    assert await outbox.end(card.key, "me", Outcome(DeliveryState.SENT, receipt="1.0"), NOW)
    if when == "replacing":
        await gaps.add_voice(1, voice(2), NOW)
        (again,) = await outbox.outdated("me", NOW, 10)
        await gaps.add_voice(1, voice(3), NOW)
        assert await outbox.end(again.key, "me", Outcome(DeliveryState.SENT, receipt="1.0"), NOW)
    (found,) = await outbox.outdated("me", NOW, 10)
    assert await outbox.end(found.key, "me", Outcome(DeliveryState.SENT, receipt="1.0"), NOW)
    assert await outbox.outdated("me", NOW, 10) == []


async def test_a_process_that_dies_while_it_brings_a_card_up_to_date_leaves_it_to_another(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    card = await a_card(gaps, cards, outbox)
    await brought(outbox, card)
    await gaps.add_voice(1, voice(2), NOW)
    assert await outbox.outdated("dies", NOW, 10)
    assert await outbox.outdated("me", NOW + timedelta(seconds=30), 10) == []
    assert len(await outbox.outdated("me", NOW + timedelta(seconds=61), 10)) == 1
    assert not await outbox.end(card.key, "dies", Outcome(DeliveryState.SENT, receipt="1.0"), NOW)


async def test_where_no_cards_are_wanted_any_more_none_are_sent_or_changed(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    await cards.add(CHANNEL, "U1", NOW)
    await gaps.flag(NEW, voice(1), NOW)
    for card in await outbox.claim("me", NOW, 10):
        await brought(outbox, card)
    await gaps.flag(NEW, voice(1), NOW)
    assert await cards.remove(CHANNEL)
    assert not await cards.remove(CHANNEL)
    await gaps.add_voice(1, voice(2), NOW)
    assert await outbox.claim("me", NOW, 10) == await outbox.outdated("me", NOW, 10) == []


async def test_a_card_comes_each_monday_once_whoever_writes_it_down(
    cards: StoredTriageCards, outbox: StoredOutbox
) -> None:
    assert await cards.write_due(NOW, PROMISE) == 0
    await cards.add(CHANNEL, "U1", NOW)
    assert len(await sent(outbox, NOW)) == 1
    written = await asyncio.gather(*(cards.write_due(NOW, PROMISE) for _ in range(4)))
    assert sorted(written) == [0, 0, 0, 1]
    assert await sent(outbox, MONDAY - timedelta(seconds=1)) == []
    assert len(await sent(outbox, MONDAY)) == 1
    assert await cards.write_due(MONDAY, PROMISE) == 1
    assert await sent(outbox, MONDAY + timedelta(days=6)) == []


async def test_a_gap_that_becomes_late_is_named_once_and_again_when_it_was_moved(
    gaps: Gaps, cards: StoredTriageCards, outbox: StoredOutbox, store: Store
) -> None:
    await cards.add(CHANNEL, "U1", NOW)
    for days in (0, 1, 2):
        await gaps.flag(NEW, voice(1), NOW + timedelta(days=days))
    due = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)  # a Thursday: the sixth working day after the first was flagged

    async def named(at: datetime) -> list[str]:
        await cards.write_due(at, PROMISE)
        return [one.text for one in await sent(outbox, at) if one.text]

    assert await named(due - timedelta(days=1)) == []
    assert await named(due.replace(hour=7)) == []  # at night
    assert await named(due) == ["1"]
    assert await named(due + timedelta(hours=1)) == []
    assert await named(due + timedelta(days=1)) == ["2"]
    assert await named(due + timedelta(days=2)) == []  # a Saturday
    await gaps.move(1, GapState.CHECKED, TRIAGER, "looked", due, check=Check.UNKNOWN)
    await gaps.move(1, GapState.WILL_NOT_ANSWER, TRIAGER, "no", due, outcome="No.")
    await gaps.reopen(1, voice(1).person, "yes", due)
    assert await named(due + timedelta(days=4)) == ["3"]
    assert await named(due + timedelta(days=11)) == ["1"]
    wanted = sa.select(sa.func.count()).where(deliveries.c.text == "1")
    assert await store.read(lambda connection: connection.scalar(wanted)) == 2

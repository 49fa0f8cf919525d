"""What is kept of one person is shown whole, and erased so that no table but the audit knows them; everybody else's stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

import pytest
import sqlalchemy as sa

from adapters.store.audit import StoredAudit
from adapters.store.corrections import StoredCorrections
from adapters.store.gaps import StoredGaps
from adapters.store.news import into_outbox
from adapters.store.people import StoredPeople
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import deliveries, gap_voices, metadata, taps, triage_places
from adapters.store.triage_cards import StoredTriageCards
from bot.conversations import key_of
from bot.gap import GapState, NewGap
from bot.gaps import Voice
from bot.people import Kept, KeptVoice
from bot.roles import Person, Role
from bot.schedule import Schedule
from bot.subscriptions import Address, Subscription

NOW: Final = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LATER: Final = NOW + timedelta(hours=1)
SEALER: Final = Sealer([key_from("a secret")])
ANN, BOB = Person("slack", "U0ANNANN"), Person("teams", "29:bobbob")
NOBODY: Final = Person("slack", "U0NOBODY")


async def fill(store: Store, person: Person) -> None:
    """Keep something of somebody in every way there is."""
    key, own = key_of(*person), Address(person.surface, f"{person.person}-chat", "T1")
    gaps = StoredGaps(store, SEALER, into_outbox(store, SEALER, lambda: NOW))
    flagged = await gaps.flag(NewGap("Do kites help?"), Voice(key, own), NOW)
    other = await gaps.flag(NewGap("Do parrots help?"), Voice(key_of("slack", "another")), NOW)
    await gaps.add_voice(other.number, Voice(key), LATER)
    await gaps.assign(flagged.number, key, key, NOW)
    await gaps.move(flagged.number, GapState.CLARIFIED, key, "asked back", NOW)  # news for whoever flagged it
    await StoredRoles(store, SEALER).grant(person, Role.TRIAGER, "an administrator", NOW)
    await StoredCorrections(store, SEALER).follow(Address(person.surface, person.person), "kite-flying", "v1", NOW)
    channel = Subscription(
        f"s-{key[:8]}", Address(person.surface, f"C-{key[:8]}"), Schedule(0, time(9)), manager=person.person
    )
    await StoredSubscriptions(store, SEALER).keep(channel, NOW, "an administrator")
    tap = {"key": f"tip-{key[:8]}", "person": key_of(f"tip-{key[:8]}", person.person), "is_helpful": True, "at": NOW}
    await store.write(lambda connection: connection.execute(sa.insert(taps), tap))


def everything(connection: sa.Connection) -> str:
    """Return all that stands in the tables but the audit."""
    tables = [table for table in metadata.sorted_tables if table.name != "audit"]
    return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(sa.select(table)))


def every_sealed(table: sa.Table, connection: sa.Connection) -> Sequence[str]:
    return connection.scalars(sa.select(table.c.sealed)).all()


@pytest.fixture
def people(store: Store) -> StoredPeople:
    return StoredPeople(store, SEALER)


async def test_what_is_kept_is_shown_whole_and_of_nobody_else(store: Store, people: StoredPeople) -> None:
    assert await people.kept(NOBODY) == Kept()
    await fill(store, ANN)
    found = await people.kept(ANN)
    assert found == Kept(
        (KeptVoice(1, NOW, is_flagger=True, is_told=True), KeptVoice(2, LATER, is_flagger=False, is_told=False)),
        ("triager",), ("kite-flying",), (f"s-{key_of(*ANN)[:8]}",), sessions=0, messages=1, taps=1, acts=3,
    )  # fmt: skip
    assert await people.kept(BOB) == Kept()
    namesake = await people.kept(Person("teams", ANN.person))
    assert namesake == Kept(taps=1)  # taps are kept under the person's ID alone
    assert found.to_dict()["voices"][0]["since"] == NOW.isoformat()


async def test_erased_somebody_is_in_no_table_but_their_voices_count_and_everybody_elses_stays(
    store: Store, people: StoredPeople
) -> None:
    await fill(store, ANN)
    await fill(store, BOB)
    before = await people.kept(BOB)
    gaps = StoredGaps(store, SEALER, lambda *_: None)
    votes = [(await gaps.get(number)).votes for number in (1, 2, 3, 4)]
    erased = await people.erase(ANN, "an administrator", LATER)
    assert erased.counts["acts"] == 3
    assert await people.kept(ANN) == Kept()
    left = await store.read(everything)
    for mark in (key_of(*ANN), ANN.person, key_of(f"tip-{key_of(*ANN)[:8]}", ANN.person)):
        assert mark not in left
    assert [(await gaps.get(number)).votes for number in (1, 2, 3, 4)] == votes
    voices = await store.read(lambda connection: connection.scalars(sa.select(gap_voices.c.person)).all())
    assert len(voices) == len(set(voices)) + 2  # two people have two each; the erased one's are two people's now
    assert await people.kept(BOB) == before
    audit = StoredAudit(store)
    line = (await audit.newest(1))[0]
    assert (line.what, line.about, key_of(*ANN) in str(line)) == ("person erased", "", False)
    assert (await audit.verify()).broken is None
    assert await people.erase(ANN, "an administrator", LATER) == Kept()


async def test_the_manager_of_a_tip_that_was_planned_is_gone_from_it_too(store: Store, people: StoredPeople) -> None:
    await fill(store, ANN)
    number = f"s-{key_of(*ANN)[:8]}"
    sealed = SEALER.seal(Address("slack", "C1").to_dict() | {"manager": ANN.person})
    row = {
        "key": "C1:2026-W48", "subscription": number, "place": "p", "sealed": sealed, "version": "", "why": "", "due": NOW, "state": "sent",
        "owner": "", "attempts": 1, "reason": "", "receipt": "1.0", "at": NOW, "kind": "tip",
    }  # fmt: skip
    await store.write(lambda connection: connection.execute(sa.insert(deliveries), row))
    await people.erase(ANN, "an administrator", LATER)
    wanted = sa.select(deliveries.c.sealed).where(deliveries.c.key == "C1:2026-W48")
    kept = await store.read(lambda connection: connection.scalar(wanted))
    assert SEALER.open(str(kept)) == Address("slack", "C1").to_dict() | {"manager": ""}


async def test_whoever_had_triage_cards_posted_is_gone_from_where_and_from_what_was_posted(
    store: Store, people: StoredPeople
) -> None:
    cards = StoredTriageCards(store, SEALER)
    await cards.add(Address("slack", "C1"), ANN.person, NOW)
    await cards.add(Address("slack", "C2"), "U0ANOTHER", NOW)
    assert (await people.kept(ANN)).triage_places == 1
    await people.erase(ANN, "an administrator", LATER)
    assert await people.kept(ANN) == Kept()
    for table in (triage_places, deliveries):
        opened = [SEALER.open(one) for one in await store.read(partial(every_sealed, table))]
        assert sorted((one["conversation"], one["manager"]) for one in opened) == [("C1", ""), ("C2", "U0ANOTHER")]

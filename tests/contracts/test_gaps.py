"""What is kept of evidence gaps, on SQLite and on PostgreSQL: no voice lost or doubled, everybody told once, whatever happens half way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from adapters.store.audit import StoredAudit
from adapters.store.gaps import StoredGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.tables import audit, gap_changes, gap_voices
from adapters.store.tables import gaps as gaps_table
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import CLOSED, MOVES, OPEN, Check, Gap, GapState, NewGap, Place
from bot.gaps import Change, Filters, Gaps, News, Order, Voice, Wants, key_of_news
from bot.subscriptions import Address

T = TypeVar("T")

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SEALER = Sealer([key_from("a secret")])
TRIAGER = key_of("slack", "a triager")
NEW = NewGap(
    "Do kites help babies sleep?", "Whether to buy kites", "Babies in foster care", "This month", "Foster carer",
    ("sleep", "play"), "slack", "kite-flying", "v1",
)  # fmt: skip
WHOLE = Gap(
    1, NEW.question, NEW.decision, NEW.for_whom, NEW.how_soon, NEW.role, NEW.topics, GapState.SUBMITTED,
    None, "", "", "", None, "slack", "kite-flying", "v1", NOW, NOW, NOW, 1,
)  # fmt: skip


class CrashError(Exception):
    """What happens half way."""


@dataclass
class Told:
    """Writes news down in a table of its own, in the transaction of the change; dies after some of them if it is to."""

    table: sa.Table = field(
        default_factory=lambda: sa.Table(
            "told",
            sa.MetaData(),
            sa.Column("key", sa.String(50), primary_key=True),
            sa.Column("who", sa.String(20)),
            sa.Column("wants", sa.String(6)),
            sa.Column("gap", sa.BigInteger),
            sa.Column("sentence", sa.Text),
            sa.Column("entry", sa.String(80)),
        )
    )
    dies_after: int | None = None

    def __call__(self, connection: sa.Connection, news: Sequence[News]) -> None:
        for one in news[: self.dies_after]:
            row = (one.key, one.address.conversation, one.wants.value, one.gap, one.sentence, one.entry)
            connection.execute(sa.insert(self.table).values(row))
        if self.dies_after is not None:
            raise CrashError

    def read(self, connection: sa.Connection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(sa.select(self.table).order_by(self.table.c.key))]


def person(number: int) -> str:
    return key_of("slack", f"person {number}")


def voice(number: int, **changes: object) -> Voice:
    made = Voice(person(number), Address("slack", f"D{number}", "T1"))
    return replace(made, **changes)  # type: ignore[arg-type]  # named in the test


@pytest.fixture
async def told(store: Store) -> Told:
    told = Told()
    await store.write(told.table.create)
    return told


@pytest.fixture
def gaps(store: Store, told: Told) -> Gaps:
    return StoredGaps(store, SEALER, told)


async def flagged(gaps: Gaps, *voices: int) -> int:
    """Keep a gap with some voices and return its number."""
    number = (await gaps.flag(NEW, voice(voices[0]), NOW)).number
    for one in voices[1:]:
        assert await gaps.add_voice(number, voice(one), NOW)
    return number


async def answered(gaps: Gaps, number: int) -> Gap:
    """Bring a gap to its answer."""
    await gaps.move(number, GapState.CHECKED, TRIAGER, "searched", NOW, check=Check.KNOWN)
    return await gaps.move(number, GapState.ANSWERED, TRIAGER, "found", LATER, outcome="It helps.", entry="kite-flying")


async def test_a_gap_comes_back_as_it_was_flagged(gaps: Gaps) -> None:
    assert await gaps.flag(NEW, voice(1), NOW) == WHOLE
    assert await gaps.get(1) == WHOLE
    assert await gaps.voices(1) == [voice(1, is_flagger=True)]
    assert await gaps.history(1) == [Change(1, 1, NOW, person(1), None, GapState.SUBMITTED, "Flagged.")]


@pytest.mark.parametrize("number", [0, -1, 2, 2**70])
async def test_a_gap_that_is_not_there_is_a_clear_error(gaps: Gaps, number: int) -> None:
    await gaps.flag(NEW, voice(1), NOW)
    for asked in (gaps.get, gaps.history, gaps.voices):
        with pytest.raises(InputError, match=f"There is no gap {number}"):
            await asked(number)
    with pytest.raises(InputError, match=f"There is no gap {number}"):
        await gaps.add_voice(number, voice(2), NOW)


async def test_a_person_has_one_voice(gaps: Gaps) -> None:
    number = await flagged(gaps, 1, 2)
    assert not await gaps.add_voice(number, voice(2, address=None), NOW)
    assert not await gaps.add_voice(number, voice(1), NOW)
    assert (await gaps.get(number)).votes == 2
    assert await gaps.voices(number) == [voice(1, is_flagger=True), voice(2)]


async def test_a_move_is_kept_with_its_reason_and_everybody_is_told_even_who_made_it(
    gaps: Gaps, told: Told, store: Store
) -> None:
    number = await flagged(gaps, 1, 2)
    moved = await gaps.move(number, GapState.CHECKED, person(2), " searched ", LATER, check=Check.UNKNOWN)
    assert moved == await gaps.get(number)
    assert (moved.state, moved.check, moved.changed) == (GapState.CHECKED, Check.UNKNOWN, LATER)
    change = Change(number, 2, LATER, person(2), GapState.SUBMITTED, GapState.CHECKED, "searched", Check.UNKNOWN)
    assert (await gaps.history(number))[1:] == [change]
    sentence = "Evidence gap 1 (“Do kites help babies sleep?”) was checked: nobody seems to have looked at it."
    assert sorted(await store.read(told.read), key=lambda row: str(row[1])) == [
        (key_of_news(number, 2, person(n)), f"D{n}", "each", number, sentence, "") for n in (1, 2)
    ]


async def test_an_answer_leads_to_its_entry(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1)
    closed = await answered(gaps, number)
    assert (closed.state, closed.outcome, closed.entry) == (GapState.ANSWERED, "It helps.", "kite-flying")
    (_, last) = await store.read(told.read)
    assert last[4:] == ("Evidence gap 1 (“Do kites help babies sleep?”) is answered. It helps.", "kite-flying")


async def test_a_refused_move_changes_nothing_and_tells_nobody(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1)
    with pytest.raises(InputError, match="cannot become answered"):
        await gaps.move(number, GapState.ANSWERED, TRIAGER, "because", LATER, outcome="It helps.", entry="kite-flying")
    with pytest.raises(InputError, match="The reason"):
        await gaps.move(number, GapState.CLARIFIED, TRIAGER, " ", LATER)
    assert await gaps.get(number) == WHOLE
    assert len(await gaps.history(number)) == 1
    assert await store.read(told.read) == []


async def test_who_wants_no_news_or_was_forgotten_is_not_told_but_counts(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1, 2, 3, 4)
    await gaps.follow(number, person(2), Wants.NONE)
    await gaps.follow(number, person(3), Wants.DIGEST)
    await gaps.forget(number, person(4))
    await gaps.move(number, GapState.CLARIFIED, TRIAGER, "asked back", LATER)
    assert sorted(row[1:3] for row in await store.read(told.read)) == [("D1", "each"), ("D3", "digest")]
    assert (await gaps.get(number)).votes == 4
    assert not await gaps.add_voice(number, voice(4), LATER)
    with pytest.raises(InputError, match="Only somebody with a voice"):
        await gaps.follow(number, person(9), Wants.NONE)
    with pytest.raises(InputError, match="Only somebody with a voice"):
        await gaps.forget(number, person(9))


async def test_a_merged_gap_gives_its_voices_once_for_each_person(gaps: Gaps, told: Told, store: Store) -> None:
    into, duplicate = await flagged(gaps, 1, 2), await flagged(gaps, 2, 3)
    assert (await gaps.merge(duplicate, into, TRIAGER, "same", LATER)).votes == 3
    closed = await gaps.get(duplicate)
    assert (closed.state, closed.duplicate_of, closed.votes) == (GapState.DUPLICATE, into, 0)
    assert sorted(one.person for one in await gaps.voices(into)) == sorted(map(person, (1, 2, 3)))
    assert sorted(row[1:4:2] for row in await store.read(told.read)) == [("D2", into), ("D3", into)]
    assert [change.to_state for change in await gaps.history(duplicate)] == [GapState.SUBMITTED, GapState.DUPLICATE]
    assert (await gaps.history(into))[-1].why == "Gap 2 was merged into this one: same"


async def test_what_is_done_with_a_merged_gap_is_done_with_the_one_it_was_merged_into(gaps: Gaps) -> None:
    first, second, third = [await flagged(gaps, number) for number in (1, 2, 3)]
    await gaps.merge(first, second, TRIAGER, "same", NOW)
    await gaps.merge(second, third, TRIAGER, "same", NOW)
    assert await gaps.add_voice(first, voice(4), NOW)
    assert not await gaps.add_voice(first, voice(1), NOW)
    await gaps.follow(first, person(1), Wants.DIGEST)
    assert {one.wants for one in await gaps.voices(third) if one.person == person(1)} == {Wants.DIGEST}
    await answered(gaps, third)
    assert (await gaps.reopen(first, person(2), "not for babies", LATER)).number == third


async def test_who_asks_the_same_as_an_answered_gap_is_led_to_the_answer(gaps: Gaps, told: Told, store: Store) -> None:
    into, duplicate = await flagged(gaps, 1), await flagged(gaps, 2)
    await answered(gaps, into)
    await gaps.merge(duplicate, into, TRIAGER, "same", LATER)
    (row,) = [row for row in await store.read(told.read) if row[1] == "D2"]
    assert row[5] == "kite-flying"
    assert str(row[4]).endswith("is answered. It helps.")


async def test_a_split_moves_the_chosen_voices_and_tells_them(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1, 2, 3)
    other = replace(NEW, question="Do kites help toddlers sleep?", topics=("sleep",))
    made = await gaps.split(number, [person(2), person(3)], other, TRIAGER, "two questions", LATER)
    assert (made.question, made.state, made.votes) == (other.question, GapState.SUBMITTED, 2)
    assert made == await gaps.get(made.number)
    assert (await gaps.get(number)).votes == 1
    assert sorted(one.person for one in await gaps.voices(made.number)) == sorted(map(person, (2, 3)))
    assert sorted(row[1:4:2] for row in await store.read(told.read)) == [("D2", made.number), ("D3", made.number)]
    assert [(await gaps.history(one))[-1].why for one in (number, made.number)] == [
        "Split, into gap 2: two questions",
        "Split from gap 1: two questions",
    ]


@pytest.mark.parametrize("leaving", [(), (1, 2), (1, 9), (9,)])
async def test_a_split_takes_a_part_of_the_gaps_own_voices(gaps: Gaps, leaving: tuple[int, ...]) -> None:
    number = await flagged(gaps, 1, 2)
    with pytest.raises(InputError):
        await gaps.split(number, [person(one) for one in leaving], NEW, TRIAGER, "two questions", LATER)
    assert [one.votes for one in await gaps.listed(Filters(), Order.OLDEST, 10)] == [2]


async def test_only_who_has_a_voice_opens_a_gap_again(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1, 2)
    await answered(gaps, number)
    with pytest.raises(InputError, match="Only somebody with a voice"):
        await gaps.reopen(number, person(9), "not for babies", LATER)
    again = await gaps.reopen(number, person(1), "not for babies", LATER)
    assert (again.state, again.check, again.outcome, again.entry) == (GapState.SUBMITTED, None, "", "")
    assert (await gaps.history(number))[2].outcome == "It helps."
    assert (await gaps.history(number))[3].why == "not for babies"
    assert len(await store.read(told.read)) == 2 * 3
    with pytest.raises(InputError, match="only one with an outcome"):
        await gaps.reopen(number, person(1), "again", LATER)


async def test_a_change_of_hands_is_kept_and_is_no_news(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1)
    assert (await gaps.assign(number, TRIAGER, TRIAGER, LATER)).assigned_to == TRIAGER
    await gaps.assign(number, TRIAGER, TRIAGER, LATER)
    assert [one.number for one in await gaps.listed(Filters(assigned=TRIAGER), Order.OLDEST, 10)] == [number]
    assert (await gaps.assign(number, "", TRIAGER, LATER)).assigned_to == ""
    assert len(await gaps.history(number)) == 3
    assert await store.read(told.read) == []


async def test_gaps_are_listed_by_state_topic_and_hands(gaps: Gaps) -> None:
    first = await flagged(gaps, 1)
    second = (await gaps.flag(replace(NEW, topics=("court", "play", "court")), voice(1), NOW)).number
    await gaps.assign(second, TRIAGER, TRIAGER, NOW)
    await gaps.move(first, GapState.CLARIFIED, TRIAGER, "asked back", NOW)

    async def found(filters: Filters) -> list[int]:
        return [one.number for one in await gaps.listed(filters, Order.OLDEST, 10)]

    assert await found(Filters()) == [first, second]
    assert await found(Filters(frozenset({GapState.CLARIFIED}))) == [first]
    assert await found(Filters(OPEN)) == [first, second]
    assert await found(Filters(topic="play")) == [first, second]
    assert await found(Filters(topic="court")) == [second]
    assert await found(Filters(assigned="")) == [first]
    assert await found(Filters(OPEN, "sleep", TRIAGER)) == []
    assert (await gaps.get(second)).topics == ("court", "play", "court")


@pytest.mark.parametrize("order", Order)
async def test_page_after_page_shows_every_gap_once_in_order(gaps: Gaps, order: Order) -> None:
    for number in range(7):
        await flagged(gaps, *range(number % 3 + 1))
    pages: list[Gap] = []
    after: Place | None = None
    while page := await gaps.listed(Filters(topic="sleep"), order, 2, after):
        pages += page
        after = page[-1].place
    wanted = {
        Order.OLDEST: [1, 2, 3, 4, 5, 6, 7],
        Order.NEWEST: [7, 6, 5, 4, 3, 2, 1],
        Order.MOST_WANTED: [6, 3, 5, 2, 7, 4, 1],
    }
    assert [one.number for one in pages] == wanted[order]


async def test_where_a_voice_is_told_is_unreadable_in_the_tables_and_gone_when_forgotten(
    gaps: Gaps, store: Store
) -> None:
    await gaps.flag(NEW, voice(1, address=Address("slack", "a recognisable channel")), NOW)
    everything = sa.select(gap_voices)
    row = await store.read(lambda connection: connection.execute(everything).one())
    assert "recognisable" not in str(row)
    assert row.sealed
    await gaps.forget(1, person(1))
    assert (await store.read(lambda connection: connection.execute(everything).one())).sealed is None
    assert await gaps.voices(1) == [voice(1, address=None, is_flagger=True)]


async def test_an_address_that_cannot_be_read_any_more_is_in_nobodys_way(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1)
    lost = StoredGaps(store, Sealer([key_from("a key that was taken away")]), told)
    await lost.add_voice(number, voice(2), NOW)
    await gaps.move(number, GapState.CLARIFIED, TRIAGER, "asked back", LATER)
    assert [row[1] for row in await store.read(told.read)] == ["D1"]


async def test_many_voices_at_once_are_all_counted_once(gaps: Gaps) -> None:
    number = await flagged(gaps, 0)
    came = await asyncio.gather(*(gaps.add_voice(number, voice(one % 20), NOW) for one in range(60)))
    assert came.count(True) == 19
    assert (await gaps.get(number)).votes == len(await gaps.voices(number)) == 20


async def test_of_many_who_move_a_gap_at_once_one_does(gaps: Gaps, told: Told, store: Store) -> None:
    number = await flagged(gaps, 1)
    moves = (gaps.move(number, GapState.CLARIFIED, TRIAGER, "asked back", LATER) for _ in range(6))
    came = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["Gap"] + ["InputError"] * 5
    assert len(await gaps.history(number)) == 2
    assert len(await store.read(told.read)) == 1


async def test_two_gaps_that_are_merged_into_each_other_at_once_do_not_vanish(gaps: Gaps) -> None:
    for _ in range(5):
        one, other = await flagged(gaps, 1, 2), await flagged(gaps, 3)
        merges = (
            gaps.merge(one, other, TRIAGER, "same", LATER),
            gaps.merge(other, one, TRIAGER, "same", LATER),
        )
        came = await asyncio.gather(*merges, return_exceptions=True)
        assert sorted(type(result).__name__ for result in came) == ["Gap", "InputError"]
        assert sorted([(await gaps.get(number)).votes for number in (one, other)]) == [0, 3]


async def test_a_voice_that_comes_during_a_merge_is_not_lost(gaps: Gaps) -> None:
    into, duplicate = await flagged(gaps, 0), await flagged(gaps, 0)
    work: list[Coroutine[Any, Any, object]] = [gaps.add_voice(duplicate, voice(one), NOW) for one in range(1, 21)]
    work.insert(8, gaps.merge(duplicate, into, TRIAGER, "same", LATER))
    await asyncio.gather(*work)
    assert (await gaps.get(into)).votes == len(await gaps.voices(into)) == 21
    assert (await gaps.get(duplicate)).votes == len(await gaps.voices(duplicate)) == 0


@dataclass
class Modelled:
    """What a gap should be."""

    state: GapState = GapState.SUBMITTED
    duplicate_of: int | None = None
    voices: dict[str, Voice] = field(default_factory=dict)
    lines: list[tuple[str, GapState | None, GapState]] = field(default_factory=list)


PERSONS = st.integers(0, 5).map(person)
VOICES = st.builds(
    Voice, PERSONS, st.sampled_from([Address("slack", "D1"), None]), wants=st.sampled_from(Wants)
)  # fmt: skip
DEATHS = st.sampled_from([None, None, None, 0, 1])  # after how many news


class GapMachine(RuleBasedStateMachine):
    """Does to gaps all that can be done, in any order, dying in the middle now and then, and to a model the same."""

    numbers = Bundle("numbers")

    def __init__(self, store: Store, told: Told) -> None:
        super().__init__()
        self._store, self._told = store, told
        self._gaps = StoredGaps(store, SEALER, told)
        self._runner = asyncio.Runner()
        self._now = NOW
        self._model: dict[int, Modelled] = {}
        self._keys: set[str] = set()  # of what should have been told

    def teardown(self) -> None:
        self._runner.close()

    def _done(self, work: Coroutine[Any, Any, T], keys: set[str], death: int | None, *, is_legal: bool) -> T | None:
        """Return what came of some work; None if it was refused or died, as it should."""
        self._now += timedelta(minutes=1)
        self._told.dies_after = death
        try:
            came = self._runner.run(work)
        except CrashError:
            assert is_legal
            assert keys
            assert death is not None
            return None
        except InputError:
            assert not is_legal
            return None
        finally:
            self._told.dies_after = None
        assert is_legal
        assert not keys or death is None
        assert not keys & self._keys
        self._keys |= keys
        return came

    def _news(self, number: int, place: int, voices: Sequence[Voice]) -> set[str]:
        hear = (one for one in voices if one.address and one.wants is not Wants.NONE)
        return {key_of_news(number, place, one.person) for one in hear}

    def _meant(self, number: int) -> int:
        into = self._model[number].duplicate_of
        return number if into is None else self._meant(into)

    def _change(self, number: int, to: GapState, actor: str) -> None:
        modelled = self._model[number]
        modelled.lines.append((actor, modelled.state, to))
        modelled.state = to

    def _next_news(self, number: int) -> set[str]:
        modelled = self._model[number]
        return self._news(number, len(modelled.lines) + 1, [*modelled.voices.values()])

    @rule(target=numbers, who=VOICES)
    def flag(self, who: Voice) -> int:
        gap = self._done(self._gaps.flag(NEW, who, self._now), set(), None, is_legal=True)
        assert gap
        self._model[gap.number] = Modelled(voices={who.person: who}, lines=[(who.person, None, GapState.SUBMITTED)])
        return gap.number

    @rule(number=numbers, who=VOICES)
    def add_voice(self, number: int, who: Voice) -> None:
        voices = self._model[self._meant(number)].voices
        is_new = self._done(self._gaps.add_voice(number, who, self._now), set(), None, is_legal=True)
        assert is_new is (who.person not in voices)
        voices.setdefault(who.person, who)

    @rule(number=numbers, to=st.sampled_from(GapState), check=st.sampled_from(Check), death=DEATHS)
    def move(self, number: int, to: GapState, check: Check, death: int | None) -> None:
        is_legal = to in MOVES[self._model[number].state] - {GapState.DUPLICATE, GapState.SUBMITTED}
        outcome, entry = "It helps." if to in CLOSED else "", "kite-flying" if to is GapState.ANSWERED else ""
        found = check if to is GapState.CHECKED else None
        work = self._gaps.move(number, to, TRIAGER, "why", self._now, check=found, outcome=outcome, entry=entry)
        if self._done(work, self._next_news(number), death, is_legal=is_legal):
            self._change(number, to, TRIAGER)

    @rule(number=numbers, death=DEATHS, data=st.data())
    def move_on(self, number: int, death: int | None, data: st.DataObject) -> None:
        """Move a gap as it may, if it may: chance alone would seldom bring one to its end."""
        may = sorted(MOVES[self._model[number].state] - {GapState.DUPLICATE, GapState.SUBMITTED})
        if may:
            self.move(number, data.draw(st.sampled_from(may)), Check.KNOWN, death)

    @rule(number=numbers, into=numbers, death=DEATHS)
    def merge(self, number: int, into: int, death: int | None) -> None:
        duplicate, other = self._model[number], self._model[into]
        is_legal = number != into and duplicate.state in OPEN and other.state is not GapState.DUPLICATE
        work = self._gaps.merge(number, into, TRIAGER, "same", self._now)
        if self._done(work, self._next_news(number), death, is_legal=is_legal):
            self._change(number, GapState.DUPLICATE, TRIAGER)
            self._change(into, other.state, TRIAGER)
            duplicate.duplicate_of = into
            other.voices = duplicate.voices | other.voices
            duplicate.voices = {}

    @rule(target=numbers, number=numbers, leaving=st.sets(PERSONS, max_size=3), death=DEATHS, data=st.data())
    def split(self, number: int, leaving: set[str], death: int | None, data: st.DataObject) -> object:
        modelled = self._model[number]
        is_of_its_own: bool = data.draw(st.booleans())
        if modelled.voices and is_of_its_own:
            leaving = data.draw(st.sets(st.sampled_from(sorted(modelled.voices))))
        is_legal = bool(leaving) and leaving < modelled.voices.keys()
        gone = [modelled.voices[one] for one in leaving if one in modelled.voices]
        # The number of the gap to be is not known: what it tells is checked by how many there are.
        work = self._gaps.split(number, sorted(leaving), NEW, TRIAGER, "two", self._now)
        made = self._done(work, self._news(0, 1, gone), death, is_legal=is_legal)
        self._keys -= self._news(0, 1, gone)
        if not made:
            return multiple()
        self._keys |= self._news(made.number, 1, gone)
        self._change(number, modelled.state, TRIAGER)
        self._model[made.number] = Modelled(
            voices={one.person: one for one in gone}, lines=[(TRIAGER, None, GapState.SUBMITTED)]
        )
        for one in gone:
            del modelled.voices[one.person]
        return made.number

    @rule(number=numbers, who=PERSONS, death=DEATHS)
    def reopen(self, number: int, who: str, death: int | None) -> None:
        meant = self._meant(number)
        modelled = self._model[meant]
        is_legal = who in modelled.voices and modelled.state in CLOSED
        work = self._gaps.reopen(number, who, "why", self._now)
        if self._done(work, self._next_news(meant), death, is_legal=is_legal):
            self._change(meant, GapState.SUBMITTED, who)

    @rule(number=numbers, who=PERSONS, wants=st.sampled_from(Wants))
    def follow(self, number: int, who: str, wants: Wants) -> None:
        voices = self._model[self._meant(number)].voices
        self._done(self._gaps.follow(number, who, wants), set(), None, is_legal=who in voices)
        if who in voices:
            voices[who] = replace(voices[who], wants=wants)

    @rule(number=numbers, who=PERSONS)
    def forget(self, number: int, who: str) -> None:
        voices = self._model[self._meant(number)].voices
        self._done(self._gaps.forget(number, who), set(), None, is_legal=who in voices)
        if who in voices:
            voices[who] = replace(voices[who], address=None)

    @rule(number=numbers, to=st.sampled_from([TRIAGER, ""]))
    def assign(self, number: int, to: str) -> None:
        modelled = self._model[number]
        before = self._runner.run(self._gaps.get(number)).assigned_to
        is_legal = modelled.state in OPEN
        if (
            self._done(self._gaps.assign(number, to, TRIAGER, self._now), set(), None, is_legal=is_legal)
            and to != before
        ):
            self._change(number, modelled.state, TRIAGER)

    @rule(number=consumes(numbers))
    def leave_alone(self, number: int) -> None:
        """Let a gap be, so that the others are met more often."""

    @invariant()
    def every_gap_is_as_it_should_be(self) -> None:
        gaps, voices, lines, told, audited = self._runner.run(self._store.read(self._everything))
        model = self._model
        assert gaps == {n: (one.state.value, one.duplicate_of, len(one.voices)) for n, one in model.items()}
        assert voices == {
            (n, who, bool(one.address), one.wants.value)
            for n, kept in model.items()
            for who, one in kept.voices.items()
        }
        assert lines == {n: [(place, *line) for place, line in enumerate(kept.lines, 1)] for n, kept in model.items()}
        assert told == self._keys
        assert audited == {f"gap {n}": [place for place, _ in enumerate(kept.lines, 1)] for n, kept in model.items()}
        assert self._runner.run(StoredAudit(self._store).verify()).broken is None

    def _everything(self, connection: sa.Connection) -> tuple[object, ...]:
        numbers = sorted(self._model)
        gap, one, line = gaps_table.c, gap_voices.c, gap_changes.c
        gaps = connection.execute(
            sa.select(gap.number, gap.state, gap.duplicate_of, gap.votes).where(gap.number.in_(numbers))
        )
        voices = connection.execute(sa.select(one.gap, one.person, one.sealed, one.wants).where(one.gap.in_(numbers)))
        lines: dict[int, list[tuple[Any, ...]]] = {number: [] for number in numbers}
        wanted = sa.select(line.gap, line.place, line.actor, line.from_state, line.to_state).order_by(
            line.gap, line.at, line.place
        )
        for number, *rest in connection.execute(wanted.where(line.gap.in_(numbers))):
            lines[number].append(tuple(rest))
        table = self._told.table.c
        told = connection.scalars(sa.select(table.key).where(table.gap.in_(numbers)))
        audited: dict[str, list[int]] = {f"gap {number}": [] for number in numbers}
        noted = sa.select(audit.c.about, audit.c.details).where(audit.c.about.in_(audited)).order_by(audit.c.number)
        for about, details in connection.execute(noted):
            audited[about].append(details["place"])
        return (
            {row.number: tuple(row[1:]) for row in gaps},
            {(row.gap, row.person, row.sealed is not None, row.wants) for row in voices},
            lines,
            set(told),
            audited,
        )


def test_whatever_happens_no_voice_is_lost_or_doubled_and_everybody_is_told_once(store: Store, told: Told) -> None:
    run_state_machine_as_test(
        lambda: GapMachine(store, told),  # type: ignore[arg-type]  # Hypothesis calls it, a class or not
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

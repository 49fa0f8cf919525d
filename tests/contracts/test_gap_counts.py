"""Gaps are counted by band in the same way on SQLite, on PostgreSQL and by the double."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.store.gap_counts import StoredGapCounts
from adapters.store.gaps import StoredGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from bot.centre_demand import Asked, CentreDemand
from bot.conversations import key_of
from bot.demand import GapCounting, Standing, TopicGaps
from bot.gap import Check, GapState, NewGap
from bot.gaps import Filters, Gaps, Order, Voice
from bot.gaps_in_memory import GapsInMemory
from tests.contracts.test_gaps import LATER, NOW, TRIAGER


@pytest.fixture
def gaps(store: Store) -> Gaps:
    return StoredGaps(store, Sealer([key_from("a secret")]), lambda _connection, _news: None)


async def flagged(gaps: Gaps, votes: int, *topics: str) -> int:
    """Keep a gap with so many voices and return its number."""
    made = await gaps.flag(NewGap("Do kites help?", topics=topics), Voice(key_of("slack", "0"), is_flagger=True), NOW)
    for person in range(1, votes):
        await gaps.add_voice(made.number, Voice(key_of("slack", str(person))), NOW)
    return made.number


async def counted(store: Store, gaps: Gaps) -> tuple[set[TopicGaps], int, Standing]:
    """Return what is counted, by the store and by the double alike."""
    double = GapsInMemory(await gaps.listed(Filters(), Order.OLDEST, 100))
    found: list[tuple[set[TopicGaps], int, Standing]] = []
    counting: tuple[GapCounting, ...] = (StoredGapCounts(store), double)
    for one in counting:
        topics = await one.by_topic()
        assert len(topics) == len(set(topics))
        found.append((set(topics), await one.waiting(), await one.standing()))
    assert found[0] == found[1]
    return found[0]


async def test_open_public_gaps_are_counted_by_topic_and_band(store: Store, gaps: Gaps) -> None:
    for votes in (1, 4, 5, 9, 10, 19, 20, 49, 50, 51):
        number = await flagged(gaps, votes, "sleep", *(["play"] if votes == 4 else []))
        await gaps.move(number, GapState.CLARIFIED, TRIAGER, "clear", LATER)
    topics, waiting, standing = await counted(store, gaps)
    assert topics == {TopicGaps("play", 0, 1), *(TopicGaps("sleep", low, 2) for low in (0, 5, 10, 20, 50))}
    assert (waiting, standing) == (0, Standing(LATER, {0: 2, 5: 2, 10: 2, 20: 2, 50: 2}))


async def test_gaps_that_nobody_has_looked_at_only_wait_and_closed_ones_are_no_demand(store: Store, gaps: Gaps) -> None:
    assert await counted(store, gaps) == (set(), 0, Standing(None, {}))
    first, second, _ = [await flagged(gaps, 1, "sleep") for _ in range(3)]
    assert await counted(store, gaps) == (set(), 3, Standing(None, {}))
    await gaps.move(first, GapState.CHECKED, TRIAGER, "searched", LATER, check=Check.KNOWN)
    await gaps.move(first, GapState.WILL_NOT_ANSWER, TRIAGER, "known", LATER, outcome="Known.")
    await gaps.merge(second, first, TRIAGER, "the same", LATER)
    assert await counted(store, gaps) == (set(), 1, Standing(LATER, {0: 2}))


async def test_a_voice_changes_where_the_register_stands_only_when_its_band_changes(store: Store, gaps: Gaps) -> None:
    number = await flagged(gaps, 3, "sleep")
    await gaps.move(number, GapState.CLARIFIED, TRIAGER, "clear", LATER)
    before = await counted(store, gaps)
    await gaps.add_voice(number, Voice(key_of("slack", "a fourth")), LATER)
    assert await counted(store, gaps) == before
    await gaps.add_voice(number, Voice(key_of("slack", "a fifth")), LATER)
    assert (await counted(store, gaps))[2] == Standing(LATER, {5: 1})


async def test_the_centre_sees_demand_by_topic_role_and_month(store: Store, gaps: Gaps) -> None:
    counts = StoredGapCounts(store)
    assert await counts.demand() == CentreDemand([], [], [])
    for number, (role, topics, at) in enumerate(
        [
            ("Social worker", ("sleep", "play"), NOW),
            (" social WORKER", ("sleep",), NOW + timedelta(days=40)),
            ("", (), NOW + timedelta(days=40)),
        ]
    ):
        made = await gaps.flag(
            NewGap("Do kites help?", role=role, topics=topics), Voice(key_of("slack", f"{number}")), at
        )
        await gaps.add_voice(made.number, Voice(key_of("slack", "another")), NOW + timedelta(days=40))
    assert await counts.demand() == CentreDemand(
        [Asked("sleep", 2, 4), Asked("play", 1, 2)],
        [Asked("social worker", 2, 4), Asked("", 1, 2)],
        [Asked("2027-01", 2, 5), Asked("2026-11", 1, 1)],
    )
    await gaps.merge(2, 1, TRIAGER, "the same", LATER)
    assert (await counts.demand()).topics == [Asked("play", 1, 3), Asked("sleep", 1, 3)]

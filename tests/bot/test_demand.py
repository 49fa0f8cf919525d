"""The map of demand against strength tells where much is asked and little known, and nothing that the register hides."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.demand import TopicDemand, demand_map
from bot.gap import Gap, GapState
from bot.gaps_in_memory import GapsInMemory
from bot.register import row
from knowledge.entry import Strength
from tests.builders import a_gap, an_entry

TOPICS = ("adoption", "early-years", "fostering")
ENTRIES = [
    an_entry("kite-flying"),
    an_entry("bread-baking", rating__strength="high"),
    an_entry("night-walks", topics=["adoption"]),
]


async def drawn(gaps: list[Gap]) -> list[TopicDemand]:
    return demand_map(TOPICS, ENTRIES, await GapsInMemory(gaps).by_topic())


async def test_topics_with_much_demand_and_little_strong_evidence_stand_first() -> None:
    gaps = [a_gap(1, GapState.CHECKED, votes=12, topics=("adoption", "fostering")), a_gap(2, GapState.CLARIFIED, votes=1, topics=("early-years",))]  # fmt: skip
    found = await drawn(gaps)
    assert [(one.topic, one.demand, one.level, one.strong, one.entries, one.is_thin) for one in found] == [
        ("adoption", "10 or more", 3, 0, 1, True),
        ("fostering", "10 or more", 3, 1, 2, False),
        ("early-years", "1 or more", 1, 0, 0, True),
    ]
    assert found[1].strengths[Strength.HIGH] == 1


async def test_closed_gaps_and_those_that_nobody_has_looked_at_are_no_demand() -> None:
    states = (GapState.SUBMITTED, GapState.ANSWERED, GapState.WILL_NOT_ANSWER, GapState.DUPLICATE)
    found = await drawn([a_gap(number, state, votes=99) for number, state in enumerate(states, 1)])
    assert {(one.demand, one.open_gaps, one.level) for one in found} == {("none", "none", 0)}


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=8))
async def test_the_map_tells_nothing_that_the_register_does_not(votes: list[tuple[int, int]]) -> None:
    one = [a_gap(number, GapState.CHECKED, votes=first) for number, (first, _) in enumerate(votes, 1)]
    other = [a_gap(number, GapState.CHECKED, votes=second) for number, (_, second) in enumerate(votes, 1)]
    if [row(gap) for gap in one] == [row(gap) for gap in other]:
        assert await drawn(one) == await drawn(other)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30))
async def test_small_numbers_stay_unknown_however_many_gaps_have_them(votes: list[int]) -> None:
    ones = [a_gap(number, GapState.CHECKED, votes=1) for number in range(1, len(votes) + 1)]
    assert await drawn([a_gap(number, GapState.CHECKED, votes=one) for number, one in enumerate(votes, 1)]) == await drawn(ones)  # fmt: skip


@given(st.lists(st.integers(1, 60), max_size=20))
async def test_what_the_map_says_of_demand_is_true(votes: list[int]) -> None:
    found = await drawn([a_gap(number, GapState.CHECKED, votes=one) for number, one in enumerate(votes, 1)])
    for one in found:
        asked = sum(votes) if one.topic in a_gap().topics else 0
        least = re.fullmatch(r"(1|5|10|20|50) or more", one.demand)
        assert (least is None) is (asked == 0)
        assert least is None or int(least[1]) <= asked

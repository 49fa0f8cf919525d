"""Which tip comes next: none again before the pool is used up, a choice that can be repeated and explained; and every tip fits."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.tips import TipId, card_of_tip, choose, pool
from knowledge.base import KnowledgeBase
from knowledge.text import word_count
from tests.builders import TODAY

tip_ids = st.builds(TipId, st.sampled_from([f"entry-{n}" for n in range(9)]), st.integers(1, 2))
pools = st.lists(tip_ids, min_size=1, max_size=14, unique=True)


@given(pools, st.text(max_size=10), st.integers(1, 4))
def test_none_comes_again_before_the_pool_is_used_up(candidates: list[TipId], seed: str, rounds: int) -> None:
    sent: list[TipId] = []
    for _ in range(rounds * len(candidates)):
        chosen = choose(candidates, sent, seed)
        assert chosen
        sent.append(chosen.tip)
    assert set(Counter(sent).values()) == {rounds}


@given(pools, st.lists(tip_ids, max_size=30), st.text(max_size=10))
def test_the_same_history_gives_the_same_choice_of_the_pool(
    candidates: list[TipId], sent: list[TipId], seed: str
) -> None:
    chosen = choose(candidates, sent, seed)
    assert chosen == choose(list(reversed(candidates)), sent, seed)
    assert chosen
    assert chosen.tip in candidates
    assert f"of {len(candidates)} tips" in chosen.why


def test_the_two_tips_of_an_entry_do_not_follow_each_other() -> None:
    candidates = [TipId(f"entry-{n}", number) for n in range(5) for number in (1, 2)]
    sent: list[TipId] = []
    for _ in candidates:
        chosen = choose(candidates, sent, "seed")
        assert chosen
        sent.append(chosen.tip)
    assert all(one.entry_id != next_.entry_id for one, next_ in pairwise(sent))


def test_channels_do_not_all_get_the_same() -> None:
    candidates = [TipId(f"entry-{n}", 1) for n in range(50)]
    first = Counter(chosen.tip for n in range(200) if (chosen := choose(candidates, [], f"channel {n}")))
    assert len(first) > 40
    assert max(first.values()) < 16


def test_nothing_to_choose_from_is_nothing() -> None:
    assert choose([], [TipId("entry-1", 1)], "seed") is None


def test_the_library_has_a_tip_for_nearly_every_entry(knowledge: KnowledgeBase) -> None:
    tips = pool(knowledge.entries, (), TODAY)
    assert len(tips) >= 150
    assert len({tip.entry_id for tip in tips}) >= 120
    for topic in knowledge.topics:
        assert {tip.entry_id for tip in pool(knowledge.entries, (topic,), TODAY)} <= {
            entry.id for entry in knowledge.entries.values() if topic in entry.topics
        }


def test_with_effect_and_strength_in_words_no_tip_has_more_than_55(knowledge: KnowledgeBase) -> None:
    for entry in knowledge.entries.values():
        rated = f"{wording.effect_words(entry)}. {wording.STRENGTH_WORDS[entry.rating.strength]}"
        for number, text in enumerate(entry.tip, 1):
            assert word_count(text) + word_count(rated) <= 55, entry.id
            card = card_of_tip(entry, number, "a reason")
            shown = card.to_text()
            assert [
                said for said in (text, wording.effect_words(entry), "Why this tip? a reason") if said not in shown
            ] == []


def test_a_tip_expires_with_its_entry(knowledge: KnowledgeBase) -> None:
    assert pool(knowledge.entries, (), date(2030, 1, 1)) == []


@pytest.mark.parametrize("written", ["", "entry", "entry#", "entry#x"])
def test_what_is_no_tip_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        TipId.read(written)
    assert TipId.read(str(TipId("entry-1", 2))) == TipId("entry-1", 2)

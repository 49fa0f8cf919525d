"""Questions that ask the same come into one group, whatever the order in which they come."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import clustering
from bot.clustering import NEAR, Group, grouped, packed
from bot.turn import Bot

NUMBERS = st.lists(st.integers(-127, 127), min_size=4, max_size=4).filter(any)
TEXTS = st.dictionaries(st.text(min_size=1, max_size=6), st.tuples(NUMBERS, st.integers(1, 9)), max_size=30)
Asked = dict[str, tuple[list[int], int]]


def groups_of(asked: Asked) -> list[Group]:
    vectors = {text: np.array(numbers, np.int8).tobytes() for text, (numbers, _) in asked.items()}
    return grouped(vectors, {text: count for text, (_, count) in asked.items()})


@given(asked=TEXTS)
def test_every_text_is_in_exactly_one_group_and_near_its_central_one(asked: Asked) -> None:
    groups = groups_of(asked)
    assert sorted(text for group in groups for text in group.texts) == sorted(asked)
    for group in groups:
        assert group.texts[0] == group.central
        central = np.array(asked[group.central][0], dtype=np.float64)
        for text in group.texts:
            other = np.array(asked[text][0], dtype=np.float64)
            assert central @ other >= NEAR * np.linalg.norm(central) * np.linalg.norm(other) - 1e-6


@given(asked=TEXTS, random=st.randoms(use_true_random=False))
def test_the_order_in_which_texts_come_changes_nothing(asked: Asked, random: Random) -> None:
    shuffled = list(asked)
    random.shuffle(shuffled)
    assert groups_of({text: asked[text] for text in shuffled}) == groups_of(asked)


@given(asked=TEXTS)
def test_a_part_of_the_texts_is_looked_at_at_a_time_without_a_difference(asked: Asked) -> None:
    whole = groups_of(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clustering, "ROWS", 3)
        assert groups_of(asked) == whole


def test_what_was_asked_most_is_central_and_a_chain_of_small_steps_joins_nothing() -> None:
    steps = {f"at {angle}": [round(100 * np.cos(np.radians(angle))), round(100 * np.sin(np.radians(angle)))] for angle in (0, 40, 80, 120)}  # fmt: skip
    found = groups_of({text: (numbers, 5 if text == "at 40" else 1) for text, numbers in steps.items()})
    assert found == [Group("at 40", ("at 40", "at 0", "at 80")), Group("at 120", ("at 120",))]


def test_more_texts_than_can_be_compared_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "TEXTS_MAX", 2)
    with pytest.raises(ValueError, match="at most 2"):
        groups_of({text: ([1, 0], 1) for text in "abc"})


def test_eight_bits_keep_a_cosine_to_a_hundredth(bot: Bot) -> None:
    texts = ("Does pet ownership help children settle?", "do dogs help foster kids settle", "IRO powers")
    vectors = [bot.recogniser.vector(text) for text in texts]
    bits = [np.frombuffer(packed(vector), np.int8).astype(np.float64) for vector in vectors]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        kept = bits[a] @ bits[b] / np.linalg.norm(bits[a]) / np.linalg.norm(bits[b])
        assert kept == pytest.approx(float(vectors[a] @ vectors[b]), abs=0.01)


def test_the_same_question_in_other_words_is_one_group(bot: Bot) -> None:
    asked = ("Does pet ownership help children settle?", "do pets help children settle in foster care", "do dogs help foster kids settle",
             "is equine therapy any good for looked after children", "does horse therapy help children in care")  # fmt: skip
    found = grouped({text: packed(bot.recogniser.vector(text)) for text in asked}, dict.fromkeys(asked, 1))
    assert sorted(sorted(group.texts) for group in found) == sorted([sorted(asked[:3]), sorted(asked[3:])])

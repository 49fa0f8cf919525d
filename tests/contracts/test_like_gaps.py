"""Gaps by what they ask, on SQLite and on PostgreSQL: those of every process, none twice, none that is of no use."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from adapters.store import like_gaps
from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from bot.conversations import key_of
from bot.gap import Check, GapState, NewGap
from bot.gaps import Voice
from bot.nearest import DIMENSIONS, Vector

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANN = key_of("slack", "ann")


class Words:
    """A vector for the words of a text, and how often one was made."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, text: str) -> Vector:
        self.count += 1
        vector = np.full(DIMENSIONS, 0.01, np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            vector[int(key_of(word)[:6], 16) % DIMENSIONS] += 1
        return vector / np.linalg.norm(vector)


def gaps_of(store: Store) -> StoredGaps:
    sealer = Sealer([key_from("a secret")])
    return StoredGaps(store, sealer, into_outbox(store, sealer, lambda: NOW))


async def flag(gaps: StoredGaps, question: str) -> int:
    return (await gaps.flag(NewGap(question), Voice(ANN), NOW)).number


async def found(like: StoredLikeGaps, question: str) -> list[int]:
    return [gap.number for gap in await like.like(question)]


async def test_those_that_ask_something_like_it_are_found_most_alike_first_and_others_are_not(store: Store) -> None:
    gaps, like = gaps_of(store), StoredLikeGaps(store, Words(), "a")
    assert await found(like, "do kites help babies sleep") == []
    same = await flag(gaps, "Do kites help babies sleep")
    near = await flag(gaps, "Do kites help toddlers sleep")
    await flag(gaps, "Which bread suits foster carers on Sundays")
    assert await found(like, "do kites help babies sleep") == [same, near]


async def test_what_another_process_flags_is_found_and_its_vector_is_made_once(store: Store) -> None:
    gaps, one, other = gaps_of(store), Words(), Words()
    number = await flag(gaps, "Do kites help babies sleep")
    assert await found(StoredLikeGaps(store, one, "a"), "do kites help babies sleep") == [number]
    assert await found(StoredLikeGaps(store, other, "a"), "do kites help babies sleep") == [number]
    assert (one.count, other.count) == (2, 1)  # the gap and the question; the question alone
    late = StoredLikeGaps(store, other, "a")
    await late.like("kites")
    again = await flag(gaps, "Do kites help babies sleep well")
    assert await found(late, "do kites help babies sleep") == [number, again]


async def test_vectors_of_another_encoder_are_made_anew(store: Store) -> None:
    gaps, encode = gaps_of(store), Words()
    number = await flag(gaps, "Do kites help babies sleep")
    await StoredLikeGaps(store, encode, "a").like("kites")
    assert await found(StoredLikeGaps(store, encode, "b"), "do kites help babies sleep") == [number]
    assert encode.count == 4


async def test_merged_ones_and_those_that_nobody_will_answer_are_left_out_and_answered_ones_are_not(
    store: Store,
) -> None:
    gaps, like = gaps_of(store), StoredLikeGaps(store, Words(), "a")
    question = "Do kites help babies sleep"
    first, merged, refused, answered = [await flag(gaps, question) for _ in range(4)]
    await gaps.merge(merged, first, ANN, "the same", NOW)
    for number in (refused, answered):
        await gaps.move(number, GapState.CHECKED, ANN, "looked", NOW, check=Check.UNKNOWN)
    await gaps.move(refused, GapState.WILL_NOT_ANSWER, ANN, "too wide", NOW, outcome="It is too wide.")
    await gaps.move(answered, GapState.ANSWERED, ANN, "found", NOW, outcome="They do not.", entry="kite-flying")
    assert await found(like, question) == [first, answered]


async def test_a_great_many_new_ones_keep_nobody_waiting_and_all_are_found_in_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps, encode = gaps_of(store), Words()
    numbers = [await flag(gaps, f"Do kites number {n} help babies sleep") for n in range(7)]
    like = StoredLikeGaps(store, encode, "a")
    monkeypatch.setattr(like_gaps, "NEW_AT_ONCE", 3)
    monkeypatch.setattr(like_gaps, "AT_ONCE", 2)
    seen: set[int] = set()
    for _ in range(4):
        seen |= {gap.number for gap in await like.like("Do kites number help babies sleep", 10)}
    assert seen == set(numbers)
    assert encode.count == 7 + 4

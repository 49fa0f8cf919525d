"""Messages made plain, and politeness taken from round them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.politeness import without_politeness
from intents.text import MESSAGE_MAX, plain, words


def test_the_same_letters_have_one_form() -> None:
    assert plain("ﬁne “quotes” – and\u00a0spaces… ‘ok’") == "fine \"quotes\" - and spaces... 'ok'"


def test_nothing_invisible_stays() -> None:
    assert plain("f\u200bg\u2060c\u202e?\x00\x07") == "fgc?"


def test_a_long_message_is_cut() -> None:
    assert len(plain("word " * 10_000)) <= MESSAGE_MAX


@given(st.text())
def test_making_plain_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_words_are_in_lower_case_without_inner_stops() -> None:
    assert words("S.47 enquiries, mum's view") == ["s47", "enquiries", "mums", "view"]


@pytest.mark.parametrize(
    "wrapped",
    [
        "hi bot, hope you're well, could you tell me {}",
        "Hello team, hope you are all having a good week. Quick question: {}",
        "good morning! sorry to bother you again, {} thanks so much",
        "{} thank you in advance x",
        "just wondering if anyone could tell me {} please",
        "Hey, {} Kind regards",
        "please {}",
        "{} 🙏",
    ],
)
def test_politeness_is_taken_from_round_a_question(wrapped: str) -> None:
    question = "does mentoring help care leavers"
    assert without_politeness(plain(wrapped.format(question))).strip(" ?.!,") == question


@pytest.mark.parametrize("text", ["hi", "Thanks!", "hello there", "cheers all"])
def test_what_is_only_polite_stays(text: str) -> None:
    assert without_politeness(text) == text


@pytest.mark.parametrize(
    "text", ["hope for the future programme", "so what about staying put", "help with kinship carers"]
)
def test_a_question_that_starts_like_politeness_is_not_cut(text: str) -> None:
    assert without_politeness(text) == text


@given(st.text(alphabet="hi hope you're well, thanks.ok a", max_size=300))
def test_something_readable_always_remains(text: str) -> None:
    cleaned = plain(text)
    assert bool(words(without_politeness(cleaned))) == bool(words(cleaned))


def test_a_message_made_to_be_slow_is_not() -> None:
    began = time.perf_counter()
    for piece in ("hope you are well ", "hi there ", "thanks so much all again ", "good day a an ok "):
        without_politeness(plain(piece * 500))
    assert time.perf_counter() - began < 2

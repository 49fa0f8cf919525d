"""The matcher as a library: any intents with a few examples each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.encoder import DIMENSIONS, FOLDER, Encoder, default_encoder
from intents.errors import EncoderError, MatcherError
from intents.matcher import Matcher
from intents.reader import Reader

EXAMPLES = {
    "lost-card": [
        "I lost my bank card", "my card is missing", "where do I report a lost card", "someone took my card",
        "card gone from my wallet", "I cannot find my debit card",
    ],
    "exchange-rate": [
        "what is the exchange rate for euros", "how many dollars for a pound", "do you offer a good rate for yen",
        "current rate pound to euro", "how is the rate worked out", "currency rates today",
    ],
    "top-up": [
        "how do I top up", "add money to my account", "my top up did not arrive", "can I top up by transfer",
        "load cash on the account", "top-up limits",
    ],
}  # fmt: skip
ELSEWHERE = [
    "what is the weather",
    "tell me a joke",
    "who won the match",
    "how do I cook rice",
    "book me a train",
    "sing a song",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.fit(EXAMPLES, ELSEWHERE, names={"top-up": ["Top Up Direct"]})


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("I think my card was stolen", "lost-card"),
        ("whats the rate for swiss francs", "exchange-rate"),
        ("put mony on my acount", "top-up"),
        ("Top Up Direct", "top-up"),
    ],
)
def test_a_new_question_finds_its_intent(matcher: Matcher, question: str, intent: str) -> None:
    assert matcher.rank(question)[0].id == intent


def test_confidences_are_probabilities_best_first(matcher: Matcher) -> None:
    matches = matcher.rank("how do I top up my account", limit=3)
    confidences = [match.confidence for match in matches]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert sum(confidences) <= 1.0001


def test_a_question_from_elsewhere_gets_less_confidence(matcher: Matcher) -> None:
    assert matcher.rank("will it rain tomorrow")[0].confidence < 0.5 < matcher.rank("I lost my card")[0].confidence


def test_limit_is_kept(matcher: Matcher) -> None:
    assert len(matcher.rank("card", limit=2)) == 2


def test_a_stored_matcher_ranks_as_the_fitted_one(matcher: Matcher) -> None:
    stored = Matcher.from_bytes(matcher.to_bytes(), matcher.reader)
    for question in ("lost my card", "rate for euros", "add money", "what is love"):
        ours, theirs = matcher.rank(question, limit=3), stored.rank(question, limit=3)
        assert [match.id for match in ours] == [match.id for match in theirs]
        assert [m.confidence for m in ours] == pytest.approx([m.confidence for m in theirs], abs=0.01)


def test_fitting_twice_gives_the_same_matcher(matcher: Matcher) -> None:
    again = Matcher.fit(EXAMPLES, ELSEWHERE, names={"top-up": ["Top Up Direct"]})
    assert [again.rank(text) for text in ELSEWHERE] == [matcher.rank(text) for text in ELSEWHERE]


@pytest.mark.parametrize("examples", [{}, {"only": ["one"]}, {"one": ["a"], "other": []}])
def test_too_few_examples_are_refused(examples: dict[str, list[str]]) -> None:
    with pytest.raises(MatcherError, match="at least two intents"):
        Matcher.fit(examples)


@pytest.mark.parametrize("stored", [b"", b"not a matcher", b"PK\x03\x04broken"])
def test_damaged_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(MatcherError, match="damaged"):
        Matcher.from_bytes(stored, Reader({}))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_ranked(matcher: Matcher, text: str) -> None:
    matches = matcher.rank(text)
    assert matches
    assert all(0 <= match.confidence <= 1 for match in matches)


def test_a_sentence_has_the_same_vector_in_any_company() -> None:
    encoder = default_encoder()
    alone = encoder.encode("kinship care")
    assert alone.shape == (DIMENSIONS,)
    assert float(np.linalg.norm(alone)) == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(encoder.encode_all(["something else", "kinship care", "x"])[1], alone)


def test_another_model_file_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "model.onnx").write_bytes(b"another model")
    (folder / "tokenizer.json").write_bytes((FOLDER / "tokenizer.json").read_bytes())
    with pytest.raises(EncoderError, match="checksum"):
        Encoder(folder)
    with pytest.raises(EncoderError, match="cannot be read"):
        Encoder(folder / "missing")

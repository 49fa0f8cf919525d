"""Correct the spelling of single words, by a noisy-channel model over general English and a domain's own words.

A word `w` is replaced by the candidate `c` with the highest `log P(c) - cost(w -> c)`, where `P` mixes general English
with the words of the domain. Words that are common enough, protected (glossary terms) or not plain letters stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

# Frequencies of 82,765 English words (Google Books n-grams cut to the SCOWL word lists), shipped by symspellpy (MIT).
GENERAL_WORDS_FILE: Final = "frequency_dictionary_en_82_765.txt"

OWN_SHARE: Final = 0.5  # share of the probability mass that goes to the domain's own words
EDIT_COST: Final = 4.5  # nats for a first edit: about one slip in ninety letters
SECOND_EDIT_COST: Final = 6.0
FIRST_LETTER_COST: Final = 1.5  # people seldom mistype the first letter
TRANSPOSITION_GAIN: Final = 1.0
REPEATED_LETTER_GAIN: Final = 1.0
NEIGHBOUR_KEY_GAIN: Final = 0.7
GAIN_MAX: Final = max(TRANSPOSITION_GAIN, REPEATED_LETTER_GAIN, 2 * NEIGHBOUR_KEY_GAIN)
KEEP_MARGIN: Final = 3.0  # a known word is replaced only by one this many nats better
COMMON: Final = 5e-6  # words at least this frequent in general English are never touched
SHORTEST: Final = 3
LONGEST: Final = 24
SPLIT_MIN_PART: Final = 4
SHORTEST_WITH_TWO_SLIPS: Final = 5

_KEYBOARD: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@cache
def general_words() -> Mapping[str, float]:
    """Return general English words with their relative frequencies (they add up to one)."""
    text = files("symspellpy").joinpath(GENERAL_WORDS_FILE).read_text(encoding="utf-8-sig")
    counts = {word: int(count) for word, _, count in (line.partition(" ") for line in text.splitlines())}
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


@cache
def _neighbour_keys() -> frozenset[tuple[str, str]]:
    at = {key: (x + 0.3 * y, y) for y, row in enumerate(_KEYBOARD) for x, key in enumerate(row)}
    return frozenset(
        (a, b)
        for a, (ax, ay) in at.items()
        for b, (bx, by) in at.items()
        if a != b and math.hypot(ax - bx, ay - by) < 1.3
    )


def _letters_masks(some: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return for each word the set of its letters, a bit each; one bit stands for every letter outside a to z."""
    letters = np.frombuffer("".join(some).encode("utf-32-le"), np.uint32) - np.uint32(ord("a"))
    starts = np.concatenate([[0], np.cumsum([len(word) for word in some])[:-1]]).astype(np.int64)
    return np.bitwise_or.reduceat(np.uint32(1) << np.minimum(letters, np.uint32(26)), starts)


class _Vocabulary:
    """Every word that another may have been meant for, with its log probability.

    Words stand by length, and by the alphabet within one: a search looks at a few neighbouring lengths only.
    """

    def __init__(self, own: Mapping[str, int], protected: frozenset[str]) -> None:
        general = general_words()
        own_total = sum(own.values()) or 1
        words = sorted(
            word for word in general.keys() | own.keys() if len(word) > 1 and word.isalpha() and word not in protected
        )
        words.sort(key=len)
        shares = np.fromiter((general.get(word, 0.0) for word in words), np.float64) * (1 - OWN_SHARE)
        shares += np.fromiter((own.get(word, 0) for word in words), np.float64) * (OWN_SHARE / own_total)
        self._words, self._scores = words, np.log(shares)
        self.score = dict(zip(words, self._scores.tolist(), strict=True))
        self._masks = _letters_masks(words)
        self._starts = np.searchsorted([len(word) for word in words], np.arange(LONGEST + 4))

    def near(self, word: str, edits: int, least: float) -> list[tuple[str, int]]:
        """Return the words at most so many edits away whose score is above the least, each with its distance."""
        start, stop = self._starts[max(2, len(word) - edits)], self._starts[len(word) + edits + 1]
        # Each edit adds or removes at most two letters of the set, so most words are ruled out without comparing them.
        apart = np.bitwise_count(self._masks[start:stop] ^ _letters_masks([word])[0])
        likely = np.flatnonzero((apart <= 2 * edits) & (self._scores[start:stop] > least))
        candidates = [self._words[start + i] for i in likely]
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [(candidate, int(distance)) for candidate, distance, _ in found]


class Speller:
    """Corrects single lower-case words.

    Args:
        own: The domain's words with their counts; they are candidates too, and preferred over rarer general words.
        protected: Words that are never changed and never a candidate for others (abbreviations, for example).
    """

    def __init__(self, own: Mapping[str, int], protected: Iterable[str] = ()) -> None:
        self.own = dict(own)
        self.protected = frozenset(protected)
        self._cache: dict[str, str] = {}

    @cached_property
    def _vocabulary(self) -> _Vocabulary:
        # A third of a second to make, and only a word that is not right needs it.
        return _Vocabulary(self.own, self.protected)

    def correct(self, word: str) -> str:
        """Return the word as it was probably meant: itself, another word, or two words with a space."""
        if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or not word.isascii():
            return word
        if word in self.protected or word in self.own or general_words().get(word, 0.0) >= COMMON:
            return word
        if (known := self._cache.get(word)) is None:
            known = self._search(word)
            if len(self._cache) < 50_000:
                self._cache[word] = known
        return known

    def _search(self, word: str) -> str:
        scores = self._vocabulary.score
        own_score = scores.get(word)
        best, best_score = word, -math.inf if own_score is None else own_score + KEEP_MARGIN
        for edits in (1,) if len(word) < SHORTEST_WITH_TWO_SLIPS else (1, 2):
            # A word two slips away has to be that much more frequent: the rest is not compared.
            least = best_score + EDIT_COST + SECOND_EDIT_COST - GAIN_MAX if edits == 2 else -math.inf
            for candidate, distance in self._vocabulary.near(word, edits, least):
                score = scores[candidate] - self._cost(word, candidate, distance)
                if score > best_score or (score == best_score and candidate < best):
                    best, best_score = candidate, score
        if own_score is None:
            for cut in range(SPLIT_MIN_PART, len(word) - SPLIT_MIN_PART + 1):
                left, right = scores.get(word[:cut]), scores.get(word[cut:])
                if left is not None and right is not None and left + right > best_score:
                    best, best_score = f"{word[:cut]} {word[cut:]}", left + right
        return best

    def _cost(self, word: str, candidate: str, distance: int) -> float:
        cost = EDIT_COST + SECOND_EDIT_COST * (distance - 1)
        if word[0] != candidate[0]:
            cost += FIRST_LETTER_COST
        if len(word) == len(candidate):
            differing = [(a, b) for a, b in zip(word, candidate, strict=True) if a != b]
            if len(differing) == 2 and differing[0] == differing[1][::-1]:
                cost -= TRANSPOSITION_GAIN
            elif all(pair in _neighbour_keys() for pair in differing):
                cost -= NEIGHBOUR_KEY_GAIN * len(differing)
        elif _collapsed(word) == _collapsed(candidate):
            cost -= REPEATED_LETTER_GAIN
        return cost


def _collapsed(word: str) -> str:
    return "".join(letter for i, letter in enumerate(word) if i == 0 or letter != word[i - 1])

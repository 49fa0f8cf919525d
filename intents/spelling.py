"""Correct the spelling of single words, by a noisy-channel model over general English and a domain's own words.

A word `w` is replaced by the candidate `c` with the highest `log P(c) - cost(w -> c)`, where `P` mixes general English
with the words of the domain. Words that are common enough, protected (glossary terms) or not plain letters stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
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
KEEP_MARGIN: Final = 3.0  # a known word is replaced only by one this many nats better
COMMON: Final = 5e-6  # words at least this frequent in general English are never touched
SHORTEST: Final = 3
LONGEST: Final = 24
SPLIT_MIN_PART: Final = 4
SPLIT_COST: Final = 9.0

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


def _letters_mask(word: str) -> int:
    mask = 0
    for letter in word:
        mask |= 1 << (ord(letter) - 97 if "a" <= letter <= "z" else 26)
    return mask


class Speller:
    """Corrects single lower-case words.

    Args:
        own: The domain's words with their counts; they are candidates too, and preferred over rarer general words.
        protected: Words that are never changed and never a candidate for others (abbreviations, for example).
    """

    def __init__(self, own: Mapping[str, int], protected: Iterable[str] = ()) -> None:
        self.own = dict(own)
        self.protected = frozenset(protected)
        general = general_words()
        own_total = sum(own.values()) or 1
        self._log_probability: dict[str, float] = {}
        for word in general.keys() | own.keys():
            if word.isalpha() and word not in self.protected:
                share = (1 - OWN_SHARE) * general.get(word, 0.0) + OWN_SHARE * own.get(word, 0) / own_total
                self._log_probability[word] = math.log(share)
        candidates = sorted((w for w in self._log_probability if len(w) > 1), key=lambda w: (len(w), w))
        self._candidates = candidates
        self._masks: npt.NDArray[np.uint32] = np.array([_letters_mask(w) for w in candidates], dtype=np.uint32)
        lengths = np.array([len(w) for w in candidates])
        self._starts = np.searchsorted(lengths, np.arange(LONGEST + 4))
        self._cache: dict[str, str] = {}

    def knows(self, word: str) -> bool:
        """Return whether a lower-case word is general English, the domain's own or protected."""
        return word in self._log_probability or word in self.protected

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
        own_score = self._log_probability.get(word)
        best, best_score = word, -math.inf if own_score is None else own_score + KEEP_MARGIN
        for candidate, distance in self._near(word, 1 if len(word) < 5 else 2):
            score = self._log_probability[candidate] - self._cost(word, candidate, distance)
            if score > best_score or (score == best_score and candidate < best):
                best, best_score = candidate, score
        if own_score is None:
            for cut in range(SPLIT_MIN_PART, len(word) - SPLIT_MIN_PART + 1):
                left, right = self._log_probability.get(word[:cut]), self._log_probability.get(word[cut:])
                if left is not None and right is not None and left + right - SPLIT_COST + 9.0 > best_score:
                    best, best_score = f"{word[:cut]} {word[cut:]}", left + right - SPLIT_COST + 9.0
        return best

    def _near(self, word: str, edits: int) -> list[tuple[str, int]]:
        start, stop = self._starts[max(2, len(word) - edits)], self._starts[len(word) + edits + 1]
        # Each edit adds or removes at most two letters of the set, so most words are ruled out without comparing them.
        apart = np.bitwise_count(self._masks[start:stop] ^ np.uint32(_letters_mask(word)))
        near = [self._candidates[start + i] for i in np.flatnonzero(apart <= 2 * edits)]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [(candidate, int(distance)) for candidate, distance, _ in found]

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

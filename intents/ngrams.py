"""Score intents by the word and letter sequences of a text: ridge regression over TF-IDF."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intents import ridge
from intents.ridge import Doubles, Floats, Partition
from intents.text import words

BUCKETS: Final = 1 << 20  # n-grams are hashed (CRC-32) into this many; few of the some 60,000 that occur share one
LETTER_LENGTHS: Final = (3, 4)
RIDGE: Final = 0.5
CONSTANT: Final = 0.1  # squared length of the constant feature beside the n-grams

Counts: TypeAlias = tuple[npt.NDArray[np.int64], Floats]
Ngrams: TypeAlias = tuple[Counts, Counts]  # of words, of letters


def _bucket(ngram: str) -> int:
    return zlib.crc32(ngram.encode()) % BUCKETS


@lru_cache(maxsize=20_000)
def _letter_buckets(token: str) -> tuple[int, ...]:
    padded = f" {token} "
    return tuple(
        _bucket(padded[i : i + length]) for length in LETTER_LENGTHS for i in range(max(1, len(padded) - length + 1))
    )


def _counted(buckets: Sequence[int]) -> Counts:
    found, counts = np.unique(np.array(buckets, dtype=np.int64), return_counts=True)
    return found, (1 + np.log(counts)).astype(np.float32)


def ngrams_of(text: str) -> Ngrams:
    """Return the word and the letter sequences of a text: buckets, ascending, with their damped counts."""
    tokens = words(text)
    pairs = (f"w{first} {second}" for first, second in pairwise(tokens))
    by_word = [_bucket(ngram) for ngram in (*(f"w{token}" for token in tokens), *pairs)]
    by_letter = [bucket for token in tokens for bucket in _letter_buckets(token)]
    return _counted(by_word), _counted(by_letter)


@dataclass(frozen=True, slots=True)
class NgramScorer:
    """The fitted scorer.

    Attributes:
        keys: Buckets that occur in the examples, ascending.
        idf: Inverse document frequency of each key.
        unseen: The same of a sequence that no example has.
        weights: keys x scores, half precision.
        constant: What every text scores.
    """

    keys: npt.NDArray[np.int64]
    idf: Floats
    unseen: float
    weights: npt.NDArray[np.float16]
    constant: Floats

    @classmethod
    def fit(
        cls, texts: Sequence[str], targets: Doubles, partitions: Sequence[Partition]
    ) -> tuple[NgramScorer, list[Floats]]:
        """Return the scorer of some texts and, for each partition, the held-out scores of each."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - only fitting needs scipy, answering does not

        counted = [ngrams_of(text) for text in texts]
        every = np.concatenate([found for parts in counted for found, _ in parts])
        keys, frequency = np.unique(every, return_counts=True)
        idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
        unseen = float(np.log(1 + len(texts)) + 1)
        columns, values, ends = [], [], [0]
        for ngrams in counted:
            at, value = _weighted(ngrams, keys, idf, unseen)
            columns.append(at)
            values.append(value)
            ends.append(ends[-1] + len(at))
        rows = csr_array((np.concatenate(values), np.concatenate(columns), ends), shape=(len(texts), len(keys)))
        kernel = (rows @ rows.T).toarray().astype(np.float64) + CONSTANT
        weights, held_out = ridge.fit(kernel, targets, RIDGE, partitions)
        constant = (CONSTANT * weights.sum(axis=0)).astype(np.float32)
        return cls(keys, idf, unseen, np.asarray(rows.T @ weights, dtype=np.float16), constant), held_out

    def scores(self, ngrams: Ngrams) -> Floats:
        """Return the score of each intent for a text, given by its sequences."""
        at, values = _weighted(ngrams, self.keys, self.idf, self.unseen)
        return np.asarray(values @ self.weights[at].astype(np.float32) + self.constant, dtype=np.float32)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the scorer as named arrays, to store."""
        return {
            "keys": self.keys,
            "idf": self.idf,
            "unseen": np.array(self.unseen),
            "weights": self.weights,
            "constant": self.constant,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> NgramScorer:
        """Return a stored scorer."""
        return cls(
            arrays["keys"].astype(np.int64),
            arrays["idf"].astype(np.float32),
            float(arrays["unseen"]),
            arrays["weights"].astype(np.float16, copy=False),
            arrays["constant"].astype(np.float32),
        )


def _weighted(
    ngrams: Ngrams, keys: npt.NDArray[np.int64], idf: Floats, unseen: float
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return which keys a text has, and its weight for each: words and letters count half of a vector of length one."""
    places, values = [], []
    for found, counts in ngrams:
        at = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        known = keys[at] == found
        weight = counts * np.where(known, idf[at], unseen)
        length = np.sqrt(2 * np.dot(weight, weight))
        places.append(at[known])
        values.append((weight[known] / length if length else weight[known]).astype(np.float32))
    return np.concatenate(places), np.concatenate(values)

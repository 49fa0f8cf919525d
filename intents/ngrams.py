"""Similarity of texts by the word and letter sequences they share (TF-IDF, cosine), over an inverted index in numpy."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intents.text import words

BUCKETS: Final = 1 << 20  # n-grams are hashed (CRC-32) into this many; few of the some 100,000 that occur share one
LETTER_LENGTHS: Final = (2, 3, 4, 5)

Floats: TypeAlias = npt.NDArray[np.float32]


def _word_ngrams(tokens: Sequence[str]) -> Iterator[str]:
    yield from (f"w{token}" for token in tokens)
    yield from (f"w{first} {second}" for first, second in pairwise(tokens))


def _letter_ngrams(tokens: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        padded = f" {token} "
        for length in LETTER_LENGTHS:
            yield from (padded[i : i + length] for i in range(max(1, len(padded) - length + 1)))


def _counts(ngrams: Iterator[str]) -> tuple[npt.NDArray[np.int64], Floats]:
    buckets = np.fromiter((zlib.crc32(ngram.encode()) % BUCKETS for ngram in ngrams), dtype=np.int64)
    found, counts = np.unique(buckets, return_counts=True)
    return found, (1 + np.log(counts)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class NgramIndex:
    """An inverted index of texts: for each n-gram, the texts it occurs in and its weight there.

    Attributes:
        size: Number of texts.
        keys: Buckets that occur, ascending.
        starts: For each key where its postings start; one more at the end.
        rows: Postings: the text.
        values: Postings: the weight.
        idf: Inverse document frequency of each key.
    """

    size: int
    keys: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    values: Floats
    idf: Floats

    @classmethod
    def of(cls, texts: Sequence[str]) -> NgramIndex:
        """Return the index of some texts."""
        counted = [
            [_counts(part) for part in (_word_ngrams(tokens), _letter_ngrams(tokens))] for tokens in map(words, texts)
        ]
        every = np.concatenate([found for parts in counted for found, _ in parts] or [np.zeros(0, np.int64)])
        keys, frequency = np.unique(every, return_counts=True)
        idf = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)
        rows, columns, values = [], [], []
        for row, parts in enumerate(counted):
            for found, weight in parts:
                at = np.searchsorted(keys, found)
                rows.append(np.full(len(at), row, np.int32))
                columns.append(at)
                values.append(_unit(weight * idf[at]))
        column, row_of, value = np.concatenate(columns), np.concatenate(rows), np.concatenate(values)
        order = np.argsort(column, kind="stable")
        starts = np.searchsorted(column[order], np.arange(len(keys) + 1))
        return cls(len(texts), keys, starts, row_of[order], value[order], idf)

    def similarities(self, text: str) -> Floats:
        """Return the cosine of a text to each indexed text, from 0 to 1."""
        tokens = words(text)
        rows, values = [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
        for part in (_word_ngrams(tokens), _letter_ngrams(tokens)):
            found, weight = _counts(part)
            at = np.searchsorted(self.keys, found)
            known = (at < len(self.keys)) & (self.keys[np.minimum(at, len(self.keys) - 1)] == found)
            unseen = np.log(1 + self.size) + 1  # the weight of an n-gram that no indexed text has
            weight = weight * np.where(known, self.idf[np.minimum(at, len(self.keys) - 1)], unseen)
            for key, value in zip(at[known], _unit(weight)[known], strict=True):
                start, stop = self.starts[key], self.starts[key + 1]
                rows.append(self.rows[start:stop])
                values.append(self.values[start:stop] * value)
        return np.bincount(np.concatenate(rows), np.concatenate(values), minlength=self.size).astype(np.float32)

    def self_similarities(self) -> Floats:
        """Return the cosines of the indexed texts to each other, size x size."""
        from scipy.sparse import csc_array  # noqa: PLC0415 - only fitting needs scipy, answering does not

        weights = csc_array((self.values, self.rows, self.starts), shape=(self.size, len(self.keys)))
        return np.asarray((weights @ weights.T).toarray(), dtype=np.float32)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the index as named arrays, to store."""
        return {
            "size": np.array(self.size), "keys": self.keys, "starts": self.starts, "rows": self.rows,
            "values": self.values.astype(np.float16), "idf": self.idf,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> NgramIndex:
        """Return a stored index."""
        return cls(
            int(arrays["size"]),
            arrays["keys"].astype(np.int64),
            arrays["starts"].astype(np.int64),
            arrays["rows"].astype(np.int32),
            arrays["values"].astype(np.float32),
            arrays["idf"].astype(np.float32),
        )


def _unit(weights: Floats) -> Floats:
    # Words and letters count half each: either block has length sqrt(1/2).
    length = np.sqrt(2 * np.dot(weights, weights))
    return (weights / length if length else weights).astype(np.float32)

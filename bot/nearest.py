"""Find what is nearest in meaning among very many sentence vectors: a shortlist by their signs, then by the cosine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

DIMENSIONS: Final = 384
SHORTLIST: Final = 1_000  # by how many signs differ; the cosine decides among these

Vector: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.int8]
Signs: TypeAlias = npt.NDArray[np.uint64]


class Nearest:
    """Vectors of things that have a number each; 432 bytes for each of them."""

    def __init__(self) -> None:
        self._numbers = np.zeros(0, np.int64)
        self._rows: Rows = np.zeros((0, DIMENSIONS), np.int8)
        self._signs: Signs = np.zeros((DIMENSIONS // 64, 0), np.uint64)

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, numbers: Sequence[int], vectors: Sequence[bytes]) -> None:
        """Add vectors, each as `bot.clustering.packed` returns it."""
        rows = np.frombuffer(b"".join(vectors), np.int8).reshape(len(numbers), DIMENSIONS)
        self._numbers = np.concatenate([self._numbers, np.array(numbers, np.int64)])
        self._rows = np.concatenate([self._rows, rows])
        # Last: a search in another thread looks at the signs first, and finds the rest for each of them.
        self._signs = np.concatenate([self._signs, _signs(rows)], axis=1)

    def near(self, vector: Vector, limit: int, least: float) -> list[tuple[int, float]]:
        """Return the numbers of what is nearest, with the cosine, nearest first; none below the least cosine."""
        signs = _signs(np.sign(vector)[np.newaxis].astype(np.int8))
        differ = np.bitwise_count(self._signs ^ signs).sum(axis=0, dtype=np.uint16)
        chosen = np.arange(len(differ))
        if len(differ) > SHORTLIST:
            chosen = np.argpartition(differ, SHORTLIST)[:SHORTLIST]
        rows = self._rows[chosen].astype(np.float32)
        cosines = rows @ vector / np.maximum(np.linalg.norm(rows, axis=1), 1.0)
        best = [n for n in np.argsort(-cosines, kind="stable")[:limit] if cosines[n] >= least]
        return [(int(self._numbers[chosen[n]]), float(cosines[n])) for n in best]


def _signs(rows: Rows) -> Signs:
    """Return which numbers are above nought: 64 of them in each of six rows, a column for each vector."""
    return np.ascontiguousarray(np.packbits(rows > 0, axis=1).view(np.uint64).T)

"""Score intents by meaning: kernel ridge regression over sentence vectors, `exp(SHARPNESS * (cosine - 1))`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from intents import ridge
from intents.ridge import Doubles, Floats, Partition

SHARPNESS: Final = 2.0
RIDGE: Final = 0.1


@dataclass(frozen=True, slots=True)
class MeaningScorer:
    """The fitted scorer.

    Attributes:
        vectors: The examples: unit vectors, one a row.
        weights: scores x examples.
    """

    vectors: Floats
    weights: Floats

    @classmethod
    def fit(
        cls, vectors: Floats, targets: Doubles, partitions: Sequence[Partition]
    ) -> tuple[MeaningScorer, list[Floats]]:
        """Return the scorer of some sentence vectors and, for each partition, the held-out scores of each."""
        kernel = np.exp(SHARPNESS * ((vectors @ vectors.T).astype(np.float64) - 1))
        weights, held_out = ridge.fit(kernel, targets, RIDGE, partitions)
        return cls(vectors, np.ascontiguousarray(weights.T, dtype=np.float32)), held_out

    def scores(self, vector: Floats) -> tuple[Floats, Floats]:
        """Return the score of each intent for a sentence vector, and its cosine to each example."""
        cosines = self.vectors @ vector
        return self.weights @ np.exp(np.float32(SHARPNESS) * (cosines - 1)), cosines

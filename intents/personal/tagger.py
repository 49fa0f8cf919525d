"""Tag each word of a message as part of a name or not: logistic regression on the features of the word and its neighbours."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from intents.personal.features import WordFeatures

WEIGHTS_FILE: Final = Path(__file__).parent / "weights.json.gz"
BIAS: Final = "bias"
_CACHE_MAX: Final = 100_000  # blocks of features whose sums are remembered


class Tagger:
    """Says how probable it is that a word is part of a name.

    Args:
        weights: By feature; `BIAS` is added for every word.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._sums: dict[tuple[str, ...], float] = {}

    def probability(self, word: WordFeatures) -> float:
        """Return the probability for a word with some features, from 0 to 1."""
        score = self._weights.get(BIAS, 0.0) + self._sum(word.context) + sum(map(self._remembered, word.blocks))
        return 1 / (1 + math.exp(-max(score, -500.0)))

    def _sum(self, features: tuple[str, ...]) -> float:
        get = self._weights.get
        return sum([get(feature, 0.0) for feature in features])

    def _remembered(self, block: tuple[str, ...]) -> float:
        known = self._sums.get(block)
        if known is None:
            known = self._sum(block)
            if len(self._sums) < _CACHE_MAX:
                self._sums[block] = known
        return known


@cache
def shipped_tagger() -> Tagger:
    """Return the tagger with the weights that the package ships."""
    weights: dict[str, float] = json.loads(gzip.decompress(WEIGHTS_FILE.read_bytes()))
    return Tagger(weights)

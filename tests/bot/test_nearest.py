"""What is nearest among many vectors: the same as by looking at all of them."""

from __future__ import annotations

import numpy as np

from bot.clustering import packed
from bot.nearest import DIMENSIONS, SHORTLIST, Nearest, Vector


def unit(rng: np.random.Generator, count: int) -> Vector:
    # Sentence vectors are no noise: they lie around some themes.
    themes = rng.normal(size=(40, DIMENSIONS))
    vectors = themes[rng.integers(40, size=count)] + 0.9 * rng.normal(size=(count, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_the_nearest_three_of_very_many_are_those_that_looking_at_all_finds() -> None:
    rng = np.random.default_rng(1)
    vectors = unit(rng, SHORTLIST * 12)
    nearest = Nearest()
    half = len(vectors) // 2
    for start in (0, half):
        part = vectors[start : start + half]
        nearest.add([start + n + 1 for n in range(half)], [packed(one) for one in part])
    asked = unit(rng, 1)[0]
    noise = rng.normal(size=(100, DIMENSIONS)).astype(np.float32)
    found = wanted = 0
    for vector in (*(vectors[n] + 0.02 * noise[n] for n in range(100)), asked):
        query = vector / np.linalg.norm(vector)
        best = set((np.argsort(-(vectors @ query))[:3] + 1).tolist())
        found += len(best & {number for number, _ in nearest.near(query, 3, -1.0)})
        wanted += 3
    assert found / wanted >= 0.98


def test_a_vector_is_its_own_nearest_with_a_cosine_of_one_and_far_ones_are_left_out() -> None:
    vectors = unit(np.random.default_rng(2), 50)
    nearest = Nearest()
    assert nearest.near(vectors[0], 3, 0.0) == []
    nearest.add(list(range(1, 51)), [packed(one) for one in vectors])
    ((number, cosine), *_) = nearest.near(vectors[7], 3, 0.0)
    assert (number, round(cosine, 2)) == (8, 1.0)
    assert nearest.near(-vectors[7], 3, 0.9) == []
    assert len(nearest) == 50

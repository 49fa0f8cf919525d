"""Measure how unanswered questions are put into clusters: `python -m benchmarks.unanswered ../shared/eval`.

Two questions of the development set belong together if some entry answers both. For each threshold: of the questions that were put with another as the central one
of their cluster, how many belong to it; and of all pairs that belong together, how many were found. That figure is low by nature: questions that the same entry
answers seldom ask the same. Then the time and the memory that 10,000 different questions take.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

from bot.bootstrap import make_bot
from bot.clustering import NEAR, TEXTS_MAX, grouped, packed
from bot.settings import Settings
from intents.recognise import Recogniser

THRESHOLDS: Final = (0.5, 0.55, 0.6, 0.64, 0.66, 0.68, 0.7, 0.75, 0.8)
NOISE: Final = 0.02  # of each number of a made vector, beside a real one's of about 0.05


def read(folder: Path) -> dict[str, frozenset[str]]:
    """Return the questions of the development set, with the entries that answer each."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["question"]: frozenset(one["accept"]) for one in map(json.loads, lines)}


def quality(recogniser: Recogniser, entries: Mapping[str, frozenset[str]]) -> None:
    """Print what each threshold puts together."""
    vectors = {question: packed(recogniser.vector(question)) for question in entries}
    belong = sum(not entries[a].isdisjoint(entries[b]) for a, b in combinations(vectors, 2))
    print(f"{len(vectors)} questions, {belong} pairs that belong together")
    for near in THRESHOLDS:
        groups = grouped(vectors, Counter(list(vectors)), near)
        put = [(group.central, other) for group in groups for other in group.texts[1:]]
        right = sum(not entries[a].isdisjoint(entries[b]) for a, b in put)
        pairs = [pair for group in groups for pair in combinations(group.texts, 2)]
        found = sum(not entries[a].isdisjoint(entries[b]) for a, b in pairs)
        largest = max(len(group.texts) for group in groups)
        print(
            f"  {near:.2f}: {len(groups)} clusters, largest {largest}; {right} of {len(put)} put with the right one ({right / max(1, len(put)):.2f}), "
            f"{found / belong:.3f} of the pairs found{'  <- NEAR' if near == NEAR else ''}"
        )


def cost(recogniser: Recogniser, entries: Mapping[str, frozenset[str]]) -> None:
    """Print what the most questions that are compared at once take: real ones, and made ones near them."""
    random = np.random.default_rng(0)
    real = np.stack([recogniser.vector(question) for question in entries])
    made = real[np.arange(TEXTS_MAX) % len(real)] + random.normal(0, NOISE, (TEXTS_MAX, real.shape[1]))
    for name, vectors in (("near 432 real ones", made), ("without a likeness", random.normal(0, 1, made.shape)), ("all alike", made[:1].repeat(TEXTS_MAX, 0))):  # fmt: skip
        ready = {f"question {n}": packed(row.astype(np.float32)) for n, row in enumerate(vectors)}
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, perf_counter()
        groups = grouped(ready, Counter(list(ready)))
        took, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{TEXTS_MAX} {name}: {len(groups)} clusters in {took:.1f} s, {(after - before) / 1024:.0f} MB more")


def main(folder: Path) -> None:
    """Print both."""
    recogniser, entries = make_bot(Settings(_env_file=None)).recogniser, read(folder)
    quality(recogniser, entries)
    cost(recogniser, entries)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/eval"))

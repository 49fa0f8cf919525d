"""Measure how the time to rank grows with the number of entries: `python -m benchmarks.growth`.

The first line is the real matcher. Fitting 10,000 entries exactly is out of reach of a small machine, and only the time to
answer is in question: the larger matchers get stored arrays made directly, of the sizes that fitting would give, from the
real examples' sentence vectors with noise. They say nothing about accuracy. Times are of one whole `Matcher.rank` and of its
part that grows, ranking what has been read and encoded; on one thread.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from statistics import median, quantiles
from time import perf_counter
from typing import Final

import numpy as np

from benchmarks.speed import questions_of
from bot import bootstrap
from bot.settings import load_settings
from intents.calibration import Calibration
from intents.encoder import Encoder, default_encoder
from intents.matcher import Matcher
from intents.meaning import MeaningScorer
from intents.names import NameIndex
from intents.ngrams import BUCKETS, NgramScorer, ngrams_of
from intents.reader import Reader
from intents.recognise import ENTRIES, OWN_WORDS

SIZES: Final = (1_000, 10_000)  # entries of the made matchers
EXAMPLES: Final = 5  # of each entry; the most that keeps 10,000 entries well under 6 GB
KEYS: Final = 60_000  # different n-grams; about as many as the real examples have
QUESTIONS: Final = 60
SEEDS: Final = 400  # real questions whose vectors the made ones are perturbed from
NOISE: Final = 0.05


def made_matcher(entries: int, seeds: Sequence[str], reader: Reader, encoder: Encoder) -> Matcher:
    """Return a matcher of the size that so many entries would give; its answers mean nothing.

    Args:
        entries: How many.
        seeds: Real questions; their sentence vectors with noise stand for the examples, their n-grams are all known.
        reader: Reads the questions.
        encoder: Encodes them.
    """
    rng = np.random.default_rng(1)
    vectors = encoder.encode_all(seeds)
    rows = vectors[rng.integers(len(vectors), size=entries * EXAMPLES)]
    rows += NOISE * rng.standard_normal(rows.shape, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    weights = rng.standard_normal((entries + 1, len(rows)), dtype=np.float32)
    weights *= np.float32(0.1)
    occurring = np.concatenate([part[0] for seed in seeds for part in ngrams_of(reader.read(seed).lexical)])
    known = np.unique(occurring)
    others = np.setdiff1d(rng.permutation(BUCKETS)[:KEYS], known)[: max(0, KEYS - len(known))]
    keys = np.sort(np.concatenate([known, others]))
    ngram_weights = np.full((len(keys), entries + 1), 0.1, dtype=np.float16)
    return Matcher(
        [f"entry-{n:05}" for n in range(entries)],
        np.arange(0, entries * EXAMPLES + 1, EXAMPLES),
        MeaningScorer(rows, weights),
        NgramScorer(keys, np.ones(len(keys), np.float32), 9.0, ngram_weights, np.zeros(entries + 1, np.float32)),
        NameIndex.of([[f"entry {n}"] for n in range(entries)]),
        Calibration(np.ones(4), np.zeros(4)),
        reader,
        encoder,
    )


def say(name: str, matcher: Matcher, questions: Sequence[str]) -> None:
    """Print how long ranking takes and how much memory the process holds at that moment."""
    for question in questions:  # corrections of spelling are remembered: every size meets them warm
        matcher.reader.read(question)
    whole, alone = [], []
    for question in questions:
        began = perf_counter()
        matcher.rank(question)
        whole.append((perf_counter() - began) * 1_000)
        read = matcher.read(question)
        began = perf_counter()
        matcher.rank_read(read)
        alone.append((perf_counter() - began) * 1_000)
    print(
        f"{name}: median {median(whole):.1f} ms, 90th percentile {quantiles(whole, n=10)[8]:.1f} ms; "
        f"ranking alone median {median(alone):.1f} ms; resident {resident():,} MB",
        flush=True,
    )


def resident() -> int:
    """Return the memory that this process holds now, in megabytes (Linux), or has held at the most (elsewhere)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file on a disk
            return int(file.read().split()[1]) * resource.getpagesize() // 1_000_000
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Print the time and the memory for each size."""
    knowledge = bootstrap.make_bot(load_settings()).knowledge
    encoder = default_encoder()
    reader = Reader(json.loads(knowledge.trained[OWN_WORDS]), knowledge.terms)
    seeds = questions_of(list(knowledge.entries.values()), SEEDS)
    questions: Sequence[str] = seeds[:QUESTIONS]
    matcher = Matcher.from_bytes(knowledge.trained[ENTRIES], reader, encoder)
    say(f"{len(matcher.ids):,} real entries", matcher, questions)
    del matcher
    for entries in SIZES:
        made = made_matcher(entries, seeds, reader, encoder)
        say(f"{entries:,} made entries of {EXAMPLES} examples (arrays, not fitted)", made, questions)
        del made


if __name__ == "__main__":
    main()

"""Measure the matcher on BANKING77 with few examples per intent: `python -m benchmarks.banking77 ../shared/bench/banking77`.

The data (Casanueva et al., "Efficient Intent Detection with Dual Sentence Encoders", 2020; CC BY 4.0) is not part of the
product. For each seed, ten training questions per intent are drawn; all test questions are ranked, as written and with
two random slips of typing in each.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import Final

from intents.matcher import Matcher

EXAMPLES: Final = 10
SLIPS: Final = 2
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def read(path: Path) -> list[tuple[str, str]]:
    """Return the questions of a file with their intents."""
    with path.open(newline="", encoding="utf-8") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def with_slips(text: str, rng: random.Random, slips: int = SLIPS) -> str:
    """Return a text with some slips of typing: letters left out, doubled, swapped or replaced."""
    for _ in range(slips):
        at = rng.choice([i for i, letter in enumerate(text) if letter.isalpha()] or [0])
        match rng.randrange(4):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + text[at] + text[at:]
            case 2:
                text = text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
            case _:
                text = text[:at] + rng.choice(LETTERS) + text[at + 1 :]
    return text


def main() -> None:
    """Print the accuracy for each seed and the mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.exit(0, f"skipped: {options.folder} is not here\n")
    train, test = read(options.folder / "train.csv"), read(options.folder / "test.csv")
    results: list[tuple[float, float]] = []
    for seed in range(options.seeds):
        rng = random.Random(seed)  # noqa: S311 - draws examples, not secrets
        by_intent: dict[str, list[str]] = defaultdict(list)
        for text, intent in train:
            by_intent[intent].append(text)
        matcher = Matcher.fit({intent: rng.sample(texts, EXAMPLES) for intent, texts in sorted(by_intent.items())})
        clean = mean(matcher.rank(text, limit=1)[0].id == intent for text, intent in test)
        slips = mean(matcher.rank(with_slips(text, rng), limit=1)[0].id == intent for text, intent in test)
        results.append((clean, slips))
        print(f"seed {seed}: accuracy {clean:.4f}, with {SLIPS} slips {slips:.4f}", flush=True)
    print(
        f"mean of {len(results)}: accuracy {mean(r[0] for r in results):.4f}, with {SLIPS} slips {mean(r[1] for r in results):.4f}"
    )


if __name__ == "__main__":
    main()

"""Learn to tell names from other words: `python -m intents.personal.train` fits the weights that the package ships.

With `--check` it says instead how well texts are read that were left out of the fitting (five folds, by text).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from intents.personal.augment import CITED, NAME, Annotated, Augmenter
from intents.personal.redact import PersonalDataFinder
from intents.personal.tagger import BIAS, WEIGHTS_FILE, Tagger
from intents.recognise import personal_data_finder
from intents.training import read_lines
from knowledge.base import KnowledgeBase

Floats: TypeAlias = npt.NDArray[np.float64]

ANNOTATED_FILE: Final = "personal.jsonl"
NAMELESS_FILES: Final = ("out_of_scope.jsonl", "urgent.jsonl", "intents.jsonl")
VARIATIONS: Final = 6  # texts with other names made of each annotated one
ANNOTATED_WEIGHT: Final = 2.0  # what an annotated text counts; the others count 1
RARE: Final = 2  # features seen less often are left out
RIDGE: Final = 6.0
ITERATIONS: Final = 150
SMALLEST: Final = 0.01  # weights nearer to nought are not stored
FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class _Example:
    features: Sequence[str]
    is_name: bool
    weight: float


def annotated_texts() -> list[Annotated]:
    """Return the texts with names, and those without that look as if, that the package ships for training."""
    return [
        Annotated(
            line["text"],
            tuple((span["start"], span["end"]) for span in line["spans"] if span["type"] == NAME),
            tuple((span["start"], span["end"]) for span in line["spans"] if span["type"] == CITED),
            line.get("is_hard", False),
        )
        for line in read_lines(ANNOTATED_FILE)
    ]


def nameless_texts(knowledge: KnowledgeBase) -> list[str]:
    """Return the example questions of the sheets and the other training files: the domain's words, and no names."""
    texts = [text for _, entry in sorted(knowledge.entries.items()) for text in entry.examples.all()]
    return texts + [line["text"] for file in NAMELESS_FILES for line in read_lines(file)]


def fit(finder: PersonalDataFinder, annotated: Sequence[Annotated], nameless: Iterable[str]) -> dict[str, float]:
    """Return the weights by feature, learnt from annotated texts, variations of them and texts without names."""
    augmenter = Augmenter()
    examples: list[_Example] = []
    for original in annotated:
        examples += _examples(finder, original, ANNOTATED_WEIGHT)
        count = VARIATIONS if original.names or original.cited else 0
        for _ in range(count):
            examples += _examples(finder, augmenter.vary(original), 1.0)
        if not count:
            examples += _examples(finder, Annotated(original.text.lower()), 1.0)
    for text in nameless:
        examples += _examples(finder, Annotated(text), 1.0)
    return _fit(examples)


def _examples(finder: PersonalDataFinder, annotated: Annotated, weight: float) -> list[_Example]:
    tokens, features = finder.people.describe(annotated.text, finder.find_identifiers(annotated.text))
    return [
        _Example(made.all(), any(start <= token.start < end for start, end in annotated.names), weight)
        for token, made in zip(tokens, features, strict=True)
        if made
    ]


def _fit(examples: Sequence[_Example]) -> dict[str, float]:
    """Return the weights of a logistic regression with a ridge penalty."""
    from scipy import optimize, sparse  # noqa: PLC0415 - only fitting needs scipy, answering does not

    counts = Counter(feature for example in examples for feature in example.features)
    index = {name: at for at, name in enumerate(sorted(name for name, count in counts.items() if count >= RARE))}
    rows = [[index[name] for name in example.features if name in index] for example in examples]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([column for row in rows for column in row])
    seen = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(index)))
    turned = seen.T.tocsr()
    is_name = np.array([example.is_name for example in examples], dtype=np.float64)
    weight = np.array([example.weight for example in examples])

    def loss(fitted: Floats) -> tuple[float, Floats]:
        score = seen @ fitted[:-1] + fitted[-1]
        value = (weight * np.logaddexp(0, np.where(is_name > 0, -score, score))).sum()
        slope = weight * (1 / (1 + np.exp(-np.clip(score, -500, 500))) - is_name)
        penalty = RIDGE / 2 * (fitted[:-1] ** 2).sum()
        return float(value + penalty), np.append(turned @ slope + RIDGE * fitted[:-1], slope.sum())

    start = np.zeros(len(index) + 1)
    fitted = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}).x
    weights = {name: round(float(fitted[at]), 3) for name, at in index.items() if abs(fitted[at]) >= SMALLEST}
    return {BIAS: round(float(fitted[-1]), 3), **weights}


def check(finder: PersonalDataFinder, annotated: Sequence[Annotated], nameless: Sequence[str]) -> dict[str, float]:
    """Return how texts are read that were left out: recall of names, and the share of texts without any where one is found."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for fold in range(FOLDS):
        learnt = [text for at, text in enumerate(annotated) if at % FOLDS != fold]
        tagger = Tagger(fit(finder, learnt, [text for at, text in enumerate(nameless) if at % FOLDS != fold]))
        for left_out in annotated[fold::FOLDS]:
            kind = "hard texts" if left_out.is_hard else "messages"
            found = finder.find_identifiers(left_out.text)
            names = finder.people.find(left_out.text, found, tagger=tagger)
            covered = {at for span in (*names, *found) for at in range(span.start, span.end)}
            hits[f"{kind}: names found"] += [covered.issuperset(range(*span)) for span in left_out.names]
            if not left_out.names:
                hits[f"{kind}: nameless ones with a name found"].append(bool(names))
    return {measure: sum(held) / len(held) for measure, held in sorted(hits.items())}


def main() -> None:
    """Fit and store the weights, or say how well fitting does."""
    knowledge = KnowledgeBase.load()
    finder = personal_data_finder(knowledge.entries.values(), knowledge.terms)
    annotated, nameless = annotated_texts(), nameless_texts(knowledge)
    if "--check" in sys.argv:
        for name, share in check(finder, annotated, nameless).items():
            print(f"{name}: {share:.3f}")  # noqa: T201 - a command's output
        return
    weights = fit(finder, annotated, nameless)
    text = json.dumps(weights, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    WEIGHTS_FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{WEIGHTS_FILE.name}: {len(weights):,} weights")  # noqa: T201 - the same


if __name__ == "__main__":
    main()

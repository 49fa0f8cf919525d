"""From scores to probabilities: a logistic choice among candidate intents and "none of these", fitted on held-out scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

FOLDS: Final = 5  # parts of each intent's examples; and groups of intents left out whole
CANDIDATES: Final = 16  # intents that are weighed against each other; the rest have no confidence worth a number
NGRAM_SHARE: Final = 0.5  # weight of the n-gram score when candidates are picked
NAME_SHARE: Final = 0.5  # weight of being named when candidates are picked
LEFT_OUT_WEIGHT: Final = 0.06  # how much a question of a left-out intent counts, as a stand-in for out of scope
DECAY: Final = 1e-3  # keeps weights finite when the scores separate perfectly

Floats: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted choice.

    Attributes:
        weights: For a candidate's features: score by meaning, score by n-grams, nearest example, being named.
        none_weights: For "none of these": constant, its two scores, and the best candidate's nearest example.
    """

    weights: npt.NDArray[np.float64]
    none_weights: npt.NDArray[np.float64]

    def confidences(self, features: Floats, none_by_meaning: float, none_by_ngrams: float) -> npt.NDArray[np.float64]:
        """Return each candidate's probability of being the right one.

        Args:
            features: One row a candidate.
            none_by_meaning: The out-of-scope examples' score by meaning.
            none_by_ngrams: The same by n-grams.
        """
        none = np.array([1.0, none_by_meaning, none_by_ngrams, features[:, 2].max()])
        logits = np.append(features @ self.weights, none @ self.none_weights)
        odds = np.exp(logits - logits.max())
        return np.asarray((odds / odds.sum())[:-1])

    def to_json(self) -> dict[str, list[float]]:
        """Return the weights as plain lists."""
        return {"weights": self.weights.tolist(), "none_weights": self.none_weights.tolist()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[float]]) -> Calibration:
        """Return stored weights."""
        return cls(np.array(stored["weights"]), np.array(stored["none_weights"]))


def partitions(labels: Rows, intents: int) -> tuple[list[Rows], list[Rows]]:
    """Return two ways to leave rows out: part of every intent's examples, and whole intents.

    Args:
        labels: The intent of each row, ascending; `intents` marks out of scope.
        intents: The number of intents.
    """
    position = np.arange(len(labels)) - np.searchsorted(labels, labels)
    parts = position % FOLDS
    groups = np.where(labels < intents, labels % FOLDS, parts)
    return (
        [np.flatnonzero(parts == fold) for fold in range(FOLDS) if (parts == fold).any()],
        [np.flatnonzero(groups == fold) for fold in range(FOLDS) if (groups == fold).any()],
    )


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Candidates of training rows as they were scored while the rows were left out.

    Attributes:
        features: rows x candidates x 4.
        none: rows x 4.
        right: For each row the position of the right candidate; the number of candidates for "none of these".
        weight: How much each row counts.
    """

    features: Floats
    none: Floats
    right: Rows
    weight: Floats

    @classmethod
    def of(
        cls,
        by_meaning: Floats,
        by_ngrams: Floats,
        *,
        labels: Rows,
        partition: Sequence[Rows],
        vectors: Floats,
        named: Floats,
        intents_left_out: bool,
    ) -> HeldOut:
        """Return the candidates of every row.

        Args:
            by_meaning: Held-out scores, rows x (intents + 1).
            by_ngrams: The same.
            labels: The intent of each row.
            partition: The folds.
            vectors: Unit vectors of all rows.
            named: rows x intents.
            intents_left_out: Whether the folds leave out whole intents, so that "none of these" is right.
        """
        intents = named.shape[1]
        nearest = np.full((len(labels), intents), -1.0, dtype=np.float32)
        starts = np.searchsorted(labels, np.arange(intents))
        named = named.copy()
        for rows in partition:
            seen = vectors[rows] @ vectors.T
            seen[:, rows] = -1.0
            nearest[rows] = np.maximum.reduceat(seen[:, : np.searchsorted(labels, intents)], starts, axis=1)
            if intents_left_out:
                for intent in np.unique(labels[rows]):
                    if intent < intents:
                        named[rows, intent] = 0.0
        blended = by_meaning[:, :intents] + NGRAM_SHARE * by_ngrams[:, :intents] + NAME_SHARE * named
        chosen = np.argsort(-blended, axis=1, kind="stable")[:, :CANDIDATES]
        every = np.arange(len(labels))[:, None]
        features = np.stack([scores[every, chosen] for scores in (by_meaning, by_ngrams, nearest, named)], axis=2)
        hit = chosen == labels[:, None]
        out_of_scope = labels == intents
        right = np.where(hit.any(axis=1), hit.argmax(axis=1), chosen.shape[1])
        keep = out_of_scope | hit.any(axis=1)
        weight = np.ones(len(labels), dtype=np.float32)
        if intents_left_out:
            right[:] = chosen.shape[1]
            keep, weight = ~out_of_scope, weight * np.float32(LEFT_OUT_WEIGHT)
        none = np.stack(
            [np.ones(len(labels)), by_meaning[:, intents], by_ngrams[:, intents], features[:, :, 2].max(axis=1)], axis=1
        ).astype(np.float32)
        return cls(features[keep], none[keep], right[keep], weight[keep])


def fit(held_out: Sequence[HeldOut]) -> Calibration:
    """Return the weights under which the held-out rows' right choices are most likely."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only fitting needs scipy, answering does not

    features = np.concatenate([part.features for part in held_out]).astype(np.float64)
    none = np.concatenate([part.none for part in held_out]).astype(np.float64)
    right = np.concatenate([part.right for part in held_out])
    weight = np.concatenate([part.weight for part in held_out]).astype(np.float64)
    weight /= weight.sum()
    rows, kinds = np.arange(len(right)), features.shape[2]

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        logits = np.concatenate([features @ parameters[:kinds], (none @ parameters[kinds:])[:, None]], axis=1)
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        chances = odds / odds.sum(axis=1, keepdims=True)
        error = chances.copy()
        error[rows, right] -= 1
        error *= weight[:, None]
        gradient = np.concatenate([np.einsum("rc,rck->k", error[:, :-1], features), error[:, -1] @ none])
        value = -(weight * np.log(chances[rows, right] + 1e-12)).sum() + DECAY * parameters @ parameters
        return float(value), gradient + 2 * DECAY * parameters

    start = np.concatenate([[6.0, 3.0, 3.0, 1.0], np.zeros(none.shape[1])])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return Calibration(found[:kinds], found[kinds:])

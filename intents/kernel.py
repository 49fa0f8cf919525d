"""Kernel ridge regression over similarities: closed form, and its held-out predictions come without fitting again.

With `K[i, j] = exp(sharpness * (similarity[i, j] - 1))` the weights are `A = inv(K + ridge * I) @ Y`. The prediction for
a block `B` of training rows, had they been left out, is `Y[B] - inv(G[B, B]) @ (G @ Y)[B]` with `G = inv(K + ridge * I)`
(Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.2, for blocks).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

SHARPNESS: Final = 2.0
RIDGE: Final = 0.1

Floats: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.int64]


def kernel(similarities: Floats) -> Floats:
    """Return the kernel values of cosines."""
    return np.asarray(np.exp(SHARPNESS * (similarities - 1)), dtype=np.float32)


def fit(similarities: Floats, targets: Floats, folds: Sequence[Sequence[Rows]] = ()) -> tuple[Floats, list[Floats]]:
    """Return the weights, and for each partition of the rows the predictions for each row while its fold was left out.

    Args:
        similarities: n x n cosines of the training texts.
        targets: n x c.
        folds: Partitions of the rows; each is a sequence of row indices that together name every row once.
    """
    from scipy.linalg import lapack  # noqa: PLC0415 - only fitting needs scipy, answering does not

    size = len(similarities)
    system = kernel(similarities).astype(np.float64)
    system[np.diag_indices(size)] += RIDGE
    factor, _ = lapack.dpotrf(system, lower=1, overwrite_a=1)
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights = inverse @ targets
    held_out = []
    for partition in folds:
        predictions = np.empty_like(weights)
        for rows in partition:
            predictions[rows] = targets[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], weights[rows])
        held_out.append(predictions.astype(np.float32))
    return weights.astype(np.float32), held_out

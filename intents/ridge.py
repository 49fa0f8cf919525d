"""Ridge regression by blocks: weights in closed form, and the predictions for rows as they would be had they been left out.

With `G = inv(K + ridge * I)` the weights are `A = G @ Y`, and the prediction for a block `B` of training rows, had they
been left out, is `Y[B] - inv(G[B, B]) @ A[B]`; nothing is fitted again (Rasmussen and Williams, Gaussian Processes for
Machine Learning, 2006, section 5.4.2, for blocks).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Rows: TypeAlias = npt.NDArray[np.int64]
Partition: TypeAlias = Sequence[Rows]  # of all rows; each part ascending


def fit(
    kernel: Doubles, targets: Doubles, ridge: float, partitions: Sequence[Partition]
) -> tuple[Doubles, list[Floats]]:
    """Return the weights and, for each partition, the predictions for each row while its part was left out.

    Args:
        kernel: Products of all pairs of rows; overwritten.
        targets: rows x scores.
        ridge: What is added to the diagonal.
        partitions: Ways to leave rows out.
    """
    from scipy.linalg import blas, lapack, solve  # noqa: PLC0415 - only fitting needs scipy, answering does not

    kernel[np.diag_indices(len(kernel))] += ridge
    # The transposed view of a symmetric matrix is the same matrix in LAPACK's order, so that nothing is copied. From
    # here on only the lower triangle holds the inverse.
    factor, _ = lapack.dpotrf(kernel.T, lower=1, overwrite_a=1)
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    weights = np.ascontiguousarray(blas.dsymm(1.0, inverse, np.asfortranarray(targets), lower=1))
    held_out = []
    for partition in partitions:
        predictions = np.empty_like(weights)
        for rows in partition:
            block = inverse[np.ix_(rows, rows)]
            predictions[rows] = targets[rows] - solve(
                block, weights[rows], lower=True, assume_a="pos", overwrite_a=True
            )
        held_out.append(predictions.astype(np.float32))
    return weights, held_out

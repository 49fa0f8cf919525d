"""Put questions that ask the same into groups, by meaning: exact whole-number arithmetic, so that every machine finds the same groups.

The method is that of Daura et al. (https://doi.org/10.1002/(SICI)1521-3773(19990115)38:1/2<236::AID-ANIE236>3.0.CO;2-M): the text with most others near it, each
counted as often as it was asked, takes them all as its group; then the same with what is left. Each member is so near to the central text as `NEAR` says: unlike with
single linkage, no chain of small steps can join two different questions. `python -m benchmarks.unanswered` has the figures by which `NEAR` was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

NEAR: Final = 0.68  # cosine from which two questions ask the same
TEXTS_MAX: Final = 10_000  # different texts that are grouped at once: a bit for each pair is 12.5 MB
ROWS: Final = 500  # compared with all others at a time, 20 MB
TAKEN: Final = -(2**62)  # asked so often: less than any other, whatever is taken off
LARGEST: Final = 127  # of a whole number of eight bits

Floats: TypeAlias = npt.NDArray[np.float32]
Bits: TypeAlias = npt.NDArray[np.uint8]
Bools: TypeAlias = npt.NDArray[np.bool_]
Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that ask the same: the central one, and all of them, the central one first and then in order."""

    central: str
    texts: tuple[str, ...]


def packed(vector: Floats) -> bytes:
    """Return a sentence vector as one signed byte a number, scaled by its largest: 384 of them, and cosines to about 0.01."""
    largest = float(np.abs(vector).max()) or 1.0
    whole: npt.NDArray[np.int8] = np.rint(vector * (LARGEST / largest)).astype(np.int8)
    return whole.tobytes()


def grouped(vectors: Mapping[str, bytes], counts: Mapping[str, int], near: float = NEAR) -> list[Group]:
    """Return the groups of some texts, each text in exactly one; the order in which they come changes nothing.

    Args:
        vectors: By text, as `packed` makes them; at most `TEXTS_MAX`, all of one length.
        counts: By text, how often it was asked.
        near: The cosine to the central text from which a text belongs to it.

    Raises:
        ValueError: If there are more texts than that.
    """
    texts = sorted(vectors)
    if len(texts) > TEXTS_MAX:
        raise ValueError(f"{len(texts)} texts are too many to compare: at most {TEXTS_MAX}")
    if not texts:
        return []
    weights = np.array([counts[text] for text in texts], dtype=np.int64)
    neighbours, sums = _neighbours(np.stack([np.frombuffer(vectors[text], np.int8) for text in texts]), weights, near)
    return _taken(texts, neighbours, sums, weights)


def _neighbours(rows: npt.NDArray[np.int8], weights: Counts, near: float) -> tuple[Bits, Counts]:
    """Return, for each text, a bit for every other that is near it, and how often those were asked."""
    # Sums of 384 products of eight bits stay below 2 ** 24, where floats are whole numbers: exact in any order.
    exact = rows.astype(np.float32)
    norms = np.sqrt((exact.astype(np.float64) ** 2).sum(axis=1))
    bits = np.zeros((len(rows), (len(rows) + 7) // 8), dtype=np.uint8)
    sums = np.zeros(len(rows), dtype=np.int64)
    for start in range(0, len(rows), ROWS):
        some = slice(start, start + ROWS)
        is_near = (exact[some] @ exact.T) >= near * (norms[some, None] * norms[None, :])
        own = np.arange(start, min(start + ROWS, len(rows)))
        is_near[own - start, own] = True
        bits[some], sums[some] = np.packbits(is_near, axis=1), _asked(is_near, weights)
    return bits, sums


def _taken(texts: Sequence[str], neighbours: Bits, sums: Counts, weights: Counts) -> list[Group]:
    groups: list[Group] = []
    is_left = np.ones(len(texts), dtype=bool)
    while is_left.any():
        central = int(np.argmax(sums))  # the first of equals, in the order of the texts
        members: Counts = np.flatnonzero(_unpacked(neighbours[central], len(texts)) & is_left)
        if sums[central] > weights[central]:
            for start in range(0, len(members), ROWS):
                some = members[start : start + ROWS]
                sums -= _asked(_unpacked(neighbours[some], len(texts)).T, weights[some])
        is_left[members], sums[members] = False, TAKEN
        others = tuple(texts[member] for member in members.tolist() if member != central)
        groups.append(Group(texts[central], (texts[central], *others)))
    return groups


def _unpacked(bits: Bits, count: int) -> Bools:
    return np.unpackbits(bits, axis=-1, count=count).view(np.bool_)


def _asked(is_near: Bools, weights: Counts) -> Counts:
    # As floats, because whole numbers are multiplied ten times slower; exact below 2 ** 53.
    return np.rint(is_near.astype(np.float32) @ weights.astype(np.float64)).astype(np.int64)

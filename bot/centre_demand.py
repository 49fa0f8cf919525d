"""Demand for the centre's own eyes: who asks for what, and when, in exact numbers. The public register shows bands instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for under one heading.

    Attributes:
        of: A topic's id, a role in the words of those who gave it, or a month as 2026-11; "" where it was not said.
        gaps: How many gaps were flagged; duplicates count where they were merged into.
        voices: How many voices there are; of a month, how many came in it.
    """

    of: str
    gaps: int
    voices: int


@dataclass(frozen=True, slots=True)
class CentreDemand:
    """Demand, by three headings: topics and roles with the most voices first, months the newest first."""

    topics: Sequence[Asked]
    roles: Sequence[Asked]
    months: Sequence[Asked]


class DemandReading(Protocol):
    """Counts demand for the centre."""

    async def demand(self) -> CentreDemand:
        """Return what is asked for, open or closed; a gap on two topics counts in both.

        Raises:
            StoreError: If the store could not be read.
        """
        ...

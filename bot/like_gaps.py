"""Gaps that ask something like a question: shown before another is flagged, so that voices gather."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from bot.gap import Gap, GapState

LIKE: Final = 0.62  # the least cosine at which two questions count as alike; `benchmarks/like_gaps.py` has the figures
SHOWN_MAX: Final = 3
OF_USE: Final = frozenset(GapState) - {GapState.WILL_NOT_ANSWER, GapState.DUPLICATE}


class LikeGaps(Protocol):
    """Finds gaps by what they ask."""

    async def like(self, question: str, limit: int = SHOWN_MAX) -> Sequence[Gap]:
        """Return open and answered gaps that ask something like a question, most alike first; none that ask something else.

        Raises:
            StoreError: If the store could not be read.
        """
        ...


class NoLikeGaps:
    """Finds none; for tests."""

    async def like(self, question: str, limit: int = SHOWN_MAX) -> Sequence[Gap]:  # noqa: ARG002 - it looks at nothing
        """Return none."""
        return ()

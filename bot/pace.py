"""Keep to a platform's limits: at most so many in any such span of time, for each of many places."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

PLACES_MAX: Final = 10_000  # remembered at once; those that wait for nothing are forgotten first


class Pace:
    """At most `limit` in any `seconds`, for each key.

    Args:
        limit: How many.
        seconds: In how long.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._times: dict[str, deque[float]] = {}

    async def wait(self, key: str) -> None:
        """Return when one more may go, and count it."""
        loop = asyncio.get_running_loop()
        while (seconds := self._wait(key, loop.time())) > 0:  # noqa: ASYNC110 - what is waited for is time alone
            await asyncio.sleep(seconds)

    def _wait(self, key: str, now: float) -> float:
        """Return how long to wait still; 0 if one may go, and then it is counted."""
        times = self._times.setdefault(key, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return times[0] + self._seconds - now
        times.append(now)
        if len(self._times) > PLACES_MAX:
            self._times = {one: kept for one, kept in self._times.items() if kept and now - kept[-1] < self._seconds}
        return 0.0

"""Cards for the centre's triage channel: one for each gap, kept up to date; one each week; and a nudge for gaps that wait too long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.errors import WhatworksError
from bot.gap_clock import Promise
from bot.subscriptions import Address

LOOK_EVERY: Final = 60.0  # seconds between looks for what is to be written down
LOG: Final = structlog.get_logger("whatworks.triage")


class TriageCards(Protocol):
    """Keeps where the centre's triage cards go, and writes them into the outbox. Each method raises `StoreError` if it could not be done."""

    async def add(self, where: Address, who: str, now: datetime) -> bool:
        """Send cards to a conversation from now on, the first at once; return False, and change nothing, if they go there already.

        Args:
            where: The conversation.
            who: Whom to tell if cards cannot be posted there, as the surface names them.
            now: The instant.
        """
        ...

    async def remove(self, where: Address) -> bool:
        """Send no more cards to a conversation; return False if none go there."""
        ...

    async def write_due(self, now: datetime, promise: Promise) -> int:
        """Write down the next weekly card of each conversation, and in working hours a nudge for gaps that have become late.

        Any number of processes may do so at once: each card is written down once. Return how many were.
        """
        ...


class Rounds:
    """Writes triage cards down in time, until told to stop.

    Args:
        cards: Writes them.
        promise: For how long gaps may wait.
        now: Returns the instant, with a time zone.
    """

    def __init__(self, cards: TriageCards, promise: Promise, now: Callable[[], datetime]) -> None:
        self._cards, self._promise, self._now = cards, promise, now
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Look every minute, until told to stop."""
        while not self._stopping.is_set():
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._stopping.wait()

    async def look(self) -> None:
        """Write down what is due; if that cannot be done, the next look does it."""
        try:
            await self._cards.write_due(self._now(), self._promise)
        except WhatworksError as error:
            LOG.warning("triage cards not written", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the boundary of this loop: it has to go on, and values may reach no log
            LOG.error("triage cards failed", error=type(error).__name__)  # noqa: TRY400 - the same

    def stop(self) -> None:
        """Let `run` end by itself."""
        self._stopping.set()

    async def drain(self, seconds: float) -> None:
        """Return at once: nothing is under way between looks; `seconds` is for others of its kind."""

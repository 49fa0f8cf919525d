"""The durable inbox: what a platform sent is kept before it is acknowledged, worked on once, and forgotten when it is done.

A platform sends an event again when it hears nothing; its key tells that it is the same. A process that dies leaves its work
behind with a lease that runs out; another one, or the same after a restart, takes it up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

import structlog

from bot.errors import DeliveryError, WhatworksError

LEASE: Final = timedelta(seconds=60)  # longer than any answer takes
HOLD_AFTER: Final = LEASE / 4  # an event that waited for so long before its turn has its lease begun again
ATTEMPTS_MAX: Final = 5
AT_ONCE_MAX: Final = 10  # answers under way in one process
LOOK_EVERY: Final = 5.0  # seconds between looks for work that was left behind
BACK_OFF: Final = (1.0, 4.0, 15.0, 60.0)  # seconds before the second attempt, the third, ...

LOG: Final = structlog.get_logger("whatworks.inbox")

# Whether the event that is being worked on was begun before: what is counted is counted once.
IS_REPEATED: Final[ContextVar[bool]] = ContextVar("is_repeated", default=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One event to work on.

    Attributes:
        key: Tells an event from every other, and a repetition from a new one.
        surface: Where it came from: "slack" or "teams".
        payload: What was sent, personal data removed; erased when the work is done.
        attempts: How often it has been taken up, this time included.
    """

    key: str
    surface: str
    payload: Mapping[str, Any]
    attempts: int = 1


class Inbox(Protocol):
    """Keeps events until they are worked on. Each method raises `StoreError` if it could not be done."""

    async def put(self, item: Item, owner: str, at: datetime) -> bool:
        """Keep an event as taken up by its owner; return False if one with this key was there already."""
        ...

    async def claim(self, owner: str, at: datetime, limit: int) -> list[Item]:
        """Take up what nobody works on: put back and due, or left behind by an owner whose lease ran out."""
        ...

    async def hold(self, item: Item, owner: str, at: datetime) -> bool:
        """Begin the lease again; return False if somebody else has taken the event up meanwhile."""
        ...

    async def finish(self, key: str, at: datetime) -> None:
        """Erase what was sent; the key is kept, so that a repetition is known."""
        ...

    async def put_back(self, key: str, due: datetime) -> None:
        """Leave an event for another attempt at an instant."""
        ...


@dataclass(slots=True)
class InboxInMemory:
    """An inbox that forgets when the process ends; for tests."""

    kept: dict[str, tuple[Item | None, datetime]] = field(default_factory=dict)

    async def put(self, item: Item, owner: str, at: datetime) -> bool:  # noqa: ARG002 - there is one owner
        """Keep an event; return False if it was there already."""
        if item.key in self.kept:
            return False
        self.kept[item.key] = (item, at + LEASE)
        return True

    async def claim(self, owner: str, at: datetime, limit: int) -> list[Item]:  # noqa: ARG002 - the same
        """Take up what is due."""
        found = [
            Item(item.key, item.surface, item.payload, item.attempts + 1)
            for item, due in self.kept.values()
            if item is not None and due <= at
        ][:limit]
        self.kept.update({item.key: (item, at + LEASE) for item in found})
        return found

    async def hold(self, item: Item, owner: str, at: datetime) -> bool:  # noqa: ARG002 - the same
        """Begin the lease again."""
        kept, _ = self.kept[item.key]
        if kept is None or kept.attempts != item.attempts:
            return False
        self.kept[item.key] = (kept, at + LEASE)
        return True

    async def finish(self, key: str, at: datetime) -> None:
        """Erase what was sent."""
        self.kept[key] = (None, at)

    async def put_back(self, key: str, due: datetime) -> None:
        """Leave an event for later."""
        self.kept[key] = (self.kept[key][0], due)


Handle: TypeAlias = Callable[[Item], Awaitable[None]]


class Worker:
    """Works on events as they come in, and on those that were left behind.

    Args:
        inbox: Keeps them.
        handlers: By surface, what answers an event. A `DeliveryError` says whether to try again; any other error is a fault
            of ours, and not tried again.
        now: Returns the instant, with a time zone.
        owner: Names this process among the replicas.
    """

    def __init__(self, inbox: Inbox, handlers: Mapping[str, Handle], now: Callable[[], datetime], owner: str) -> None:
        self._inbox, self._handlers, self._now, self._owner = inbox, handlers, now, owner
        self._under_way: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE_MAX)
        self._is_stopping = False
        self._wake = asyncio.Event()  # something is due again before the next look

    async def take(self, item: Item) -> bool:
        """Keep an event and begin with it; return False if it is known already. Acknowledge when this returns.

        Raises:
            StoreError: If it could not be kept; do not acknowledge, so that it is sent again.
        """
        is_new = await self._inbox.put(item, self._owner, self._now())
        if is_new:
            self._begin(item)
        return is_new

    async def look(self) -> int:
        """Take up what was left behind or is due again; return how many there were."""
        items = await self._inbox.claim(self._owner, self._now(), AT_ONCE_MAX)
        for item in items:
            self._begin(item)
        return len(items)

    async def run(self) -> None:
        """Look for work that was left behind, until told to stop."""
        while not self._is_stopping:
            try:
                await self.look()
            except WhatworksError as error:
                LOG.warning("inbox not reachable", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the boundary of this loop: it has to go on, and values may reach no log
                LOG.error("inbox failed", error=type(error).__name__)  # noqa: TRY400 - the same
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            self._wake.clear()

    def stop(self) -> None:
        """Let `run` end by itself: cut off in the middle of a transaction it would leave the database waiting."""
        self._is_stopping = True
        self._wake.set()

    async def drain(self, seconds: float) -> None:
        """Return when everything under way is done, or after so many seconds; what is not done keeps its lease."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    def _begin(self, item: Item) -> None:
        task = asyncio.create_task(self._work(item, self._now()))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _work(self, item: Item, since: datetime) -> None:
        async with self._places:
            if not await self._is_ours(item, since):
                return
            IS_REPEATED.set(item.attempts > 1)  # in this task alone
            try:
                await self._handlers[item.surface](item)
            except DeliveryError as error:
                if error.retryable and item.attempts < ATTEMPTS_MAX:
                    wait = max(error.after, BACK_OFF[min(item.attempts, len(BACK_OFF)) - 1])
                    LOG.warning("will try again", surface=item.surface, attempts=item.attempts, error=str(error))
                    await self._leave(item, wait)
                    return
                LOG.error("given up", surface=item.surface, attempts=item.attempts, error=str(error))  # noqa: TRY400 - no traceback
            except Exception as error:  # noqa: BLE001 - the boundary of this work: neither message nor values may reach a log
                LOG.error("failed", surface=item.surface, error=type(error).__name__)  # noqa: TRY400 - the same
            await self._end(item)

    async def _is_ours(self, item: Item, since: datetime) -> bool:
        now = self._now()
        if now - since < HOLD_AFTER:
            return True
        # It waited for a place while much was under way: another may have taken it for left behind.
        try:
            return await self._inbox.hold(item, self._owner, now)
        except WhatworksError as error:
            LOG.warning("left to its lease", error=type(error).__name__)
            return False

    async def _leave(self, item: Item, seconds: float) -> None:
        try:
            await self._inbox.put_back(item.key, self._now() + timedelta(seconds=seconds))
        except WhatworksError as error:
            LOG.warning("left to its lease", error=type(error).__name__)
        else:
            asyncio.get_running_loop().call_later(seconds, self._wake.set)

    async def _end(self, item: Item) -> None:
        try:
            await self._inbox.finish(item.key, self._now())
        except WhatworksError as error:
            LOG.warning("done, but not noted", error=type(error).__name__)

"""Send what the outbox has: pace, patience, and what to do about what was not confirmed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.card import Card
from bot.errors import DeliveryError, UnconfirmedError, WhatworksError
from bot.outbox import LEASE, Courier, Decide, Delivery, DeliveryState, Outbox, Outcome, UnreachableError

LATE: Final = timedelta(hours=24)  # a tip that is later than this is skipped
ATTEMPTS_MAX: Final = 10
AT_ONCE_MAX: Final = 40  # under way in one process
PLAN_AT_ONCE: Final = 200
BACK_OFF: Final = (
    1.0,
    300.0,
)  # seconds before the second attempt, doubled each time up to the second figure, with jitter
NOTE_AGAIN: Final = (0.0, 0.5, 2.0, 8.0, 15.0, 30.0)  # seconds between tries to note what came of a delivery
REPLACED: Final = "The note stands in its place."
PAUSED: Final = "The weekly tip of a channel that you look after is paused."
NO_CARDS: Final = "The cards of evidence gaps cannot be posted where you wanted them."
REFRESH_AGAIN: Final = 30.0  # seconds before a card that could not be brought up to date is tried again
LOOK_EVERY: Final = 1.0  # seconds between looks for what is due

LOG: Final = structlog.get_logger("whatworks.outbox")


class Sender:
    """Plans and sends, until told to stop. Any number of processes may do so at once.

    Args:
        outbox: Keeps deliveries.
        couriers: By surface.
        card_for: Returns the card of a delivery, or None if it may not be sent any more.
        decide: Chooses a tip for a subscription.
        now: Returns the instant, with a time zone.
        owner: Names this process among the replicas.
        prepare: What has to be done once before anything is sent, such as writing corrections down.
    """

    def __init__(
        self, outbox: Outbox, couriers: Mapping[str, Courier], card_for: Callable[[Delivery], Awaitable[Card | None]], decide: Decide,
        now: Callable[[], datetime], owner: str, prepare: Callable[[], Awaitable[object]] | None = None,
    ) -> None:  # fmt: skip
        self._outbox, self._couriers, self._card_for, self._decide = outbox, couriers, card_for, decide
        self._now, self._owner, self._prepare = now, owner, prepare
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Send what is due, until told to stop."""
        while not self._is_stopping:
            found = 0
            try:
                found = await self.look()
            except WhatworksError as error:
                LOG.warning("outbox not reachable", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the boundary of this loop: it has to go on, and values may reach no log
                LOG.error("outbox failed", error=type(error).__name__)  # noqa: TRY400 - the same
            with suppress(TimeoutError):
                async with asyncio.timeout(0.01 if found else LOOK_EVERY):
                    await self._wake.wait()
            self._wake.clear()

    async def look(self) -> int:
        """Plan, begin with what is due, and settle what is unknown; return how much there was to do."""
        if self._prepare is not None:
            await self._prepare()
            self._prepare = None
        now = self._now()
        planned = await self._outbox.plan(now, PLAN_AT_ONCE, self._decide)
        free = AT_ONCE_MAX - len(self._under_way)
        claimed = await self._outbox.claim(self._owner, now, free) if free > 0 else []
        for delivery in claimed:
            self._begin(self._send(delivery))
        lost = await self._outbox.unsettled(self._owner, now, max(1, free - len(claimed)))
        for delivery in lost:
            self._begin(self._settle(delivery))
        withdrawn = await self._outbox.withdrawn(self._owner, now, max(1, free - len(claimed)))
        for delivery in withdrawn:
            self._begin(self._recall(delivery))
        outdated = await self._outbox.outdated(self._owner, now, max(1, free - len(claimed)))
        for delivery in outdated:
            self._begin(self._refresh(delivery))
        return planned + len(claimed) + len(lost) + len(withdrawn) + len(outdated)

    def stop(self) -> None:
        """Let `run` end by itself."""
        self._is_stopping = True
        self._wake.set()

    async def drain(self, seconds: float) -> None:
        """Return when everything under way is done, or after so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()  # a place is free

    async def _send(self, delivery: Delivery) -> None:
        outcome = await self._tried(delivery)
        if outcome is not None:
            await self._end(delivery, outcome)

    async def _tried(self, delivery: Delivery) -> Outcome | None:
        now = self._now()
        if delivery.kind.grows_stale and now - delivery.due > LATE:
            return Outcome(DeliveryState.SKIPPED, "It was more than 24 hours late.")
        try:
            card = await self._card_for(delivery)
            if card is None:
                return Outcome(DeliveryState.SKIPPED, "The tip's entry was changed, withdrawn or past its review.")
            if not await self._outbox.begin(delivery.key, self._owner, now):
                return None  # another has it
            receipt = await self._couriers[delivery.address.surface].send(delivery, card)
        except UnconfirmedError as error:
            return self._unconfirmed(delivery, str(error))
        except UnreachableError as error:
            return Outcome(DeliveryState.FAILED, str(error), is_permanent=True)
        except DeliveryError as error:
            return self._later(delivery, error)
        except WhatworksError as error:
            LOG.warning("left to its lease", error=type(error).__name__)
            return None
        except Exception as error:  # noqa: BLE001 - the boundary of this work: neither message nor values may reach a log
            LOG.error("failed", surface=delivery.address.surface, error=type(error).__name__)  # noqa: TRY400 - the same
            return self._unconfirmed(delivery, type(error).__name__)
        return Outcome(DeliveryState.SENT, receipt=receipt)

    def _later(self, delivery: Delivery, error: DeliveryError) -> Outcome:
        if not error.retryable or delivery.attempts >= ATTEMPTS_MAX:
            return Outcome(DeliveryState.FAILED, str(error))
        first, most = BACK_OFF
        wait = max(error.after, min(most, first * 2 ** (delivery.attempts - 1)) * random.uniform(0.75, 1.25))  # noqa: S311 - jitter
        return Outcome(DeliveryState.DUE, str(error), retry_at=self._now() + timedelta(seconds=wait))

    def _unconfirmed(self, delivery: Delivery, reason: str) -> Outcome:
        if not self._couriers[delivery.address.surface].can_find:
            return Outcome(
                DeliveryState.UNKNOWN, f"It may have arrived, and the platform does not let us look: {reason}"
            )
        # Not looked for at once: the platform may be at it still.
        return Outcome(DeliveryState.SENDING, reason, retry_at=self._now() + LEASE)

    async def _settle(self, delivery: Delivery) -> None:
        courier = self._couriers[delivery.address.surface]
        outcome = self._unconfirmed(delivery, "the process ended while it was being sent.")
        if courier.can_find:
            outcome = await self._looked_for(courier, delivery)
        await self._end(delivery, outcome)

    async def _recall(self, delivery: Delivery) -> None:
        try:
            await self._couriers[delivery.address.surface].recall(delivery)
        except DeliveryError as error:
            reason = f"The note is not in its place: {error}"
            again = self._later(delivery, error)
            await self._end(delivery, Outcome(DeliveryState.RECALLED, reason, delivery.receipt, again.retry_at))
        else:
            await self._end(delivery, Outcome(DeliveryState.RECALLED, REPLACED, delivery.receipt))

    async def _refresh(self, delivery: Delivery) -> None:
        again, reason = None, ""
        try:
            card = await self._card_for(delivery)
            if card is not None:
                await self._couriers[delivery.address.surface].replace(delivery, card)
        except DeliveryError as error:
            reason = f"It shows what was before: {error}"
            again = self._now() + timedelta(seconds=max(error.after, REFRESH_AGAIN)) if error.retryable else None
        except WhatworksError as error:
            LOG.warning("left to its lease", error=type(error).__name__)
            return
        await self._end(delivery, Outcome(DeliveryState.SENT, reason, delivery.receipt, again))

    async def _looked_for(self, courier: Courier, delivery: Delivery) -> Outcome:
        try:
            found = await courier.find(delivery)
        except DeliveryError as error:
            if error.retryable:
                return Outcome(DeliveryState.SENDING, str(error), retry_at=self._now() + timedelta(seconds=BACK_OFF[0]))
            return Outcome(DeliveryState.UNKNOWN, f"It may have arrived, and that cannot be found out: {error}")
        if found:
            return Outcome(DeliveryState.SENT, receipt=found)
        return Outcome(DeliveryState.DUE, "It had not arrived.", retry_at=self._now())

    async def _end(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.state is DeliveryState.FAILED:
            LOG.warning("not sent", surface=delivery.address.surface, reason=outcome.reason)
        for wait in NOTE_AGAIN:
            await asyncio.sleep(wait)
            try:
                is_noted = await self._outbox.end(delivery.key, self._owner, outcome, self._now())
            except WhatworksError as error:
                LOG.warning("not noted yet", error=type(error).__name__)
            else:
                if is_noted and outcome.is_permanent and delivery.manager:
                    await self._tell(delivery, outcome.reason)
                return

    async def _tell(self, delivery: Delivery, reason: str) -> None:
        try:
            what = PAUSED if delivery.subscription else NO_CARDS
            await self._couriers[delivery.address.surface].tell(delivery, f"{what} {reason}")
        except DeliveryError as error:
            LOG.warning("its manager was not told", surface=delivery.address.surface, error=str(error))

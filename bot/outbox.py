"""The outbox: what is to be sent is written down first, and what came of it after. At most once for each conversation and week.

    due -> claimed -> sending -> sent | failed | unknown        skipped; sent -> recalled

A process that dies leaves a lease that runs out. What it had claimed is claimed again, for nothing was sent; what it was sending is unknown:
where the platform lets us look, it is looked for and settled, elsewhere it is reported and not sent again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

import structlog

from bot.card import Card
from bot.errors import DeliveryError, UnconfirmedError, WhatworksError
from bot.subscriptions import Address, Subscription
from bot.tips import TipId

LEASE: Final = timedelta(seconds=60)  # longer than any call of a platform
LATE: Final = timedelta(hours=24)  # a tip that is later than this is skipped
ATTEMPTS_MAX: Final = 10
AT_ONCE_MAX: Final = 40  # under way in one process
PLAN_AT_ONCE: Final = 200
BACK_OFF: Final = (
    1.0,
    300.0,
)  # seconds before the second attempt, doubled each time up to the second figure, with jitter
NOTE_AGAIN: Final = (0.0, 0.5, 2.0, 8.0, 15.0, 30.0)  # seconds between tries to note what came of a delivery
PAUSED: Final = "The weekly tip of a channel that you look after is paused."
LOOK_EVERY: Final = 1.0  # seconds between looks for what is due

LOG: Final = structlog.get_logger("whatworks.outbox")


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    DUE = "due"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    RECALLED = "recalled"

    @property
    def is_final(self) -> bool:
        """Return whether nothing more becomes of it by itself."""
        return self not in {DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENDING}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one conversation.

    Attributes:
        key: Tells it from every other: the conversation and the week. It travels with the message.
        subscription: The number of the subscription that it is for.
        address: Where it goes.
        tip: What is sent.
        version: Of the tip's entry, when it was chosen.
        why: Why this tip, in words.
        due: When it was due, in UTC.
        attempts: How often it was claimed.
        manager: Whom to tell when something is wrong, as the surface names them.
        receipt: How the platform names the message, once it is sent.
        note: What stands in its place, once it is recalled.
    """

    key: str
    subscription: str
    address: Address
    tip: TipId
    version: str
    why: str
    due: datetime
    attempts: int = 0
    manager: str = ""
    receipt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt.

    Attributes:
        state: What the delivery is now.
        reason: Why, in words, if it was not sent.
        receipt: How the platform names the message.
        retry_at: When to try again, for one that is due still.
        is_permanent: Whether the conversation cannot be reached any more, so that its subscription pauses.
    """

    state: DeliveryState
    reason: str = ""
    receipt: str = ""
    retry_at: datetime | None = None
    is_permanent: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided for a subscription that is due: a tip and why, or nothing and why not."""

    tip: TipId | None
    version: str = ""
    why: str = ""


Decide = Callable[[Subscription, Sequence[TipId]], Plan]


class Outbox(Protocol):
    """Keeps deliveries. Each method raises `StoreError` if it could not be done, and is done whole or not at all."""

    async def plan(self, now: datetime, limit: int, decide: Decide) -> int:
        """Write down what is due by now, and when each subscription is due again; return how many subscriptions were looked at."""
        ...

    async def claim(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what is due, or what somebody claimed and did not begin to send before the lease ran out."""
        ...

    async def begin(self, key: str, owner: str, now: datetime) -> bool:
        """Note that a delivery is being sent from now on; return False if it is not its owner's any more."""
        ...

    async def end(self, key: str, owner: str, outcome: Outcome, now: datetime) -> bool:
        """Note what came of it; return False for what is not its owner's any more, which stays as it is."""
        ...

    async def unsettled(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what somebody was sending when the lease ran out; it is unknown now, and the owner's to settle."""
        ...

    async def withdrawn(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what is recalled and stands there still."""
        ...


class Courier(Protocol):
    """Brings messages to one platform."""

    can_find: bool  # whether it can look for a message that may have arrived

    async def send(self, delivery: Delivery, card: Card) -> str:
        """Send a card, with the delivery's key, and return the platform's name for the message.

        Raises:
            UnconfirmedError: If it may have arrived.
            UnreachableError: If the conversation cannot be reached any more; the message says what to do.
            DeliveryError: If it did not arrive.
        """
        ...

    async def find(self, delivery: Delivery) -> str | None:
        """Return the platform's name for the message if it arrived; None if it did not.

        Raises:
            DeliveryError: If that cannot be found out.
        """
        ...

    async def recall(self, delivery: Delivery) -> None:
        """Put the delivery's note in the place of its message; doing so twice changes nothing.

        Raises:
            DeliveryError: If it stands there still.
        """
        ...

    async def tell(self, delivery: Delivery, sentence: str) -> None:
        """Tell a delivery's manager something, in a direct message.

        Raises:
            DeliveryError: If they could not be told.
        """
        ...


class UnreachableError(DeliveryError):
    """A conversation cannot be reached any more; the message tells its manager what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class Sender:
    """Plans and sends, until told to stop. Any number of processes may do so at once.

    Args:
        outbox: Keeps deliveries.
        couriers: By surface.
        card_for: Returns the card of a delivery, or None if its tip may not be sent any more.
        decide: Chooses a tip for a subscription.
        now: Returns the instant, with a time zone.
        owner: Names this process among the replicas.
    """

    def __init__(
        self, outbox: Outbox, couriers: Mapping[str, Courier], card_for: Callable[[Delivery], Card | None], decide: Decide,
        now: Callable[[], datetime], owner: str,
    ) -> None:  # fmt: skip
        self._outbox, self._couriers, self._card_for, self._decide = outbox, couriers, card_for, decide
        self._now, self._owner = now, owner
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
        return planned + len(claimed) + len(lost) + len(withdrawn)

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
        if now - delivery.due > LATE:
            return Outcome(DeliveryState.SKIPPED, "It was more than 24 hours late.")
        card = self._card_for(delivery)
        if card is None:
            return Outcome(DeliveryState.SKIPPED, "The tip's entry was changed, withdrawn or past its review.")
        try:
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
            again = self._later(delivery, error)
            reason = f"{delivery.note} Not in its place: {error}"
            outcome = Outcome(DeliveryState.RECALLED, delivery.note, delivery.receipt, again.retry_at)
            if again.state is DeliveryState.FAILED:
                outcome = Outcome(DeliveryState.RECALLED, reason, delivery.receipt)
            await self._end(delivery, outcome)
        else:
            await self._end(delivery, Outcome(DeliveryState.RECALLED, delivery.note, delivery.receipt))

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
            await self._couriers[delivery.address.surface].tell(delivery, f"{PAUSED} {reason}")
        except DeliveryError as error:
            LOG.warning("its manager was not told", surface=delivery.address.surface, error=str(error))

"""The outbox: what is to be sent is written down first, and what came of it after. At most once for each conversation and week.

    due -> claimed -> sending -> sent | failed | unknown        skipped; sent -> recalled; sent, and brought up to date

A process that dies leaves a lease that runs out. What it had claimed is claimed again, for nothing was sent; what it was sending is unknown:
where the platform lets us look, it is looked for and settled, elsewhere it is reported and not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.card import Card
from bot.errors import DeliveryError
from bot.subscriptions import Address, Subscription
from bot.tips import TipId

CARD: Final = "card-"  # before the number of a gap in the batch of its cards
LEASE: Final = timedelta(seconds=60)  # longer than any call of a platform


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


class Kind(StrEnum):
    """What is sent."""

    TIP = "tip"
    NOTICE = "notice"  # of the centre, in its own words
    CORRECTION = "correction"  # of something that was sent before
    NEWS = "news"  # of an evidence gap, for whoever wants it answered
    GAP_CARD = "gap-card"  # one gap, for the centre's triage channel; brought up to date
    TRIAGE = "triage"  # what waits, for the same; with the numbers of gaps as its text, that these wait too long

    @property
    def grows_stale(self) -> bool:
        """Return whether it is of no use when it is late."""
        return self in {Kind.TIP, Kind.NOTICE, Kind.TRIAGE}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one conversation.

    Attributes:
        key: Tells it from every other: of a tip, the conversation and the week. It travels with the message.
        subscription: The number of the subscription that it is for.
        address: Where it goes.
        tip: The tip that is sent; None for what has words of its own.
        version: Of the entry, when it was chosen.
        why: Why this tip, in words.
        due: When it was due, in UTC.
        attempts: How often it was claimed.
        manager: Whom to tell when something is wrong, as the surface names them.
        receipt: How the platform names the message, once it is sent.
        note: What stands in its place, once it is recalled.
        kind: What it is.
        text: Its own words, of what is not a tip.
        entry: The entry that those are about; "" for none.
        batch: What it belongs to: a broadcast, a correction, or a gap.
    """

    key: str
    subscription: str
    address: Address
    tip: TipId | None
    version: str
    why: str
    due: datetime
    attempts: int = 0
    manager: str = ""
    receipt: str = ""
    note: str = ""
    kind: Kind = Kind.TIP
    text: str = ""
    entry: str = ""
    batch: str = ""


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

    async def outdated(self, owner: str, now: datetime, limit: int) -> list[Delivery]:
        """Take what was sent and shows what has changed since."""
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

    async def replace(self, delivery: Delivery, card: Card) -> None:
        """Put a card in the place of the message; doing so twice changes nothing.

        Raises:
            DeliveryError: If it is not there.
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

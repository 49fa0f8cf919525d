"""Who gets the weekly tip, and when: a conversation's subscription and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4

from bot.errors import InputError
from bot.schedule import Due, Schedule, Span
from bot.tips import TipId


class State(StrEnum):
    """Whether tips come."""

    ACTIVE = "active"
    PAUSED = "paused"  # until a day, or until whoever looks after it mends what is wrong
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tip goes: a surface, and what that surface needs to find the conversation."""

    surface: str
    conversation: str
    tenant: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def is_personal(self) -> bool:
        """Return whether only one person reads what is sent there."""
        kind = dict(self.details).get("kind", "")
        return kind in {"personal", "person"} or (self.surface == "slack" and self.conversation[:1] in {"D", "U", "W"})

    def to_dict(self) -> dict[str, Any]:
        """Return the address as plain values."""
        return {
            "surface": self.surface, "conversation": self.conversation, "tenant": self.tenant, "details": dict(self.details),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Address:
        """Return an address from plain values."""
        return cls(plain["surface"], plain["conversation"], plain["tenant"], tuple(sorted(plain["details"].items())))


@dataclass(frozen=True, slots=True)
class Subscription:
    """One conversation's weekly tip.

    Attributes:
        number: Its own.
        address: Where the tip goes.
        schedule: When.
        topics: Ids of topics; none for all.
        state: Whether tips come.
        paused_until: The first local day on which they come again, in a pause that ends by itself.
        why: Why it is paused, in words for whoever looks after it; "" if they paused it.
        without: Weeks to pass over, as "2026-W49".
        picked: The tip that was chosen by hand for the next time.
        manager: Whom to tell when something is wrong, as the surface names them.
        is_term_time: Whether no tip comes in school holidays.
    """

    number: str
    address: Address
    schedule: Schedule
    topics: tuple[str, ...] = ()
    state: State = State.ACTIVE
    paused_until: date | None = None
    why: str = ""
    without: tuple[str, ...] = ()
    picked: TipId | None = None
    manager: str = ""
    is_term_time: bool = False

    @classmethod
    def new(cls, address: Address, schedule: Schedule, topics: Sequence[str] = (), manager: str = "") -> Subscription:
        """Return a new subscription, with a number of its own."""
        return cls(uuid4().hex, address, schedule, tuple(topics), manager=manager)

    def next_due(self, after: datetime) -> Due | None:
        """Return when the next tip is due; None while none is to come."""
        if self.state is State.STOPPED or (self.state is State.PAUSED and self.paused_until is None):
            return None
        return self.schedule.after(after, self.paused_until, frozenset(self.without))

    def paused(self, until: date | None, why: str = "") -> Subscription:
        """Return it paused: until a day, or until it is resumed."""
        return replace(self, state=State.PAUSED, paused_until=until, why=why)

    def resumed(self) -> Subscription:
        """Return it with tips coming again."""
        return replace(self, state=State.ACTIVE, paused_until=None, why="")

    def stopped(self) -> Subscription:
        """Return it ended, and who looked after it forgotten."""
        return replace(self, state=State.STOPPED, paused_until=None, picked=None, manager="")

    def skipping(self, week: str) -> Subscription:
        """Return it without the tip of one week."""
        return replace(self, without=tuple(sorted({*self.without, week}))[-20:])

    def picking(self, tip: TipId | None) -> Subscription:
        """Return it with a tip chosen by hand for the next time, or with none."""
        return replace(self, picked=tip)

    def confirmed(self, now: datetime) -> str:
        """Return in words what comes next."""
        if self.state is State.STOPPED:
            return "No more tips come here."
        due = self.next_due(now)
        if due is None:
            return f"Paused until somebody resumes it.{f' {self.why}' if self.why else ''}"
        return f"Next tip: {self.schedule.in_words(due)}."


class Subscriptions(Protocol):
    """Keeps subscriptions, one for each conversation. Each method raises `StoreError` if it could not be done."""

    closed: tuple[Span, ...]  # school holidays, for those that want no tip then

    async def keep(self, subscription: Subscription, now: datetime, actor: str) -> None:
        """Keep a subscription in the place of the conversation's earlier one, and note who changed it."""
        ...

    async def find(self, surface: str, conversation: str) -> Subscription | None:
        """Return a conversation's subscription."""
        ...

    async def get(self, number: str) -> Subscription:
        """Return a subscription.

        Raises:
            InputError: If there is none with this number.
        """
        ...

    async def all(self) -> Sequence[Subscription]:
        """Return every subscription that is not stopped."""
        ...


@dataclass(slots=True)
class SubscriptionsInMemory:
    """Subscriptions that are forgotten when the process ends; for tests."""

    kept: dict[str, Subscription] = field(default_factory=dict)
    closed: tuple[Span, ...] = ()

    async def keep(self, subscription: Subscription, now: datetime, actor: str) -> None:  # noqa: ARG002 - nothing is due in memory
        """Keep a subscription."""
        earlier = await self.find(subscription.address.surface, subscription.address.conversation)
        if earlier:
            del self.kept[earlier.number]
        self.kept[subscription.number] = subscription

    async def find(self, surface: str, conversation: str) -> Subscription | None:
        """Return a conversation's subscription."""
        where = (surface, conversation)
        return next(
            (one for one in self.kept.values() if (one.address.surface, one.address.conversation) == where), None
        )

    async def get(self, number: str) -> Subscription:
        """Return a subscription."""
        if number not in self.kept:
            raise InputError("There is no subscription with this number")
        return self.kept[number]

    async def all(self) -> Sequence[Subscription]:
        """Return every subscription that is not stopped."""
        return [one for one in self.kept.values() if one.state is not State.STOPPED]

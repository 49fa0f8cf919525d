"""Evidence gaps together: who asked for them, what changed and when, who is told, and what can be done with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import Check, Gap, GapState, NewGap, Place
from bot.subscriptions import Address

PERSON: Final = re.compile(r"[0-9a-f]{16,40}")  # as `bot.conversations.key_of` makes it
FLAGGED: Final = "Flagged."
MARK_LETTERS: Final = 6
KEY_OF_PERSON: Final = 16  # characters of it that stand in the key of what they are told


class Wants(StrEnum):
    """What a person wants to hear of a gap."""

    EACH = "each"
    DIGEST = "digest"
    NONE = "none"


class Order(StrEnum):
    """Which gaps come first in a list."""

    OLDEST = "oldest"
    NEWEST = "newest"
    MOST_WANTED = "most-wanted"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a gap's history.

    Attributes:
        gap: Its number.
        place: In the gap's history, from 1.
        actor: Who changed it: opaque, as `Voice.person`.
        from_state: None for the first line. The same as `to_state` where hands, or other gaps' voices, changed.
        why: The reason.
        check: What the gap had after it, as the outcome and the entry: a reopening erases them in the gap, not here.
    """

    gap: int
    place: int
    at: datetime
    actor: str
    from_state: GapState | None
    to_state: GapState
    why: str
    check: Check | None = None
    outcome: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """One person's wish for an answer.

    Attributes:
        person: An opaque key, as `bot.conversations.key_of` makes it.
        address: Where to tell them; None if they are not to be told, or were forgotten.
        is_flagger: Whether they flagged the gap, or one that was merged into it.
        wants: What they want to hear.
        at: Since when; None for one that is not kept yet.
    """

    person: str
    address: Address | None = None
    is_flagger: bool = False
    wants: Wants = Wants.EACH
    at: datetime | None = field(default=None, compare=False)

    @property
    def mark(self) -> str:
        """Return a few letters that tell it from the others of its gap: it stays the same when others come and go, and says nothing of the person."""
        return key_of("voice", self.person)[:MARK_LETTERS]

    def __post_init__(self) -> None:
        if not PERSON.fullmatch(self.person):
            raise InputError("A person is known here by a key of 16 to 40 hexadecimal digits")


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell one voice.

    Attributes:
        key: Tells it from every other.
        wants: Whether it goes out by itself or in a digest.
        entry: The id of the entry that answers the gap; "" for none.
    """

    key: str
    address: Address
    wants: Wants
    gap: int
    sentence: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which gaps to list.

    Attributes:
        states: Any of these; none for all.
        topic: With this topic; "" for all.
        assigned: In these hands; "" for in nobody's, None for all.
        about: Flagged on this entry; "" for all.
        late: In one of these states since before the instant beside it, as `bot.gap_clock.Promise.late` returns them; none for all.
    """

    states: frozenset[GapState] = frozenset()
    topic: str = ""
    assigned: str | None = None
    about: str = ""
    late: tuple[tuple[GapState, datetime], ...] = ()


class GapReading(Protocol):
    """What there is to read. Each method raises `StoreError` if it could not be done; and `InputError` if there is no such gap."""

    async def get(self, number: int) -> Gap:
        """Return a gap."""
        ...

    async def listed(self, filters: Filters, order: Order, limit: int, after: Place | None = None) -> Sequence[Gap]:
        """Return gaps in an order; those after a place of the same list."""
        ...

    async def history(self, number: int) -> Sequence[Change]:
        """Return a gap's changes, oldest first."""
        ...

    async def voices(self, number: int) -> Sequence[Voice]:
        """Return who wants a gap answered, who flagged it first."""
        ...


class GapVoices(Protocol):
    """What a person does with a gap; for one that was merged, with the one that it was merged into.

    Each method raises `StoreError` if it could not be done, and `InputError` if there is no such gap or the person has no voice on it.
    """

    async def add_voice(self, number: int, voice: Voice, now: datetime) -> bool:
        """Count a person in; return False, and change nothing, if they have a voice already."""
        ...

    async def reopen(self, number: int, person: str, why: str, now: datetime) -> Gap:
        """Open a closed gap again, for a person with a voice."""
        ...

    async def follow(self, number: int, person: str, wants: Wants) -> None:
        """Note what a person wants to hear."""
        ...

    async def forget(self, number: int, person: str) -> None:
        """Erase where a person is told; the voice still counts."""
        ...


class GapTriage(Protocol):
    """What the centre does with a gap. Each method raises `StoreError` if it could not be done, and `InputError` if it may not be."""

    async def move(
        self, number: int, to: GapState, actor: str, why: str, now: datetime, *, check: Check | None = None,
        outcome: str = "", entry: str = "",
    ) -> Gap:  # fmt: skip
        """Move a gap to another state, and tell its voices."""
        ...

    async def merge(self, duplicate: int, into: int, actor: str, why: str, now: datetime) -> Gap:
        """Close a gap as the duplicate of another, which gets its voices, and tell them; return the other."""
        ...

    async def split(self, number: int, persons: Sequence[str], new: NewGap, actor: str, why: str, now: datetime) -> Gap:
        """Give some of a gap's voices a new gap, and tell them; at least one voice stays."""
        ...

    async def assign(self, number: int, to: str, actor: str, now: datetime) -> Gap:
        """Put a gap into somebody's hands, or with "" into nobody's."""
        ...


class Gaps(GapReading, GapVoices, GapTriage, Protocol):
    """Keeps gaps. Each change is kept whole, with its line of history and its news, or not at all."""

    async def flag(self, new: NewGap, voice: Voice, now: datetime, why: str = FLAGGED) -> Gap:
        """Keep a new gap, with the voice of whoever flags it; `why` is the first line of its history."""
        ...


def key_of_news(gap: int, place: int, person: str) -> str:
    """Return the key of what one person is told of one change."""
    return f"g{gap}-{place}-{person[:KEY_OF_PERSON]}"

"""What is kept of one person, to show it to them and to erase it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.roles import Person


@dataclass(frozen=True, slots=True)
class KeptVoice:
    """A voice on a gap."""

    gap: int
    since: datetime
    is_flagger: bool
    is_told: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one person.

    Attributes:
        voices: On which gaps.
        roles: Which they have.
        follows: The entries of whose changes they are told.
        looks_after: The numbers of subscriptions for weekly tips whose troubles they are told.
        triage_places: In how many conversations they had the centre's cards posted.
        sessions: How many browsers they are signed in to the desk with.
        messages: How many messages to them alone the outbox has, sent or waiting.
        taps: How many tips they found helpful or not.
        acts: How many changes of gaps they made.
    """

    voices: tuple[KeptVoice, ...] = ()
    roles: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    looks_after: tuple[str, ...] = ()
    triage_places: int = 0
    sessions: int = 0
    messages: int = 0
    taps: int = 0
    acts: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        plain = asdict(self)
        plain["voices"] = [asdict(voice) | {"since": voice.since.isoformat()} for voice in self.voices]
        return plain

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how much there is of each."""
        return {name: value if isinstance(value, int) else len(value) for name, value in asdict(self).items()}


class People(Protocol):
    """Finds and erases what is kept of a person. Each method raises `StoreError` if it could not be done."""

    async def kept(self, person: Person) -> Kept:
        """Return what is kept of somebody."""
        ...

    async def erase(self, person: Person, actor: str, now: datetime) -> Kept:
        """Erase it, whole or not at all, and return what there was.

        Voices still count, as nobody's; what they changed stays, as nobody's. The audit notes that somebody was erased, and not who.
        """
        ...

"""When what an entry says changes in its meaning, those who were told the old one hear of it, once and briefly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot import wording
from bot.subscriptions import Address
from knowledge.entry import EvidenceEntry

WITHIN: Final = timedelta(days=365)  # who was told something longer ago is not told


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an entry says at its shortest: effect and strength in words, and the line in brief."""

    effect: str
    strength: str
    in_brief: str

    @classmethod
    def of(cls, entry: EvidenceEntry) -> Meaning:
        """Return an entry's meaning."""
        return cls(wording.effect_words(entry), wording.STRENGTH_WORDS[entry.rating.strength], entry.texts.in_brief)

    def to_dict(self) -> dict[str, str]:
        """Return it as plain values."""
        return asdict(self)


def correction(label: str, old: Meaning, new: Meaning) -> str:
    """Return the words of a correction: what was said, and what is said now."""
    changes = []
    if old.effect != new.effect:
        changes.append(f"Effect: it was given as “{old.effect}”, and is now “{new.effect}”.")
    if old.strength != new.strength:
        changes.append(f"Strength of evidence: it was given as “{old.strength}”, and is now “{new.strength}”.")
    if old.in_brief != new.in_brief:
        changes.append(f"In brief, the entry now says: {new.in_brief}")
    return f"Something that was sent here before, on {label}, has changed. {' '.join(changes)}"


@dataclass(frozen=True, slots=True)
class Current:
    """An entry as this process has it."""

    entry: str
    version: str
    label: str
    meaning: Meaning


def current(entries: Sequence[EvidenceEntry]) -> list[Current]:
    """Return what some entries say."""
    return [Current(entry.id, entry.version, entry.label, Meaning.of(entry)) for entry in entries]


class Corrections(Protocol):
    """Finds out whom to tell. Each method raises `StoreError` if it could not be done."""

    async def note(self, entries: Sequence[Current], now: datetime, *, only: str = "") -> int:
        """Remember what entries say, write corrections down for whoever was told something else, and return how many.

        A process of an older version, beside a newer one, corrects nothing: what was seen first is not news. Of the one entry that is
        named, everybody who was told something else hears, whichever was seen first: so that a change can be taken back.
        """
        ...

    async def follow(self, address: Address, entry: str, version: str, now: datetime) -> None:
        """Have somebody told when an answer that they had changes in its meaning."""
        ...

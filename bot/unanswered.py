"""Questions that nothing answered: what is kept of one, for how long, and who keeps it. Never who asked, nor the time of day."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Protocol
from uuid import uuid4

from bot.clustering import packed
from bot.reply import NoEntryReply
from bot.turn import Bot, Turn
from intents.encoder import MODEL
from intents.text import words

WORDS_MIN: Final = 3
TEXT_MAX: Final = 300  # characters
A_DAY_MAX: Final = 1_000  # kept of one surface and day: whoever floods it fills no more
LISTED_MAX: Final = 20_000


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question that nothing answered.

    Attributes:
        text: Personal data removed; at most `TEXT_MAX` characters.
        day: When it was asked. The hour could tell who did.
        surface: Where it was asked.
        vector: What it means, as `bot.clustering.packed` makes it.
        model: What made the vector.
        key: Opaque, and at random: the order in which questions came is not kept either. "" until it is kept.
        gap: The number of the gap that it was flagged in; None for none.
    """

    text: str
    day: date
    surface: str
    vector: bytes
    model: str = MODEL
    key: str = ""
    gap: int | None = None


class UnansweredQuestions(Protocol):
    """Keeps questions that nothing answered. Each method raises `StoreError` if it could not be done."""

    async def keep(self, question: Unanswered, oldest: date) -> None:
        """Keep a question, unless its surface had `A_DAY_MAX` that day, and erase those of days before the oldest to keep."""
        ...

    async def listed(self, oldest: date) -> Sequence[Unanswered]:
        """Erase those of days before the oldest to keep, and return the rest: newest day first, at most `LISTED_MAX`."""
        ...

    async def flagged(self, keys: Sequence[str], gap: int) -> None:
        """Note the gap in which questions were flagged; those that were flagged in another stay with that."""
        ...

    async def erase(self, oldest: date) -> None:
        """Erase those of days before the oldest to keep."""
        ...


@dataclass(slots=True)
class UnansweredInMemory:
    """Questions that are forgotten when the process ends; for tests."""

    kept: dict[str, Unanswered] = field(default_factory=dict)

    async def keep(self, question: Unanswered, oldest: date) -> None:
        """Keep a question."""
        await self.erase(oldest)
        same = [one for one in self.kept.values() if (one.day, one.surface) == (question.day, question.surface)]
        if question.day >= oldest and len(same) < A_DAY_MAX:
            key = uuid4().hex
            self.kept[key] = replace(question, key=key)

    async def listed(self, oldest: date) -> Sequence[Unanswered]:
        """Return what is kept."""
        await self.erase(oldest)
        return sorted(self.kept.values(), key=lambda one: (-one.day.toordinal(), one.key))[:LISTED_MAX]

    async def flagged(self, keys: Sequence[str], gap: int) -> None:
        """Note the gap in which questions were flagged."""
        for key in keys:
            if key in self.kept and self.kept[key].gap is None:
                self.kept[key] = replace(self.kept[key], gap=gap)

    async def erase(self, oldest: date) -> None:
        """Erase what is too old."""
        self.kept = {key: one for key, one in self.kept.items() if one.day >= oldest}


def oldest_day(today: date, days: int) -> date:
    """Return the oldest day that is kept; with no days that is tomorrow, so that nothing is."""
    return today - timedelta(days=days - 1)


def question_of(turn: Turn) -> str:
    """Return the question that a turn left without an answer, and "" if it was answered, urgent, or a wish to flag a gap."""
    reply = turn.reply
    if turn.recognition.is_urgent or not isinstance(reply, NoEntryReply) or reply.wants_to_flag:
        return ""
    return reply.question


def to_keep(bot: Bot, question: str, day: date, surface: str) -> Unanswered | None:
    """Return what is kept of a question; None if it is urgent or too short.

    It is cleaned again: the question behind "none of these" comes back from a page or a card, where somebody may have changed it.
    """
    said = bot.recogniser.recognise(question, bot.shown)
    text = textwrap.shorten(said.text, TEXT_MAX, placeholder="…")
    if said.is_urgent or len(words(text)) < WORDS_MIN:
        return None
    return Unanswered(text, day, surface, packed(bot.recogniser.vector(text)))

"""Which tip a conversation gets next: on its topics, none again before the pool is used up, and a choice that can be explained."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot import wording
from bot.card import Button, Card, Labelled, Lead, Note
from bot.layout import rating_of, sources_of
from bot.reply import Ending
from bot.turn import Conversation
from knowledge.entry import EvidenceEntry
from knowledge.text import marks


class TipId(NamedTuple):
    """A tip: the entry that it stands in, and its place there, from 1."""

    entry_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.entry_id}#{self.number}"

    @classmethod
    def read(cls, written: str) -> TipId:
        """Return a tip's id from its written form; `ValueError` for anything else."""
        entry_id, _, number = written.partition("#")
        return cls(entry_id, int(number))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A tip that was chosen, and why in words."""

    tip: TipId
    why: str


def pool(entries: Mapping[str, EvidenceEntry], topics: Iterable[str], today: date) -> list[TipId]:
    """Return the tips that may be sent: of entries that are shown and not past their review, on any of some topics.

    Args:
        entries: Those that practitioners may see, by id.
        topics: Ids of topics; none for all.
        today: The day to judge review dates by.
    """
    wanted = frozenset(topics)
    return [
        TipId(entry.id, number)
        for entry in entries.values()
        if not entry.is_overdue(today) and (not wanted or wanted & set(entry.topics))
        for number in range(1, len(entry.tip) + 1)
    ]


def choose(candidates: Sequence[TipId], sent: Sequence[TipId], seed: str) -> Chosen | None:
    """Return the next tip for a conversation; None if there is none to choose from.

    Those that it had least often come first; of these, those whose entry it saw longest ago; of these, a draw that the seed decides, so that
    channels of one organisation do not all get the same.

    Args:
        candidates: The pool.
        sent: What the conversation had, oldest first.
        seed: Of the conversation; the same gives the same choice.
    """
    if not candidates:
        return None
    had = Counter(sent)
    last_seen = {tip.entry_id: position for position, tip in enumerate(sent)}
    fewest = min(had[tip] for tip in candidates)
    fresh = [tip for tip in candidates if had[tip] == fewest]
    longest_ago = min(last_seen.get(tip.entry_id, -1) for tip in fresh)
    drawn = min(
        (tip for tip in fresh if last_seen.get(tip.entry_id, -1) == longest_ago),
        key=lambda tip: _draw(seed, fewest, tip),
    )
    times = "has not had yet" if fewest == 0 else f"has had {fewest} {'time' if fewest == 1 else 'times'}"
    return Chosen(
        drawn, f"Drawn from {len(fresh)} of {len(candidates)} tips on this channel's topics: those that it {times}."
    )


def _draw(seed: str, round_: int, tip: TipId) -> str:
    return hashlib.sha256(f"{seed}\0{round_}\0{tip}".encode()).hexdigest()


def conversation_of_tip(card: Card) -> Conversation:
    """Return what the button of a tip's card means: its entry, as the one option."""
    return Conversation(None, (card.entry_id,) if card.entry_id else ())


def card_of_tip(entry: EvidenceEntry, number: int, why: str = "") -> Card:
    """Return the card of a tip: what to try and why, with effect and strength, and why it was chosen; the whole entry is a tap away."""
    text = entry.tip[number - 1]
    unsigned = "" if entry.sign_off.is_complete else f"{wording.UNSIGNED} "
    small = f"{unsigned}{wording.NOT_ADVICE}{f' Why this tip? {why}' if why else ''}"
    law = (Labelled("Law", wording.CHECK_IN_FORCE),) if entry.check_in_force else ()
    source = sources_of(entry, tuple(dict.fromkeys(marks(text))), "Source")
    blocks = (Lead(text), Labelled("Tested on", entry.texts.tested_on), rating_of(entry), *law, source, Note(small))
    buttons = (Button("The evidence behind it", "1"),)
    heading = f"{wording.TIP_HEADING}: {entry.label}"
    return Card(Ending.EVIDENCE, heading, blocks, buttons, f"{wording.TIP_HEADING}: {text}", entry.id, entry.version)

"""What somebody is told of what is kept about them, in a chat that nobody else sees; and how they have it erased."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot import wording
from bot.card import Block, Bullets, Button, Card, Paragraph
from bot.people import Kept, People
from bot.reply import Ending
from bot.roles import Person

SHOW, ERASE, CONFIRMED = "about me", "erase what is kept about me", "yes, erase what is kept about me"
HEADING: Final = "What is kept about you"
NOTHING: Final = "Nothing else is kept about you now."
ALONE: Final = "To see what is kept about you, and to have it erased, write “about me” to me alone."
SURE: Final = "Your voices on gaps still count, as nobody's. You hear no more of them, and roles and sessions at the desk are gone. This cannot be undone."
DONE: Final = "What was kept about you is erased."
_WORDS: Final = re.compile(r"(about me|(?:yes, )?erase what is kept about me)[.!?]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AboutMe:
    """Answers whoever asks what is kept about them.

    Attributes:
        people: Finds and erases it.
        now: Returns the instant, with a time zone.
    """

    people: People
    now: Callable[[], datetime]

    async def said(self, text: str, person: Person, *, is_alone: bool) -> Card | None:
        """Return what answers a message; None for one that is about something else.

        Args:
            text: As it was written.
            person: By whom.
            is_alone: Whether nobody else sees the answer.

        Raises:
            StoreError: If the store cannot be used.
        """
        found = _WORDS.fullmatch(text.strip())
        if found is None or not person.person:
            return None
        if not is_alone:
            return _card(Paragraph(wording.STORED), Paragraph(ALONE))
        words = found[1].casefold()
        if words == CONFIRMED:
            # Nobody's name: the audit is to know that somebody was erased, and not who.
            await self.people.erase(person, "whoever was erased", self.now())
            return _card(Paragraph(DONE))
        kept = await self.people.kept(person)
        if kept == Kept():
            return _card(Paragraph(wording.STORED), Paragraph(NOTHING))
        listed = Bullets("About you now", tuple(_lines(kept)))
        if words == ERASE:
            return _card(listed, Paragraph(SURE), buttons=(Button("Yes, erase it", CONFIRMED),))
        return _card(Paragraph(wording.STORED), listed, buttons=(Button("Erase it", ERASE),))


def _lines(kept: Kept) -> Iterator[str]:
    for voice in kept.voices:
        what = "you flagged it" if voice.is_flagger else "you added your voice"
        told = "you are told of it" if voice.is_told else "you are not told of it"
        yield f"Evidence gap {voice.gap}: {what} on {wording.day(voice.since.date())}; {told}."
    if kept.roles:
        yield f"Roles: {', '.join(kept.roles)}."
    if kept.follows:
        yield f"You are told when these entries change: {', '.join(kept.follows)}."
    for count, one, many in (
        (len(kept.looks_after), "a channel's weekly tip that you set up", "channels' weekly tips that you set up"),
        (
            kept.triage_places,
            "conversation in which you had the centre's cards posted",
            "conversations in which you had the centre's cards posted",
        ),
        (kept.sessions, "browser that is signed in to the desk", "browsers that are signed in to the desk"),
        (kept.messages, "message to you alone", "messages to you alone"),
        (kept.taps, "tip that you judged", "tips that you judged"),
        (kept.acts, "change of a gap that you made", "changes of gaps that you made"),
    ):
        if count:
            yield f"{count} {one if count == 1 else many}."


def _card(*blocks: Block, buttons: tuple[Button, ...] = ()) -> Card:
    return Card(Ending.OUT_OF_REMIT, HEADING, blocks, buttons, HEADING)

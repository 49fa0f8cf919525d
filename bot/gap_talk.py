"""What people say in chat about gaps that are there: add a voice, hear less, open one again; and gaps shown beside "nothing on that"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from bot import gap_wording
from bot.card import Block, Bullets, Button, Card, Lead, Paragraph, Write
from bot.conversations import key_of
from bot.errors import InputError, StoreError
from bot.gap import Gap
from bot.gap_desk import GapDesk
from bot.gaps import Voice, Wants
from bot.layout import lay_out
from bot.reply import Ending, NoEntryReply, Reply, answered
from bot.subscriptions import Address
from bot.triage_talk import TriageTalk

# "gap 12", and what is to be done with it; the buttons of our cards say the same.
_SAID: Final = re.compile(
    r"gap\s+#?(?P<number>\d{1,12})(?:\s+(?P<what>me too|stop|each|digest|forget|reopen)\b[\s:,.]*(?P<why>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_IS_OURS: Final = re.compile(rf"gap\s+(#?\d|from\s)|{gap_wording.TRIAGE}(\s+(here|stop))?$", re.IGNORECASE)
NEWS_KEY: Final = re.compile(r"g(\d+)-")  # as `bot.gaps.key_of_news` begins
_WANTS: Final = {"stop": Wants.NONE, "each": Wants.EACH, "digest": Wants.DIGEST}


def is_of_gaps(text: str) -> bool:
    """Return whether a text, or the words of a button, begin as what is said about gaps does."""
    return bool(_IS_OURS.match(text.strip()))


@dataclass(frozen=True, slots=True)
class GapTalk:
    """Answers what is said about gaps.

    Attributes:
        desk: Keeps and finds them.
        triage: Answers the centre's triagers.
    """

    desk: GapDesk
    triage: TriageTalk

    async def said(self, text: str, person: Address, who: str, where: Address | None = None) -> Card | None:
        """Return what answers a message; None for one that is about something else.

        Args:
            text: As it was written, personal data removed.
            person: Where whoever wrote it is told of gaps.
            who: The person, as the surface names them.
            where: The conversation in which it was written; None where nothing can be sent to it later.

        Raises:
            StoreError: If the store cannot be used.
        """
        if not is_of_gaps(text) or self.desk.is_urgent(text):
            return None
        if done := await self.triage.said(text, person.surface, who, where):
            return done
        found = _SAID.fullmatch(text.strip())
        if found is None:
            return None
        number, what = int(found["number"]), (found["what"] or "").casefold()
        key = key_of(person.surface, who)
        try:
            if what == "me too":
                return await self._join(number, Voice(key, person))
            if what in _WANTS:
                await self.desk.gaps.follow(number, key, _WANTS[what])
                return _told(gap_wording.GAP_WANTS[_WANTS[what].value].format(number=number))
            if what == "forget":
                await self.desk.gaps.forget(number, key)
                return _told(gap_wording.GAP_FORGOTTEN.format(number=number))
            if what == "reopen":
                return await self._reopen(number, key, found["why"])
            return self._shown(await self._meant(number))
        except InputError as error:
            return _told(str(error))

    async def beside(self, card: Card, reply: Reply) -> Card:
        """Return the card of a reply; below "nothing on that", with gaps that ask something like it."""
        if not isinstance(reply, NoEntryReply):
            return card
        try:
            like = await self.like(reply.question)
        except StoreError:
            return card  # an answer without it is better than none
        return replace(card, blocks=card.blocks + like.blocks, buttons=card.buttons + like.buttons) if like else card

    async def like(self, question: str) -> Card | None:
        """Return gaps that ask something like a question, an answered one with its answer; None if there are none.

        Raises:
            StoreError: If the store cannot be used.
        """
        found = await self.desk.like.like(question) if question.strip() else ()
        done = next((gap for gap in found if gap.entry in self.desk.bot.shown), None)
        others = [gap for gap in found if gap != done]
        blocks: list[Block] = []
        if done:
            blocks += [Lead(gap_wording.LIKE_ANSWERED), *self._shown(done).blocks]
        if others:
            blocks.append(Bullets(gap_wording.LIKE_GAPS, tuple(gap.stands() for gap in others)))
        buttons = [
            Button(f"Add my voice to gap {gap.number}", f"gap {gap.number} me too") for gap in others if gap.is_open
        ]
        return Card(Ending.NO_ENTRY, "", tuple(blocks), tuple(buttons), gap_wording.LIKE_GAPS) if blocks else None

    async def _meant(self, number: int) -> Gap:
        gap = await self.desk.gaps.get(number)
        while gap.duplicate_of is not None:
            gap = await self.desk.gaps.get(gap.duplicate_of)
        return gap

    async def _join(self, number: int, voice: Voice) -> Card:
        gap = await self._meant(number)
        if not gap.is_open:
            return self._shown(gap)  # what came of it is of more use than a voice
        is_new = await self.desk.gaps.add_voice(gap.number, voice, self.desk.now())
        sentence = gap_wording.VOICE_COUNTS if is_new else gap_wording.VOICE_COUNTED
        return _told(sentence.format(number=gap.number), *_less(gap.number))

    async def _reopen(self, number: int, key: str, why: str) -> Card:
        if not why.strip():
            asked = _told(
                gap_wording.REOPEN_WHY.format(number=number), Button(gap_wording.SEND, f"gap {number} reopen")
            )
            return replace(asked, blocks=(*asked.blocks, Write(gap_wording.WHY)))
        clean = self.desk.clean(why)
        return _told((await self.desk.gaps.reopen(number, key, clean, self.desk.now())).told())

    def _shown(self, gap: Gap) -> Card:
        entry = self.desk.bot.shown.get(gap.entry)
        blocks: list[Block] = [Paragraph(gap.stands())]
        if entry is not None:
            # The whole answer: no effect without strength, population and source.
            blocks += lay_out(answered(entry, is_overdue=entry.is_overdue(self.desk.now().date()))).blocks
        if not gap.is_open:
            blocks.append(Paragraph(gap_wording.GAP_CLOSED.format(number=gap.number)))
            buttons: tuple[Button, ...] = ()
        else:
            buttons = (Button("Add my voice", f"gap {gap.number} me too"), *_less(gap.number))
        return Card(Ending.NO_ENTRY, "", tuple(blocks), buttons, gap.stands())


def _less(number: int) -> tuple[Button, ...]:
    return (
        Button("Tell me on Mondays only", f"gap {number} digest"),
        Button("Do not tell me", f"gap {number} stop"),
    )


def buttons_of_news(key: str, *, is_answered: bool) -> tuple[Button, ...]:
    """Return what can be done with a gap that somebody is told of, by the key of the news; nothing in a digest of several."""
    if not (found := NEWS_KEY.match(key)):
        return ()
    number = int(found[1])
    if is_answered:
        return (Button("This does not answer it", f"gap {number} reopen"),)
    return (Button("Where it stands", f"gap {number}"), *_less(number))


def _told(sentence: str, *buttons: Button) -> Card:
    return Card(Ending.NO_ENTRY, "", (Paragraph(sentence),), buttons, sentence)

"""What the centre's triagers say in chat: look at what waits, and move a gap on. The buttons of the cards say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import gap_wording, wording
from bot.card import Block, Bullets, Button, Card, Labelled, Lead, Note, Paragraph, Write
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import MOVES, OPEN, WORDS_MAX, Check, Gap, GapState
from bot.gap_desk import GapDesk
from bot.gaps import Filters, Order
from bot.outbox import CARD, Delivery, Kind
from bot.reply import Ending
from bot.roles import Person, Role, Roles
from bot.subscriptions import Address
from bot.triage_cards import TriageCards
from bot.unanswered_desk import UnansweredDesk
from knowledge.entry import EvidenceEntry

WAITING: Final = 5  # gaps in each list of the queue
VOICES: Final = 40  # named in one card
NEAREST: Final = 3  # entries offered as the answer
NUDGED: Final = 10  # gaps named in a nudge
IN_VAIN_LEAST: Final = 2  # times that a question was asked before it is worth a look
NEW: Final = frozenset({GapState.SUBMITTED})
_S = GapState
# "gap 12 checked unknown: looked in three registers"; what follows the colon is the reason or, where a gap is closed, the outcome.
_SAID: Final = re.compile(
    r"gap\s+#?(?P<number>\d{1,12})\s+"
    r"(?:(?P<what>take|drop|history|voices|clarified|prioritised|in-progress|will-not-answer)"
    r"|checked\s+(?P<check>known|partly-known|unknown)|answered\s+(?P<entry>[a-z0-9-]+)|merge\s+(?:into\s+)?#?(?P<into>\d{1,12})"
    r"|split\s+(?P<marks>[0-9a-f]{6}(?:[\s,]+[0-9a-f]{6}){0,99})|(?P<to_split>split))"
    r"\s*(?::\s*(?P<why>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_LOOKED_AT: Final = re.compile(r"gap\s+#?(\d{1,12})", re.IGNORECASE)
_FLAGGED: Final = re.compile(r"gap\s+from\s+([0-9a-f]{10})", re.IGNORECASE)  # the key of what was asked in vain
_PLACES: Final = re.compile(rf"{gap_wording.TRIAGE}\s+(here|stop)", re.IGNORECASE)
_LABELS: Final = {
    _S.CLARIFIED: "Clarified", _S.PRIORITISED: "Prioritise", _S.IN_PROGRESS: "In progress", _S.WILL_NOT_ANSWER: "Will not answer",
}  # fmt: skip
_CHECKS: Final = {
    Check.KNOWN: "Checked: known",
    Check.PARTLY_KNOWN: "Checked: partly",
    Check.UNKNOWN: "Checked: unknown",
}


@dataclass(frozen=True, slots=True)
class TriageTalk:
    """Answers triagers; what anybody else says is not for it.

    Attributes:
        desk: Keeps gaps.
        roles: Says who is a triager.
        unanswered: Says what was asked in vain.
        cards: Keeps where cards go by themselves.
    """

    desk: GapDesk
    roles: Roles
    unanswered: UnansweredDesk
    cards: TriageCards

    async def said(self, text: str, surface: str, who: str, where: Address | None = None) -> Card | None:
        """Return what answers a message; None for one that is about something else.

        Args:
            text: As it was written, personal data removed.
            surface: Where.
            who: By whom, as the surface names them.
            where: In which conversation; None where nothing can be sent to it later.

        Raises:
            StoreError: If the store cannot be used.
        """
        written = text.strip()
        found, looked_at = _SAID.fullmatch(written), _LOOKED_AT.fullmatch(written)
        is_queue, flagged = written.casefold() == gap_wording.TRIAGE, _FLAGGED.fullmatch(written)
        places = _PLACES.fullmatch(written)
        if not (found or looked_at or is_queue or flagged or places):
            return None
        if Role.TRIAGER not in await self.roles.of(Person(surface, who)):
            return None if looked_at else _told(gap_wording.ONLY_TRIAGERS)
        try:
            if is_queue:
                return await self._queue()
            if places:
                return _told(await self._placed(places[1].casefold(), where, who))
            if flagged:
                return await self._card(await self.unanswered.to_gap(flagged[1].casefold(), key_of(surface, who)))
            if looked_at:
                return await self._card(await self.desk.gaps.get(int(looked_at[1])))
            return await self._done(found, key_of(surface, who)) if found else None
        except InputError as error:
            return _told(str(error))

    async def sent(self, delivery: Delivery) -> Card:
        """Return the card of a delivery to a triage channel, as things stand now.

        Raises:
            InputError: If there is no such gap.
            StoreError: If the store cannot be used.
        """
        if delivery.kind is Kind.GAP_CARD:
            return await self._card(await self.desk.gaps.get(int(delivery.batch.removeprefix(CARD))))
        if not delivery.text:
            return await self._queue()
        numbers = [int(number) for number in delivery.text.split()]
        gaps = [await self.desk.gaps.get(number) for number in numbers[:NUDGED]]
        blocks: list[Block] = [Bullets("", tuple(map(self._line, gaps)))]
        if len(numbers) > NUDGED:
            blocks.append(Note(f"And {len(numbers) - NUDGED} more: write {gap_wording.TRIAGE}."))
        buttons = tuple(Button(f"Gap {gap.number}", f"gap {gap.number}") for gap in gaps)
        return Card(Ending.NO_ENTRY, gap_wording.LATE_HEADING, tuple(blocks), buttons, gap_wording.LATE_HEADING)

    async def _placed(self, what: str, where: Address | None, who: str) -> str:
        if where is None:
            return gap_wording.TRIAGE_NOT_HERE
        if what == "stop":
            return gap_wording.TRIAGE_STOPPED if await self.cards.remove(where) else gap_wording.TRIAGE_NONE
        is_new = await self.cards.add(where, who, self.desk.now())
        return gap_wording.TRIAGE_HERE if is_new else gap_wording.TRIAGE_HERE_ALREADY

    async def _queue(self) -> Card:
        late = self.desk.promise.late(self.desk.now())
        lists = [
            (heading, await self.desk.gaps.listed(filters, order, WAITING))
            for heading, filters, order in (
                *(((gap_wording.LATE, Filters(late=late), Order.OLDEST),) if late else ()),
                ("New", Filters(NEW), Order.NEWEST),
                ("Oldest", Filters(OPEN), Order.OLDEST),
                ("Most wanted", Filters(OPEN), Order.MOST_WANTED),
            )
        ]
        blocks = tuple(Bullets(heading, tuple(map(self._line, gaps))) for heading, gaps in lists if gaps)
        in_vain = await self.unanswered.clusters(IN_VAIN_LEAST, WAITING, is_new=True)
        if in_vain:
            lines = tuple(f"{one.question} ({one.count} times, last on {wording.day(one.last)})" for one in in_vain)
            blocks += (Bullets("Asked in vain, and never flagged", lines),)
        numbers = list(dict.fromkeys(gap.number for _, gaps in lists for gap in gaps))
        buttons = tuple(Button(f"Gap {number}", f"gap {number}") for number in numbers)
        buttons += tuple(Button(f"Flag: {one.question}", f"gap from {one.key}") for one in in_vain)
        nothing = (Paragraph("No gap is open."),)
        return Card(Ending.NO_ENTRY, gap_wording.TRIAGE_HEADING, blocks or nothing, buttons, gap_wording.TRIAGE_HEADING)

    async def _done(self, found: re.Match[str], actor: str) -> Card:
        number, what = int(found["number"]), (found["what"] or "").casefold()
        if what == "history":
            return await self._history(number)
        if what == "voices" or found["to_split"]:
            return await self._voices(number)
        if what in {"take", "drop"}:
            return await self._card(
                await self.desk.gaps.assign(number, actor if what == "take" else "", actor, self.desk.now())
            )
        why = self.desk.clean(found["why"] or "")
        if not why:
            is_end = bool(found["entry"]) or what == GapState.WILL_NOT_ANSWER
            return self._asked(number, found[0].partition(":")[0].strip(), is_end=is_end, is_split=bool(found["marks"]))
        if found["marks"]:
            marks = re.findall(r"[0-9a-f]{6}", found["marks"].casefold())
            gap = await self.desk.split(
                number, marks, why, actor, gap_wording.SPLIT_WHY.format(question=why)[:WORDS_MAX]
            )
        elif found["into"]:
            gap = await self.desk.gaps.merge(number, int(found["into"]), actor, why, self.desk.now())
        elif found["entry"]:
            gap = await self.desk.move(
                number, GapState.ANSWERED, actor, why, outcome=why, entry=found["entry"].casefold()
            )
        elif found["check"]:
            gap = await self.desk.move(number, GapState.CHECKED, actor, why, check=Check(found["check"].casefold()))
        else:
            to = GapState(what)
            gap = await self.desk.move(number, to, actor, why, outcome=why if to is GapState.WILL_NOT_ANSWER else "")
        return await self._card(gap)

    def _asked(self, number: int, said: str, *, is_end: bool, is_split: bool) -> Card:
        """Return the card that asks for what a change needs, with room to write it."""
        asks, label = gap_wording.SAY_WHY, gap_wording.WHY
        if is_end:
            asks, label = gap_wording.SAY_OUTCOME, gap_wording.OUTCOME
        elif is_split:
            asks, label = gap_wording.SAY_QUESTION, gap_wording.GAP_LABELS["question"]
        sentence = asks.format(said=said)
        buttons = (Button(gap_wording.SEND, said), Button("Back to the gap", f"gap {number}"))
        return Card(Ending.NO_ENTRY, "", (Paragraph(sentence), Write(label)), buttons, sentence)

    async def _voices(self, number: int) -> Card:
        voices = await self.desk.gaps.voices(number)
        lines = [
            f"{one.mark}: {'flagged it' if one.is_flagger else 'joined'}{f' on {wording.day(one.at.date())}' if one.at else ''}"
            for one in voices[:VOICES]
        ]
        if len(voices) > VOICES:
            lines.append(f"and {len(voices) - VOICES} more")
        heading = f"Voices on evidence gap {number}"
        how = Note(gap_wording.SPLIT_HOW.format(number=number))
        return Card(Ending.NO_ENTRY, heading, (Bullets("", tuple(lines)), how), (), heading)

    async def _history(self, number: int) -> Card:
        lines = [
            f"{line.at:%d.%m.%Y} {line.from_state or 'new'} → {line.to_state}: {line.why}"
            for line in await self.desk.gaps.history(number)
        ]
        heading = f"History of evidence gap {number}"
        return Card(Ending.NO_ENTRY, heading, (Bullets("", tuple(lines)),), (), heading)

    async def _card(self, gap: Gap) -> Card:
        about = self.desk.bot.shown.get(gap.about_entry)
        said = (
            ("Decision", gap.decision), ("For whom", gap.for_whom), ("How soon", gap.how_soon), ("Role", gap.role),
            ("Topics", ", ".join(gap.topics)), ("Flagged on the answer", about.title if about else ""), ("Because", gap_wording.CONCERNS.get(gap.concern, "")), ("Outcome", gap.outcome), ("Entry", gap.entry),
        )  # fmt: skip
        blocks: list[Block] = [Lead(gap.question), *(Labelled(label, text) for label, text in said if text)]
        check = f", {gap.check}" if gap.check else ""
        hands = "" if not gap.is_open else ", in somebody's hands" if gap.assigned_to else ", in nobody's hands"
        late = f", {self.desk.late(gap)}" if self.desk.late(gap) else ""
        blocks.append(
            Note(f"{_voices(gap)}, flagged on {wording.day(gap.at.date())}: {gap.state}{check}{hands}{late}.")
        )
        like = [one for one in await self.desk.like.like(gap.question) if one.number != gap.number]
        if like:
            blocks.append(Bullets("Asks something like", tuple(map(self._line, like))))
        heading = f"Evidence gap {gap.number}"
        buttons = _buttons(gap, like, self._nearest(gap))
        return Card(Ending.NO_ENTRY, heading, tuple(blocks), buttons, f"{heading}: {gap.state}")

    def _nearest(self, gap: Gap) -> Sequence[EvidenceEntry]:
        """Return the entries that may answer a gap, for one that may be answered now."""
        if GapState.ANSWERED not in MOVES[gap.state]:
            return ()
        matches = self.desk.bot.recogniser.recognise(gap.question, self.desk.bot.shown).matches
        return [self.desk.bot.shown[match.id] for match in matches[:NEAREST]]

    def _line(self, gap: Gap) -> str:
        said = [str(gap.state), _voices(gap), self.desk.late(gap)]
        return f"{gap.number}: {gap.question} ({', '.join(filter(None, said))})"


def _buttons(gap: Gap, like: Sequence[Gap], nearest: Sequence[EvidenceEntry]) -> tuple[Button, ...]:
    of = f"gap {gap.number}"
    made: list[Button] = []
    if gap.is_open:
        made.append(Button("Put it back", f"{of} drop") if gap.assigned_to else Button("Take it", f"{of} take"))
    if GapState.CHECKED in MOVES[gap.state]:
        made += [Button(label, f"{of} checked {check}") for check, label in _CHECKS.items()]
    made += [Button(label, f"{of} {state}") for state, label in _LABELS.items() if state in MOVES[gap.state]]
    made += [Button(f"Answered by: {entry.title}", f"{of} answered {entry.id}") for entry in nearest]
    if gap.is_open:
        made += [Button(f"Merge into {one.number}", f"{of} merge {one.number}") for one in like]
    if gap.votes > 1:
        made.append(Button("Voices", f"{of} voices"))
    return (*made, Button("History", f"{of} history"), Button("What waits", gap_wording.TRIAGE))


def _voices(gap: Gap) -> str:
    return "1 voice" if gap.votes == 1 else f"{gap.votes} voices"


def _told(sentence: str) -> Card:
    return Card(Ending.NO_ENTRY, "", (Paragraph(sentence),), (), sentence)

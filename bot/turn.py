"""One turn: a message and what was said before in, a reply and what to remember out. Pure: no clock, no store, no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from rapidfuzz import fuzz

from bot.compare import compare
from bot.reply import (
    Answered,
    ChoicesReply,
    ComparisonReply,
    Facet,
    NoEntryReply,
    Occasion,
    OutOfRemitReply,
    Reply,
    UrgentReply,
    answered,
)
from intents.recognise import Recogniser, Recognition, Thresholds
from intents.wants import Want, WantFinder
from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry
from knowledge.glossary import Topic

CHOICES_MAX: Final = 4
TOPIC_OPTIONS_MAX: Final = 9
TOPIC_RATIO: Final = 86.0  # rapidfuzz ratio from which written words are a topic's name
OPTION_RATIO: Final = 85.0  # rapidfuzz ratio from which typed words pick an option
_NUMBER: Final = re.compile(
    r"^(?:(?:the|number|option|no\.?|#)\s*)*(?:(?P<digit>[1-9])|(?P<word>first|second|third|fourth|one|two|three|four))(?:\s+(?:one|please|option))*[\s.!)]*$",
    re.IGNORECASE,
)
_NUMBER_WORDS: Final = {"first": 1, "one": 1, "second": 2, "two": 2, "third": 3, "three": 3, "fourth": 4, "four": 4}
_NONE: Final = re.compile(
    r"^(?:none(?:\s+of\s+(?:these|those|them|the\s+above))?|neither|no|nope|not\s+(?:these|those))[\s.!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation remembers between turns.

    Attributes:
        entry: The id of the last entry shown.
        options: The ids of the entries offered last, in order.
        question: The last question, personal data removed, to fill the form for a gap; forgotten with the next one.
    """

    entry: str | None = None
    options: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a message: what is said, what was understood and what to remember."""

    reply: Reply
    recognition: Recognition
    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Bot:
    """The core with what it answers from. One value serves every conversation.

    Attributes:
        knowledge: The evidence.
        recogniser: Understands messages.
        thresholds: Confidences from which an ending is chosen.
        require_sign_off: Whether entries without both sign-offs are hidden.
    """

    knowledge: KnowledgeBase
    recogniser: Recogniser
    thresholds: Thresholds
    require_sign_off: bool = False

    @property
    def shown(self) -> Mapping[str, EvidenceEntry]:
        """Return the entries that practitioners may see, by id."""
        return self.knowledge.shown(require_sign_off=self.require_sign_off)

    def turn(self, message: str, conversation: Conversation, today: date) -> Turn:
        """Return what comes of a message.

        Args:
            message: As written; of any length and content.
            conversation: What was remembered so far; empty at the start.
            today: The day to judge review dates by.
        """
        shown = self.shown
        overdue = frozenset(entry.id for entry in shown.values() if entry.is_overdue(today))
        recognition = self.recogniser.recognise(message, shown, overdue)
        reply = self._reply(recognition, conversation, shown, overdue)
        if recognition.is_urgent:
            # A facet of the last entry, a list or "nothing on that" has no place under "call 999"; a confident answer has.
            also_asked = isinstance(reply, Answered) and reply.facet is None and recognition.want is Want.ASK
            reply = UrgentReply(reply if isinstance(reply, Answered) and also_asked else None)
        return Turn(reply, recognition, _remember(reply, recognition.text))

    def _reply(
        self, said: Recognition, conversation: Conversation, shown: Mapping[str, EvidenceEntry], overdue: frozenset[str]
    ) -> Reply:
        def show(entry_id: str, facet: Facet | None = None) -> Answered:
            return answered(shown[entry_id], facet=facet, is_overdue=entry_id in overdue)

        if not said.text:
            return OutOfRemitReply(Occasion.NOTHING_ASKED)
        options = [shown[option] for option in conversation.options if option in shown]
        if picked := _picked(said.text, options):
            return show(picked.id)
        if options and _NONE.match(said.text):
            return NoEntryReply(conversation.question)
        if simple := self._without_evidence(said, conversation):
            return simple
        if (
            conversation.entry
            and conversation.entry in shown
            and not said.named
            and (facet := WantFinder.facet_of(said.text))
        ):
            return show(conversation.entry, Facet(facet))
        if said.want is Want.BROWSE and (listed := self._browse(said, shown)):
            return listed
        if said.compared and all(entry_id in shown for entry_id in said.compared):
            return compare(shown[said.compared[0]], shown[said.compared[1]])
        best = said.matches[0].confidence if said.matches else 0.0
        # A word of an entry's name in a message about something else: what is wanted has the last word.
        if best >= self.thresholds.answer and said.want is not Want.OUT_OF_REMIT:
            return show(said.matches[0].id)
        offered = said.matches[:CHOICES_MAX]
        if sum(match.confidence for match in offered) >= self.thresholds.choices:
            return ChoicesReply(tuple(shown[match.id] for match in offered))
        return OutOfRemitReply(Occasion.OTHER) if said.want is Want.OUT_OF_REMIT else NoEntryReply(said.text)

    @staticmethod
    def _without_evidence(said: Recognition, conversation: Conversation) -> Reply | None:
        match said.want:
            case Want.HELP:
                return OutOfRemitReply(Occasion.HELP)
            case Want.ABOUT_ME:
                return OutOfRemitReply(Occasion.ABOUT_ME)
            case Want.SMALL_TALK:
                return OutOfRemitReply(Occasion.THANKS if WantFinder.is_thanks(said.text) else Occasion.GREETING)
            case Want.SUBSCRIBE:
                return OutOfRemitReply(Occasion.SUBSCRIBE)
            case Want.FLAG_GAP:
                return NoEntryReply(conversation.question or said.text, wants_to_flag=True)
            case _:
                return None

    def _browse(self, said: Recognition, shown: Mapping[str, EvidenceEntry]) -> ChoicesReply | None:
        topic = self._topic_named(WantFinder.topic_of(said.text))
        if topic is None:
            return None
        likely = {match.id: match.confidence for match in said.matches}
        entries = sorted(
            (entry for entry in shown.values() if topic.id in entry.topics),
            key=lambda e: (-likely.get(e.id, 0.0), e.title),
        )
        return ChoicesReply(tuple(entries[:TOPIC_OPTIONS_MAX]), topic, max(0, len(entries) - TOPIC_OPTIONS_MAX))

    def _topic_named(self, written: str) -> Topic | None:
        wanted = written.casefold().strip(" ?!.")
        if not wanted:
            return None
        ratios = [
            (
                max(
                    fuzz.ratio(wanted, name.casefold())
                    for name in (topic.name, topic.id.replace("-", " "), *topic.also)
                ),
                topic,
            )
            for topic in self.knowledge.topics.values()
        ]
        ratio, topic = max(ratios, key=lambda found: found[0])
        return topic if ratio >= TOPIC_RATIO else None

    def show(self, entry_id: str, today: date, facet: Facet | None = None) -> Answered | None:
        """Return the reply that shows one entry, or None if there is no such entry to show."""
        entry = self.shown.get(entry_id)
        return answered(entry, facet=facet, is_overdue=entry.is_overdue(today)) if entry else None


def _picked(text: str, options: list[EvidenceEntry]) -> EvidenceEntry | None:
    if found := _NUMBER.match(text):
        number = int(found["digit"]) if found["digit"] else _NUMBER_WORDS[found["word"].casefold()]
        return options[number - 1] if number <= len(options) else None
    written = text.casefold().strip(" .!?")
    for entry in options:
        names = (entry.label, entry.title, *entry.aliases)
        if max(fuzz.ratio(written, name.casefold()) for name in names) >= OPTION_RATIO:
            return entry
    return None


def _remember(reply: Reply, question: str) -> Conversation:
    match reply:
        case UrgentReply(then=then):
            return _remember(then, question) if then else Conversation()
        case ChoicesReply(options=options):
            return Conversation(None, tuple(entry.id for entry in options), question)
        case ComparisonReply(first=first, second=second):
            return Conversation(None, (first.id, second.id), question)
        case NoEntryReply():
            return Conversation(None, (), reply.question)
        case OutOfRemitReply():
            return Conversation()
        case _:
            return Conversation(reply.entry.id, (), question)

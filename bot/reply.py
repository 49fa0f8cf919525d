"""What is true and will be said, before layout: one type for each way in which a turn can end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from knowledge.entry import Answer, EvidenceEntry, Finding, OutcomeArea
from knowledge.glossary import Topic


class Ending(StrEnum):
    """The seven endings of a turn (docs/endings.md)."""

    EVIDENCE = "evidence"
    GUIDANCE = "guidance"
    NO_EVIDENCE_YET = "no-evidence-yet"
    CHOICES = "choices"
    NO_ENTRY = "no-entry"
    OUT_OF_REMIT = "out-of-remit"
    URGENT = "urgent"


class Facet(StrEnum):
    """One part of an entry, shown on demand."""

    FINDINGS = "findings"
    DOING_IT_WELL = "doing-it-well"
    WHO = "who"
    LIMITS = "limits"
    COST = "cost"
    SOURCES = "sources"


class Occasion(StrEnum):
    """What an out-of-remit reply answers, so that its first line fits."""

    OTHER = "other"
    NOTHING_ASKED = "nothing-asked"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    SUBSCRIBE = "subscribe"
    ABOUT_ME = "about-me"


@dataclass(frozen=True, slots=True)
class _Answered:
    """An entry is the answer.

    Attributes:
        entry: What is shown.
        facet: The part asked for; None for the bite-size answer.
        is_overdue: Whether the entry is past the day by which it was to be reviewed.
    """

    entry: EvidenceEntry
    facet: Facet | None = None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceReply(_Answered):
    """Findings exist."""

    ending: ClassVar[Ending] = Ending.EVIDENCE


@dataclass(frozen=True, slots=True)
class GuidanceReply(_Answered):
    """The answer is statute, statutory guidance or a national guideline."""

    ending: ClassVar[Ending] = Ending.GUIDANCE


@dataclass(frozen=True, slots=True)
class NoEvidenceYetReply(_Answered):
    """Nobody has shown it either way; an answer, not a failure."""

    ending: ClassVar[Ending] = Ending.NO_EVIDENCE_YET


@dataclass(frozen=True, slots=True)
class SameOutcome:
    """The findings of two entries on the same outcome."""

    area: OutcomeArea
    first: tuple[Finding, ...]
    second: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ComparisonReply:
    """Two entries side by side, never ranked; `same_outcomes` is empty when they cannot be compared."""

    ending: ClassVar[Ending] = Ending.EVIDENCE

    first: EvidenceEntry
    second: EvidenceEntry
    same_outcomes: tuple[SameOutcome, ...]


@dataclass(frozen=True, slots=True)
class ChoicesReply:
    """Two to four entries fit about equally; or the entries of a topic that was asked for."""

    ending: ClassVar[Ending] = Ending.CHOICES

    options: tuple[EvidenceEntry, ...]
    topic: Topic | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class NoEntryReply:
    """In remit, but the knowledge base has nothing; `question` (personal data removed) would fill the form to flag a gap."""

    ending: ClassVar[Ending] = Ending.NO_ENTRY

    question: str
    wants_to_flag: bool = False


@dataclass(frozen=True, slots=True)
class OutOfRemitReply:
    """Not a question for an evidence base."""

    ending: ClassVar[Ending] = Ending.OUT_OF_REMIT

    occasion: Occasion


@dataclass(frozen=True, slots=True)
class UrgentReply:
    """The message speaks of someone in danger now; `then` is the answer to what was asked besides."""

    ending: ClassVar[Ending] = Ending.URGENT

    then: EvidenceReply | GuidanceReply | NoEvidenceYetReply | None = None


Answered: TypeAlias = EvidenceReply | GuidanceReply | NoEvidenceYetReply
Reply: TypeAlias = Answered | ComparisonReply | ChoicesReply | NoEntryReply | OutOfRemitReply | UrgentReply

_ANSWERS: Final[dict[Answer, type[Answered]]] = {
    Answer.EVIDENCE: EvidenceReply,
    Answer.GUIDANCE: GuidanceReply,
    Answer.NO_EVIDENCE_YET: NoEvidenceYetReply,
}


def answered(entry: EvidenceEntry, *, facet: Facet | None = None, is_overdue: bool = False) -> Answered:
    """Return the reply that shows an entry, by how the entry answers."""
    return _ANSWERS[entry.answer](entry, facet, is_overdue)

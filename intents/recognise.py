"""From the text of a message to a recognition: what it wants, which entries fit, what was taken out, whether it is urgent."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from intents.encoder import Vectors
from intents.errors import IntentsError
from intents.matcher import Match, Matcher
from intents.personal import PersonalDataFinder
from intents.personal.people import names_in
from intents.politeness import without_politeness
from intents.reader import Reader
from intents.text import WORD, plain, words
from intents.urgent import UrgentDetector
from intents.wants import Want, WantFinder
from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry
from knowledge.glossary import Term

MATCHES: Final = 5  # entries that a recognition lists, best first
OWN_WORDS: Final = "own-words"
ENTRIES, URGENT, WANTS = "entries", "urgent", "wants"
OVERDUE_SHARE: Final = 0.9  # an entry past its review keeps this share of its confidence
COMPARED_CONFIDENCE: Final = 0.5  # from which each side of "this or that" is taken for an entry
DATA: Final = files("intents") / "data"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidences from which an ending is chosen; fitted by cross-validation, see `docs/matching.md`.

    Attributes:
        answer: The best match alone is the answer.
        choices: The four best matches together are offered.
        urgent: Likeness to the examples of danger now.
    """

    answer: float
    choices: float
    urgent: float

    @classmethod
    def load(cls) -> Thresholds:
        """Return the fitted thresholds that the package ships."""
        return cls(**json.loads((DATA / "thresholds.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was understood of a message.

    Attributes:
        text: The message, plain, without personal data and politeness.
        want: What the practitioner wants.
        matches: The entries that fit best, best first.
        is_urgent: Whether the message speaks of someone in danger now.
        removed: Kinds of personal data that were taken out.
        named: The entries that the message names outright, in order of mention.
        compared: Two entries that the message sets side by side.
        urgency: Likeness to the examples of danger now, from 0 to 1; for choosing the threshold, shown to nobody.
    """

    text: str
    want: Want
    matches: tuple[Match, ...]
    is_urgent: bool
    removed: tuple[str, ...]
    named: tuple[str, ...] = ()
    compared: tuple[str, str] | None = None
    urgency: float = 0.0


class Recogniser:
    """Understands messages about one knowledge base. Make one with `Recogniser.load`."""

    def __init__(
        self, entries: Matcher, urgent: UrgentDetector, wants: WantFinder, personal: PersonalDataFinder
    ) -> None:
        self.personal = personal
        self._entries, self._urgent, self._wants = entries, urgent, wants

    @classmethod
    def load(cls, knowledge: KnowledgeBase, thresholds: Thresholds) -> Recogniser:
        """Return the recogniser that was trained when the knowledge base was built.

        Raises:
            IntentsError: If a trained part is missing or damaged.
        """
        try:
            own = json.loads(knowledge.trained[OWN_WORDS])
            reader = Reader(own, knowledge.terms)
            entries, urgent, wants = (
                Matcher.from_bytes(knowledge.trained[name], reader) for name in (ENTRIES, URGENT, WANTS)
            )
        except KeyError as error:
            raise IntentsError(
                f"The knowledge base has no trained part {error}; build it again: whatworks knowledge build"
            ) from error
        return cls(
            entries,
            UrgentDetector(urgent, thresholds.urgent),
            WantFinder(wants),
            personal_data_finder(knowledge.entries.values(), knowledge.terms),
        )

    def recognise(self, message: str, shown: Mapping[str, EvidenceEntry], overdue: Collection[str] = ()) -> Recognition:
        """Return what is understood of a message; the same for the same message, in every process.

        Args:
            message: As the practitioner wrote it, of any length and content.
            shown: The entries that may be offered.
            overdue: Ids of entries past their review; they come after an equally good fresh one.
        """
        text = plain(message)
        if not WORD.search(text):
            return Recognition("", Want.HELP, (), is_urgent=False, removed=())
        redacted = self.personal.redact(text)
        core = without_politeness(redacted.text)
        read = self._entries.read(core)
        matches = [match for match in self._entries.rank_read(read, limit=16) if match.id in shown]
        ranked = sorted(
            (Match(m.id, round(m.confidence * OVERDUE_SHARE, 4)) if m.id in overdue else m for m in matches),
            key=lambda m: (-m.confidence, m.id),
        )
        want = self._wants.find(core, read)
        named = self._entries.named(read)
        compared = self._compared(core, named) if want is Want.COMPARE or len(named) > 1 else None
        urgency = 0.0 if WantFinder.is_formula(core) else self._urgent.urgency(core, read)
        is_urgent = urgency >= self._urgent.threshold
        return Recognition(core, want, tuple(ranked[:MATCHES]), is_urgent, redacted.types, named, compared, urgency)

    def vector(self, text: str) -> Vectors:
        """Return a text's sentence vector, read as a question is: 384 numbers of length one."""
        return self._entries.read(without_politeness(plain(text))).vector

    def _compared(self, text: str, named: tuple[str, ...]) -> tuple[str, str] | None:
        if not WantFinder.compares(text):
            return None
        if len(named) > 1:
            return named[0], named[1]
        for left, right in WantFinder.sides(text):
            sides = [self._entries.rank(side, limit=1)[0] for side in (left, right)]
            if all(side.confidence >= COMPARED_CONFIDENCE for side in sides) and sides[0].id != sides[1].id:
                return sides[0].id, sides[1].id
        return None


def personal_data_finder(entries: Iterable[EvidenceEntry], terms: Sequence[Term]) -> PersonalDataFinder:
    """Return a finder that knows the programmes, places, jargon and authors of some entries."""
    known: set[str] = set()
    credit_lines: list[str] = []
    for entry in entries:
        for text in (
            entry.title,
            entry.label,
            entry.setting,
            *entry.aliases,
            *entry.shared_aliases,
            *entry.facts.what_it_is,
        ):
            known.update(token.casefold() for found in WORD.findall(text) for token in (found, *found.split("-")))
        credit_lines += [source.by for source in entry.sources] + [finding.study for finding in entry.facts.findings]
    known.update(word for term in terms for spelling in term.spellings() for word in words(spelling))
    return PersonalDataFinder(known, frozenset(names_in(credit_lines)))

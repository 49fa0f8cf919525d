"""Take personal data out of a message, and say which kinds were taken out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from intents.personal.identifiers import find_identifiers
from intents.personal.people import PeopleFinder
from intents.personal.span import PersonalType, Span

# What stands in the message in place of what was removed; words, so that the rest still reads.
PLACEHOLDERS = {
    PersonalType.NAME: "someone",
    PersonalType.AGE_AND_PLACE: "a child",
}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A message without personal data.

    Attributes:
        text: The message, with a placeholder where something was removed.
        spans: What was removed from where in the original.
    """

    text: str
    spans: tuple[Span, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """Return the kinds that were removed, each once, in order of the alphabet."""
        return tuple(sorted({span.type.value for span in self.spans}))


class PersonalDataFinder:
    """Finds personal data in messages.

    Args:
        known_words: Lower-case words of the knowledge base: programmes, places and jargon that are nobody's name.
        known_names: Folded names of the authors and models that the knowledge base cites.
    """

    def __init__(self, known_words: Collection[str] = (), known_names: Collection[str] = ()) -> None:
        self._known_words = frozenset(known_words)
        self.people = PeopleFinder(self._known_words, known_names)

    def find(self, text: str) -> list[Span]:
        """Return what is personal data in a message, in order, not overlapping."""
        spans = self.find_identifiers(text)
        return sorted([*spans, *self.people.find(text, spans)])

    def find_identifiers(self, text: str) -> list[Span]:
        """Return what is personal data but no name, in order, not overlapping."""
        return find_identifiers(text, self._known_words)

    def redact(self, text: str) -> Redacted:
        """Return a message without its personal data."""
        spans = self.find(text)
        pieces, at = [], 0
        for span in spans:
            pieces += [text[at : span.start], PLACEHOLDERS.get(span.type, "")]
            at = span.end
        pieces.append(text[at:])
        return Redacted("".join(pieces) if spans else text, tuple(spans))

"""Read a message: plain text, politeness off, spelling mended, the sector's abbreviations said in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intents.politeness import without_politeness
from intents.spelling import Speller, general_words
from intents.text import WORD, plain, words
from knowledge.glossary import Term

TERM_WORDS_MAX: Final = 5
# An abbreviation that is also an everyday word (KEEP, PAUSE, MI, IT) counts as one only when written in capitals.
EVERYDAY: Final = 2e-5
EVERYDAY_TWO_LETTERS: Final = 2e-4


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as the matchers see it.

    Attributes:
        text: The message in full words, as close to what was written as possible; what the encoder reads.
        lexical: The same with the abbreviations and synonyms kept beside; what n-grams are taken from.
        expanded: The glossary terms that were found, with the meanings taken.
    """

    text: str
    lexical: str
    expanded: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Reader:
    """Reads messages for one domain.

    Args:
        own: The domain's words with their counts.
        terms: The sector glossary.
    """

    def __init__(self, own: Mapping[str, int], terms: Sequence[Term] = ()) -> None:
        self._terms: dict[tuple[str, ...], Term] = {}
        protected: set[str] = set()
        for term in terms:
            for spelling in term.spellings():
                key = tuple(words(spelling))
                self._terms.setdefault(key, term)
                if len(key) == 1:
                    protected.add(key[0])
        self.speller = Speller(own, protected)

    def read(self, message: str) -> Reading:
        """Return a message as the matchers see it. The same message is always read the same."""
        return self.read_plain(without_politeness(plain(message)))

    def read_plain(self, text: str) -> Reading:
        """Return a text that is plain already and without politeness, read."""
        spans = [(found.start(), found.end(), found.group()) for found in WORD.finditer(text)]
        tokens = [words(token) for _, _, token in spans]
        flat = [token[0] if token else "" for token in tokens]
        shouting = text.isupper()
        pieces: list[str] = []
        beside: list[str] = []
        expanded: list[tuple[str, tuple[str, ...]]] = []
        at = position = 0
        while position < len(spans):
            start, end, written = spans[position]
            pieces.append(text[at:start])
            term, length = self._term_at(flat, position, written, shouting=shouting)
            if term:
                meanings = term.meanings_in(flat[:position] + flat[position + length :])
                end = spans[position + length - 1][1]
                original = text[start:end]
                if _is_abbreviation(term) and (len(meanings) == 1 or not term.is_ambiguous):
                    pieces.append(meanings[0])
                    beside.append(original)
                else:
                    pieces.append(original)
                    beside.extend(meanings)
                expanded.append((original, meanings))
            else:
                pieces.append(self._spelt(written))
            at, position = end, position + length
        pieces.append(text[at:])
        full = "".join(pieces)
        return Reading(full, " ".join([full, *beside]), tuple(expanded))

    def _term_at(self, flat: Sequence[str], position: int, written: str, *, shouting: bool) -> tuple[Term | None, int]:
        for length in range(min(TERM_WORDS_MAX, len(flat) - position), 0, -1):
            term = self._terms.get(tuple(flat[position : position + length]))
            if term and (length > 1 or shouting or not _is_everyday(term, written)):
                return term, length
        return None, 1

    def _spelt(self, written: str) -> str:
        if written.isupper() and len(written) <= 5:
            return written
        lower = written.casefold()
        corrected = self.speller.correct(lower)
        return written if corrected == lower else corrected


def _is_abbreviation(term: Term) -> bool:
    return any(ch.isupper() or ch.isdigit() for ch in term.term)


def _is_everyday(term: Term, written: str) -> bool:
    if not _is_abbreviation(term) or written.isupper():
        return False
    commonness = general_words().get(written.casefold(), 0.0)
    return commonness >= (EVERYDAY_TWO_LETTERS if len(written) <= 2 else EVERYDAY)

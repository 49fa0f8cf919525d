"""The sector glossary: abbreviations and everyday words, with what they stand for; aware that some mean several things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import Field

from knowledge.entry import Slug, Text, Value
from knowledge.errors import Breach, SheetError
from knowledge.sheet import parse, read_yaml

GLOSSARY: Final = Path(__file__).with_name("glossary.yaml")
TOPICS: Final = Path(__file__).with_name("topics.yaml")


class Term(Value):
    """One abbreviation or word.

    Attributes:
        term: As usually written.
        forms: Other ways to write it (`s.47`, `s47`).
        means: What it stands for in full words, the usual meaning first.
        also: Further meanings, used only where the context speaks for them.
        context: For each meaning of an ambiguous term, words that point to it.
        same_as: Synonyms in use.
    """

    term: Text
    forms: tuple[Text, ...] = ()
    means: tuple[Text, ...] = Field(min_length=1)
    also: tuple[Text, ...] = ()
    context: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    same_as: tuple[Text, ...] = ()

    @property
    def is_ambiguous(self) -> bool:
        """Return whether the sector uses the term for more than one thing."""
        return bool(self.also or self.context)

    def spellings(self) -> tuple[str, ...]:
        """Return every way to write the term, in lower case."""
        return tuple(dict.fromkeys(form.casefold() for form in (self.term, *self.forms)))

    def meanings_in(self, words: Iterable[str]) -> tuple[str, ...]:
        """Return what the term stands for among other words of a message (lower case).

        The meanings that the words point to, otherwise the usual ones.
        """
        around = " ".join(words)
        padded = f" {around} "
        pointed = {
            meaning: sum(f" {clue.casefold()}" in padded for clue in clues) for meaning, clues in self.context.items()
        }
        most = max(pointed.values(), default=0)
        if most:
            return tuple(meaning for meaning, count in pointed.items() if count == most)
        return self.means


class Topic(Value):
    """One topic of the controlled list."""

    id: Slug
    name: Text
    also: tuple[Text, ...] = ()


def read_glossary(path: Path = GLOSSARY) -> tuple[Term, ...]:
    """Return the glossary's terms.

    Raises:
        SheetError: If the file breaks a rule: shape, a spelling that two terms claim, a context for no meaning.
    """
    terms = parse(path, read_yaml(path), tuple[Term, ...])
    breaches: list[Breach] = []
    owners: dict[str, str] = {}
    for term in terms:
        for spelling in term.spellings():
            if owner := owners.get(spelling):
                breaches.append(Breach(path.name, term.term, f"{spelling!r} also belongs to {owner}", "Merge the two"))
            owners[spelling] = term.term
        breaches += [
            Breach(path.name, term.term, f"{meaning!r} has a context but is no meaning", "Add it to means or also")
            for meaning in term.context.keys() - {*term.means, *term.also}
        ]
    if breaches:
        raise SheetError(breaches)
    return terms


def read_topics(path: Path = TOPICS) -> Mapping[str, Topic]:
    """Return the topics by id, in the order of the file.

    Raises:
        SheetError: If the file breaks a rule.
    """
    return {topic.id: topic for topic in parse(path, read_yaml(path), tuple[Topic, ...])}

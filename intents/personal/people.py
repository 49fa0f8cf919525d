"""Find people's names in short messages: a classifier of words, learnt from annotated texts (see `intents.personal.train`).

Recall comes first, since a name that slips through is stored or shown to others; but a programme, an author, a place or a
month is not a person, and taking those out would spoil the question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from intents.personal.features import FeatureMaker, WordFeatures
from intents.personal.gazetteer import folded
from intents.personal.lexicon import WORD_CLASSES
from intents.personal.published import PUBLISHED_WHOLE
from intents.personal.span import PersonalType, Span
from intents.personal.tagger import Tagger, shipped_tagger
from intents.personal.tokens import Token, tokens_of
from intents.spelling import general_words

STARTS_FROM: Final = 0.45  # probability from which a word is a name
JOINS_FROM: Final = 0.12  # probability from which a word beside a name belongs to it
REPEATS_BELOW: Final = 1e-5  # a word rarer than this in general English is a name wherever it stands once it is one
_CREDITED: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class PeopleFinder:
    """Finds people's names.

    Args:
        known_words: Lower-case words of the knowledge base (titles, aliases, texts): programmes, places, jargon.
        known_names: Folded names of the authors and models that the knowledge base cites.
    """

    def __init__(self, known_words: Collection[str] = (), known_names: Collection[str] = ()) -> None:
        self._features = FeatureMaker(known_words, known_names)

    def describe(self, text: str, found: Sequence[Span] = ()) -> tuple[list[Token], list[WordFeatures | None]]:
        """Return the tokens of a text, and the features of each (`None` for what is no word).

        Args:
            text: A message.
            found: The identifiers in it, in order; they are no names, but tell of one beside them.
        """
        tokens = tokens_of(text, found)
        return tokens, self._features.features(tokens)

    def find(self, text: str, found: Sequence[Span] = (), *, tagger: Tagger | None = None) -> list[Span]:
        """Return the spans of names, in order; titles and possessive endings are left out.

        Args:
            text: A message.
            found: The identifiers in it, in order.
            tagger: When not the one that the package ships.
        """
        tokens, features = self.describe(text, found)
        tagger = tagger or shipped_tagger()
        cited = [match.span() for match in PUBLISHED_WHOLE.finditer(text)]
        probabilities = [
            tagger.probability(made) if made and not any(start <= token.start < end for start, end in cited) else 0.0
            for token, made in zip(tokens, features, strict=True)
        ]
        chosen = _repeated(tokens, _spread(text, tokens, probabilities))
        spans: list[Span] = []
        for at in sorted(chosen):
            if at - 1 in chosen and spans and _is_beside(text, tokens, at):
                spans[-1] = Span(spans[-1].start, tokens[at].end, PersonalType.NAME)
            else:
                spans.append(Span(tokens[at].start, tokens[at].end, PersonalType.NAME))
        return spans


def _is_beside(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Return whether nothing but a space stands between a token and the one before."""
    return at > 0 and text[tokens[at - 1].end : tokens[at].start] == " "


def _spread(text: str, tokens: Sequence[Token], probabilities: Sequence[float]) -> set[int]:
    """Return the words that are names, and beside those the ones that may be."""
    chosen = {at for at, value in enumerate(probabilities) if value >= STARTS_FROM}
    joining = [at for at, value in enumerate(probabilities) if JOINS_FROM <= value < STARTS_FROM]
    for at in (*joining, *reversed(joining)):
        follows = at - 1 in chosen and _is_beside(text, tokens, at)
        precedes = at + 1 in chosen and _is_beside(text, tokens, at + 1)
        if follows or precedes:
            chosen.add(at)
    return chosen


def _repeated(tokens: Sequence[Token], chosen: set[int]) -> set[int]:
    """Return the words that are names, and the same words elsewhere in the message unless they are everyday ones."""
    names = {tokens[at].fold for at in chosen}
    names = {name for name in names if len(name) > 2 and general_words().get(name, 0.0) < REPEATS_BELOW}
    again = {at for at, token in enumerate(tokens) if token.fold in names and token.fold not in WORD_CLASSES}
    return chosen | again


def names_in(credit_lines: Collection[str]) -> Iterator[str]:
    """Yield the folded names in authors' credit_lines, such as `Taylor, Blackshaw (British Journal of Social Work)`."""
    for credit in credit_lines:
        for match in _CREDITED.finditer(credit):
            if match.group()[0].isupper() and len(match.group()) > 1:
                yield folded(re.sub(r"['’]s$", "", match.group()))

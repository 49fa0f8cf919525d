"""Cut a message into words, numbers, marks and what was already found in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from intents.personal.gazetteer import folded
from intents.personal.span import Span

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d[\d.,]*\d|\d|[^\w\s]|\n|_")
_POSSESSIVE: Final = re.compile(r"['’]s$", re.IGNORECASE)


class Token(NamedTuple):
    """A piece of a message.

    Attributes:
        text: A word without its possessive ending, a number, a mark, or `<DOB>` for an identifier found there.
        start: Code point offset.
        end: Exclusive.
        fold: The text in lower case without accents.
        is_word: Whether it consists of letters.
        is_possessive: Whether `'s` followed.
    """

    text: str
    start: int
    end: int
    fold: str
    is_word: bool
    is_possessive: bool = False


def tokens_of(text: str, found: Sequence[Span] = ()) -> list[Token]:
    """Return the tokens of a text, in order.

    Args:
        text: A message.
        found: Identifiers in it, in order, not overlapping; each becomes one token.
    """
    tokens: list[Token] = []
    at = 0
    for span in found:
        tokens += _tokens(text, at, span.start)
        tokens.append(Token(f"<{span.type}>", span.start, span.end, f"<{span.type}>", is_word=False))
        at = span.end
    return tokens + _tokens(text, at, len(text))


def _tokens(text: str, start: int, end: int) -> list[Token]:
    return [_token(match) for match in _TOKEN.finditer(text, start, end)]


def _token(match: re.Match[str]) -> Token:
    written = match.group()
    if not written[0].isalpha():
        return Token(written, match.start(), match.end(), written, is_word=False)
    word = _POSSESSIVE.sub("", written) if written[-1] in "sS" else written
    return Token(
        word, match.start(), match.start() + len(word), folded(word), is_word=True, is_possessive=word != written
    )

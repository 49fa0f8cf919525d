"""Make more training texts of one: other names of any culture in it, other people cited, in lower case or in capitals."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from intents.personal.gazetteer import first_names, surnames
from intents.spelling import general_words

NAME, CITED = "NAME", "CITED"
_TITLE_BEFORE: Final = re.compile(
    r"\b(?:mrs?|ms|miss|dr|ds|pc|justice|lord|lady|baroness|professor)\.?\s*$", re.IGNORECASE
)
_COMMON_FIRST: Final = 4  # how common a first name is that is drawn although it is a word too
_WORD_TOO: Final = 3e-6  # frequency in general English from which a name is a word too
_WORD_TOO_SHARE: Final = 0.12
_MISSPELT_SHARE: Final = 0.08
_FIRST_WEIGHTS: Final = (25, 10, 15, 25, 20, 5)  # of names from the rarest to the commonest
_LAST_WEIGHTS: Final = (30, 25, 25, 15, 5)
_CITED_BY_SURNAME: Final = 0.8
_POSSESSIVE_SHARE: Final = 0.35  # of the possessives, how many lose their apostrophe
_CASES: Final = ("same", "lower", "upper")
_CASE_WEIGHTS: Final = (60, 34, 6)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text with the names in it.

    Attributes:
        text: What was typed.
        names: Start and end of the names of people.
        cited: Start and end of the names of authors and the like, which are no personal data.
        is_hard: Whether it was written to be mistaken, and so says little of ordinary messages.
    """

    text: str
    names: tuple[tuple[int, int], ...] = ()
    cited: tuple[tuple[int, int], ...] = ()
    is_hard: bool = False


class Augmenter:
    """Makes texts with other names; the same ones for the same seed.

    Args:
        seed: Of the choice of names.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._first, self._last = _by_band(first_names()), _by_band(surnames())
        self._words_too = [
            name
            for name, band in first_names().items()
            if band >= _COMMON_FIRST and general_words().get(name, 0.0) > _WORD_TOO
        ]

    def vary(self, original: Annotated) -> Annotated:
        """Return a text with other names, perhaps in another case."""
        pieces: list[str] = []
        moved: dict[str, list[tuple[int, int]]] = {NAME: [], CITED: []}
        chosen: dict[str, str] = {}
        at = length = 0
        marked = [(*span, NAME) for span in original.names] + [(*span, CITED) for span in original.cited]
        for start, end, kind in sorted(marked):
            written = original.text[start:end]
            if written not in chosen:
                chosen[written] = self._other(written, original.text[:start], kind)
            name = chosen[written]
            length += start - at
            moved[kind].append((length, length + len(name)))
            pieces += [original.text[at:start], name]
            length += len(name)
            at = end
            if re.match(r"['’]s\b", original.text[at:]) and self._random.random() < _POSSESSIVE_SHARE:
                at += 1
        text = "".join([*pieces, original.text[at:]])
        return Annotated(self._in_case(text), tuple(moved[NAME]), tuple(moved[CITED]))

    def _in_case(self, text: str) -> str:
        kind = self._random.choices(_CASES, _CASE_WEIGHTS)[0]
        other = text.lower() if kind == "lower" else text.upper() if kind == "upper" else text
        return other if len(other) == len(text) else text

    def _other(self, written: str, before: str, kind: str) -> str:
        parts = written.split(" ")
        is_surname = _TITLE_BEFORE.search(before) is not None
        if kind == CITED and len(parts) == 1:
            is_surname = is_surname or self._random.random() < _CITED_BY_SURNAME
        made = [
            _written_like(self._first_name() if place == 0 and not is_surname else self._surname(), part)
            for place, part in enumerate(parts)
        ]
        return " ".join(made)

    def _first_name(self) -> str:
        if self._random.random() < _WORD_TOO_SHARE:
            return self._random.choice(self._words_too)
        return self._drawn(self._first, _FIRST_WEIGHTS)

    def _surname(self) -> str:
        return self._drawn(self._last, _LAST_WEIGHTS)

    def _drawn(self, by_band: Mapping[int, Sequence[str]], weights: Sequence[int]) -> str:
        band = self._random.choices(range(1, len(weights) + 1), weights)[0]
        name = self._random.choice(by_band.get(band) or by_band[1])
        if self._random.random() < _MISSPELT_SHARE:
            at = self._random.randrange(1, len(name))
            name = name[:at] + self._random.choice("aeiouylnrhk") + name[at:]
        return name


def _by_band(listed: Mapping[str, int]) -> dict[int, list[str]]:
    by_band: dict[int, list[str]] = defaultdict(list)
    for name, band in listed.items():
        by_band[band].append(name)
    return by_band


def _written_like(name: str, model: str) -> str:
    if model.islower():
        return name
    if model.isupper() and len(model) > 1:
        return name.upper()
    return "-".join(part.capitalize() for part in name.split("-"))

"""Small readings of a sheet's texts that its rules and its readers share: words, figures and source marks."""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile(r"\s*\[(\d+)\]")
_FIGURE: Final = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def marks(text: str) -> tuple[int, ...]:
    """Return the source numbers that a text names, like `[2]`, in order."""
    return tuple(int(number) for number in _MARK.findall(text))


def without_marks(text: str) -> str:
    """Return a text without its source marks."""
    return _MARK.sub("", text)


def word_count(text: str) -> int:
    """Return the number of words, source marks not counted."""
    return len(without_marks(text).split())


def figures(text: str) -> frozenset[str]:
    """Return the numbers written in digits, without thousands commas; source marks not counted."""
    return frozenset(number.rstrip(",").replace(",", "") for number in _FIGURE.findall(without_marks(text)))

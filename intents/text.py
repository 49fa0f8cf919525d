"""Make a message's text plain: one form for the same letters, nothing invisible, no greeting or politeness round it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MESSAGE_MAX: Final = 2_000  # characters; what comes after is not read

_PLAIN: Final = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "}
)
_BREAKS: Final = re.compile(r"\s+")
WORD: Final = re.compile(r"[^\W_]+(?:['.][^\W_]+)*")


def plain(text: str) -> str:
    """Return a text with one form for each letter (NFKC), plain quotes, single spaces and nothing invisible."""
    text = unicodedata.normalize("NFKC", text[: MESSAGE_MAX * 4]).translate(_PLAIN)
    seen = (" " if ch in "\t\n\r\f\v" else ch for ch in text)
    shown = "".join(ch for ch in seen if unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return _BREAKS.sub(" ", shown).strip()[:MESSAGE_MAX]


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, inner full stops and apostrophes dropped (`s.47` is `s47`)."""
    return [re.sub(r"['.]", "", word) for word in WORD.findall(text.casefold())]

"""Cells of a table that a spreadsheet may open."""

from __future__ import annotations

from typing import Final

# https://owasp.org/www-community/attacks/CSV_Injection; some spreadsheets read the wide signs as the narrow ones.
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LEAVES_THE_CELL: Final = ("\t", "\r", "\n")


def no_formula(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs: with an apostrophe before it where one would."""
    is_run = text.startswith(_LEAVES_THE_CELL) or text.lstrip().startswith(_BEGINS_A_FORMULA)
    return f"'{text}" if is_run else text

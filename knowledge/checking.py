"""Check a folder of sheets with the glossary and the topics: everything that can be wrong, in one list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.entry import EvidenceEntry
from knowledge.errors import Breach, SheetError
from knowledge.glossary import read_glossary, read_topics
from knowledge.rules import check
from knowledge.sheet import SHEETS, read_sheets


def check_folder(folder: Path | None, today: date) -> tuple[list[EvidenceEntry], list[Breach]]:
    """Return the entries that could be read, and every breach of their rules.

    Args:
        folder: Holds the sheets; the product's own if None.
        today: The day to judge dates by.
    """
    sheets, breaches = read_sheets(folder or SHEETS)
    topics: tuple[str, ...] = ()
    try:
        topics = tuple(read_topics())
        read_glossary()
    except SheetError as error:
        breaches.extend(error.breaches)
    return list(sheets.values()), sorted([*breaches, *check(sheets, topics, today)])


def read_checked(folder: Path | None, today: date) -> list[EvidenceEntry]:
    """Return the entries of a folder whose sheets all obey the rules.

    Raises:
        SheetError: With every breach.
    """
    entries, breaches = check_folder(folder, today)
    if breaches:
        raise SheetError(breaches)
    return entries

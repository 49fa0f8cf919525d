"""Build the knowledge base: check the sheets, learn from them, write the compiled file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from intents.training import train
from knowledge.checking import read_checked
from knowledge.compile import write_compiled
from knowledge.glossary import read_glossary, read_topics


@dataclass(frozen=True, slots=True)
class Built:
    """What was built."""

    entries: int
    content_hash: str
    seconds: float


def build_knowledge(path: Path, today: date, report: Callable[[str], None], sheets: Path | None = None) -> Built:
    """Build the knowledge base and put it in its place in one step.

    Args:
        path: The compiled file.
        today: The day to judge dates by.
        report: Called with the name of each stage as it begins, and with "" at the end.
        sheets: The folder of sheets, if not the product's own.

    Raises:
        SheetError: If the sheets break a rule; nothing is written.
        KnowledgeError: If the file cannot be written.
    """
    began = perf_counter()
    report("Checking the sheets")
    entries = read_checked(sheets, today)
    terms, topics = read_glossary(), tuple(read_topics().values())
    trained = train(entries, terms, lambda stage: report(f"Learning: {stage}"))
    report("Writing")
    content_hash = write_compiled(path, entries, terms, topics, trained.blobs, trained.ingredients)
    report("")
    return Built(len(entries), content_hash, perf_counter() - began)

"""Measure how hard the sheets are to read: `python -m benchmarks.reading_age`; `--write` puts the result into docs/reading-age.md.

The reading age is the Flesch-Kincaid grade plus five (Kincaid and others, 1975: the grade is a year of US schooling).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Final

import textstat

from knowledge.entry import EvidenceEntry
from knowledge.sheet import SHEETS, read_sheets
from knowledge.text import without_marks

GRADE_TO_AGE: Final = 5
WORST: Final = 10
DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "reading-age.md"


def texts_of(entry: EvidenceEntry) -> str:
    """Return every sentence of an entry that practitioners read."""
    texts = entry.texts
    lines = [
        texts.one_line,
        texts.in_brief,
        texts.what_this_means,
        texts.tested_on,
        texts.strength_why,
        texts.main_limit,
    ]
    lines += [*texts.findings, *texts.doing_it_well, *texts.limits, *texts.cost]
    return " ".join(without_marks(line).rstrip(".") + "." for line in lines)


def reading_ages(entries: Iterable[EvidenceEntry]) -> list[tuple[float, EvidenceEntry]]:
    """Return the reading age of each entry's texts, in years, hardest first."""
    ages = [(textstat.flesch_kincaid_grade(texts_of(entry)) + GRADE_TO_AGE, entry) for entry in entries]
    return sorted(ages, key=lambda found: (-found[0], found[1].id))


def document(ages: list[tuple[float, EvidenceEntry]]) -> str:
    """Return the document that lists the hardest sheets."""
    rows = [f"| [{entry.id}](../knowledge/sheets/{entry.id}.yaml) | {age:.1f} |" for age, entry in ages[:WORST]]
    return "\n".join(
        [
            "# Reading age",
            "",
            "The texts that practitioners read aim at a reading age of 12 to 14: Flesch-Kincaid grade plus five, by textstat, over all",
            f"texts of a sheet. The median of the {len(ages)} sheets is **{median(age for age, _ in ages):.1f}**. `python -m benchmarks.reading_age --write`",
            "writes this page. The hardest ten:",
            "",
            "| sheet | reading age |",
            "|---|---|",
            *rows,
            "",
            "Names of laws, programmes and bodies weigh on the figure and cannot be put more simply.",
            "",
        ]
    )


def main() -> None:
    """Print the document, or write it."""
    parser = argparse.ArgumentParser(description="Measure how hard the sheets are to read.")
    parser.add_argument("--write", action="store_true", help=f"write docs/{DOCUMENT.name}")
    text = document(reading_ages(read_sheets(SHEETS)[0].values()))
    if parser.parse_args().write:
        DOCUMENT.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

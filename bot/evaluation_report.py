"""Show what `bot.evaluate` measured: a table for the terminal and a picture of the confusions."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.evaluate import Scores
from knowledge.entry import EvidenceEntry

CONFUSIONS_SHOWN: Final = 15
CELL: Final = 18  # pixels
MARGIN: Final = 340  # pixels for the labels
SLANT: Final = 180  # pixels that the slanting labels of the columns reach to the right


def report(scores: Scores) -> RenderableType:
    """Return the measures as tables."""
    parts: list[RenderableType] = [_overall(scores)]
    if scores.by_style:
        parts += [Text(), _by_style(scores)]
    if scores.confusions:
        parts += [Text(), _confusions(scores)]
    return Group(*parts)


def _overall(scores: Scores) -> Table:
    table = _table("Measure", "Figure")
    measured = {
        f"right entry first (top-1), of {scores.questions} questions": scores.top_1,
        "right entry in the first three (top-3)": scores.top_3,
        "answered confidently": scores.answered,
        "confident answers right (precision)": scores.precision,
        "right entry shown at all (answer or choices)": scores.shown,
        "out of scope: given a confident answer": scores.out_of_scope_answered,
        "out of scope: asked back (choices)": scores.out_of_scope_asked_back,
        "danger now: recall": scores.urgent_recall,
        "danger now: false alarms": scores.urgent_false_alarms,
        "danger now: alarms on ordinary questions": scores.urgent_on_questions,
        **{f"personal data: recall, {kind}": share for kind, share in scores.personal_recall.items()},
        "personal data: clean texts with a false redaction": scores.personal_false_on_clean,
        "personal data: false redactions per 100 texts": scores.personal_false_per_100,
    }
    for name, figure in measured.items():
        if figure is not None:
            table.add_row(name, f"{figure:.3f}")
    return table


def _by_style(scores: Scores) -> Table:
    keys = ("questions", "top_1", "top_3", "answered", "precision", "shown")
    table = _table("Style", *(key.replace("_", "-") for key in keys))
    for style, measured in scores.by_style.items():
        table.add_row(style, *(f"{measured[key]:.3f}" if key != "questions" else str(measured[key]) for key in keys))
    return table


def _confusions(scores: Scores) -> Table:
    table = _table("Right entry", "Entry that came first", "Times")
    for confusion in scores.confusions[:CONFUSIONS_SHOWN]:
        table.add_row(confusion.right, confusion.first or "(none)", str(confusion.times))
    if more := len(scores.confusions) - CONFUSIONS_SHOWN:
        table.caption = f"and {more} more: --json has them all" if more > 0 else None
    return table


def _table(*headings: str) -> Table:
    table = Table()
    table.add_column(headings[0])
    for heading in headings[1:]:
        table.add_column(heading, justify="left" if heading.startswith("Entry") else "right")
    return table


def confusion_picture(scores: Scores, entries: Mapping[str, EvidenceEntry]) -> str:
    """Return an SVG picture: a row for each right entry that was missed, a column for each entry that came first instead.

    Entries stand in order of topic, so that confusions among neighbours lie together. Each cell says how often in words
    (its title) as well as by shade.
    """

    def place(entry_id: str) -> tuple[str, str]:
        entry = entries.get(entry_id)
        return (entry.topics[0] if entry else "~", entry_id)

    rows = sorted({confusion.right for confusion in scores.confusions}, key=place)
    columns = sorted({confusion.first for confusion in scores.confusions}, key=place)
    width, height = MARGIN + CELL * len(columns) + SLANT, MARGIN + CELL * len(rows) + 20
    most = max((confusion.times for confusion in scores.confusions), default=1)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="11">',
        "<title>Which entry came first instead of the right one</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<text x="10" y="20" font-size="14">Rows: the right entry. Columns: what came first.</text>',
        f'<text x="10" y="38" font-size="14">Darker: more often (most: {most}).</text>',
    ]
    for n, entry_id in enumerate(rows):
        y = MARGIN + CELL * n
        drawn.append(f'<text x="{MARGIN - 6}" y="{y + CELL * 0.7:.0f}" text-anchor="end">{escape(entry_id)}</text>')
        drawn.append(f'<line x1="{MARGIN}" x2="{width - SLANT}" y1="{y}" y2="{y}" stroke="#ddd"/>')
    for n, entry_id in enumerate(columns):
        x = MARGIN + CELL * n + CELL * 0.7
        label = escape(entry_id or "(none)")
        drawn.append(f'<text transform="translate({x:.0f} {MARGIN - 6}) rotate(-60)">{label}</text>')
    for confusion in scores.confusions:
        x, y = MARGIN + CELL * columns.index(confusion.first), MARGIN + CELL * rows.index(confusion.right)
        said = escape(f"{confusion.right}: {confusion.first or '(none)'} came first {confusion.times} times")
        shade = 0.25 + 0.75 * confusion.times / most
        drawn.append(
            f'<rect x="{x}" y="{y}" width="{CELL - 1}" height="{CELL - 1}" fill="#1d4e89" fill-opacity="{shade:.2f}">'
            f"<title>{said}</title></rect>"
        )
    return "\n".join([*drawn, "</svg>", ""])

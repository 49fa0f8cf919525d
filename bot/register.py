"""The public register of evidence gaps: which gaps stand in it, what anybody may know of one, and how it is written down.

`COLUMNS` is the only list of what is public: the rows, the CSV, the JSON, the data dictionary and its metadata are all made from it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.cells import no_formula
from bot.gap import Check, Gap, GapState
from bot.gaps import Filters, GapReading, Order

BANDS: Final[Mapping[int, str]] = {0: "<5", 5: "5-9", 10: "10-19", 20: "20-49", 50: "50+"}  # by their lower end
PAGE: Final = 500  # gaps read at a time: the whole register never stands in memory

# Nobody at the centre has looked at a gap that was only submitted, or opened again: a name could have slipped through.
PUBLIC: Final = frozenset(GapState) - {GapState.SUBMITTED}

STATES: Final[Mapping[GapState, tuple[str, str]]] = {
    GapState.CLARIFIED: ("Made clearer", "somebody at the centre has made sure what is asked"),
    GapState.CHECKED: ("Checked", "what is known already was looked for"),
    GapState.PRIORITISED: ("Prioritised", "on the list of what the centre will work on"),
    GapState.IN_PROGRESS: ("In progress", "being worked on"),
    GapState.ANSWERED: ("Answered", "an entry answers it"),
    GapState.WILL_NOT_ANSWER: ("Will not be answered", "closed without an answer; the outcome says why"),
    GapState.DUPLICATE: ("Asks the same as another", "its voices count at the gap that the outcome names"),
}
CHECKS: Final[Mapping[Check, tuple[str, str]]] = {
    Check.KNOWN: ("There is evidence on it", "there is evidence on it"),
    Check.PARTLY_KNOWN: ("There is evidence on a part of it", "there is evidence on a part of it"),
    Check.UNKNOWN: ("Nobody seems to have looked at it", "nobody seems to have looked at it"),
}

Value = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the register.

    Attributes:
        name: Of the CSV column and the JSON key.
        title: For people.
        meaning: What stands in it, and when nothing does.
        datatype: As CSVW names it: integer, date or string.
        of: Returns a gap's value; "" for none.
        choices: Every value that can stand there, with its meaning; none if it is not from a list.
        is_list: Whether several values can stand there.
    """

    name: str
    title: str
    meaning: str
    datatype: str
    of: Callable[[Gap], Value]
    choices: Mapping[str, str] = field(default_factory=dict)
    is_list: bool = False


def band(count: int) -> str:
    """Return in which band a count is; one below 5, and none at all, is always "<5"."""
    return BANDS[floor(count)]


def floor(count: int) -> int:
    """Return the lower end of a count's band."""
    return max((low for low in BANDS if low <= count), default=0)


BAND_WORDS: Final = {
    name: f"fewer than {high}" if low == 0 else f"{low} to {high - 1}" if high else f"{low} or more"
    for (low, name), high in zip(BANDS.items(), [*list(BANDS)[1:], 0], strict=True)
}


def _question(gap: Gap) -> str:
    return "" if gap.state is GapState.DUPLICATE else gap.question


COLUMNS: Final[Sequence[Column]] = (
    Column("number", "Number", "The gap's own; it never changes.", "integer", lambda gap: gap.number),
    Column(
        "question", "Question", "What the evidence base does not answer, in the words of whoever flagged it, personal data removed. "
        "Nothing for a duplicate: the question of the other gap stands.", "string", _question,
    ),
    Column("topics", "Topics", "Ids of topics; in the CSV, separated by semicolons.", "string", lambda gap: list(gap.topics), is_list=True),
    Column(
        "demand", "Demand", "How many people want an answer, as a band, so that nobody can be told from a small number.", "string",
        lambda gap: band(gap.votes), BAND_WORDS,
    ),
    Column("flagged", "Flagged", "The day on which it was flagged (UTC).", "date", lambda gap: f"{gap.at:%Y-%m-%d}"),
    Column("changed", "Changed", "The day on which the centre last changed it (UTC); a new voice is no change.", "date", lambda gap: f"{gap.changed:%Y-%m-%d}"),
    Column(
        "check", "Check", "What a look at what is known already found; nothing before it.", "string", lambda gap: gap.check.value if gap.check else "",
        {check.value: meaning for check, (_, meaning) in CHECKS.items()},
    ),
    Column("status", "Status", "Where it stands.", "string", lambda gap: gap.state.value, {state.value: meaning for state, (_, meaning) in STATES.items()}),
    Column("outcome", "Outcome", "What came of it, in the centre's words; nothing while it is open.", "string", lambda gap: gap.outcome),
    Column("entry", "Entry", "The id of the evidence entry that answers it; nothing unless it is answered.", "string", lambda gap: gap.entry),
)  # fmt: skip


def is_public(gap: Gap) -> bool:
    """Return whether a gap stands in the register."""
    return gap.state in PUBLIC


def row(gap: Gap) -> dict[str, Value]:
    """Return what anybody may know of a gap that stands in the register: no organisation, no person, no exact number of voices."""
    return {column.name: column.of(gap) for column in COLUMNS}


async def public_gaps(gaps: GapReading) -> AsyncIterator[Sequence[Gap]]:
    """Yield the gaps of the register in the order of their numbers, a page at a time.

    Raises:
        StoreError: If they cannot be read.
    """
    last = None
    while page := await gaps.listed(Filters(PUBLIC), Order.OLDEST, PAGE, last):
        yield [gap for gap in page if is_public(gap)]
        last = page[-1].place


async def as_csv(gaps: GapReading) -> AsyncIterator[str]:
    """Yield the register as CSV (RFC 4180), a page at a time, the line of names first; `StoreError` if it cannot be read."""
    head = _lines([[column.name for column in COLUMNS]])
    async for page in public_gaps(gaps):
        yield head + _lines([[_cell(value) for value in row(gap).values()] for gap in page])
        head = ""
    if head:
        yield head


async def as_json(gaps: GapReading) -> AsyncIterator[str]:
    """Yield the register as a JSON array of objects, a page at a time; `StoreError` if it cannot be read."""
    before = "["
    async for page in public_gaps(gaps):
        yield before + ",\n".join(json.dumps(row(gap), ensure_ascii=False) for gap in page)
        before = ",\n"
    yield "[]\n" if before == "[" else "]\n"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _cell(value: Value) -> str:
    return no_formula(";".join(value) if isinstance(value, list) else str(value))


def metadata(url: str, about: str) -> dict[str, Any]:
    """Return what says to programs how to read the CSV (https://www.w3.org/TR/tabular-metadata/).

    Args:
        url: Of the CSV.
        about: Of the data dictionary.
    """
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": "Evidence gaps in children's social care",
        "dc:description": "Questions that the evidence base does not answer, as staff flagged them and the centre checked them.",
        "dc:source": {"@id": about},
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "doubleQuote": True},
        "tableSchema": {"columns": [_described(column) for column in COLUMNS], "primaryKey": "number"},
    }


def _described(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name, "titles": column.title, "dc:description": column.meaning, "required": column.name == "number",
        "datatype": column.datatype,
    }  # fmt: skip
    if column.datatype == "date":
        described["datatype"] = {"base": "date", "format": "yyyy-MM-dd"}
    if column.choices:
        pattern = "|".join(value.replace("+", r"\+") for value in column.choices)
        described["datatype"] = {"base": "string", "format": pattern}
    return described | ({"separator": ";"} if column.is_list else {})

"""What anybody may know of evidence gaps: no small number, no person, nothing that nobody at the centre has looked at."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gap import Check, Gap, GapState
from bot.gaps_in_memory import GapsInMemory
from bot.register import BAND_WORDS, BANDS, CHECKS, COLUMNS, PAGE, PUBLIC, STATES, as_csv, as_json, band, metadata, row
from tests.builders import a_gap

URL = "https://evidence.example.org/gaps.csv"
SECRETS = {"decision": "SECRET-a", "for_whom": "SECRET-b", "how_soon": "SECRET-c", "role": "SECRET-d", "assigned_to": "SECRET-e",
           "surface": "SECRET-f", "about_entry": "SECRET-g", "about_version": "SECRET-h", "concern": "SECRET-i"}  # fmt: skip


async def written(gaps: list[Gap]) -> tuple[list[dict[str, str]], list[dict[str, object]]]:
    """Return the register of some gaps, as read back from CSV and from JSON."""
    kept = GapsInMemory(gaps)
    table = "".join([part async for part in as_csv(kept)])
    objects = "".join([part async for part in as_json(kept)])
    return list(csv.DictReader(io.StringIO(table, newline=""))), json.loads(objects)


@given(st.integers(-5, 4), st.integers(0, 10**9))
def test_no_band_tells_a_count_below_five(small: int, count: int) -> None:
    assert band(small) == "<5"
    assert (band(count) == "<5") is (count < 5)
    low = max(low for low in BANDS if low <= count)
    assert low == 0 or low >= 5
    assert band(count) == band(low)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_row_tells_no_more_of_its_voices_than_the_band(one: int, other: int) -> None:
    same_row = row(a_gap(votes=one)) == row(a_gap(votes=other))
    assert same_row is (band(one) == band(other))


def test_every_field_of_a_gap_is_public_or_known_to_be_secret() -> None:
    public = {"number", "question", "topics", "votes", "at", "changed", "check", "state", "outcome", "entry"}
    assert {one.name for one in fields(Gap)} == public | set(SECRETS) | {"duplicate_of", "since"}
    assert "SECRET" not in str(row(replace(a_gap(), **SECRETS)))  # type: ignore[arg-type]  # all of them are texts


def test_a_row_holds_the_public_values_of_a_gap() -> None:
    gap = a_gap(7, GapState.ANSWERED, votes=12, check=Check.KNOWN, outcome="It helps.", entry="kite-flying")
    assert row(gap) == {
        "number": 7, "question": "Do kites help babies sleep?", "topics": ["fostering", "early-years"], "demand": "10-19", "flagged": "2026-11-20",
        "changed": "2026-11-25", "check": "known", "status": "answered", "outcome": "It helps.", "entry": "kite-flying",
    }  # fmt: skip


async def test_only_gaps_that_the_centre_has_looked_at_are_written() -> None:
    gaps = [a_gap(number, state) for number, state in enumerate(GapState, 1)]
    table, objects = await written(gaps)
    numbers = [gap.number for gap in gaps if gap.state is not GapState.SUBMITTED]
    assert [int(one["number"]) for one in table] == numbers
    assert [one["number"] for one in objects] == numbers


async def test_a_gap_that_is_opened_again_is_hidden_until_it_is_looked_at() -> None:
    gap = a_gap(1, GapState.ANSWERED, check=Check.KNOWN, outcome="x", entry="kite-flying")
    assert len((await written([gap]))[0]) == 1
    assert await written([gap.reopened(datetime(2026, 11, 26, tzinfo=UTC))]) == ([], [])


async def test_the_words_of_a_duplicate_are_not_told() -> None:
    merged = a_gap(2).merged(a_gap(1), datetime(2026, 11, 26, tzinfo=UTC))
    (line,), _ = await written([merged])
    assert (line["question"], line["outcome"]) == ("", "Asks the same as gap 1.")


async def test_csv_and_json_hold_the_same_with_the_columns_of_the_dictionary() -> None:
    many = [a_gap(number, GapState.CHECKED, votes=number) for number in range(1, 2 * PAGE + 2)]
    table, objects = await written(many)
    names = [column.name for column in COLUMNS]
    assert [list(table[0]), list(objects[0])] == [names, names]
    assert len(table) == len(objects) == len(many)
    for line, one in zip(table, objects, strict=True):
        assert line == {name: ";".join(value) if isinstance(value, list) else str(value) for name, value in one.items()}


@pytest.mark.parametrize("number_of_gaps", [0, 1, PAGE, PAGE + 1])
async def test_a_register_of_any_length_can_be_read(number_of_gaps: int) -> None:
    table, objects = await written([a_gap(number + 1, GapState.CHECKED) for number in range(number_of_gaps)])
    assert (len(table), len(objects)) == (number_of_gaps, number_of_gaps)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
async def test_any_text_comes_back_from_the_table_and_none_is_a_formula(text: str) -> None:
    (line,), (one,) = await written([a_gap(1, GapState.CHECKED, question=text)])
    assert line["question"] in {text, f"'{text}"}
    assert not line["question"].startswith(("\t", "\r", "\n"))
    assert not line["question"].lstrip().startswith(("=", "+", "-", "@"))
    assert one["question"] == text


async def test_the_table_is_as_rfc_4180_wants_it() -> None:
    text = "".join(
        [part async for part in as_csv(GapsInMemory([a_gap(1, GapState.CHECKED, question='Does "x", or y?')]))]
    )
    assert text.startswith("number,question,")
    assert '"Does ""x"", or y?"' in text
    assert text.count("\r\n") == text.count("\n") == 2


def test_every_value_of_a_list_is_explained() -> None:
    choices = {column.name: set(column.choices) for column in COLUMNS if column.choices}
    assert choices == {"demand": set(BANDS.values()), "check": set(Check), "status": set(PUBLIC)}
    assert set(STATES) == PUBLIC
    assert set(CHECKS) == set(Check)
    assert BAND_WORDS == {
        "<5": "fewer than 5",
        "5-9": "5 to 9",
        "10-19": "10 to 19",
        "20-49": "20 to 49",
        "50+": "50 or more",
    }


def test_the_metadata_describes_every_column_and_its_values() -> None:
    described = metadata(URL, "https://evidence.example.org/gaps/data-dictionary")
    columns = described["tableSchema"]["columns"]
    assert [one["name"] for one in columns] == [column.name for column in COLUMNS]
    assert described["url"] == URL
    for one, column in zip(columns, COLUMNS, strict=True):
        for value in column.choices:
            assert re.fullmatch(one["datatype"]["format"], value)
        assert not column.choices or not re.fullmatch(one["datatype"]["format"], "3")

"""Anybody may read the register of evidence gaps, and learns nothing of who asked."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from aiohttp import ClientPayloadError
from markupsafe import escape

from adapters.web.register import SHOWN
from bot.errors import StoreError
from bot.gap import Check, Gap, GapState, Place
from bot.gaps import Filters, Order
from bot.gaps_in_memory import GapsInMemory
from bot.register import COLUMNS, PAGE, row
from bot.turn import Bot
from knowledge.entry import Strength
from tests.adapters.web.conftest import URL, Visitor, parts_of, visit
from tests.builders import a_gap

HIDDEN = a_gap(90, GapState.SUBMITTED, question="Does Maisie Example sleep?", votes=4)
ANSWERED = a_gap(
    3, GapState.ANSWERED, question="Does kinship care last?", votes=23, check=Check.KNOWN, outcome="It often does.",
    entry="kinship-care-outcomes", topics=("kinship-care",),
)  # fmt: skip
SMALL = a_gap(2, GapState.CHECKED, votes=3, check=Check.PARTLY_KNOWN)
MERGED = a_gap(
    4, GapState.DUPLICATE, question="A twin of another", votes=0, duplicate_of=2, outcome="Asks the same as gap 2."
)
GAPS = (SMALL, ANSWERED, MERGED, HIDDEN)
PATHS = ("/gaps", "/gaps/2", "/gaps/map", "/gaps/data-dictionary", "/gaps.csv", "/gaps.json", "/gaps.csv-metadata.json")


@pytest.fixture
async def reader(bot: Bot) -> AsyncIterator[Visitor]:
    """Visits a site with a few gaps."""
    async for one in visit(parts_of(bot, GapsInMemory(GAPS), asks_per_minute=100_000)):
        yield one


async def test_the_list_shows_what_the_centre_has_looked_at_and_counts_the_rest_roughly(reader: Visitor) -> None:
    page = await reader.get("/gaps")
    assert [link for link in page.links if re.fullmatch(r"/gaps/\d+", link)] == ["/gaps/4", "/gaps/3", "/gaps/2"]
    assert "there are fewer than 5 of them" in page.words
    assert "Maisie" not in page.body


async def test_a_gap_that_nobody_has_looked_at_is_nowhere(reader: Visitor) -> None:
    for path in PATHS:
        assert "Maisie" not in (await reader.get(path)).body, path
    hidden, absent = await reader.get("/gaps/90"), await reader.get("/gaps/91")
    assert (hidden.status, absent.status) == (404, 404)
    assert hidden.words.replace("90", "91") == absent.words
    assert "Evidence gap 90 is not in the register" in hidden.words


async def test_a_small_number_of_voices_is_nowhere(bot: Bot) -> None:
    for votes in (1, 2, 3, 4):
        seen = []
        for shown in (votes, 1):
            async for one in visit(parts_of(bot, GapsInMemory([a_gap(2, GapState.CHECKED, votes=shown)]))):
                pages = [await one.get(path) for path in PATHS]
                seen.append([(page.body, page.headers.get("ETag")) for page in pages])
        assert seen[0] == seen[1]


async def test_the_order_of_the_list_does_not_follow_the_voices(bot: Bot) -> None:
    numbers: list[list[str]] = []
    for votes in ((1, 9, 5), (9, 1, 7)):
        kept = GapsInMemory([a_gap(number, GapState.CHECKED, votes=one) for number, one in enumerate(votes, 1)])
        async for one in visit(parts_of(bot, kept)):
            links = (await one.get("/gaps")).links
            numbers.append([link for link in links if re.fullmatch(r"/gaps/\d+", link)])
    assert numbers == [["/gaps/3", "/gaps/2", "/gaps/1"]] * 2


async def test_a_gap_shows_where_it_stands_and_what_answers_it(reader: Visitor) -> None:
    page = await reader.get("/gaps/3")
    assert page.status == 200
    for said in (
        "Does kinship care last?",
        "It often does.",
        "20 to 49",
        "There is evidence on it",
        "20 November 2026",
        "Kinship care",
    ):
        assert said in page.words, said
    assert "/evidence/kinship-care-outcomes" in page.links
    assert not re.search(r"Whether to buy|Babies in foster|This month|Foster carer|slack", page.words)


async def test_a_duplicate_leads_to_the_other_gap_without_its_own_words(reader: Visitor) -> None:
    page = await reader.get("/gaps/4")
    assert "/gaps/2" in page.links
    assert "Asks the same as gap 2." in page.words
    for path in (*PATHS, "/gaps/4"):
        assert "A twin" not in (await reader.get(path)).body


async def test_the_list_is_narrowed_down_and_a_word_that_is_no_choice_filters_nothing(reader: Visitor) -> None:
    async def numbers(query: str) -> list[str]:
        links = (await reader.get(f"/gaps?{query}")).links
        return [link.rpartition("/")[2] for link in links if re.fullmatch(r"/gaps/\d+", link)]

    assert await numbers("topic=kinship-care") == ["3"]
    assert await numbers("status=checked") == ["2"]
    assert await numbers("topic=kinship-care&status=checked") == []
    assert await numbers("topic=nonsense&status=submitted&after=x") == ["4", "3", "2"]
    assert "There is no such gap in the register" in (await reader.get("/gaps?status=in-progress")).words


@pytest.mark.parametrize("query", ["", "?topic=fostering", "?topic=fostering&status=checked"])
async def test_every_gap_stands_on_one_page_of_the_list(bot: Bot, query: str) -> None:
    kept = GapsInMemory([a_gap(number, GapState.CHECKED) for number in range(1, 2 * SHOWN + 6)])
    async for one in visit(parts_of(bot, kept)):
        path, seen = f"/gaps{query}", []
        for _ in range(3):
            page = await one.get(path)
            seen += [int(link[6:]) for link in page.links if re.fullmatch(r"/gaps/\d+", link)]
            path = next((link for link in page.links if "after=" in link), "")
        assert seen == list(range(2 * SHOWN + 5, 0, -1))
        assert path == ""
        assert f"/gaps{query}" in page.links


async def test_the_table_and_the_objects_hold_the_public_rows(reader: Visitor) -> None:
    table, objects = await reader.get("/gaps.csv"), await reader.get("/gaps.json")
    lines = list(csv.DictReader(io.StringIO(table.body, newline="")))
    assert json.loads(objects.body) == [row(SMALL), row(ANSWERED), row(MERGED)]
    assert [(line["number"], line["demand"], line["topics"]) for line in lines] == [
        ("2", "<5", "fostering;early-years"), ("3", "20-49", "kinship-care"), ("4", "<5", "fostering;early-years"),
    ]  # fmt: skip
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert table.headers["Content-Disposition"] == 'attachment; filename="evidence-gaps.csv"'
    assert objects.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_a_long_register_is_sent_whole(bot: Bot) -> None:
    many = [a_gap(number, GapState.CHECKED) for number in range(1, 3 * PAGE + 2)]
    async for one in visit(parts_of(bot, GapsInMemory(many))):
        assert len(json.loads((await one.get("/gaps.json")).body)) == len(many)
        assert (await one.get("/gaps.csv")).body.count("\r\n") == len(many) + 1


async def test_the_dictionary_and_the_metadata_name_every_column_and_value(reader: Visitor) -> None:
    page = await reader.get("/gaps/data-dictionary")
    described = await reader.get("/gaps.csv-metadata.json")
    assert described.headers["Content-Type"] == "application/csvm+json; charset=utf-8"
    metadata = json.loads(described.body)
    header = (await reader.get("/gaps.csv")).body.split("\r\n")[0].split(",")
    assert [one["name"] for one in metadata["tableSchema"]["columns"]] == header == [column.name for column in COLUMNS]
    assert metadata["url"] == f"{URL}/gaps.csv"
    for column in COLUMNS:
        assert column.meaning in page.words
        for value, meaning in column.choices.items():
            assert f"{value}: {meaning}" in page.words


@pytest.mark.parametrize("path", PATHS)
async def test_what_has_not_changed_is_not_sent_again(bot: Bot, path: str) -> None:
    kept = GapsInMemory(GAPS)
    async for one in visit(parts_of(bot, kept, asks_per_minute=100_000)):
        first = await one.get(path)
        assert (first.status, first.headers["Cache-Control"]) == (200, "public, max-age=300")
        again = await one.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status, again.body, again.headers["ETag"]) == (304, "", first.headers["ETag"])
        kept.kept[0] = a_gap(2, GapState.CHECKED, votes=60, question="Another question of the kind?")
        changed = await one.get(path, **{"If-None-Match": first.headers["ETag"]})
        assert changed.status == (304 if "dictionary" in path or "metadata" in path else 200)


@pytest.mark.parametrize("path", ["/gaps/0", "/gaps/-1", "/gaps/x", f"/gaps/{10**17}", f"/gaps/{10**30}", "/gaps/1.5"])
async def test_what_is_no_gap_is_not_found_and_a_sentence_says_so(reader: Visitor, path: str) -> None:
    page = await reader.get(path)
    assert page.status == 404
    assert "There is no such page" in page.words


async def test_the_map_tells_in_words_what_it_draws(bot: Bot) -> None:
    gaps = [
        a_gap(1, GapState.CHECKED, votes=12, topics=("fostering",)),
        a_gap(2, GapState.SUBMITTED, votes=99, topics=("adoption",)),
    ]
    async for one in visit(parts_of(bot, GapsInMemory(gaps))):
        page = await one.get("/gaps/map")
    entries = [entry for entry in bot.shown.values() if "fostering" in entry.topics]
    counted = [sum(entry.rating.strength is strength for entry in entries) for strength in Strength]
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr>(.*?)</tr>", page.body)[1:]]
    cells = [[re.sub(r"<[^>]+>", "", cell) for cell in line] for line in lines]
    assert len(cells) == len(bot.knowledge.topics)
    first = ["Fostering", "&lt;5", "10 or more", f"{len(entries)} on Fostering", *map(str, counted), "no"]
    assert cells[0] == first
    assert {(line[1], line[2]) for line in cells[1:]} == {("none", "none")}
    for topic in bot.knowledge.topics.values():
        assert f">{escape(topic.name)}</text>" in page.body


@dataclass
class Failing(GapsInMemory):
    """Gaps whose store fails after so many pages."""

    pages: int = 0

    def __post_init__(self) -> None:
        super().__init__([a_gap(number, GapState.CHECKED) for number in range(1, 2 * PAGE)])

    async def listed(self, filters: Filters, order: Order, limit: int, after: Place | None = None) -> Sequence[Gap]:
        if self.pages == 0:
            raise StoreError("The database cannot be reached", retryable=True)
        self.pages -= 1
        return await super().listed(filters, order, limit, after)


@pytest.mark.parametrize("path", ["/gaps", "/gaps.csv", "/gaps.json"])
async def test_a_store_that_cannot_be_read_is_told(bot: Bot, path: str) -> None:
    async for one in visit(parts_of(bot, Failing())):
        page = await one.get(path)
        assert page.status == 503
        assert "the store does not answer" in page.body


@pytest.mark.parametrize("path", ["/gaps.csv", "/gaps.json"])
async def test_a_register_that_breaks_off_does_not_look_whole(bot: Bot, path: str) -> None:
    async for one in visit(parts_of(bot, Failing(1))):
        with pytest.raises(ClientPayloadError):
            await one.get(path)


async def test_the_whole_register_is_not_sent_over_and_over(bot: Bot) -> None:
    async for one in visit(parts_of(bot, GapsInMemory(GAPS), asks_per_minute=3)):
        found = [await one.get("/gaps.csv") for _ in range(3)]
        assert [page.status for page in found][-1] == 429
        assert "Many requests came from this address" in found[-1].words


@pytest.mark.parametrize("path", ["/gaps.csv", "/gaps.json"])
async def test_the_head_of_a_file_has_no_body(bot: Bot, path: str) -> None:
    async for one in visit(parts_of(bot, GapsInMemory(GAPS))):
        for _ in range(2):  # what came after the head would be read as the next answer
            async with one.client.head(path) as response:
                assert (response.status, await response.read()) == (200, b"")
        page = await one.get(path)
        assert (page.status, page.headers["Vary"], page.headers["ETag"][:2]) == (200, "Accept-Encoding", "W/")

"""Every way to find an entry finds it."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest

from adapters.web.machines import COLUMNS, row
from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry, Strength
from tests.adapters.web.conftest import URL, Visitor
from tests.builders import sheet


def entries_in(links: list[str]) -> list[str]:
    return [link.removeprefix("/evidence/") for link in links if re.fullmatch(r"/evidence/[a-z0-9-]+", link)]


async def test_the_index_lists_every_entry_once(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    assert sorted(entries_in((await visitor.get("/evidence")).links)) == sorted(knowledge.entries)


async def test_filters_narrow_the_index_down(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get("/evidence?topic=fostering&strength=low&kind=nonsense")
    wanted = [e.id for e in knowledge.entries.values() if "fostering" in e.topics and e.rating.strength is Strength.LOW]
    assert sorted(entries_in(page.links)) == sorted(wanted)
    assert wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("family group conf", "family-group-conferencing"),
        ("MST", "multisystemic-therapy"),
        ("signs of safety", "signs-of-safety"),
    ],
)
async def test_what_is_typed_is_found_before_it_is_whole(visitor: Visitor, words: str, wanted: str) -> None:
    page = await visitor.post("/evidence", {"words": words})
    assert wanted in entries_in(page.links)[:3]


async def test_a_search_is_narrowed_down_by_the_filters(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    found = entries_in((await visitor.post("/evidence", {"words": "therapy", "strength": "moderate"})).links)
    assert found
    assert {knowledge.entries[entry].rating.strength for entry in found} == {Strength.MODERATE}


@pytest.mark.parametrize("words", ["xyzzy", '"', "* OR NOT (", "'; drop table entries; --"])
async def test_a_search_that_finds_nothing_says_so(visitor: Visitor, words: str) -> None:
    page = await visitor.post("/evidence", {"words": words})
    assert page.status == 200
    assert "0 entries. Try fewer words" in page.words or entries_in(page.links)


async def test_the_part_that_changes_while_typing_is_no_whole_page(visitor: Visitor) -> None:
    page = await visitor.post("/evidence", {"words": "mentoring"}, **{"X-Fragment": "1"})
    assert "<html" not in page.body
    assert entries_in(page.links)


async def test_a_topic_lists_its_entries(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get("/topics/fostering")
    assert sorted(entries_in(page.links)) == sorted(e.id for e in knowledge.entries.values() if "fostering" in e.topics)
    assert (await visitor.get("/topics/no-such-topic")).status == 404


async def test_the_map_has_a_mark_for_each_entry_on_each_of_its_topics(
    visitor: Visitor, knowledge: KnowledgeBase
) -> None:
    page = await visitor.get("/map")
    assert len(entries_in(page.links)) == sum(len(entry.topics) for entry in knowledge.entries.values())


async def test_the_table_has_a_row_for_each_entry(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get("/evidence.csv")
    rows = list(csv.DictReader(io.StringIO(page.body)))
    assert [one["id"] for one in rows] == list(knowledge.entries)
    assert list(rows[0]) == list(COLUMNS)
    assert page.headers["Content-Type"].startswith("text/csv")


def test_no_cell_of_the_table_is_a_formula() -> None:
    entry = EvidenceEntry.model_validate(sheet())
    texts = entry.texts.model_copy(update={"in_brief": '=HYPERLINK("https://example.org")'})
    assert row(entry.model_copy(update={"texts": texts}), URL)["in_brief"].startswith("'=")


async def test_the_site_map_names_every_page(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    tree = ElementTree.fromstring((await visitor.get("/sitemap.xml")).body)  # noqa: S314 - our own page
    places = {one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert {f"{URL}/evidence/{entry}" for entry in knowledge.entries} < places
    for place in places:
        assert (await visitor.get((place or "").removeprefix(URL))).status == 200
    assert f"Sitemap: {URL}/sitemap.xml" in (await visitor.get("/robots.txt")).body

"""Every entry has a page that shows all of it, and leads on."""

from __future__ import annotations

import json
import re

import pytest

from adapters.web.app import make_app
from bot import wording
from bot.picture import risk_pictures
from bot.turn import Bot
from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry
from tests.adapters.web.conftest import URL, Visitor, parts_of, visit
from tests.adapters.web.pages import Page

PAGE_BYTES_MAX = 100_000
FGC = "family-group-conferencing"


def flat(text: str) -> str:
    # A mark like [2] is a link of its own: spaces beside it are the layout's.
    return " ".join(text.split()).replace(" [", "[")


def must_show(entry: EvidenceEntry) -> list[str]:
    texts = entry.texts
    lines = [
        entry.title, texts.in_brief, texts.what_this_means, texts.strength_why, texts.tested_on, texts.main_limit, texts.one_line,
        *texts.findings, *texts.doing_it_well, *texts.limits, *texts.cost, *entry.facts.what_it_is, entry.ages, entry.setting,
        wording.effect_words(entry), wording.STRENGTH_WORDS[entry.rating.strength], wording.rated_by(entry), entry.rating.why,
        wording.day(entry.checked), wording.day(entry.review_due), entry.version,
    ]  # fmt: skip
    for finding in entry.facts.findings:
        lines += [finding.claim, finding.study, wording.DIRECTION_WORDS[finding.direction]]
    lines += [f"{source.title}. {source.by}" for source in entry.sources]
    lines += [picture.text for picture in risk_pictures(entry)]
    return [flat(line) for line in lines]


async def test_every_entry_shows_all_of_its_texts_findings_and_sources(
    visitor: Visitor, knowledge: KnowledgeBase
) -> None:
    for entry in knowledge.entries.values():
        page = await visitor.get(f"/evidence/{entry.id}")
        assert page.status == 200
        words = flat(page.words)
        missing = [line for line in must_show(entry) if line not in words and line not in page.body]
        assert missing == [], entry.id
        assert [source.link for source in entry.sources if source.link not in page.links] == [], entry.id


async def test_no_page_is_over_its_size(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    sizes = {entry: len((await visitor.get(f"/evidence/{entry}")).body.encode()) for entry in knowledge.entries}
    assert max(sizes.values()) < PAGE_BYTES_MAX, max(sizes, key=lambda entry: sizes[entry])


async def test_every_link_of_every_page_leads_somewhere(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    paths = ["/", "/evidence", "/topics", "/map", "/gaps", "/gaps/map", "/gaps/data-dictionary", "/about"]
    paths += [f"/topics/{topic}" for topic in knowledge.topics]
    paths += [f"/evidence/{entry}" for entry in knowledge.entries]
    pages = {path: await visitor.get(path) for path in paths}
    known: dict[str, Page] = dict(pages)
    for path, page in pages.items():
        for link in set(page.links):
            target, _, anchor = link.removeprefix(URL).partition("#")
            if target.startswith("http"):
                continue
            target = target or path
            if target not in known:
                known[target] = await visitor.get(target)
            assert known[target].status == 200, (path, link)
            assert not anchor or anchor in known[target].ids, (path, link)


async def test_source_marks_in_texts_are_links_to_the_sources(visitor: Visitor) -> None:
    page = await visitor.get(f"/evidence/{FGC}")
    assert page.links.count("#source-1") >= 3
    assert "source-1" in page.ids
    assert not re.search(r"<li>[^<]*\[\d+\]", page.body)


async def test_a_retired_entry_is_gone_and_points_to_its_successor(small_visitor: Visitor) -> None:
    page = await small_visitor.get("/evidence/night-walks")
    assert page.status == 410
    assert "/evidence/kite-flying" in page.links
    assert "replaced by" in page.words


async def test_an_entry_past_its_review_says_so(small_visitor: Visitor) -> None:
    assert "due for review by 10 January 2026" in (await small_visitor.get("/evidence/bread-baking")).words
    assert "due for review by" not in (await small_visitor.get("/evidence/kite-flying")).words


@pytest.mark.parametrize(
    "path", ["/evidence/no-such-entry", "/evidence/no-such-entry.json", "/evidence/no-such-entry/figure.png"]
)
async def test_an_unknown_entry_is_not_found(visitor: Visitor, path: str) -> None:
    assert (await visitor.get(path)).status == 404


async def test_entries_without_sign_off_are_hidden_where_that_is_required(bot: Bot) -> None:
    strict = Bot(bot.knowledge, bot.recogniser, bot.thresholds, require_sign_off=True)
    async for one in visit(parts_of(strict)):
        assert (await one.get(f"/evidence/{FGC}")).status == 404
        assert "0 entries" in (await one.get("/evidence")).words
        assert FGC not in (await one.get("/evidence.csv")).body
        assert FGC not in (await one.get("/map")).body


async def test_a_browser_keeps_a_page_until_something_changes(visitor: Visitor) -> None:
    first = await visitor.get(f"/evidence/{FGC}")
    again = await visitor.get(f"/evidence/{FGC}", **{"If-None-Match": first.headers["ETag"]})
    other = await visitor.get(f"/evidence/{FGC}", **{"If-None-Match": '"other"'})
    assert (again.status, again.body, other.status) == (304, "", 200)


async def test_a_page_says_what_it_is_to_machines(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get(f"/evidence/{FGC}")
    entry = knowledge.entries[FGC]
    metas = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.metas}
    assert page.headers["Content-Language"] == "en-GB"
    assert f"{URL}/evidence/{FGC}" in page.links
    assert metas["og:description"] == metas["description"] == entry.texts.in_brief
    assert metas["og:image"] == f"{URL}/evidence/{FGC}/figure.png"
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.body, re.DOTALL)
    assert found
    described = json.loads(found[1])
    assert described["headline"] == entry.title
    assert len(described["citation"]) == len(entry.sources)


async def test_an_entry_is_there_for_machines_without_what_the_matcher_learns_from(
    visitor: Visitor, knowledge: KnowledgeBase
) -> None:
    entry = knowledge.entries[FGC]
    page = await visitor.get(f"/evidence/{FGC}.json")
    given = json.loads(page.body)
    assert given["version"] == entry.version
    assert given["texts"]["in_brief"] == entry.texts.in_brief
    assert "examples" not in given


async def test_how_to_cite_an_entry_names_its_version_and_address(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get(f"/evidence/{FGC}")
    assert f"version {knowledge.entries[FGC].version}, checked 23 November 2026. {URL}/evidence/{FGC}." in page.words


def test_the_application_is_made_without_touching_the_network(bot: Bot) -> None:
    assert make_app(parts_of(bot)).router.resources()

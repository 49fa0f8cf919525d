"""An evidence gap from a browser: a form, what the centre would get, one voice for each browser, and no question in an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.web.app import make_app
from bot import gap_wording
from bot.feedback import Reason
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.gaps import Filters, Order
from bot.turn import Bot
from intents.encoder import MODEL
from tests.adapters.web.conftest import NOW, parts_of
from tests.adapters.web.desk import Browser
from tests.adapters.web.pages import Page

QUESTION = "Does pet ownership help children settle in a new foster home?"
ALIKE = "Does having a pet help kids settle in a new foster home?"
NAMED = "Does a dog help Maisie Example settle? Her number is 020 7946 0018."
DANGER = "a 6yo just told me her stepdad hits her, she is scared to go home tonight, what helps?"
ENTRY = "family-group-conferencing"


@pytest.fixture
async def gaps(bot: Bot, empty_store: Store) -> GapDesk:
    """Takes gaps, on a store of its own."""
    await empty_store.upgrade()
    kept = StoredGaps(empty_store, Sealer([key_from("a secret")]), lambda *_: None)
    return GapDesk(bot, kept, StoredLikeGaps(empty_store, bot.recogniser.vector, MODEL), lambda: NOW)


@pytest.fixture
async def browsers(bot: Bot, gaps: GapDesk) -> AsyncIterator[tuple[Browser, Browser]]:
    """Two browsers on one site."""
    parts = replace(parts_of(bot, asks_per_minute=100_000), gap_desk=gaps)
    async with TestClient(TestServer(make_app(parts)), cookie_jar=DummyCookieJar()) as client:
        yield Browser(client), Browser(client)


async def send(browser: Browser, **fields: str) -> None:
    """Look at what the centre would get, and send that."""
    shown = await browser.post("/gaps/flag", {"step": "look", **fields})
    assert shown.status == 200
    form = {one["name"]: one["value"] for one in shown.inputs if one.get("type") == "hidden"}
    sent = await browser.post("/gaps/flag", {**form, "step": "send"})
    assert gap_wording.GAP_ON_WEB.format(number=1)[:40] in sent.words


async def test_a_gap_is_looked_at_before_it_is_kept_and_counts_once_for_a_browser(
    browsers: tuple[Browser, Browser], gaps: GapDesk
) -> None:
    one, other = browsers
    assert (await one.get("/gaps/flag")).status == 200
    shown = await one.post("/gaps/flag", {"step": "look", "question": NAMED, "for_whom": "aged 5 to 9"})
    assert ("Maisie" in shown.body, "0018" in shown.body, "was taken out" in shown.words) == (False, False, True)
    assert await gaps.gaps.listed(Filters(), Order.NEWEST, 10) == []
    for _ in range(2):
        await send(one, question=QUESTION, for_whom="aged 5 to 9", how_soon="Within a month")
    (gap,) = await gaps.gaps.listed(Filters(), Order.NEWEST, 10)
    assert (gap.question, gap.surface, gap.how_soon, gap.votes) == (QUESTION, "web", "Within a month", 1)
    (voice,) = await gaps.gaps.voices(1)
    assert voice.address is None
    like = await other.post("/gaps/flag", {"step": "look", "question": ALIKE})
    assert "Add my voice to gap 1" in like.words
    for browser, votes in ((other, 2), (other, 2), (one, 2)):
        counted = await browser.post("/gaps/voice", {"number": "1"})
        assert "Your voice counts for evidence gap 1" in counted.words
        assert (await gaps.gaps.get(1)).votes == votes


async def test_the_secret_of_a_browser_is_made_when_something_is_sent_and_out_of_reach(
    browsers: tuple[Browser, Browser],
) -> None:
    one, _ = browsers
    for page in (await one.get("/gaps/flag"), await one.post("/gaps/flag", {"step": "look", "question": QUESTION})):
        assert "Set-Cookie" not in page.headers
    sent = await one.post("/gaps/flag", {"step": "send", "question": QUESTION})
    cookie = sent.headers["Set-Cookie"]
    assert cookie.startswith("__Host-voice=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure"))


async def test_an_answered_one_is_shown_with_its_answer(browsers: tuple[Browser, Browser], gaps: GapDesk) -> None:
    await send(browsers[0], question=QUESTION)
    await gaps.move(1, GapState.CHECKED, "ann", "looked", check=Check.KNOWN)
    await gaps.move(1, GapState.ANSWERED, "ann", "there", outcome="It is there.", entry=ENTRY)
    shown = await browsers[1].post("/gaps/flag", {"step": "look", "question": ALIKE})
    assert gap_wording.LIKE_ANSWERED in shown.words
    assert "Strength of evidence" in shown.words
    assert "Add my voice" not in shown.words


async def test_whoever_speaks_of_danger_now_is_told_what_to_do_first(browsers: tuple[Browser, Browser]) -> None:
    shown = await browsers[0].post("/gaps/flag", {"step": "look", "question": DANGER})
    assert shown.words.index("999") < shown.words.index(gap_wording.GAP_LOOK)


async def test_a_form_about_an_entry_says_what_is_the_matter_with_it(
    browsers: tuple[Browser, Browser], gaps: GapDesk
) -> None:
    one, _ = browsers
    form = await one.get(f"/gaps/flag?entry={ENTRY}")
    assert gaps.bot.shown[ENTRY].title in form.words
    assert form.field("entry") == ENTRY
    assert [one for one in (await one.get("/gaps/flag?entry=nothing")).inputs if one.get("name") == "entry"] == []
    await send(one, question=QUESTION, entry=ENTRY, concern="out-of-date")
    gap = await gaps.gaps.get(1)
    assert (gap.about_entry, gap.about_version, gap.concern) == (ENTRY, gaps.bot.shown[ENTRY].version, "out-of-date")


@pytest.mark.parametrize("fields", [{}, {"question": "?"}, {"question": "x" * 601}, {"question": "nul \x00 helps?"}])
@pytest.mark.parametrize("step", ["look", "send"])
async def test_what_cannot_be_kept_is_told_beside_what_was_typed(
    browsers: tuple[Browser, Browser], gaps: GapDesk, fields: dict[str, str], step: str
) -> None:
    answer = await browsers[0].post("/gaps/flag", {"step": step, "for_whom": "babies", **fields})
    assert (answer.status, "babies" in answer.body) == (400, True)
    assert await gaps.gaps.listed(Filters(), Order.NEWEST, 10) == []


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 13, "²"])
async def test_a_voice_for_no_gap_is_refused(browsers: tuple[Browser, Browser], number: str) -> None:
    assert (await browsers[0].post("/gaps/voice", {"number": number})).status == 400
    assert (await browsers[0].post("/gaps/voice", {"number": "7"})).status == 404


async def test_no_other_site_flags_for_somebody(browsers: tuple[Browser, Browser], gaps: GapDesk) -> None:
    form = {"step": "send", "question": QUESTION}
    refused = await browsers[0].send("POST", "/gaps/flag", form, {"Origin": "https://elsewhere.example.org"})
    assert refused.status == 403
    assert await gaps.gaps.listed(Filters(), Order.NEWEST, 10) == []


async def ask(browser: Browser, message: str) -> Page:
    return await browser.post(
        "/ask", {"message": message, "conversation": (await browser.get("/")).field("conversation")}
    )


async def test_from_nothing_on_that_the_question_goes_into_the_form_and_into_no_address(
    browsers: tuple[Browser, Browser],
) -> None:
    question = "does owning a parrot lower caseloads?"
    page = await ask(browsers[0], question)
    assert page.field("question") == question
    assert not any("parrot" in link for link in page.links)
    form = await browsers[0].post("/gaps/flag", {"step": "open", "question": page.field("question")})
    assert f">{question}</textarea>" in form.body


async def test_after_the_wrong_answer_one_can_flag_what_one_wanted_to_know(browsers: tuple[Browser, Browser]) -> None:
    one, _ = browsers
    page = await ask(one, "does family group conferencing keep children out of care?")
    why = await one.post("/feedback", {"answer": page.field("answer"), "verdict": "not-helpful"})
    given = {"answer": why.field("answer"), "reason": Reason.NOT_MY_QUESTION.value}
    assert f"/gaps/flag?entry={ENTRY}" in (await one.post("/feedback", given)).links
    given["reason"] = Reason.HARD_TO_READ.value
    assert f"/gaps/flag?entry={ENTRY}" not in (await one.post("/feedback", given)).links

"""What the desk shows of what practitioners asked in vain, found of no use, and ask for."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.feedback import StoredFeedback
from adapters.store.gap_counts import StoredGapCounts
from adapters.store.gaps import StoredGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.unanswered import StoredUnanswered
from adapters.web.app import make_app
from bot.conversations import key_of
from bot.feedback import Feedback, Reason, Verdict
from bot.gap import NewGap
from bot.gap_desk import GapDesk
from bot.gaps import Voice
from bot.like_gaps import NoLikeGaps
from bot.roles import Role
from bot.turn import Bot
from bot.unanswered import to_keep
from bot.unanswered_desk import UnansweredDesk
from tests.adapters.web.conftest import NOW, parts_of
from tests.adapters.web.desk import ANN, Browser, Clock, desk_on, sign_in

ENTRY = "family-group-conferencing"
PARROTS = ("does owning a parrot lower caseloads?", "does having a parrot lower caseloads?")


@asynccontextmanager
async def office(bot: Bot, store: Store, role: Role) -> AsyncIterator[tuple[Browser, GapDesk, str]]:
    """Serve the desk on a store of its own to somebody with a role, who is in; with the token of their forms."""
    clock, sealer = Clock(), Sealer([key_from("a secret")])
    await store.upgrade()
    gaps = GapDesk(bot, StoredGaps(store, sealer, lambda *_: None), NoLikeGaps(), clock)
    unanswered = UnansweredDesk(gaps, StoredUnanswered(store, sealer), 90, NOW.date)
    desk, counts = desk_on(clock), StoredGapCounts(store)
    parts = replace(
        parts_of(bot, asks_per_minute=100_000), desk=desk, gap_desk=gaps, unanswered=unanswered, demand=counts, feedback=StoredFeedback(store), now=clock,
    )  # fmt: skip
    async with TestClient(TestServer(make_app(parts)), cookie_jar=DummyCookieJar()) as client:
        browser = Browser(client)
        yield browser, gaps, await sign_in(browser, desk, ANN, role)


async def ask_in_vain(bot: Bot, store: Store, *questions: str) -> None:
    kept = StoredUnanswered(store, Sealer([key_from("a secret")]))
    for text in questions:
        question = to_keep(bot, text, NOW.date(), "slack")
        assert question is not None
        await kept.keep(question, NOW.date())


async def test_a_triager_makes_a_gap_of_what_was_asked_in_vain_once(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, token):
        assert "Nothing was asked in vain." in (await browser.get("/desk/unanswered")).words
        await ask_in_vain(bot, empty_store, *PARROTS)
        shown = await browser.get("/desk/unanswered")
        assert "Asked 2 times, on 25 November 2026, never flagged." in shown.words
        (key,) = [one["value"] for one in shown.buttons if one.get("name") == "key"]
        made = await browser.post("/desk/unanswered/flag", {"form_token": token, "key": key})
        assert (made.status, made.headers["Location"]) == (303, "/desk/gaps/1")
        assert "parrot" in (await gaps.gaps.get(1)).question
        assert "Nothing was asked in vain." in (await browser.get("/desk/unanswered")).words
        again = await browser.post("/desk/unanswered/flag", {"form_token": token, "key": key})
        assert (again.status, "list them again" in again.words) == (400, True)


async def test_a_curator_sees_what_was_asked_in_vain_and_has_no_button(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.CURATOR) as (browser, _, _token):
        await ask_in_vain(bot, empty_store, PARROTS[0])
        shown = await browser.get("/desk/unanswered")
        assert "Asked once" in shown.words
        assert not [one for one in shown.buttons if one.get("name") == "key"]


async def test_verdicts_stand_by_entry_and_version_and_are_told_apart_by_whom_they_concern(
    bot: Bot, empty_store: Store
) -> None:
    async with office(bot, empty_store, Role.CURATOR) as (browser, gaps, _):
        assert "Nothing of the kind came in." in (await browser.get("/desk/feedback")).words
        log, current = StoredFeedback(empty_store), bot.shown[ENTRY].version
        for version, reason in (
            (current, Reason.NOT_MY_QUESTION),
            (current, Reason.LOOKS_WRONG),
            ("0000", Reason.HARD_TO_READ),
        ):
            await log.record(Feedback(ENTRY, version, Verdict.NOT_HELPFUL, reason, "web", NOW))
        await log.record(Feedback("gone", "1111", Verdict.HELPFUL, None, "web", NOW))
        everything = (await browser.get("/desk/feedback")).words
        assert "0000 (older)" in everything
        assert "gone, not shown any more" in everything
        assert "It looks wrong or out of date: 1" in everything
        matches = (await browser.get("/desk/feedback?about=match")).words
        assert (current in matches, "0000" in matches) == (True, False)
        content = (await browser.get("/desk/feedback?about=content")).words
        assert (current in content, "0000" in content, "gone" in content) == (True, True, False)
        await gaps.gaps.flag(NewGap("Does it help fathers?", about_entry=ENTRY), Voice(key_of("slack", "U1")), NOW)
        await gaps.gaps.flag(NewGap("Do parrots help?"), Voice(key_of("slack", "U1")), NOW)
        flagged = (await browser.get(f"/desk/gaps?about={ENTRY}")).words
        assert ("Does it help fathers?" in flagged, "Do parrots help?" in flagged) == (True, False)


async def test_demand_stands_by_topic_role_and_month_on_a_page_and_in_a_file(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.CURATOR) as (browser, gaps, _):
        assert "Nothing was flagged yet." in (await browser.get("/desk/demand")).words
        first = NewGap("Do kites help?", role="=Social worker", topics=("kinship-care",))
        await gaps.gaps.flag(first, Voice(key_of("slack", "U1")), NOW)
        await gaps.gaps.add_voice(1, Voice(key_of("slack", "U2")), NOW + timedelta(days=30))
        shown = (await browser.get("/desk/demand")).words
        for said in (bot.knowledge.topics["kinship-care"].name, "=social worker", "2026-11", "2026-12"):
            assert said in shown
        answer = await browser.get("/desk/demand.csv")
        rows = list(csv.DictReader(io.StringIO(answer.body)))
        assert {"by": "role", "of": "'=social worker", "gaps": "1", "voices": "2"} in rows
        assert [row["voices"] for row in rows if row["by"] == "month"] == ["1", "1"]
        assert answer.headers["Cache-Control"] == "no-store"


async def test_voices_are_split_off_on_the_page_of_a_gap(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, token):
        await gaps.gaps.flag(NewGap("Do kites help?"), Voice(key_of("slack", "U1")), NOW)
        assert "a gap of their own" not in (await browser.get("/desk/gaps/1")).words
        await gaps.gaps.add_voice(1, Voice(key_of("slack", "U2")), NOW)
        assert "Voice 1, which flagged it, 25 November 2026" in (await browser.get("/desk/gaps/1")).words
        form = {"form_token": token, "question": "Do kites help Maisie Example?", "split_why": "Two questions."}
        refused = await browser.post("/desk/gaps/1/split", form)
        assert (refused.status, "say which of them go" in refused.words) == (400, True)
        assert "Two questions." in refused.body
        second = (await gaps.gaps.voices(1))[1].mark
        made = await browser.post("/desk/gaps/1/split", form | {"voice": second})
        assert made.headers["Location"] == "/desk/gaps/2"
        new = await gaps.gaps.get(2)
        assert (new.votes, "Maisie" in new.question) == (1, False)


async def test_a_split_takes_the_voices_that_were_chosen_whoever_went_meanwhile(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, token):
        await gaps.gaps.flag(NewGap("Do kites help?"), Voice(key_of("slack", "U1")), NOW)
        for person in ("U2", "U3", "U4"):
            await gaps.gaps.add_voice(1, Voice(key_of("slack", person)), NOW)
        _, second, third, _ = await gaps.gaps.voices(1)
        await gaps.split(1, [second.mark], "Do kites help toddlers?", "another", "Somebody else was quicker.")
        form = {"form_token": token, "question": "Do kites help babies?", "split_why": "Two questions."}
        await browser.post("/desk/gaps/1/split", form | {"voice": third.mark})
        assert [one.person for one in await gaps.gaps.voices(3)] == [third.person]
        again = await browser.post("/desk/gaps/1/split", form | {"voice": third.mark})
        assert (again.status, "say which of them go" in again.words) == (400, True)

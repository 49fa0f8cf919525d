"""The desk's pages of evidence gaps: seen by those whose work it is, moved on with a reason, nothing lost of what was typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.web.app import make_app
from bot.conversations import key_of
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.roles import Role
from bot.subscriptions import Address
from bot.turn import Bot
from intents.encoder import MODEL
from tests.adapters.web.conftest import parts_of
from tests.adapters.web.desk import ANN, Browser, Clock, desk_on, sign_in

QUESTION = "Does pet ownership help children settle in a new foster home?"
ALIKE = "Does having a pet help kids settle in a new foster home?"
ENTRY = "family-group-conferencing"


@asynccontextmanager
async def office(bot: Bot, store: Store, *roles: Role) -> AsyncIterator[tuple[Browser, GapDesk, str]]:
    """Serve the desk on a store of its own to somebody with some roles, who is in; with the token of their forms."""
    clock, sealer = Clock(), Sealer([key_from("a secret")])
    await store.upgrade()
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL)
    gaps = GapDesk(bot, StoredGaps(store, sealer, into_outbox(store, sealer, clock)), like, clock)
    desk = desk_on(clock)
    parts = replace(parts_of(bot, asks_per_minute=100_000), desk=desk, gap_desk=gaps, now=clock)
    async with TestClient(TestServer(make_app(parts)), cookie_jar=DummyCookieJar()) as client:
        browser = Browser(client)
        yield browser, gaps, await sign_in(browser, desk, ANN, *roles)


async def flag(gaps: GapDesk, *questions: str) -> None:
    for n, question in enumerate(questions):
        await gaps.flag({"question": question, "for_whom": "aged 5 to 9"}, Address("slack", f"U{n}", "T1"), f"U{n}")


async def test_what_waits_longer_than_promised_is_listed_and_marked(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, _):
        await flag(gaps, QUESTION)
        assert "There is no such gap" in (await browser.get("/desk/gaps?late=late")).words
        assert isinstance(gaps.now, Clock)
        gaps.now.pass_by(days=-15)
        await flag(gaps, ALIKE)
        gaps.now.pass_by(days=15)
        listed = (await browser.get("/desk/gaps?late=late")).words
        assert (ALIKE in listed, QUESTION in listed) == (True, False)
        assert "working days late" in listed
        assert "working days late" in (await browser.get("/desk/gaps/2")).words


async def test_a_gap_goes_through_its_states_on_the_desk_with_a_reason_each_time(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, token):
        await flag(gaps, QUESTION, ALIKE)
        listed = await browser.get("/desk/gaps")
        assert (listed.status, QUESTION in listed.words, ALIKE in listed.words) == (200, True, True)
        assert "Asks something like it" in (await browser.get("/desk/gaps/1")).words

        async def post(path: str, **fields: str) -> tuple[int, str]:
            page = await browser.post(path, {"form_token": token, **fields})
            return page.status, page.headers.get("Location", "") or page.words

        assert await post("/desk/gaps/1/assign", hands="mine") == (303, "/desk/gaps/1")
        assert "It is in your hands." in (await browser.get("/desk/gaps/1")).words
        assert QUESTION in (await browser.get("/desk/gaps?hands=mine")).words
        assert ALIKE not in (await browser.get("/desk/gaps?hands=mine")).words
        status, told = await post("/desk/gaps/1/move", to="checked", why="Looked in three registers.")
        assert (status, "says what is known already" in told, "Looked in three registers." in told) == (400, True, True)
        moved = await post("/desk/gaps/1/move", to="checked", check="unknown", why="Looked, said Maisie Example.")
        assert moved == (303, "/desk/gaps/1")
        assert "Maisie" not in (await gaps.gaps.history(1))[-1].why
        await post("/desk/gaps/1/move", to="prioritised", why="Many voices.")
        await post("/desk/gaps/1/move", to="in-progress", why="Somebody reads.")
        status, told = await post("/desk/gaps/1/move", to="answered", why="Done.", outcome="A review.", entry="nothing")
        assert (status, "There is no entry" in told) == (400, True)
        assert await post("/desk/gaps/1/move", to="answered", why="Done.", outcome="A review.", entry=ENTRY) == (
            303,
            "/desk/gaps/1",
        )
        gap = await gaps.gaps.get(1)
        assert (gap.state, gap.entry, gap.outcome) == (GapState.ANSWERED, ENTRY, "A review.")
        history = await gaps.gaps.history(1)
        assert {line.actor for line in history[1:]} == {key_of(*ANN)}
        assert (await post("/desk/gaps/1/move", to="checked", check="known", why="Again."))[0] == 400
        assert await post("/desk/gaps/2/merge", into="1", merge_why="The same.") == (303, "/desk/gaps/1")
        assert "Asks the same as" in (await browser.get("/desk/gaps/2")).words
        assert (await post("/desk/gaps/2/merge", into="x", merge_why="The same."))[0] == 400


async def test_the_board_shows_open_gaps_by_where_they_stand(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.CURATOR) as (browser, gaps, token):
        await flag(gaps, QUESTION, "Do parrots lower caseloads?")
        await gaps.move(2, GapState.CHECKED, "ann", "looked", check=Check.UNKNOWN)
        board = (await browser.get("/desk/gaps/board")).words
        assert board.index(QUESTION) < board.index("Checked") < board.index("Do parrots lower caseloads?")
        refused = await browser.post("/desk/gaps/1/move", {"form_token": token, "to": "clarified", "why": "x"})
        assert refused.status == 403  # a curator looks, a triager moves


@pytest.mark.parametrize("path", ["/desk/gaps/99", "/desk/gaps/0", f"/desk/gaps/{'9' * 12}"])
async def test_a_gap_that_is_not_there_is_told_in_a_sentence(bot: Bot, empty_store: Store, path: str) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, _, _token):
        page = await browser.get(path)
        assert (page.status, "There is no gap" in page.words) == (404, True)


async def test_a_long_list_goes_on_and_filters_that_mean_nothing_are_passed_over(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, _):
        await flag(gaps, *(f"Do parrots lower caseloads in team number {n}?" for n in range(53)))
        first = await browser.get("/desk/gaps?order=oldest&state=nonsense&votes=x&number=-1")
        assert first.words.count("Do parrots lower") == 50
        assert "More gaps" in first.words
        rest = await browser.get("/desk/gaps?order=oldest&votes=1&number=50")
        assert (rest.words.count("Do parrots lower"), "More gaps" in rest.words) == (3, False)


async def test_a_form_without_its_token_moves_nothing(bot: Bot, empty_store: Store) -> None:
    async with office(bot, empty_store, Role.TRIAGER) as (browser, gaps, _):
        await flag(gaps, QUESTION)
        for what in ("move", "assign", "merge"):
            page = await browser.post(
                f"/desk/gaps/1/{what}", {"to": "clarified", "why": "x", "into": "1", "merge_why": "x"}
            )
            assert page.status == 403
        assert len(await gaps.gaps.history(1)) == 1

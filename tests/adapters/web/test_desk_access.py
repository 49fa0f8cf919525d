"""Who may use which page of the desk: every page and action of the table, by everybody; and no form from anywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.gap_counts import StoredGapCounts
from adapters.store.gaps import StoredGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.web import security
from adapters.web.app import make_app
from adapters.web.desk_access import ACCESS, EVERYBODY, SIGNED_IN, is_desk
from bot import wording
from bot.conversations import key_of
from bot.gap import NewGap
from bot.gap_desk import GapDesk
from bot.gaps import Voice
from bot.like_gaps import NoLikeGaps
from bot.roles import Person, Role
from bot.sign_in_desk import SignInDesk
from bot.turn import Bot
from bot.unanswered import UnansweredInMemory
from bot.unanswered_desk import UnansweredDesk
from tests.adapters.web.conftest import NOW, URL, Visitor, parts_of
from tests.adapters.web.desk import ANN, Browser, Clock, browsers, desk_on, sign_in
from tests.builders import TODAY

MANAGER = Person("slack", "U0MANAGER")
NAMESAKE = Person("teams", MANAGER.person)  # of another organisation: the manager's ID there is somebody else's here
SIGNED_OUT, REVOKED, FOREIGN = "signed out", "revoked", "manager of another organisation"
WHO: tuple[str, ...] = (*Role, SIGNED_OUT, REVOKED, FOREIGN)
# What the forms of every page need.
FORM = {
    "surface": "slack", "person": "U0NEW", "role": "curator", "hands": "mine", "to": "clarified", "why": "Asked.", "into": "2", "merge_why": "The same.",
    "voice": Voice(key_of("slack", "ann")).mark, "question": "Do kites help toddlers sleep?", "split_why": "Two questions.", "key": "",
}  # fmt: skip
GAP_ACTIONS = tuple(f"/desk/gaps/{{number}}/{what}" for what in ("assign", "move", "merge", "split"))


@pytest.fixture
async def desk() -> SignInDesk:
    return desk_on(Clock())


@pytest.fixture
async def one(small_bot: Bot, desk: SignInDesk, tmp_path: Path) -> AsyncIterator[Browser]:
    store, sealer = Store(f"sqlite:///{tmp_path}/store.sqlite"), Sealer([key_from("a secret")])
    await store.upgrade()
    kept = StoredGaps(store, sealer, into_outbox(store, sealer, desk.now))
    for person in ("ann", "bob"):
        await kept.flag(NewGap("Do kites help babies sleep?"), Voice(key_of("slack", person)), NOW)
    await kept.add_voice(1, Voice(key_of("slack", "cleo")), NOW)
    gap_desk = GapDesk(small_bot, kept, NoLikeGaps(), desk.now)
    unanswered = UnansweredDesk(gap_desk, UnansweredInMemory(), 90, lambda: TODAY)
    counts = StoredGapCounts(store)
    async with browsers(small_bot, desk, gap_desk=gap_desk, unanswered=unanswered, demand=counts) as (browser,):
        yield browser
    await store.close()


def of(path: str) -> str:
    """Return the path of a page, with something in the place of what it leaves open."""
    return path.replace("{token}", "x").replace("{number}", "1")


async def become(who: str, browser: Browser, desk: SignInDesk) -> str:
    """Sign in as somebody, and return the token of their forms; "" for whoever has none."""
    if who == SIGNED_OUT:
        return ""
    if who in set(Role):
        return await sign_in(browser, desk, ANN, Role(who))
    person = ANN if who == REVOKED else NAMESAKE
    await desk.roles.grant(MANAGER, Role.MANAGER, "a test", NOW)
    token = await sign_in(browser, desk, person, Role.MANAGER)
    await desk.roles.revoke(person, Role.MANAGER, "a test", NOW)
    return token


def expected(method: str, path: str, who: str) -> int:
    """Return the status that the table leads one to expect."""
    rule = ACCESS[method, path]
    if rule == EVERYBODY:
        return {
            "/desk/enter/{token}": 200 if method == "GET" else 403,
            "/desk/openid": 404,
            "/desk/openid/back": 404,
        }.get(path, 200)
    if who == SIGNED_OUT:
        return 302 if method == "GET" else 403
    if rule != SIGNED_IN and who not in rule:
        return 403
    if path == "/desk/unanswered/flag":
        return 400  # the form names no question that was asked
    return 303 if path in GAP_ACTIONS else 200


@pytest.mark.parametrize("who", WHO)
async def test_each_page_and_action_is_for_whom_the_table_says(one: Browser, desk: SignInDesk, who: str) -> None:
    token = await become(who, one, desk)
    found, wanted = {}, {}
    for method, path in sorted(ACCESS, key=lambda key: key == ("POST", "/desk/sign-out")):
        fields = FORM | {"form_token": token} if method == "POST" else None
        answer = await one.send(method, of(path), fields, {})
        found[method, path] = answer.status
        wanted[method, path] = expected(method, path, who)
        assert answer.status == 303 or answer.headers["Cache-Control"] == "no-store"
    assert found == wanted


def test_every_route_of_the_desk_is_in_the_table_and_no_other(small_bot: Bot, desk: SignInDesk) -> None:
    app = make_app(replace(parts_of(small_bot), desk=desk))
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and is_desk(route.resource.canonical) and route.method != "HEAD"
    }
    assert routes == set(ACCESS)


async def test_a_page_that_is_not_in_the_table_is_refused_even_to_administrators(
    small_bot: Bot, desk: SignInDesk
) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app = make_app(replace(parts_of(small_bot, asks_per_minute=100_000), desk=desk))
    for method in ("GET", "POST"):
        app.router.add_route(method, "/desk/forgotten/{number}", forgotten)
    async with TestClient(TestServer(app), cookie_jar=DummyCookieJar()) as client:
        browser = Browser(client)
        assert (await browser.get("/desk/forgotten/1")).status == 302
        token = await sign_in(browser, desk, ANN, *Role)
        assert (await browser.get("/desk/forgotten/1")).status == 403
        assert (await browser.post("/desk/forgotten/1", {"form_token": token})).status == 403
        assert (await browser.get("/desk/no-such-page")).status == 404
        assert (await browser.send("DELETE", "/desk/roles", None, {})).status == 405
        assert (await browser.get("/deskx")).status == 404


async def test_without_a_desk_there_are_no_such_pages(small_visitor: Visitor) -> None:
    for path in ("/desk", "/desk/sign-in", "/desk/roles"):
        assert (await small_visitor.get(path)).status == 404


async def test_a_revoked_role_is_gone_with_the_next_request(one: Browser, desk: SignInDesk) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR, Role.CURATOR)
    assert (await one.get("/desk/roles")).status == 200
    await desk.roles.revoke(ANN, Role.ADMINISTRATOR, "a test", NOW)
    refused = await one.post("/desk/roles/grant", FORM | {"form_token": token})
    assert (refused.status, wording.DESK_OTHER_ROLE in refused.words) == (403, True)
    assert "/desk/roles" not in (await one.get("/desk")).links
    await desk.roles.revoke(ANN, Role.CURATOR, "a test", NOW)
    assert wording.DESK_FOR_STAFF in (await one.get("/desk")).words


async def test_administrators_grant_and_revoke_roles(one: Browser, desk: SignInDesk) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
    new = Person("slack", "U0NEW")
    for said in ("Granted.", "They have this role already."):
        page = await one.post("/desk/roles/grant", FORM | {"form_token": token})
        assert said in page.words
        assert "U0NEW" in page.words
    assert await desk.roles.of(new) == {Role.CURATOR}
    for said in ("Revoked.", "They do not have this role."):
        assert said in (await one.post("/desk/roles/revoke", FORM | {"form_token": token})).words
    assert await desk.roles.of(new) == frozenset()


async def test_nobody_leaves_the_desk_without_an_administrator(one: Browser, desk: SignInDesk) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
    fields = {"surface": "slack", "person": ANN.person, "role": "administrator", "form_token": token}
    assert (await one.post("/desk/roles/revoke", fields)).status == 400
    assert await desk.roles.of(ANN) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    "changes", [{"surface": "web"}, {"role": "king"}, {"person": ""}, {"person": "x" * 301}, {"person": "a\nb"}]
)
async def test_a_role_of_another_form_is_refused(one: Browser, desk: SignInDesk, changes: dict[str, str]) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
    assert (await one.post("/desk/roles/grant", FORM | {"form_token": token} | changes)).status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", [path for method, path in ACCESS if method == "POST"])
async def test_a_form_from_another_site_is_refused(
    one: Browser, desk: SignInDesk, path: str, headers: dict[str, str]
) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
    answer = await one.post(of(path), FORM | {"form_token": token}, **headers)
    assert (answer.status, "another site" in answer.words) == (403, True)
    assert (await one.get("/desk")).status == 200
    assert await desk.roles.of(Person("slack", "U0NEW")) == frozenset()


@pytest.mark.parametrize("path", ["/desk/sign-out", "/desk/roles/grant", "/desk/roles/revoke", "/desk/enter/x"])
async def test_a_form_without_its_sessions_token_is_refused(small_bot: Bot, desk: SignInDesk, path: str) -> None:
    async with browsers(small_bot, desk, 2) as (one, other):
        await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
        anothers = await sign_in(other, desk, MANAGER, Role.ADMINISTRATOR)
        await one.code()
        for fields in ({}, {"form_token": ""}, {"form_token": anothers}, {"form_token": "é"}):
            answer = await one.post(path, FORM | fields, Origin=URL)
            assert (answer.status, wording.DESK_OTHER_FORM in answer.words) == (403, True)
        assert (await one.get("/desk")).status == 200
        assert await desk.roles.of(Person("slack", "U0NEW")) == frozenset()


async def test_a_form_that_is_too_long_or_too_slow_is_refused(
    one: Browser, desk: SignInDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await sign_in(one, desk, ANN, Role.ADMINISTRATOR)
    long = await one.post("/desk/roles/grant", FORM | {"form_token": token, "person": "x" * security.BODY_MAX})
    assert long.status == 413
    monkeypatch.setattr(security, "BODY_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection(one.client.server.host, one.client.server.port)
    writer.write(
        b"POST /desk/sign-out HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 90\r\n\r\nform"
    )
    async with asyncio.timeout(10):
        assert b" 408 " in await reader.readline()
    writer.close()


async def test_the_desk_is_never_shown_in_a_frame_even_where_the_other_pages_are(
    small_bot: Bot, desk: SignInDesk
) -> None:
    async with browsers(small_bot, desk, is_framed=True) as (browser,):
        for path in ("/desk", "/desk/sign-in", "/desk/enter/x", "/desk/no-such-page"):
            headers = (await browser.get(path)).headers
            assert headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in (await browser.get("/")).headers

"""Into the desk by an identity provider: who it names gets in if they have a role, and nothing that does not prove itself counts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.web.parts import Provider
from bot import wording
from bot.roles import Person, Role
from bot.sign_in import SessionsInMemory
from bot.sign_in_desk import SignInDesk
from bot.turn import Bot
from tests.adapters.web.conftest import NOW, URL
from tests.adapters.web.desk import Browser, Clock, browsers, desk_on
from tests.adapters.web.openid import CLIENT, FakeProvider, fake_provider
from tests.adapters.web.pages import Page

SESSION, TRIP = "__Host-desk", "__Host-desk-openid"
PAST = int(time.time()) - 3_600  # noqa: TID251 - tokens are checked by the real clock


@pytest.fixture
async def desk() -> SignInDesk:
    return desk_on(Clock())


@pytest.fixture
async def fake() -> AsyncIterator[FakeProvider]:
    async with fake_provider() as one:
        yield one


@pytest.fixture
async def browser(small_bot: Bot, desk: SignInDesk, fake: FakeProvider) -> AsyncIterator[Browser]:
    await desk.roles.grant(person(fake), Role.CURATOR, "a test", NOW)
    async with browsers(small_bot, desk, provider=fake.provider) as (one,):
        yield one


def person(fake: FakeProvider) -> Person:
    return Person("openid", f"{fake.issuer}|subject-1")


async def away(browser: Browser, fake: FakeProvider, path: str = "/desk/openid") -> str:
    """Go to the provider, and return the path that it sends the browser back to."""
    gone = await browser.get(path)
    assert gone.status == 302
    return fake.ask(gone.headers["Location"])


def is_refused(page: Page, browser: Browser, said: str) -> None:
    """Fail unless the sign-in page says why somebody is not let in."""
    assert (page.status, said in page.words) == (403, True)
    assert "Sign in to the desk" in page.words
    assert SESSION not in browser.cookies
    assert TRIP not in browser.cookies


@pytest.mark.parametrize("methods", [None, ["client_secret_post", "client_secret_basic"], ["client_secret_basic"]])
async def test_who_has_a_role_gets_in_to_the_page_that_they_wanted(
    browser: Browser, fake: FakeProvider, methods: list[str] | None
) -> None:
    if methods:
        fake.metadata["token_endpoint_auth_methods_supported"] = methods
    page = await browser.get("/desk/sign-in?next=/desk/gaps")
    link = next(one for one in page.links if one.startswith("/desk/openid"))
    back = await browser.get(await away(browser, fake, link))
    assert (back.status, back.headers["Location"]) == (303, "/desk/gaps")
    assert fake.proof == ("post" if methods and "client_secret_post" in methods else "basic")
    assert fake.asked["redirect_uri"] == f"{URL}/desk/openid/back"
    start = await browser.get("/desk")
    assert "subject-1" in start.words
    assert "Your roles: curator." in start.words
    assert browser.given[SESSION]["samesite"] == browser.given[TRIP]["samesite"] == "Lax"


async def test_who_has_no_role_does_not_get_in_and_that_is_noted(
    browser: Browser, fake: FakeProvider, desk: SignInDesk
) -> None:
    fake.claims["sub"] = "somebody"
    said = wording.desk_for_staff("openid", f"{fake.issuer}|somebody")
    is_refused(await browser.get(await away(browser, fake)), browser, said)
    assert isinstance(desk.sessions, SessionsInMemory)
    assert desk.sessions.refused == [(Person("openid", f"{fake.issuer}|somebody"), "no role")]


@pytest.mark.parametrize("said", [["triager", "king"], "triager"])
async def test_roles_of_the_claim_count_beside_those_that_were_granted(
    browser: Browser, fake: FakeProvider, said: object
) -> None:
    fake.claims |= {"roles": said}
    assert (await browser.get(await away(browser, fake))).status == 303
    assert "Your roles: curator, triager." in (await browser.get("/desk")).words


async def test_roles_of_a_claim_that_is_not_set_do_not_count(
    small_bot: Bot, desk: SignInDesk, fake: FakeProvider
) -> None:
    fake.claims |= {"roles": ["administrator"]}
    async with browsers(small_bot, desk, provider=replace(fake.provider, roles_claim="")) as (browser,):
        is_refused(await browser.get(await away(browser, fake)), browser, wording.DESK_FOR_STAFF)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": None}, {"aud": [CLIENT, "another"]}, {"azp": "another"},
        {"iss": "https://another.example.org"}, {"iss": None}, {"exp": PAST}, {"exp": None}, {"nbf": PAST + 7_200}, {"iat": None},
        {"sub": ""}, {"sub": None}, {"sub": 7},
    ],
    ids=str,
)  # fmt: skip
async def test_a_token_with_another_claim_is_refused(
    browser: Browser, fake: FakeProvider, claims: dict[str, Any]
) -> None:
    fake.claims = claims
    is_refused(await browser.get(await away(browser, fake)), browser, wording.OPENID_UNPROVEN)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_of_another_algorithm_is_refused(browser: Browser, fake: FakeProvider, algorithm: str) -> None:
    fake.algorithm = algorithm
    is_refused(await browser.get(await away(browser, fake)), browser, wording.OPENID_UNPROVEN)


async def test_a_key_that_is_not_listed_is_not_believed_and_a_new_one_is_at_once(
    browser: Browser, fake: FakeProvider
) -> None:
    fake.signs_with = 1
    is_refused(await browser.get(await away(browser, fake)), browser, wording.OPENID_UNPROVEN)
    fake.lists = [0, 1]
    assert (await browser.get(await away(browser, fake))).status == 303


@pytest.mark.parametrize("change", ["state=another", "", "state="])
async def test_an_answer_to_another_question_is_refused_before_anything_is_fetched(
    browser: Browser, fake: FakeProvider, change: str
) -> None:
    back = await away(browser, fake)
    before = list(fake.fetched)
    is_refused(await browser.get(f"{back.partition('&state=')[0]}&{change}"), browser, wording.OPENID_NOT_BEGUN)
    assert fake.fetched == before


async def test_an_answer_in_another_browser_or_a_second_time_is_refused(browser: Browser, fake: FakeProvider) -> None:
    back = await away(browser, fake)
    other = Browser(browser.client)
    is_refused(await other.get(back), other, wording.OPENID_NOT_BEGUN)
    assert (await browser.get(back)).status == 303
    del browser.cookies[SESSION]
    is_refused(await browser.get(back), browser, wording.OPENID_NOT_BEGUN)


@pytest.mark.parametrize("value", ["x", "WyJhIiwiYiIsImMiLCIvZGVzayJd.aaaa.bbbb"])
async def test_a_cookie_that_we_did_not_sign_is_worth_nothing(browser: Browser, fake: FakeProvider, value: str) -> None:
    back = await away(browser, fake)
    browser.cookies[TRIP] = value
    is_refused(await browser.get(back), browser, wording.OPENID_NOT_BEGUN)


async def test_a_code_that_the_provider_refuses_lets_nobody_in(browser: Browser, fake: FakeProvider) -> None:
    fake.code = "another"
    is_refused(await browser.get(await away(browser, fake)), browser, wording.OPENID_UNPROVEN)


async def test_what_the_provider_refuses_is_said_without_its_own_words(browser: Browser, fake: FakeProvider) -> None:
    state = (await away(browser, fake)).partition("&state=")[2]
    page = await browser.get(f"/desk/openid/back?error=access_denied&error_description=<b>call+us</b>&state={state}")
    is_refused(page, browser, wording.OPENID_REFUSED)
    assert "call us" not in page.body


async def test_another_issuer_in_the_answer_is_refused(browser: Browser, fake: FakeProvider) -> None:
    back = await away(browser, fake)
    is_refused(await browser.get(f"{back}&iss=https://another.example.org"), browser, wording.OPENID_UNPROVEN)


@pytest.mark.parametrize(
    ("metadata", "status"),
    [({"issuer": "https://another.example.org"}, 200), ({"authorization_endpoint": "http://example.org/a"}, 200),
     ({"authorization_endpoint": "javascript:alert(1)"}, 200), ({"authorization_endpoint": None}, 200), ({}, 500), ({}, 404)],
)  # fmt: skip
async def test_a_provider_that_does_not_say_where_to_go_is_told_of_on_the_page(
    browser: Browser, fake: FakeProvider, metadata: dict[str, Any], status: int
) -> None:
    fake.metadata, fake.status = metadata, status
    page = await browser.get("/desk/openid")
    assert page.status == 503
    assert (wording.OPENID_SILENT if status >= 500 else wording.OPENID_UNPROVEN) in page.words
    assert TRIP not in browser.cookies


async def test_a_provider_that_is_not_there_is_told_of_on_the_page(small_bot: Bot, desk: SignInDesk) -> None:
    nowhere = Provider("http://127.0.0.1:1", CLIENT, "x")
    async with browsers(small_bot, desk, provider=nowhere) as (browser,):
        page = await browser.get("/desk/openid")
        assert (page.status, wording.OPENID_SILENT in page.words) == (503, True)


async def test_without_a_provider_nothing_leads_to_one(small_bot: Bot, desk: SignInDesk) -> None:
    async with browsers(small_bot, desk) as (browser,):
        assert "account" not in (await browser.get("/desk/sign-in")).words
        assert (await browser.get("/desk/openid")).status == 404

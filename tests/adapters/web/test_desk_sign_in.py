"""Into the desk by a link: once, in time, in the browser that showed the code, by whoever has a role; and out again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from itsdangerous import URLSafeSerializer

from adapters.store.audit import StoredAudit
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.sign_in import StoredSessions, StoredSignIns
from adapters.store.store import Store
from adapters.web.desk_access import safe_path
from bot import wording
from bot.conversations import key_of
from bot.roles import Person, Role
from bot.sign_in import SessionsInMemory
from bot.sign_in_desk import SignInDesk
from bot.turn import Bot
from tests.adapters.web.desk import ANN, Browser, Clock, browsers, desk_on, link_for, sign_in

BOB = Person("teams", "29:bob")
SESSION, BROWSER = "__Host-desk", "__Host-desk-browser"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(clock: Clock) -> SignInDesk:
    made = desk_on(clock)
    await made.roles.grant(ANN, Role.TRIAGER, "a test", clock())
    return made


@pytest.fixture
async def two(small_bot: Bot, desk: SignInDesk) -> AsyncIterator[tuple[Browser, Browser]]:
    async with browsers(small_bot, desk, 2) as (one, other):
        yield one, other


def refused(desk: SignInDesk) -> list[tuple[Person, str]]:
    assert isinstance(desk.sessions, SessionsInMemory)
    return desk.sessions.refused


async def test_from_the_page_that_was_wanted_by_code_and_link_back_to_it(
    two: tuple[Browser, Browser], desk: SignInDesk
) -> None:
    browser, _ = two
    away = await browser.get("/desk/roles?since=2026")
    assert (away.status, away.headers["Location"]) == (302, "/desk/sign-in?next=%2Fdesk%2Froles%3Fsince%3D2026")
    code = await browser.code(away.headers["Location"])
    page = await browser.get("/desk/sign-in")
    assert "/evidence desk " in page.words
    assert "only in the browser" in (await desk.answer(code, ANN)).said
    path = await link_for(desk, code)
    looked = await browser.get(path)
    assert "You enter as U0ANN, as Slack knows you." in looked.words
    entered = await browser.press(path)
    assert (entered.status, entered.headers["Location"]) == (303, "/desk/roles?since=2026")
    start = await browser.get("/desk")
    assert (start.status, start.headers["Cache-Control"]) == (200, "no-store")
    assert "Your roles: triager." in start.words


async def test_a_link_preview_uses_nothing_up_and_learns_nothing(
    two: tuple[Browser, Browser], desk: SignInDesk
) -> None:
    browser, preview = two
    path = await link_for(desk, await browser.code())
    for _ in range(3):
        seen = await preview.get(path)
        assert seen.status == 200
        assert "U0ANN" not in seen.body
        assert preview.cookies == {}
    assert (await browser.press(path)).status == 303


@pytest.mark.parametrize("has_cookie", [True, False])
async def test_a_stolen_link_is_refused_in_another_browser_and_still_works_in_its_own(
    two: tuple[Browser, Browser], desk: SignInDesk, *, has_cookie: bool
) -> None:
    browser, thief = two
    path = await link_for(desk, await browser.code())
    if has_cookie:
        await thief.code()
    answer = await thief.press(path)
    assert answer.status == 403
    assert wording.DESK_OTHER_BROWSER in answer.words
    assert SESSION not in thief.cookies
    assert refused(desk) == [(ANN, "another browser")]
    assert (await browser.press(path)).status == 303


async def test_a_link_works_once(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, _ = two
    path = await link_for(desk, await browser.code())
    fields = {"form_token": (await browser.get(path)).field("form_token")}
    before = dict(browser.cookies)
    assert (await browser.post(path, fields)).status == 303
    browser.cookies = before
    again = await browser.post(path, fields)
    assert again.status == 403
    assert wording.DESK_LINK_USED in again.words


async def test_a_newer_link_takes_the_place_of_the_one_before(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, _ = two
    code = await browser.code()
    older, newer = await link_for(desk, code), await link_for(desk, code)
    assert wording.DESK_LINK_USED in (await browser.press(older)).words
    assert (await browser.press(newer)).status == 303


async def test_a_link_ends_ten_minutes_after_its_code(
    two: tuple[Browser, Browser], desk: SignInDesk, clock: Clock
) -> None:
    browser, _ = two
    code = await browser.code()
    clock.pass_by(minutes=9)
    path = await link_for(desk, code)
    clock.pass_by(minutes=1)
    late = await browser.press(path)
    assert late.status == 403
    assert wording.DESK_LINK_EXPIRED in late.words
    assert refused(desk) == [(ANN, "too late")]
    assert (await desk.answer(code, ANN)).said == wording.DESK_CODE_UNKNOWN


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: f"x{token}", lambda _: "x", lambda token: token.rpartition(".")[0]])  # fmt: skip
async def test_a_link_that_was_changed_leads_nowhere(
    two: tuple[Browser, Browser], desk: SignInDesk, change: object
) -> None:
    browser, _ = two
    path = await link_for(desk, await browser.code())
    assert callable(change)
    answer = await browser.press(f"/desk/enter/{change(path.removeprefix('/desk/enter/'))}")
    assert answer.status == 403
    assert wording.DESK_LINK_USED in answer.words


async def test_a_link_signed_with_another_secret_leads_nowhere(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, _ = two
    path = await link_for(desk, await browser.code())
    forger = URLSafeSerializer("another secret", salt="desk link")
    token = forger.dumps(forger.loads_unsafe(path.removeprefix("/desk/enter/"))[1])
    assert (await browser.press(f"/desk/enter/{token}")).status == 403
    assert (await browser.press(path)).status == 303


async def test_a_session_has_a_new_secret_whatever_the_browser_came_with(
    two: tuple[Browser, Browser], desk: SignInDesk
) -> None:
    browser, attacker = two
    planted = "planted-by-somebody-else"
    browser.cookies[SESSION] = planted
    await sign_in(browser, desk)
    assert browser.cookies[SESSION] != planted
    assert len(browser.cookies[SESSION]) >= 43
    attacker.cookies[SESSION] = planted
    assert (await attacker.get("/desk")).status == 302
    first = browser.cookies[SESSION]
    await sign_in(browser, desk)
    attacker.cookies[SESSION] = first
    assert (await attacker.get("/desk")).status == 302
    assert BROWSER not in browser.cookies


@pytest.mark.parametrize(
    ("url", "prefix"), [("https://evidence.example.org", "__Host-"), ("http://127.0.0.1:3978", "")]
)
async def test_no_script_no_other_site_and_no_open_line_reads_a_cookie(
    small_bot: Bot, desk: SignInDesk, url: str, prefix: str
) -> None:
    async with browsers(small_bot, desk, public_url=url) as (browser,):
        await sign_in(browser, desk)
        assert set(browser.given) == {f"{prefix}desk", f"{prefix}desk-browser"}
        for morsel in browser.given.values():
            assert morsel["httponly"]
            assert morsel["samesite"] == "Lax"
            assert morsel["path"] == "/"
            assert morsel["domain"] == ""
            assert bool(morsel["secure"]) is url.startswith("https")
        assert browser.given[f"{prefix}desk"]["max-age"] == str(8 * 3600)


async def test_signing_out_ends_the_session_in_the_store_too(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, thief = two
    token = await sign_in(browser, desk)
    thief.cookies = dict(browser.cookies)
    assert (await thief.get("/desk")).status == 200
    out = await browser.post("/desk/sign-out", {"form_token": token})
    assert "You are signed out" in out.words
    assert SESSION not in browser.cookies
    assert (await thief.get("/desk")).status == 302


async def test_a_session_ends_after_eight_hours(two: tuple[Browser, Browser], desk: SignInDesk, clock: Clock) -> None:
    browser, _ = two
    await sign_in(browser, desk)
    clock.pass_by(hours=8, seconds=-1)
    assert (await browser.get("/desk")).status == 200
    clock.pass_by(seconds=1)
    assert (await browser.get("/desk")).status == 302


async def test_who_has_no_role_gets_no_link_and_loses_a_link_with_the_role(
    two: tuple[Browser, Browser], desk: SignInDesk, clock: Clock
) -> None:
    browser, _ = two
    code = await browser.code()
    assert await desk.answer(code, BOB) == await desk.answer("", BOB)
    assert (await desk.answer(code, BOB)).said == wording.desk_for_staff(*BOB)
    path = await link_for(desk, code)
    await desk.roles.revoke(ANN, Role.TRIAGER, "a test", clock())
    answer = await browser.press(path)
    assert answer.status == 403
    assert wording.DESK_FOR_STAFF in answer.words
    assert refused(desk)[-1] == (ANN, "no role")


async def test_a_code_that_somebody_gave_is_nobody_elses(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, _ = two
    await desk.roles.grant(BOB, Role.CURATOR, "a test", desk.now())
    code = await browser.code()
    path = await link_for(desk, code)
    assert (await desk.answer(code, BOB)).said == wording.DESK_CODE_UNKNOWN
    assert (await browser.press(path)).status == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example.org", "//evil.example.org", "/\\evil.example.org", "/desk//evil.example.org", "/desk\\..\\x", "/desk/../evidence",
        "/desk.evil.example.org", "/desk@evil.example.org", "/deskx", "javascript:alert(1)", "/desk/x\nSet-Cookie: a=b", "/desk/%2f%2fevil", "",
        "/desk#//evil", "/desk/sign-in?next=/desk", "/desk/enter/token", "/desk/openid/back?code=1", "/desk?next=https://evil.example.org",
        " /desk", "/DESK", "/desk/" + "x" * 400,
    ],
)  # fmt: skip
async def test_nobody_is_sent_anywhere_else(two: tuple[Browser, Browser], desk: SignInDesk, wanted: str) -> None:
    browser, _ = two
    assert safe_path(wanted) == "/desk"
    page = await browser.get("/desk/sign-in?" + "next=" + "".join(f"%{byte:02x}" for byte in wanted.encode()))
    code = page.body.partition('<p class="code"><code>')[2].partition("</code>")[0]
    entered = await browser.press(await link_for(desk, code))
    assert (entered.status, entered.headers["Location"]) == (303, "/desk")


@pytest.mark.parametrize("wanted", ["/desk", "/desk/roles", "/desk/gaps/12", "/desk/gaps?state=new&topic=fostering-1"])
def test_pages_of_the_desk_are_gone_to(wanted: str) -> None:
    assert safe_path(wanted) == wanted


async def test_two_tabs_of_one_browser_both_work(two: tuple[Browser, Browser], desk: SignInDesk) -> None:
    browser, _ = two
    first, second = await browser.code("/desk/sign-in?next=/desk/roles"), await browser.code()
    entered = await browser.press(await link_for(desk, first))
    assert entered.headers["Location"] == "/desk/roles"
    assert first != second


async def test_who_asks_for_too_many_codes_is_told_to_wait(small_bot: Bot, desk: SignInDesk) -> None:
    async with browsers(small_bot, desk, asks_per_minute=6) as (browser,):
        assert [(await browser.get("/desk/sign-in")).status for _ in range(3)] == [200, 200, 429]


async def test_on_a_database_one_of_many_at_once_gets_in_and_the_audit_tells_it_all(
    small_bot: Bot, store: Store, clock: Clock
) -> None:
    sealer = Sealer([key_from("a secret")])
    kept, sessions, roles = StoredSignIns(store, sealer), StoredSessions(store, sealer), StoredRoles(store, sealer)
    desk = replace(desk_on(clock), sign_ins=kept, sessions=sessions, roles=roles)
    await roles.grant(ANN, Role.TRIAGER, "a test", clock())
    async with browsers(small_bot, desk, 2) as (browser, thief):
        path = await link_for(desk, await browser.code())
        assert (await thief.press(path)).status == 403
        fields = {"form_token": (await browser.get(path)).field("form_token")}
        same = [Browser(browser.client, dict(browser.cookies)) for _ in range(5)]
        answers = await asyncio.gather(*(one.post(path, fields) for one in same))
        assert sorted(one.status for one in answers) == [303, 403, 403, 403, 403]
        inside = next(one for one in same if SESSION in one.cookies)
        token = (await inside.get("/desk")).field("form_token")
        await inside.post("/desk/sign-out", {"form_token": token})
        lines = await StoredAudit(store).newest(10)
        assert [line.what for line in lines] == ["signed out", "signed in", "sign-in refused", "role granted"]
        assert {line.actor for line in lines[:3]} == {key_of(*ANN)}

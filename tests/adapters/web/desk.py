"""People at the desk's door: browsers that keep cookies as browsers do, and a desk on a clock that a test sets."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from http.cookies import Morsel, SimpleCookie

from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.app import make_app
from adapters.web.parts import Provider
from bot.centre_demand import DemandReading
from bot.gap_desk import GapDesk
from bot.roles import Person, Role, RolesInMemory
from bot.sign_in import SessionsInMemory, SignInsInMemory
from bot.sign_in_desk import Chance, SignInDesk
from bot.turn import Bot
from bot.unanswered_desk import UnansweredDesk
from tests.adapters.web.conftest import NOW, URL, parts_of
from tests.adapters.web.pages import Page

ANN = Person("slack", "U0ANN")
CHANCE = Chance(partial(secrets.token_urlsafe, 32), random.Random(4).choice)  # noqa: S311 - the codes of a test


@dataclass(slots=True)
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**time)


def desk_on(clock: Clock) -> SignInDesk:
    """Return a desk that forgets, without anybody who has a role."""
    sessions = SessionsInMemory()
    return SignInDesk(SignInsInMemory(sessions), sessions, RolesInMemory(), URL, "a secret of a test", CHANCE, clock)


@dataclass(slots=True)
class Browser:
    """Somebody's browser, that keeps the cookies it is given. It shows them at every address of the site."""

    client: TestClient[web.Request, web.Application]
    cookies: dict[str, str] = field(default_factory=dict)
    given: dict[str, Morsel[str]] = field(default_factory=dict)  # the newest of each, with its flags

    async def get(self, path: str, **headers: str) -> Page:
        """Return what an address shows."""
        return await self.send("GET", path, None, headers)

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Page:
        """Return what comes of a form."""
        return await self.send("POST", path, fields, headers)

    async def send(self, method: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]) -> Page:
        """Send a request, and keep the cookies of its answer."""
        shown = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        async with self.client.request(
            method, path, data=fields, headers=shown | headers, allow_redirects=False
        ) as response:
            for said in response.headers.getall("Set-Cookie", []):
                for name, morsel in SimpleCookie(said).items():
                    self.given[name] = morsel
                    if morsel["max-age"] == "0":
                        self.cookies.pop(name, None)
                    else:
                        self.cookies[name] = morsel.value
            return await Page.of(response)

    async def code(self, path: str = "/desk/sign-in") -> str:
        """Return the code that the sign-in page shows."""
        page = await self.get(path)
        assert page.status == 200
        return page.body.partition('<p class="code"><code>')[2].partition("</code>")[0]

    async def press(self, path: str) -> Page:
        """Open a link and press its button."""
        return await self.post(path, {"form_token": (await self.get(path)).field("form_token")})


async def link_for(desk: SignInDesk, code: str, person: Person = ANN) -> str:
    """Return the path of the link that somebody gets for a code."""
    link = await desk.answer(code, person)
    assert link.address.startswith(f"{URL}/desk/enter/")
    return link.address.removeprefix(URL)


async def sign_in(browser: Browser, desk: SignInDesk, person: Person = ANN, *roles: Role) -> str:
    """Sign somebody in, with some roles, and return the token of their forms."""
    for role in roles:
        await desk.roles.grant(person, role, "a test", NOW)
    entered = await browser.press(await link_for(desk, await browser.code(), person))
    assert (entered.status, entered.headers["Location"]) == (303, "/desk")
    return (await browser.get("/desk")).field("form_token")


@asynccontextmanager
async def browsers(
    bot: Bot,
    desk: SignInDesk,
    count: int = 1,
    provider: Provider | None = None,
    gap_desk: GapDesk | None = None,
    unanswered: UnansweredDesk | None = None,
    demand: DemandReading | None = None,
    **site: object,
) -> AsyncIterator[list[Browser]]:
    """Serve a site with a desk to some browsers."""
    given = {"asks_per_minute": 100_000} | site
    parts = replace(
        parts_of(bot, None, **given),
        desk=desk,
        provider=provider,
        gap_desk=gap_desk,
        unanswered=unanswered,
        demand=demand,
        now=desk.now,
    )
    async with TestClient(TestServer(make_app(parts)), cookie_jar=DummyCookieJar()) as client:
        yield [Browser(client) for _ in range(count)]

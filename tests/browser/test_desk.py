"""Somebody signs in to the desk in a real browser, grants a role by keyboard and signs out; every page on the way is checked by axe."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.roles import Role
from bot.sign_in_desk import SignInDesk
from bot.turn import Bot
from tests.adapters.web.conftest import NOW
from tests.adapters.web.desk import ANN, Clock, desk_on
from tests.browser.conftest import served
from tests.browser.test_pages import AXE, TAGS

HERE = "http://127.0.0.1"
T = TypeVar("T")


@dataclass(slots=True)
class Served:
    """A site with a desk."""

    url: str
    desk: SignInDesk


@pytest.fixture
def desk_site(bot: Bot) -> Iterator[Served]:
    """A site on this machine, so without encryption, with an administrator."""
    desk = desk_on(Clock())
    run(desk.roles.grant(ANN, Role.ADMINISTRATOR, "a test", NOW))
    for url in served(bot, public_url=HERE, desk=desk):
        yield Served(url, desk)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of some work, in another thread than Playwright's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def is_accessible(page: Page) -> None:
    """Fail if axe finds anything on a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(TAGS)}}})")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed here (npm ci --prefix tests/browser)")
@pytest.mark.parametrize("is_dark", [False, True])
def test_from_the_page_with_the_code_into_the_desk_and_out_again(
    browser: Browser, desk_site: Served, *, is_dark: bool
) -> None:
    context = browser.new_context(
        color_scheme="dark" if is_dark else "light", java_script_enabled=True, viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.goto(f"{desk_site.url}/desk/roles")
    expect(page.get_by_role("heading", name="Sign in to the desk")).to_be_visible()
    is_accessible(page)
    assert re.search(r"/desk/sign-in\?next=%2Fdesk%2Froles$", page.url)
    link = run(desk_site.desk.answer(page.locator(".code").inner_text(), ANN))
    page.goto(desk_site.url + urlsplit(link.address).path)
    expect(page.get_by_text("You enter as U0ANN")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name="Enter the desk").press("Enter")
    expect(page.get_by_role("heading", name="Roles", exact=True)).to_be_visible()
    page.get_by_label("The person's ID there").fill("U0NEW")
    page.get_by_label("Role", exact=True).select_option("triager")
    page.get_by_role("button", name="Grant").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Granted.")
    expect(page.get_by_role("button", name="Revoke triager from U0NEW")).to_be_visible()
    is_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Desk", exact=True).click()
    expect(page.get_by_text("Your roles: administrator.")).to_be_visible()
    is_accessible(page)
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    is_accessible(page)
    page.goto(f"{desk_site.url}/desk")
    expect(page.get_by_role("heading", name="Sign in to the desk")).to_be_visible()
    assert complaints == []
    context.close()

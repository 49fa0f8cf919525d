"""Somebody signs in to the desk in a real browser, grants a role by keyboard and signs out; every page on the way is checked by axe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.store.gap_counts import StoredGapCounts
from adapters.store.gaps import StoredGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from bot.conversations import key_of
from bot.feedback import Feedback, FeedbackInMemory, Reason, Verdict
from bot.gap import Check, GapState, NewGap
from bot.gap_desk import GapDesk
from bot.gaps import Voice
from bot.like_gaps import NoLikeGaps
from bot.roles import Role
from bot.sign_in_desk import SignInDesk
from bot.turn import Bot
from bot.unanswered import UnansweredInMemory, to_keep
from bot.unanswered_desk import UnansweredDesk
from tests.adapters.web.conftest import NOW
from tests.adapters.web.desk import ANN, Clock, desk_on
from tests.browser.conftest import elsewhere as run
from tests.browser.conftest import served
from tests.browser.test_pages import AXE, TAGS

HERE = "http://127.0.0.1"


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
    for url in served(bot, {"desk": desk}, public_url=HERE):
        yield Served(url, desk)


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


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something has the focus; fail if a keyboard does not lead there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def and_look_around(page: Page, url: str) -> None:
    """Look at the desk's other pages, and make a gap of what was asked in vain with the keyboard."""
    for path, heading in (("demand", "Demand"), ("feedback", "Verdicts on answers"), ("unanswered", "Asked in vain")):
        page.goto(f"{url}/desk/{path}")
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        is_accessible(page)
    tab_to(page, "button[name=key]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Evidence gap 2", exact=True)).to_be_visible()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed here (npm ci --prefix tests/browser)")
def test_a_triager_takes_a_gap_and_moves_it_on_with_the_keyboard_alone(
    browser: Browser, bot: Bot, tmp_path: Path
) -> None:
    desk, store, sealer = desk_on(Clock()), Store(f"sqlite:///{tmp_path}/store.sqlite"), Sealer([key_from("a secret")])
    gaps = StoredGaps(store, sealer, into_outbox(store, sealer, desk.now))
    run(desk.roles.grant(ANN, Role.TRIAGER, "a test", NOW))
    run(store.upgrade())
    new = NewGap("Do kites help babies sleep?", role="Social worker", topics=("early-years",))
    run(gaps.flag(new, Voice(key_of("slack", "ann")), NOW))
    run(gaps.add_voice(1, Voice(key_of("slack", "bob")), NOW))
    gap_desk, questions = GapDesk(bot, gaps, NoLikeGaps(), desk.now), UnansweredInMemory()
    question, log = to_keep(bot, "does owning a parrot lower caseloads?", NOW.date(), "slack"), FeedbackInMemory()
    assert question
    run(questions.keep(question, NOW.date()))
    for reason in Reason:
        run(log.record(Feedback("family-group-conferencing", "1", Verdict.NOT_HELPFUL, reason, "web", NOW)))
    unanswered = UnansweredDesk(gap_desk, questions, 90, NOW.date)
    given = {
        "desk": desk,
        "gap_desk": gap_desk,
        "unanswered": unanswered,
        "demand": StoredGapCounts(store),
        "feedback": log,
    }
    for url in served(bot, given, public_url=HERE):
        page = browser.new_page()
        page.goto(f"{url}/desk/gaps")
        link = run(desk.answer(page.locator(".code").inner_text(), ANN))
        page.goto(url + urlsplit(link.address).path)
        page.get_by_role("button", name="Enter the desk").press("Enter")
        expect(page.get_by_role("heading", name="Evidence gaps", exact=True)).to_be_visible()
        is_accessible(page)
        tab_to(page, "a[href='/desk/gaps/board']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Evidence gaps on a board")).to_be_visible()
        is_accessible(page)
        tab_to(page, "a[href='/desk/gaps/1']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Do kites help babies sleep?")).to_be_visible()
        is_accessible(page)
        tab_to(page, "button[name=hands]")
        page.keyboard.press("Enter")
        expect(page.get_by_text("It is in your hands.")).to_be_visible()
        tab_to(page, "input[name=to]")
        page.keyboard.press("ArrowDown")
        tab_to(page, "#check")
        page.keyboard.type("Unk")
        tab_to(page, "#why")
        page.keyboard.type("Looked in three registers.")
        tab_to(page, "form[action$=move] button")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Checked, unknown")).to_be_visible()
        and_look_around(page, url)
        page.close()
    gap = run(gaps.get(1))
    assert (gap.state, gap.check) == (GapState.CHECKED, Check.UNKNOWN)
    assert gap.assigned_to == key_of(*ANN)
    run(store.close())

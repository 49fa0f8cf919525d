"""The pages in a tab of Teams: framed by nobody else, in the theme of the host, with contrast in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from bot.turn import Bot
from tests.browser.conftest import served
from tests.browser.test_pages import AXE, TAGS

HOST = "https://teams.microsoft.com/"
# What Teams' web client does, as far as its SDK asks for it: answers the handshake, tells the context, says when the theme changes.
HOST_PAGE = """<!doctype html><title>Teams</title><iframe src="SITE" width="900" height="900"></iframe><script>
window.heard = [];
window.theme = "THEME";
addEventListener("message", event => {
  const asked = event.data, frame = document.querySelector("iframe").contentWindow;
  if (!asked || !asked.func) return;
  window.heard.push(asked.func);
  const answer = args => frame.postMessage({id: asked.id, uuid: asked.uuid, uuidAsString: asked.uuidAsString, args}, "*");
  if (asked.func === "initialize") answer(["content", "web", JSON.stringify({apiVersion: 4, hostVersionsInfo: {}, isLegacyTeams: false, supports: {}}), "2.58.0"]);
  if (asked.func === "getContext") answer([{theme: window.theme, entityId: "evidence", locale: "en-gb"}]);
  if (asked.func === "registerHandler") window.registered = asked.args;
});
window.change = theme => document.querySelector("iframe").contentWindow.postMessage({func: "themeChange", args: [theme]}, "*");
</script>"""


@pytest.fixture(scope="module")
def framed(bot: Bot) -> Iterator[str]:
    """The address of a site that Teams may show."""
    yield from served(bot, is_framed=True)


def host(browser: Browser, site: str, path: str, origin: str = HOST, wears: str = "dark") -> Page:
    """Return a page that frames ours, at an origin."""
    page = browser.new_page()

    def answer(route: Route) -> None:
        route.fulfill(body=HOST_PAGE.replace("SITE", site + path).replace("THEME", wears), content_type="text/html")

    page.route(f"{origin}**", answer)
    page.goto(origin)
    return page


def tab(page: Page) -> Frame:
    return page.frames[1]


def theme(frame: Frame) -> str:
    return str(frame.evaluate("document.documentElement.dataset.theme"))


def paper(frame: Frame) -> str:
    return str(frame.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_teams_may_show_the_pages_and_hears_that_they_are_there(browser: Browser, framed: str) -> None:
    page = host(browser, framed, "/evidence?theme=default")
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_function("heard.includes('appInitialization.success')")
    page.close()


def test_the_tab_wears_the_theme_of_the_host_and_changes_with_it(browser: Browser, framed: str) -> None:
    page = host(browser, framed, "/evidence?theme=default")
    page.wait_for_function("heard.includes('registerHandler')")
    frame = tab(page)
    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert paper(frame) == "rgb(20, 25, 28)"
    page.evaluate("change('contrast')")
    frame.wait_for_function("document.documentElement.dataset.theme === 'contrast'")
    assert paper(frame) == "rgb(0, 0, 0)"
    page.close()


@pytest.mark.parametrize(
    ("asked", "colour"), [("default", "rgb(255, 255, 255)"), ("dark", "rgb(20, 25, 28)"), ("contrast", "rgb(0, 0, 0)")]
)
def test_the_first_page_and_the_next_wear_the_theme_that_teams_asked_for(
    browser: Browser, framed: str, asked: str, colour: str
) -> None:
    page = host(browser, framed, f"/evidence?theme={asked}", wears=asked)
    frame = tab(page)
    assert (theme(frame), paper(frame)) == (asked, colour)
    frame.get_by_role("link", name="Map").click()
    frame.wait_for_url(re.compile("/map$"))
    assert paper(frame) == colour
    page.close()


def test_nobody_else_may_frame_the_pages(browser: Browser, framed: str) -> None:
    page = host(browser, framed, "/evidence", origin="https://example.org/")
    page.wait_for_timeout(500)
    assert tab(page).url.startswith("chrome-error://")
    page.close()


def test_outside_of_teams_the_page_takes_no_theme_and_loads_no_sdk(browser: Browser, framed: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{framed}/evidence?theme=contrast")
    page.wait_for_load_state("networkidle")
    assert theme(page.main_frame) == "None"
    assert not any("teams.min.js" in url for url in asked)
    page.close()


@pytest.mark.parametrize("asked", ["default", "dark", "contrast"])
@pytest.mark.parametrize("path", ["/evidence/family-group-conferencing", "/evidence", "/map"])
def test_each_theme_has_no_accessibility_violation(browser: Browser, framed: str, asked: str, path: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not here (npm ci --prefix tests/browser)")
    page = browser.new_page()
    page.goto(framed + path)
    page.evaluate(f"document.documentElement.dataset.theme = '{asked}'")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({{runOnly: {{type: 'tag', values: {TAGS}}}}})")
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found["violations"]] == []
    page.close()

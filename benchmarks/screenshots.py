"""Take the pictures of the README: `python -m benchmarks.screenshots` (needs Chromium)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from benchmarks.web import server

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
DANGER: Final = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"
FGC: Final = "does fgc keep kids out of care?"


def take(
    browser: Browser, url: str, name: str, *, ask: str = "", width: int = 1_000, height: int = 1_000, dark: bool = False
) -> None:
    """Write one picture.

    Args:
        browser: Headless Chromium.
        url: The page.
        name: The file's name, without its ending.
        ask: What to ask on the page.
        width: Of the window, in pixels.
        height: The same.
        dark: Whether the reader prefers dark colours.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    if ask:
        page.get_by_label("Your question").fill(ask)
        page.keyboard.press("Enter")
        page.locator(".turn .card").wait_for()
        page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main() -> None:
    """Write all of them."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no Chromium on this machine (apt-get install chromium)")
    with server() as connection, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        site = f"http://{connection.host}:{connection.port}"
        take(browser, site, "web-answer", ask=FGC, height=1_150)
        take(browser, site, "web-choices", ask="what have you got on kinship care?", height=800)
        take(browser, site, "web-urgent", ask=DANGER, height=720)
        take(browser, f"{site}/evidence/family-group-conferencing", "web-entry", height=1_200)
        take(browser, f"{site}/map", "web-map", height=1_150)
        take(browser, site, "web-phone-dark", ask=FGC, width=390, height=844, dark=True)
        browser.close()


if __name__ == "__main__":
    main()

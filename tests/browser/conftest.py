"""A real browser on the real site; where the machine has no browser, these tests skip and say so."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from structlog.testing import capture_logs

from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.web.app import make_app
from bot.gap_desk import GapDesk
from bot.gaps_in_memory import GapsInMemory
from bot.turn import Bot
from intents.encoder import MODEL
from tests.adapters.web.conftest import NOW, parts_of
from tests.builders import invented_gaps

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE_MODULES = Path(__file__).parent / "node_modules"
# Chromium as root, and without the calls to its maker.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
    # The sites under test are on this machine, and a page at another address frames one of them.
    "--disable-features=LocalNetworkAccessChecks",
]  # fmt: skip
Open = Callable[..., Page]
T = TypeVar("T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if CHROMIUM is None:
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(
                    pytest.mark.skip(reason="there is no Chromium on this machine (apt-get install chromium)")
                )


def served(bot: Bot, given: Mapping[str, Any] | None = None, **site: object) -> Iterator[str]:
    """Serve the site in a thread of its own, with some parts that a test gives, and yield its address."""
    loop = asyncio.new_event_loop()
    parts = parts_of(bot, GapsInMemory(invented_gaps()), **({"asks_per_minute": 100_000} | site))
    app = make_app(replace(parts, **(given or {})))
    runner = web.AppRunner(app, access_log=None)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    with capture_logs():
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
        yield f"http://127.0.0.1:{port}"
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
    loop.close()


def elsewhere(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of some work, in another thread than Playwright's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


# Not for the whole session: Playwright's own event loop runs until it is left, and would be in the way of other tests'.
@pytest.fixture(scope="package")
def site(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('site')}/store.sqlite")
    elsewhere(store.upgrade())
    gaps = StoredGaps(store, Sealer([key_from("a secret")]), lambda *_: None)
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL)
    yield from served(bot, {"gap_desk": GapDesk(bot, gaps, like, lambda: NOW)})
    elsewhere(store.close())


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


def is_complaint(message: ConsoleMessage) -> bool:
    """Return whether the browser complains; that a page answered 404 is what some tests ask for."""
    return message.type in {"error", "warning"} and "status of 404" not in message.text


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Open]:
    """Open a page of the site; whatever the browser complains of on the way fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str = "/", *, width: int = 1_100, dark: bool = False, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(10_000)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []

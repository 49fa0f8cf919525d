"""Wire the core to its parts. The one place that imports adapters; only the entry points import it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from threadpoolctl import threadpool_limits

from adapters.console.chat import chat
from adapters.console.render import console, progress, render
from bot import wording
from bot.feedback import FeedbackLog
from bot.settings import Settings
from bot.turn import Bot
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from adapters.store.store import Store
    from adapters.web.parts import Site

__all__ = ["chat", "console", "make_bot", "progress", "render", "today"]

LONDON = ZoneInfo("Europe/London")

T = TypeVar("T")


def make_bot(settings: Settings) -> Bot:
    """Return the bot that the settings describe.

    Raises:
        KnowledgeError: If the knowledge base cannot be read.
        IntentsError: If its trained parts cannot be used.
    """
    # One question is too small for several threads: those of the linear algebra would only wait for each other, spinning.
    threadpool_limits(1, user_api="blas")
    knowledge = KnowledgeBase.load(settings.knowledge)
    thresholds = Thresholds.load()
    return Bot(knowledge, Recogniser.load(knowledge, thresholds), thresholds, settings.require_sign_off)


def open_store(settings: Settings) -> Store:
    """Return the store of operational data; close it at the end.

    Raises:
        StoreError: If the setting names no database that can be used.
    """
    from adapters.store.store import Store

    return Store(settings.database.get_secret_value())


async def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """Return what comes of some work with the store, which is closed afterwards.

    Raises:
        StoreError: If the store cannot be used.
    """
    store = open_store(settings)
    try:
        return await work(store)
    finally:
        await store.close()


def feedback_log(store: Store) -> FeedbackLog:
    """Return the log of verdicts in a store."""
    from adapters.store.feedback import StoredFeedback

    return StoredFeedback(store)


async def serve_web(settings: Settings, say: Callable[[str], None]) -> None:
    """Bring the store up to date and serve the web until the process is told to stop.

    Args:
        settings: How to serve.
        say: Called with what a person who starts the server should know.

    Raises:
        ServeError: If nothing can listen where the settings say.
        StoreError: If the store cannot be used.
    """
    from adapters.web.app import make_app
    from adapters.web.logs import set_up_logs
    from adapters.web.parts import Parts
    from adapters.web.serve import serve

    set_up_logs(settings.logs)
    bot = make_bot(settings)

    async def run(store: Store) -> None:
        def started(port: int) -> None:
            say(f"{wording.SITE_NAME}: {_address(settings, port)}")
            say(f"  Knowledge: {len(bot.shown)} entries, content hash {bot.knowledge.content_hash[:12]}")
            say(f"  Store: {store.name}")
            say("  Slack: not in this version yet")
            say("  Teams: not in this version yet")
            say("Stop with Ctrl-C.")

        await store.upgrade()
        parts = Parts(bot, feedback_log(store), site_of(settings), today, now, {"store": store.ping})
        await serve(make_app(parts), settings.host, settings.port, started)

    await with_store(settings, run)


def site_of(settings: Settings) -> Site:
    """Return how the web is reached; without a secret of its own a process signs with one that ends with it."""
    from adapters.web.parts import Site

    return Site(
        _address(settings, settings.port),
        settings.secret.get_secret_value() or secrets.token_urlsafe(48),
        settings.proxies,
        settings.asks_per_minute,
        settings.safeguarding_text,
    )


def _address(settings: Settings, port: int) -> str:
    host = "localhost" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound to
    return settings.public_url or f"http://{host}:{port}"


def now() -> datetime:
    """Return the instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def today() -> date:
    """Return the day in England, where the evidence is used."""
    return datetime.now(LONDON).date()  # noqa: TID251 - the one place that reads the clock

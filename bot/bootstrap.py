"""Wire the core to its parts. The one place that imports adapters; only the entry points import it."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

from threadpoolctl import threadpool_limits

from adapters.console.chat import chat
from adapters.console.render import console, progress, render
from bot import wording
from bot.broadcasts import BroadcastDesk
from bot.corrections import Corrections, current
from bot.errors import SettingsError
from bot.feedback import FeedbackLog
from bot.gap_desk import GapDesk
from bot.inbox import Handle, Worker
from bot.outbox import Courier
from bot.sender import Sender
from bot.settings import Settings
from bot.thinking import Thinker
from bot.tip_choice import decide, delivery_card
from bot.tip_desk import TipDesk
from bot.turn import Bot
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    import requests
    from aiohttp import web

    from adapters.slack.service import Slack
    from adapters.store.sealing import Sealer
    from adapters.store.store import Store
    from adapters.teams.parts import TeamsSite
    from adapters.teams.service import Teams
    from adapters.web.parts import Site

__all__ = ["chat", "console", "make_bot", "progress", "render", "today"]

LONDON = ZoneInfo("Europe/London")
SWITCH_SECONDS: Final = 0.001
DRAIN_SECONDS: Final = 20.0  # for answers under way when the process is told to stop

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
    # The threads that think hold Python for 5 ms at a time otherwise, and what has to be acknowledged waits for each of them.
    sys.setswitchinterval(SWITCH_SECONDS)
    bot = make_bot(settings)
    thinker = Thinker(bot, today)

    async def run(store: Store) -> None:
        await store.upgrade()
        feedback = feedback_log(store)
        app = make_app(Parts(bot, thinker.turn, feedback, site_of(settings), today, now, {"store": store.ping}))
        if settings.has_slack or settings.has_teams:
            mount_chats(app, settings, bot, thinker, store, feedback)

        def started(port: int) -> None:
            say(f"{wording.SITE_NAME}: {_address(settings, port)}")
            say(f"  Knowledge: {len(bot.shown)} entries, content hash {bot.knowledge.content_hash[:12]}")
            say(f"  Store: {store.name}")
            say(f"  Slack: {_slack_in_words(settings)}")
            say(f"  Teams: {_teams_in_words(settings)}")
            say("Stop with Ctrl-C.")

        await serve(app, settings.host, settings.port, started)

    try:
        await with_store(settings, run)
    finally:
        thinker.close()


async def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Work on events and send tips, without a web server, until the process is told to stop.

    Args:
        settings: For whom.
        say: Called with what a person who starts it should know.

    Raises:
        SettingsError: If no platform is configured.
        StoreError: If the store cannot be used.
    """
    import signal

    from aiohttp import web

    from adapters.web.logs import set_up_logs

    if not (settings.has_slack or settings.has_teams):
        raise SettingsError("There is nobody to work for: neither Slack nor Teams is configured (docs/settings.md)")
    set_up_logs(settings.logs)
    bot = make_bot(settings)
    thinker = Thinker(bot, today)

    async def run(store: Store) -> None:
        await store.upgrade()
        app = web.Application()
        mount_chats(app, settings, bot, thinker, store, feedback_log(store), listens=False)
        runner = web.AppRunner(app)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await runner.setup()
        say(f"Working for Slack: {_slack_in_words(settings)}; Teams: {_teams_in_words(settings)}")
        say("Stop with Ctrl-C.")
        await stop.wait()
        await runner.cleanup()

    try:
        await with_store(settings, run)
    finally:
        thinker.close()


def mount_chats(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog,
    http: requests.Session | None = None, *, listens: bool = True,
) -> Chats:  # fmt: skip
    """Add the platforms that are configured to an application, and return what works for them.

    Args:
        app: The application that serves everything.
        settings: Which platforms, and how they are reached.
        bot: What is known.
        thinker: Answers.
        store: Keeps what is under way.
        feedback: Keeps verdicts.
        http: What fetches Teams' tokens, if not the library's own.
        listens: Whether events are taken in as well, and not only worked on.

    Raises:
        StoreError: If an encryption key is of another form.
    """
    from adapters.store.corrections import StoredCorrections
    from adapters.store.inbox import StoredInbox
    from adapters.store.outbox import StoredOutbox

    sealer = sealer_of(settings)
    handlers: dict[str, Handle] = {}
    couriers: dict[str, Courier] = {}
    worker = Worker(StoredInbox(store, sealer), handlers, now, secrets.token_hex(8))
    if settings.has_slack:
        slack = _mount_slack(app, settings, bot, thinker, store, feedback, sealer, worker, listens=listens)
        handlers["slack"], couriers["slack"] = slack.work, slack.courier()
    if settings.has_teams:
        teams = _mount_teams(app, settings, bot, thinker, store, feedback, sealer, worker, http)
        handlers["teams"], couriers["teams"] = teams.work, teams.courier()
    sender = Sender(
        StoredOutbox(store, sealer, settings.closed),
        couriers,
        partial(delivery_card, bot, today),
        partial(decide, bot, today),
        now,
        secrets.token_hex(8),
        lambda: StoredCorrections(store, sealer).note(current(list(bot.shown.values())), now()),
    )
    # Added last and so ended first: what is under way is answered while the connections are still open.
    app.cleanup_ctx.append(partial(_working, worker))
    app.cleanup_ctx.append(partial(_working, sender))
    return Chats(worker, sender)


async def with_tip_desk(settings: Settings, work: Callable[[TipDesk], Awaitable[T]]) -> T:
    """Return what comes of some work with the desk for weekly tips.

    Raises:
        StoreError: If the store cannot be used.
    """
    bot = make_bot(settings)

    async def run(store: Store) -> T:
        await store.upgrade()
        return await work(tip_desk(settings, bot, store))

    return await with_store(settings, run)


def tip_desk(settings: Settings, bot: Bot, store: Store) -> TipDesk:
    """Return what takes managers' wishes about weekly tips."""
    from adapters.store.outbox import StoredOutbox
    from adapters.store.subscriptions import StoredSubscriptions

    sealer = sealer_of(settings)
    return TipDesk(
        bot,
        StoredSubscriptions(store, sealer, settings.closed),
        StoredOutbox(store, sealer, settings.closed),
        now,
        today,
    )


async def with_gap_desk(settings: Settings, work: Callable[[GapDesk], Awaitable[T]]) -> T:
    """Return what comes of some work with the desk for evidence gaps.

    Raises:
        StoreError: If the store cannot be used.
    """
    bot = make_bot(settings)

    async def run(store: Store) -> T:
        await store.upgrade()
        return await work(gap_desk(settings, bot, store))

    return await with_store(settings, run)


def gap_desk(settings: Settings, bot: Bot, store: Store) -> GapDesk:
    """Return what takes evidence gaps."""
    from adapters.store.gaps import StoredGaps
    from adapters.store.news import into_outbox

    sealer = sealer_of(settings)
    return GapDesk(bot, StoredGaps(store, sealer, into_outbox(sealer, now)), now)


async def with_broadcast_desk(settings: Settings, work: Callable[[BroadcastDesk, Corrections], Awaitable[T]]) -> T:
    """Return what comes of some work with the desk for what the centre sends to many, and with what is to be corrected.

    Raises:
        StoreError: If the store cannot be used.
    """
    from adapters.store.broadcasts import StoredBroadcasts
    from adapters.store.corrections import StoredCorrections

    bot, sealer = make_bot(settings), sealer_of(settings)

    async def run(store: Store) -> T:
        await store.upgrade()
        return await work(
            BroadcastDesk(bot, StoredBroadcasts(store, sealer), now, today), StoredCorrections(store, sealer)
        )

    return await with_store(settings, run)


@dataclass(frozen=True, slots=True)
class Chats:
    """What works for the chat platforms in this process.

    Attributes:
        worker: Answers events.
        sender: Sends tips.
    """

    worker: Worker
    sender: Sender


def sealer_of(settings: Settings) -> Sealer:
    """Return what encrypts: with the keys of the settings, or with one that follows from what the replicas share anyway.

    Raises:
        StoreError: If a key is of another form.
    """
    from adapters.store.sealing import Sealer, key_from

    return Sealer(_listed(settings.encryption_keys.get_secret_value()) or [key_from(_shared_secret(settings))])


def _shared_secret(settings: Settings) -> str:
    """Return what the replicas share anyway, to encrypt with where there are no keys of their own."""
    for secret in (
        settings.slack_signing_secret,
        settings.slack_bot_token,
        settings.teams_app_password,
        settings.secret,
    ):
        if secret.get_secret_value():
            return secret.get_secret_value()
    return settings.teams_app_id or "this machine alone"


def _clean(bot: Bot) -> Callable[[str], tuple[str, tuple[str, ...]]]:
    def clean(text: str) -> tuple[str, tuple[str, ...]]:
        redacted = bot.recogniser.personal.redact(text)
        return redacted.text, redacted.types

    return clean


def _mount_slack(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog, sealer: Sealer,
    worker: Worker, *, listens: bool,
) -> Slack:  # fmt: skip
    from adapters.slack.oauth import mount_install
    from adapters.slack.parts import SlackParts, SlackSite
    from adapters.slack.service import Slack
    from adapters.store.conversations import StoredConversations
    from adapters.store.corrections import StoredCorrections
    from adapters.store.slack_installations import StoredInstallations
    from adapters.store.taps import StoredTaps

    site = SlackSite(
        settings.slack_signing_secret.get_secret_value(),
        _address(settings, settings.port),
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_client_id,
        settings.slack_client_secret.get_secret_value(),
        settings.safeguarding_text,
        settings.slack_api_url,
    )
    installations = StoredInstallations(store, sealer) if site.client_id else None
    parts = SlackParts(
        bot,
        thinker.turn,
        _clean(bot),
        StoredConversations(store),
        feedback,
        StoredTaps(store),
        StoredCorrections(store, sealer),
        installations,
        site,
        today,
        now,
    )
    slack = Slack(parts, tip_desk(settings, bot, store), gap_desk(settings, bot, store))
    slack.mount(app, worker.take, listens=listens)
    if installations is not None:
        secret = settings.secret.get_secret_value() or site.signing_secret
        mount_install(app, site, installations, slack.client, secret)
    return slack


def _mount_teams(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog, sealer: Sealer,
    worker: Worker, http: requests.Session | None,
) -> Teams:  # fmt: skip
    from adapters.store.answers import StoredAnswers
    from adapters.store.conversations import StoredConversations
    from adapters.store.corrections import StoredCorrections
    from adapters.store.references import StoredReferences
    from adapters.store.taps import StoredTaps
    from adapters.teams.parts import TeamsParts
    from adapters.teams.service import Teams

    parts = TeamsParts(
        bot, thinker.turn, _clean(bot), StoredConversations(store), StoredAnswers(store), feedback, StoredTaps(store),
        StoredCorrections(store, sealer), StoredReferences(store, sealer), teams_site_of(settings), today, now,
    )  # fmt: skip
    teams = Teams(parts, tip_desk(settings, bot, store), gap_desk(settings, bot, store), http)
    teams.mount(app, worker.take)
    return teams


def teams_site_of(settings: Settings) -> TeamsSite:
    """Return how Teams is reached."""
    from adapters.teams.parts import TeamsSite

    return TeamsSite(
        settings.teams_app_id,
        _address(settings, settings.port),
        settings.teams_app_type,
        settings.teams_app_password.get_secret_value(),
        settings.teams_tenant_id,
        frozenset(_listed(settings.teams_tenants)),
        settings.safeguarding_text,
        settings.teams_login_url,
        settings.teams_openid_url,
        tuple(host.casefold() for host in _listed(settings.teams_service_hosts)),
        settings.teams_auth == "off",
    )


def teams_package(settings: Settings) -> bytes:
    """Return the app package for Teams, a zip file.

    Raises:
        SettingsError: If the bot's registration or a public address is missing.
    """
    from adapters.teams.package import package_of

    return package_of(teams_site_of(settings))


def _listed(written: str) -> list[str]:
    return [one.strip() for one in written.split(",") if one.strip()]


async def _working(worker: Worker | Sender, _app: web.Application) -> AsyncIterator[None]:
    looking = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await looking
    await worker.drain(DRAIN_SECONDS)


def _slack_in_words(settings: Settings) -> str:
    if not settings.has_slack:
        return "not configured, see docs/slack.md"
    where = "Socket Mode" if settings.slack_app_token.get_secret_value() else "/slack/events"
    return f"{'many workspaces' if settings.slack_client_id else 'one workspace'}, {where}"


def _teams_in_words(settings: Settings) -> str:
    if not settings.has_teams:
        return "not configured, see docs/teams.md"
    return "without authentication, for this machine alone" if settings.teams_auth == "off" else "/api/messages"


def site_of(settings: Settings) -> Site:
    """Return how the web is reached; without a secret of its own a process signs with one that ends with it."""
    from adapters.web.parts import Site

    return Site(
        _address(settings, settings.port),
        settings.secret.get_secret_value() or secrets.token_urlsafe(48),
        settings.proxies,
        settings.asks_per_minute,
        settings.safeguarding_text,
        settings.has_teams,
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

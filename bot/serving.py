"""Serve: the web, Slack and Teams in one application, and what works for them. Wires adapters, as the bootstrap does."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from bot import bootstrap, sites, wording
from bot.conversations import Conversations, RecentQuestions
from bot.corrections import current
from bot.errors import SettingsError
from bot.feedback import FeedbackLog
from bot.gap_desk import GapDesk
from bot.gap_talk import GapTalk
from bot.inbox import Handle, Worker
from bot.keeping import Keeper
from bot.limits import Limits
from bot.outbox import Courier
from bot.sender import Sender
from bot.settings import Settings
from bot.sign_in_desk import SignInDesk
from bot.thinking import Thinker
from bot.tip_choice import decide, delivery_card
from bot.tip_desk import TipDesk
from bot.triage_cards import Rounds
from bot.turn import Bot

if TYPE_CHECKING:
    import requests
    from aiohttp import web

    from adapters.slack.service import Slack
    from adapters.store.sealing import Sealer
    from adapters.store.store import Store
    from adapters.teams.service import Teams

SWITCH_SECONDS: Final = 0.001
DRAIN_SECONDS: Final = 20.0  # for answers under way when the process is told to stop


@dataclass(frozen=True, slots=True)
class Chats:
    """What works for the chat platforms in this process.

    Attributes:
        worker: Answers events.
        sender: Sends tips.
    """

    worker: Worker
    sender: Sender


async def serve_web(settings: Settings, say: Callable[[str], None]) -> None:
    """Bring the store up to date and serve the web until the process is told to stop.

    Args:
        settings: How to serve.
        say: Called with what a person who starts the server should know.

    Raises:
        ServeError: If nothing can listen where the settings say.
        StoreError: If the store cannot be used.
    """
    from adapters.store.gap_counts import StoredGapCounts
    from adapters.web.app import make_app
    from adapters.web.logs import set_up_logs
    from adapters.web.parts import Parts
    from adapters.web.serve import serve

    set_up_logs(settings.logs)
    # The threads that think hold Python for 5 ms at a time otherwise, and what has to be acknowledged waits for each of them.
    sys.setswitchinterval(SWITCH_SECONDS)
    bot = bootstrap.make_bot(settings)
    thinker = Thinker(bot, bootstrap.today)

    async def run(store: Store) -> None:
        await store.upgrade()
        feedback, keeper = bootstrap.feedback_log(store), bootstrap.keeper(settings, bot, store)
        gaps, counts = bootstrap.gap_desk(settings, bot, store), StoredGapCounts(store)
        app = make_app(
            Parts(
                bot,
                keeper.on("web", thinker.turn),
                feedback,
                gaps.gaps,
                counts,
                sites.site_of(settings),
                bootstrap.today,
                bootstrap.now,
                {"store": store.ping},
                _sign_in_desk(settings, store),
                sites.provider_of(settings),
                gaps,
                bootstrap.unanswered_desk(settings, store, gaps),
                counts,
            )
        )
        app.cleanup_ctx.append(partial(_working, keeper))
        if settings.has_slack or settings.has_teams:
            mount_chats(app, settings, bot, thinker, store, feedback, keeper=keeper, gaps=gaps)

        def started(port: int) -> None:
            say(f"{wording.SITE_NAME}: {sites.address(settings, port)}")
            say(f"  Knowledge: {len(bot.shown)} entries, content hash {bot.knowledge.content_hash[:12]}")
            say(f"  Store: {store.name}")
            say(f"  Desk: {sites.address(settings, port)}/desk")
            say(f"  Slack: {sites.slack_in_words(settings)}")
            say(f"  Teams: {sites.teams_in_words(settings)}")
            say("Stop with Ctrl-C.")

        await serve(app, settings.host, settings.port, started)

    try:
        await bootstrap.with_store(settings, run)
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
    bot = bootstrap.make_bot(settings)
    thinker = Thinker(bot, bootstrap.today)

    async def run(store: Store) -> None:
        await store.upgrade()
        app = web.Application()
        mount_chats(app, settings, bot, thinker, store, bootstrap.feedback_log(store), listens=False)
        runner = web.AppRunner(app)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await runner.setup()
        say(f"Working for Slack: {sites.slack_in_words(settings)}; Teams: {sites.teams_in_words(settings)}")
        say("Stop with Ctrl-C.")
        await stop.wait()
        await runner.cleanup()

    try:
        await bootstrap.with_store(settings, run)
    finally:
        thinker.close()


def mount_chats(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog,
    http: requests.Session | None = None, *, keeper: Keeper | None = None, gaps: GapDesk | None = None, listens: bool = True,
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
        keeper: Keeps what nothing answered, and is started and ended already; if none is given, one of the application's own does.
        gaps: Takes evidence gaps; if none is given, one of the application's own does.
        listens: Whether events are taken in as well, and not only worked on.

    Raises:
        StoreError: If an encryption key is of another form.
    """
    from adapters.store.corrections import StoredCorrections
    from adapters.store.inbox import StoredInbox
    from adapters.store.outbox import StoredOutbox

    if keeper is None:
        keeper = bootstrap.keeper(settings, bot, store)
        app.cleanup_ctx.append(
            partial(_working, keeper)
        )  # first, and so ended last: what is under way may still ask it to keep
    sealer = bootstrap.sealer_of(settings)
    talk = bootstrap.gap_talk(settings, store, gaps or bootstrap.gap_desk(settings, bot, store))
    handlers: dict[str, Handle] = {}
    couriers: dict[str, Courier] = {}
    worker = Worker(StoredInbox(store, sealer), handlers, bootstrap.now, secrets.token_hex(8))
    if settings.has_slack:
        slack = _mount_slack(
            app, settings, bot, thinker, store, feedback, talk, keeper, sealer, worker, listens=listens
        )
        handlers["slack"], couriers["slack"] = slack.work, slack.courier()
    if settings.has_teams:
        teams = _mount_teams(app, settings, bot, thinker, store, feedback, talk, keeper, sealer, worker, http)
        handlers["teams"], couriers["teams"] = teams.work, teams.courier()
    sender = Sender(
        StoredOutbox(store, sealer, settings.closed),
        couriers,
        partial(delivery_card, bot, bootstrap.today, talk.triage),
        partial(decide, bot, bootstrap.today),
        bootstrap.now,
        secrets.token_hex(8),
        lambda: StoredCorrections(store, sealer).note(current(list(bot.shown.values())), bootstrap.now()),
    )
    # Added last and so ended first: what is under way is answered while the connections are still open.
    app.cleanup_ctx.append(partial(_working, worker))
    app.cleanup_ctx.append(partial(_working, sender))
    app.cleanup_ctx.append(partial(_working, Rounds(talk.triage.cards, talk.desk.promise, bootstrap.now)))
    return Chats(worker, sender)


def _conversations(store: Store, keeper: Keeper) -> Conversations:
    from adapters.store.conversations import StoredConversations

    kept = StoredConversations(store)
    return RecentQuestions(kept, bootstrap.now) if keeper.keeps else kept


def _tip_desk(settings: Settings, bot: Bot, store: Store) -> TipDesk:
    roles = bootstrap.roles_of(settings, store) if settings.tips_by == "managers" else None
    return bootstrap.tip_desk(settings, bot, store, roles)


def _limits(settings: Settings, bot: Bot) -> Limits:
    return Limits(bot, settings.messages_per_person, settings.messages_per_organisation)


def _sign_in_desk(settings: Settings, store: Store) -> SignInDesk:
    return bootstrap.sign_in_desk(settings, store, sites.address(settings, settings.port))


def _clean(bot: Bot) -> Callable[[str], tuple[str, tuple[str, ...]]]:
    def clean(text: str) -> tuple[str, tuple[str, ...]]:
        redacted = bot.recogniser.personal.redact(text)
        return redacted.text, redacted.types

    return clean


def _mount_slack(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog, talk: GapTalk, keeper: Keeper,
    sealer: Sealer, worker: Worker, *, listens: bool,
) -> Slack:  # fmt: skip
    from adapters.slack.oauth import mount_install
    from adapters.slack.parts import SlackParts
    from adapters.slack.service import Slack
    from adapters.store.corrections import StoredCorrections
    from adapters.store.slack_installations import StoredInstallations
    from adapters.store.taps import StoredTaps

    site = sites.slack_site_of(settings)
    installations = StoredInstallations(store, sealer) if site.client_id else None
    parts = SlackParts(
        bot,
        keeper.on("slack", thinker.turn),
        thinker.turn,
        _clean(bot),
        _conversations(store, keeper),
        feedback,
        StoredTaps(store),
        StoredCorrections(store, sealer),
        installations,
        site,
        bootstrap.today,
        bootstrap.now,
    )
    slack = Slack(
        parts,
        _tip_desk(settings, bot, store),
        talk,
        _sign_in_desk(settings, store),
        bootstrap.about_me(settings, store),
        _limits(settings, bot),
    )
    slack.mount(app, worker.take, listens=listens)
    if installations is not None:
        secret = settings.secret.get_secret_value() or site.signing_secret
        mount_install(app, site, installations, slack.client, secret)
    return slack


def _mount_teams(
    app: web.Application, settings: Settings, bot: Bot, thinker: Thinker, store: Store, feedback: FeedbackLog, talk: GapTalk, keeper: Keeper,
    sealer: Sealer, worker: Worker, http: requests.Session | None,
) -> Teams:  # fmt: skip
    from adapters.store.answers import StoredAnswers
    from adapters.store.corrections import StoredCorrections
    from adapters.store.references import StoredReferences
    from adapters.store.taps import StoredTaps
    from adapters.teams.parts import TeamsParts
    from adapters.teams.service import Teams

    parts = TeamsParts(
        bot, keeper.on("teams", thinker.turn), thinker.turn, _clean(bot), _conversations(store, keeper), StoredAnswers(store), feedback, StoredTaps(store),
        StoredCorrections(store, sealer), StoredReferences(store, sealer), sites.teams_site_of(settings), bootstrap.today, bootstrap.now,
    )  # fmt: skip
    sign_in, about_me = _sign_in_desk(settings, store), bootstrap.about_me(settings, store)
    teams = Teams(parts, _tip_desk(settings, bot, store), talk, http, sign_in, about_me, _limits(settings, bot))
    teams.mount(app, worker.take)
    return teams


async def _working(worker: Worker | Sender | Keeper | Rounds, _app: web.Application) -> AsyncIterator[None]:
    looking = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await looking
    await worker.drain(DRAIN_SECONDS)

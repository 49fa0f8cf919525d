"""Wire the core to its parts. The one place that imports adapters; only the entry points import it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from threadpoolctl import threadpool_limits

from adapters.console.chat import chat
from adapters.console.render import console, progress, render
from bot.about_me import AboutMe
from bot.broadcasts import BroadcastDesk
from bot.corrections import Corrections
from bot.feedback import FeedbackLog
from bot.gap_desk import GapDesk
from bot.gap_talk import GapTalk
from bot.keeping import Keeper
from bot.roles import Roles
from bot.settings import Settings, listed
from bot.sign_in_desk import Chance, SignInDesk
from bot.tip_desk import TipDesk
from bot.triage_talk import TriageTalk
from bot.turn import Bot
from bot.unanswered_desk import UnansweredDesk
from intents.encoder import MODEL
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase

if TYPE_CHECKING:
    from adapters.store.sealing import Sealer
    from adapters.store.store import Store

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


def tip_desk(settings: Settings, bot: Bot, store: Store, roles: Roles | None = None) -> TipDesk:
    """Return what takes managers' wishes about weekly tips; with roles, of those who have one that allows it."""
    from adapters.store.outbox import StoredOutbox
    from adapters.store.subscriptions import StoredSubscriptions

    sealer = sealer_of(settings)
    return TipDesk(
        bot,
        StoredSubscriptions(store, sealer, settings.closed),
        StoredOutbox(store, sealer, settings.closed),
        now,
        today,
        roles,
    )


async def with_part(settings: Settings, part: str, work: Callable[[Any], Awaitable[T]]) -> T:
    """Return what comes of some work with a part of the store that needs no knowledge base: "roles", "people" or "audit".

    Raises:
        StoreError: If the store cannot be used.
    """
    from adapters.store.audit import StoredAudit
    from adapters.store.people import StoredPeople

    async def run(store: Store) -> T:
        await store.upgrade()
        if part == "people":
            return await work(StoredPeople(store, sealer_of(settings)))
        return await work(roles_of(settings, store) if part == "roles" else StoredAudit(store))

    return await with_store(settings, run)


def about_me(settings: Settings, store: Store) -> AboutMe:
    """Return what shows people what is kept about them."""
    from adapters.store.people import StoredPeople

    return AboutMe(StoredPeople(store, sealer_of(settings)), now)


def roles_of(settings: Settings, store: Store) -> Roles:
    """Return who has which role."""
    from adapters.store.roles import StoredRoles

    return StoredRoles(store, sealer_of(settings))


async def with_sign_in_desk(settings: Settings, public_url: str, work: Callable[[SignInDesk], Awaitable[T]]) -> T:
    """Return what comes of some work with what lets people into the desk.

    Raises:
        StoreError: If the store cannot be used.
    """

    async def run(store: Store) -> T:
        await store.upgrade()
        return await work(sign_in_desk(settings, store, public_url))

    return await with_store(settings, run)


def sign_in_desk(settings: Settings, store: Store, public_url: str) -> SignInDesk:
    """Return what lets people into the desk; `public_url` is the address of our pages."""
    from adapters.store.sign_in import StoredSessions, StoredSignIns

    sealer = sealer_of(settings)
    return SignInDesk(
        StoredSignIns(store, sealer),
        StoredSessions(store, sealer),
        roles_of(settings, store),
        public_url,
        settings.secret.get_secret_value() or _shared_secret(settings),
        Chance(partial(secrets.token_urlsafe, 32), secrets.choice),
        now,
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
    from adapters.store.like_gaps import StoredLikeGaps
    from adapters.store.news import into_outbox
    from adapters.store.triage_cards import onto_cards

    sealer = sealer_of(settings)
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL)
    gaps = StoredGaps(store, sealer, into_outbox(store, sealer, now), onto_cards(store, now))
    return GapDesk(bot, gaps, like, now, settings.promise)


def gap_talk(settings: Settings, store: Store, gaps: GapDesk) -> GapTalk:
    """Return what answers people who talk about evidence gaps."""
    from adapters.store.triage_cards import StoredTriageCards

    cards = StoredTriageCards(store, sealer_of(settings))
    unanswered = unanswered_desk(settings, store, gaps)
    return GapTalk(gaps, TriageTalk(gaps, roles_of(settings, store), unanswered, cards))


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


async def with_unanswered_desk(settings: Settings, work: Callable[[UnansweredDesk], Awaitable[T]]) -> T:
    """Return what comes of some work with the desk for questions that nothing answered.

    Raises:
        StoreError: If the store cannot be used.
    """
    bot = make_bot(settings)

    async def run(store: Store) -> T:
        await store.upgrade()
        return await work(unanswered_desk(settings, store, gap_desk(settings, bot, store)))

    return await with_store(settings, run)


def unanswered_desk(settings: Settings, store: Store, gaps: GapDesk) -> UnansweredDesk:
    """Return what shows the questions that nothing answered."""
    from adapters.store.unanswered import StoredUnanswered

    questions = StoredUnanswered(store, sealer_of(settings))
    return UnansweredDesk(gaps, questions, settings.unanswered_days, today, gaps.like.like)


def keeper(settings: Settings, bot: Bot, store: Store) -> Keeper:
    """Return what keeps the questions that nothing answered."""
    from adapters.store.unanswered import StoredUnanswered

    return Keeper(bot, StoredUnanswered(store, sealer_of(settings)), settings.unanswered_days, today)


def sealer_of(settings: Settings) -> Sealer:
    """Return what encrypts: with the keys of the settings, or with one that follows from what the replicas share anyway.

    Raises:
        StoreError: If a key is of another form.
    """
    from adapters.store.sealing import Sealer, key_from

    return Sealer(listed(settings.encryption_keys.get_secret_value()) or [key_from(_shared_secret(settings))])


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


def now() -> datetime:
    """Return the instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def today() -> date:
    """Return the day in England, where the evidence is used."""
    return datetime.now(LONDON).date()  # noqa: TID251 - the one place that reads the clock

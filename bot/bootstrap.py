"""Wire the core to its parts. The one place that imports adapters; only the entry points import it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from threadpoolctl import threadpool_limits

from adapters.console.chat import chat
from adapters.console.render import console, progress, render
from bot.settings import Settings
from bot.turn import Bot
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase

__all__ = ["chat", "console", "make_bot", "progress", "render", "today"]

LONDON = ZoneInfo("Europe/London")


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


def today() -> date:
    """Return the day in England, where the evidence is used."""
    return datetime.now(LONDON).date()  # noqa: TID251 - the one place that reads the clock

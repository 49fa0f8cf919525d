"""Wire the core to its parts. The one place that imports adapters; only the entry points import it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

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
    knowledge = KnowledgeBase.load(settings.knowledge)
    thresholds = Thresholds.load()
    return Bot(knowledge, Recogniser.load(knowledge, thresholds), thresholds, settings.require_sign_off)


def today() -> date:
    """Return the day in England, where the evidence is used."""
    return datetime.now(LONDON).date()  # noqa: TID251 - the one place that reads the clock

"""What many tests share: the product's own knowledge base and bot, loaded once, and a small one built for the occasion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.build import build_knowledge
from bot.turn import Bot, Conversation, Turn
from intents.recognise import Recogniser, Thresholds
from knowledge.base import KnowledgeBase
from tests.builders import TODAY, sheet, write_sheets

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    """The product's own knowledge base, as `make setup` built it."""
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def bot(knowledge: KnowledgeBase) -> Bot:
    """The product's own bot."""
    thresholds = Thresholds.load()
    return Bot(knowledge, Recogniser.load(knowledge, thresholds), thresholds)


@pytest.fixture(scope="session")
def ask(bot: Bot) -> Callable[..., Turn]:
    """Ask the product's own bot, in a new conversation unless one is given."""

    def turn(message: str, conversation: Conversation | None = None) -> Turn:
        return bot.turn(message, conversation or Conversation(), TODAY)

    return turn


@pytest.fixture(scope="session")
def small_knowledge(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """A knowledge base of three invented sheets: one fresh, one past its review, one retired."""
    folder = tmp_path_factory.mktemp("small")
    sheets = write_sheets(
        folder / "sheets",
        sheet("kite-flying"),
        sheet("bread-baking", checked="2025-01-10", review_due="2026-01-10"),
        sheet("night-walks", status="retired", superseded_by="kite-flying"),
    )
    build_knowledge(folder / "knowledge.sqlite", TODAY, lambda _stage: None, sheets)
    return KnowledgeBase.load(folder / "knowledge.sqlite")


@pytest.fixture(scope="session")
def small_bot(small_knowledge: KnowledgeBase) -> Bot:
    """A bot on the small knowledge base."""
    thresholds = Thresholds.load()
    return Bot(small_knowledge, Recogniser.load(small_knowledge, thresholds), thresholds)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development material beside the project; tests that read it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: this test compares the project with the development material")
    return SHARED

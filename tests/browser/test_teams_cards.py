"""Microsoft's own renderer draws every Adaptive Card of ours, in a real browser, and has nothing to say against any."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from adapters.teams.cards import card_of, reasons, told
from bot.layout import lay_out
from bot.turn import Conversation
from knowledge.base import KnowledgeBase
from tests.adapters.teams.preview import RENDERER, page
from tests.cards import every_reply

pytestmark = pytest.mark.skipif(
    not RENDERER.exists(), reason="the renderer is not here (npm ci --prefix tests/browser)"
)


def test_every_card_is_drawn_whole_and_without_a_warning(browser: Browser, knowledge: KnowledgeBase) -> None:
    made: list[dict[str, Any]] = [reasons("like"), reasons("dislike"), told("A sentence.")]
    for reply in every_reply(knowledge):
        card = lay_out(reply, removed=("NAME",), safeguarding_text="Duty team: 01632 960 001")
        made.append(card_of(card, Conversation(card.entry_id), "https://evidence.example.org"))
    opened = browser.new_page()
    for at in range(0, len(made), 300):
        some = made[at : at + 300]
        opened.set_content(page(some), wait_until="domcontentloaded")
        # The renderer's own pattern for languages is global, and so refuses every second time what it took before.
        assert [one for one in opened.evaluate("window.events") if 'value "en" for property "lang"' not in one] == []
        assert opened.locator("main").count() == len(some)
        assert opened.locator("main:has(a[href^='http'])").count() > 100 or len(some) < 300
    opened.close()


def test_a_heading_is_a_heading_and_an_input_has_its_label(browser: Browser) -> None:
    opened = browser.new_page()
    opened.set_content(page([reasons("dislike")]))
    assert opened.get_by_text("What was the matter?").is_visible()
    assert opened.get_by_role("radio").count() == 5
    opened.close()

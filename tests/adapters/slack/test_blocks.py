"""Every card fits Slack, keeps every word, and cannot ping or link."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.blocks import VALUE_MAX, blocks_of, conversation_of, escape, reasons_of, value_of
from adapters.slack.lint import breaches, links, texts
from bot.card import (
    Card,
    References,
)  # fmt: skip
from bot.layout import lay_out
from bot.reply import answered
from bot.turn import Conversation
from knowledge.base import KnowledgeBase
from tests.cards import any_card, every_reply, nasty, words_of

SITE = "https://evidence.example.org"


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def seen(blocks: list[dict[str, Any]]) -> str:
    return letters(" ".join(texts(blocks)).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))


@pytest.mark.parametrize("site", [SITE, ""], ids=["with pictures", "without"])
def test_every_card_of_every_entry_fits_and_keeps_its_words_and_links(knowledge: KnowledgeBase, site: str) -> None:
    for reply in every_reply(knowledge):
        card = lay_out(reply, removed=("NAME", "POSTCODE"), safeguarding_text="Duty team: 01632 960 001")
        blocks = blocks_of(card, Conversation("signs-of-safety", ("a", "b"), "a question"), site, is_private=True)
        assert breaches(blocks, escape(card.notification)) == [], card.heading
        shown = seen(blocks)
        for text in words_of(card):
            assert letters(text) in shown, (card.heading, text)
        allowed = {item.link for block in card.blocks if isinstance(block, References) for item in block.items}
        assert {link.replace("&amp;", "&") for link in links(blocks)} <= allowed | {f"{site}/evidence/{card.entry_id}"}


def test_an_answer_is_one_screen(knowledge: KnowledgeBase) -> None:
    for entry in knowledge.entries.values():
        blocks = blocks_of(lay_out(answered(entry)), Conversation(entry.id), SITE)
        assert len(blocks) <= 18, entry.id
        assert sum(map(len, texts(blocks))) <= 3_500, entry.id


def test_effect_and_strength_stand_together_in_words_and_symbols(knowledge: KnowledgeBase) -> None:
    blocks = blocks_of(lay_out(answered(knowledge.entries["signs-of-safety"])), Conversation(), SITE)
    (rating,) = [block for block in blocks if "fields" in block]
    effect, strength = (field["text"] for field in rating["fields"])
    assert re.search(r"\*Effect\*\n\S+ \w", effect)
    assert re.search(r"\*Strength of evidence\*\n[●○]{4} \w", strength)


@settings(max_examples=150, deadline=None)
@given(any_card(), nasty)
def test_whatever_a_card_says_it_cannot_ping_link_or_be_refused_for_a_single_part(card: Card, question: str) -> None:
    made = blocks_of(card, Conversation("signs-of-safety", ("a", "b", "c", "d"), question), SITE)
    whole = [
        wrong
        for wrong in breaches(made, "A notification")
        if "in all" not in wrong and not re.match(r"\d+ blocks", wrong)
    ]
    assert whole == []
    assert {link.replace("&amp;", "&").replace("&lt;", "<") for link in links(made)} <= {
        f"{SITE}/evidence/signs-of-safety", "https://example.org/?a=1&b=<2&gt;",
    }  # fmt: skip


@given(says=st.text(max_size=100), entry=st.none() | st.just("signs-of-safety"), question=st.text(max_size=5_000))
def test_a_button_carries_its_conversation_whatever_was_asked(says: str, entry: str | None, question: str) -> None:
    value = value_of(says, Conversation(entry, ("a", "b"), question))
    assert len(value) <= VALUE_MAX
    said, conversation = conversation_of(value)
    assert (said, conversation.entry, conversation.options) == (says, entry, ("a", "b"))
    assert question.startswith(conversation.question)


def test_the_question_why_fits() -> None:
    assert breaches(reasons_of("0" * 32, "a-" * 40), "why") == []


@pytest.mark.parametrize(
    ("blocks", "notification", "wrong"),
    [
        ([], " ", "the notification is empty"),
        ([], "hi <!channel>", "the notification could ping somebody"),
        ([{"type": "divider"}] * 51, "x", "51 blocks of 50"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "x", "a text of 151 characters"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001, "verbatim": True}}], "x", "a text of 3001 characters"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "<@U1>", "verbatim": True}}], "x", "could ping"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}], "x", "links of its own"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900, "verbatim": True}}] * 5, "x", "characters of 12000 in all"),
        ([{"type": "image", "image_url": "http://127.0.0.1/x.png", "alt_text": "x"}], "x", "cannot fetch"),
        ([{"type": "carousel"}], "x", "a block of the kind 'carousel'"),
        ([{"type": "actions", "elements": []}], "x", "0 elements of 25"),
    ],
)  # fmt: skip
def test_the_linter_finds_what_slack_would_refuse(blocks: list[dict[str, Any]], notification: str, wrong: str) -> None:
    assert any(wrong in found for found in breaches(blocks, notification))


def test_blocks_are_json(knowledge: KnowledgeBase) -> None:
    blocks = blocks_of(lay_out(answered(knowledge.entries["signs-of-safety"])), Conversation(), SITE)
    assert json.loads(json.dumps(blocks)) == blocks

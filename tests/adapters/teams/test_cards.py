"""Every card fits Teams, keeps every word, has the shape that Adaptive Cards ask for, and cannot mention or link."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from adapters.teams.cards import attachment, card_of, conversation_of, escape, reasons, says, told
from adapters.teams.lint import CARD_MAX, breaches, links, texts
from bot.card import Card, Reference
from bot.layout import lay_out
from bot.turn import Conversation
from knowledge.base import KnowledgeBase
from tests.cards import any_card, every_reply, words_of

SITE = "https://evidence.example.org"


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    """The official schema of Adaptive Cards 1.5."""
    written = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text(encoding="utf-8")
    return Draft6Validator(json.loads(written))


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def cards_of(knowledge: KnowledgeBase) -> list[Card]:
    return [
        lay_out(reply, removed=("NAME", "DOB"), safeguarding_text="Duty team: 01632 960 001")
        for reply in every_reply(knowledge)
    ]


def shape(value: object) -> object:
    """Return a card without its words: what the schema looks at."""
    if isinstance(value, dict):
        worded = {"text", "title", "altText", "speak", "fallbackText", "url", "data", "verb"}
        return {
            name: "https://x" if name in worded else shape(inner) for name, inner in value.items() if name != "msteams"
        }
    return [shape(inner) for inner in value] if isinstance(value, list) else value


def test_every_card_fits_teams_and_the_official_schema(knowledge: KnowledgeBase, schema: Draft6Validator) -> None:
    checked, shapes = 0, {}
    for card in cards_of(knowledge):
        after = Conversation(card.entry_id, ("family-group-conferencing",) * 9, "a question " * 60)
        for site, is_dialog, may_act in ((SITE, False, True), ("", True, True), (SITE, False, False)):
            made = card_of(card, after, site, is_dialog=is_dialog, may_act=may_act)
            assert breaches(made) == [], card.heading
            seen = shape(made)
            shapes[json.dumps(seen)] = seen
            checked += 1
    wrong = [error.message[:200] for one in shapes.values() for error in schema.iter_errors(one)]
    assert wrong == []
    assert checked > 3_000


def test_no_word_of_a_card_is_lost(knowledge: KnowledgeBase) -> None:
    for card in cards_of(knowledge)[::7]:
        shown = letters(" ".join(texts(card_of(card, Conversation(), ""))))
        assert [text for text in words_of(card) if letters(text) not in shown] == [], card.heading


def test_a_card_links_to_its_own_page_and_its_sources_alone(knowledge: KnowledgeBase) -> None:
    for card in cards_of(knowledge)[::7]:
        listed = {
            item.link for block in card.blocks for item in getattr(block, "items", ()) if isinstance(item, Reference)
        }
        for link in links(card_of(card, Conversation(), SITE)):
            assert link in listed or link.startswith(
                (f"{SITE}/evidence/", "https://teams.microsoft.com/share?href=")
            ), link


@settings(max_examples=150, deadline=None)
@given(any_card())
def test_no_text_whatever_can_mention_link_or_break_a_card(card: Card) -> None:
    made = card_of(card, Conversation("kite-flying", ("a", "b"), "q"), SITE)
    wrong = [
        one
        for one in breaches(made)
        if f"of {CARD_MAX}" not in one and " is empty" not in one and "more than" not in one
    ]
    assert wrong == []
    shown = " ".join(texts(made))
    assert re.search(r"<\s*/?\s*at\b", shown, re.IGNORECASE) is None
    assert "entities" not in json.dumps(attachment(made))


@given(st.text(max_size=200))
def test_a_heading_shows_every_sign_as_it_is(text: str) -> None:
    unescaped = re.sub(r"\\(.)", r"\1", escape(text), flags=re.DOTALL)
    assert "".join(unescaped.replace("‹", "<").split()) == "".join(text.replace("‹", "<").split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at pre-proceedings (2024)", "at pre-proceedings (2024)"), ("*not* _this_ [x](y)", r"\*not\* \_this\_ \[x\](y)"),
        ("# x", r"\# x"), ("- x", r"\- x"), ("1. x", r"1\. x"), ("&lt;b>", r"\&lt;b>"), ("<b>", r"\<b>"), ("R & D", "R & D"),
    ],
)  # fmt: skip
def test_only_what_would_be_markdown_is_escaped(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(
    st.text(max_size=60),
    st.none() | st.text(max_size=40),
    st.lists(st.text(max_size=40), max_size=9),
    st.text(max_size=700),
)
def test_a_button_carries_its_own_conversation(
    words: str, entry: str | None, options: list[str], question: str
) -> None:
    carried = json.loads(json.dumps(says(words, Conversation(entry, tuple(options), question))))
    found, conversation = conversation_of(carried)
    assert (found, conversation.entry, conversation.options) == (words, entry, tuple(options))
    assert question.startswith(conversation.question)


@pytest.mark.parametrize("data", [{}, {"says": 5}, {"says": "x"}, {"says": "x", "options": [], "entry": 5}])
def test_what_no_button_of_ours_carries_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not one of our buttons"):
        conversation_of(data)


def test_forms_and_sentences_fit_too(schema: Draft6Validator) -> None:
    for made in (reasons("like"), reasons("dislike"), told("A sentence with *signs*")):
        assert breaches(made) == []
        assert list(schema.iter_errors(made)) == []


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ({"type": "Input.Text", "id": "x"}, "without a label"),
        ({"type": "Image", "url": "https://example.org/x.png"}, "without a text"),
        ({"type": "TextBlock", "text": "see [this](https://example.org)"}, "Markdown"),
        ({"type": "TextBlock", "text": ""}, "text is empty"),
        ({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "<at>Asker</at>"}]}, "mention"),
        ({"type": "ActionSet", "actions": [{"type": "Action.Submit", "title": str(n)} for n in range(7)]}, "more than 6"),
        ({"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "x"}]}, "older clients"),
        ({"type": "Action.OpenUrl", "title": "x", "url": "javascript:alert(1)"}, "another kind"),
        ({"type": "TextBlock", "text": "x" * CARD_MAX}, "bytes"),
    ],
)  # fmt: skip
def test_the_linter_finds_what_teams_would_refuse(part: dict[str, Any], wrong: str) -> None:
    whole = told("x") | {"body": [part]}
    assert any(wrong in one for one in breaches(whole)), breaches(whole)
    assert breaches({"type": "AdaptiveCard"}) != []

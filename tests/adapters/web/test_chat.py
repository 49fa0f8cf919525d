"""A conversation on the page, as a browser without JavaScript has it: forms that carry where the conversation stands."""

from __future__ import annotations

from typing import Any

import pytest

from bot import wording
from bot.card import Card
from bot.feedback import Reason, Verdict
from bot.layout import lay_out
from bot.reply import Facet, answered
from bot.turn import Bot
from knowledge.base import KnowledgeBase
from tests.adapters.web.conftest import NOW, Visitor, parts_of, visit
from tests.adapters.web.pages import Page
from tests.scenarios.test_scenarios import SCRIPTS

FGC = "does fgc keep kids out of care?"
DANGER = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def says_of(page: Page) -> list[str]:
    return [button["value"] for button in page.buttons if button.get("name") == "message"]


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_conversation_goes_as_written(visitor: Visitor, name: str) -> None:
    page = await visitor.get("/")
    for line in SCRIPTS[name]:
        page = await visitor.ask(line["type"], page)
        assert page.status == 200
        if "ending" in line:
            assert f"card--{line['ending']}" in page.body, line
        if line.get("entry"):
            assert f"/evidence/{line['entry']}" in page.links, line
        assert letters(line.get("says", "")) in letters(page.words), line


def all_cards(knowledge: KnowledgeBase) -> list[tuple[str, Card]]:
    return [
        (entry.id, lay_out(answered(entry, facet=facet)))
        for entry in knowledge.entries.values()
        for facet in (None, *Facet)
    ]


async def test_no_word_of_any_card_is_dropped(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    from adapters.web.templates import TEMPLATES  # noqa: PLC0415 - the site's own templates, filled with every card

    templates = visitor.client.app[TEMPLATES] if visitor.client.app else None
    assert templates
    for entry_id, card in all_cards(knowledge):
        filled = templates.fill("turn.html", said="a question", card=card, conversation="token", answer="token")
        page = Page(200, {}, filled)  # type: ignore[arg-type]  # no headers: it was not served
        page.read()
        shown = letters(page.words)
        for block in card.to_dict()["blocks"]:
            for text in strings_of(block):
                assert letters(text) in shown, (entry_id, text)
        assert [button.says for button in card.buttons if button.says not in says_of(page)] == []


def strings_of(block: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key, value in block.items():
        if key in {"kind", "entry_id", "effect_symbol", "strength_symbol"}:
            continue  # symbols are drawn as shapes here
        for one in value if isinstance(value, list | tuple) else [value]:
            found += strings_of(one) if isinstance(one, dict) else [str(one)]
    return found


async def test_a_facet_is_a_tap_away(visitor: Visitor) -> None:
    page = await visitor.ask(FGC)
    assert "findings" in says_of(page)
    facet = await visitor.ask("cost", page)
    assert "savings of more than GBP 150m" in facet.words
    assert "You asked: Cost" in facet.words


async def test_choices_are_buttons_and_a_choice_is_said_in_words(visitor: Visitor) -> None:
    page = await visitor.ask("what have you got on kinship care?")
    assert says_of(page)[:2] == ["1", "2"]
    chosen = await visitor.ask("1", page)
    assert "card--evidence" in chosen.body or "card--guidance" in chosen.body
    assert "You asked: 1" not in chosen.words


async def test_each_card_carries_its_own_conversation(visitor: Visitor) -> None:
    first = await visitor.ask(FGC)
    second = await visitor.ask("evidence for signs of safety", first)
    again = await visitor.post("/ask", {"message": "cost", "conversation": first.field("conversation")})
    assert "/evidence/family-group-conferencing" in again.links
    assert "/evidence/signs-of-safety" in second.links


async def test_danger_comes_first_and_looks_different(bot: Bot) -> None:
    async for one in visit(parts_of(bot, safeguarding_text="Duty team: 01632 960 001")):
        page = await one.ask(DANGER)
        assert "card--urgent" in page.body
        assert page.body.index('class="alert"') < page.body.index("call 999")
        assert "Duty team: 01632 960 001" in page.words


async def test_personal_data_is_told_of_and_its_kind_named(visitor: Visitor) -> None:
    page = await visitor.ask("is there evidence on fgc for Oluwaseun Adebayo, nhs number 943 476 5919?")
    assert "an NHS number" in page.words
    assert "was taken out of your message" in page.words


@pytest.mark.parametrize(
    "message",
    [
        "",
        "   ",
        "x" * 50_000,
        "\N{PILE OF POO}" * 20,
        "\x00\x07",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "'; drop table entries",
    ],
    ids=["empty", "blank", "long", "emoji", "control", "markup", "template", "sql"],
)
async def test_any_input_gets_an_honest_answer_and_is_shown_as_it_is(visitor: Visitor, message: str) -> None:
    page = await visitor.ask(message)
    assert page.status == 200
    assert "card--" in page.body
    assert "<script>alert" not in page.body
    assert "49" not in page.words or "{{" not in message


async def test_a_page_that_is_too_old_keeps_what_was_typed(visitor: Visitor) -> None:
    page = await visitor.post("/ask", {"message": "does <b>fgc</b> work?", "conversation": "forged"})
    assert page.status == 403
    assert "does &lt;b&gt;fgc&lt;/b&gt; work?</textarea>" in page.body
    assert "more than a day old" in page.words
    assert (await visitor.ask("does fgc work?", page)).status == 200


async def test_a_token_of_one_kind_is_not_one_of_the_other(visitor: Visitor) -> None:
    page = await visitor.ask(FGC)
    swapped = await visitor.post("/feedback", {"answer": page.field("conversation"), "verdict": "helpful"})
    assert swapped.status == 403
    assert not visitor.feedback.kept


async def test_a_fragment_is_only_the_new_part(visitor: Visitor) -> None:
    start = await visitor.get("/")
    fields = {"message": FGC, "conversation": start.field("conversation")}
    page = await visitor.post("/ask", fields, **{"X-Fragment": "1"})
    assert "<html" not in page.body
    assert 'data-conversation="' in page.body


async def test_a_verdict_is_kept_with_entry_and_version_and_nothing_else(
    visitor: Visitor, knowledge: KnowledgeBase
) -> None:
    page = await visitor.ask(FGC)
    thanks = await visitor.post("/feedback", {"answer": page.field("answer"), "verdict": "helpful"})
    assert wording.THANKS_HELPFUL in thanks.words
    (kept,) = visitor.feedback.kept.values()
    entry = knowledge.entries["family-group-conferencing"]
    assert (kept.entry_id, kept.version, kept.verdict, kept.reason) == (entry.id, entry.version, Verdict.HELPFUL, None)
    assert (kept.surface, kept.at) == ("web", NOW)


async def test_not_helpful_asks_once_why_and_adds_the_reason(visitor: Visitor) -> None:
    page = await visitor.ask(FGC)
    why = await visitor.post("/feedback", {"answer": page.field("answer"), "verdict": "not-helpful"})
    assert {b["value"] for b in why.buttons if b.get("name") == "reason"} == {reason.value for reason in Reason}
    thanks = await visitor.post("/feedback", {"answer": why.field("answer"), "reason": "hard-to-read"})
    assert wording.THANKS_REASON in thanks.words
    (kept,) = visitor.feedback.kept.values()
    assert (kept.verdict, kept.reason) == (Verdict.NOT_HELPFUL, Reason.HARD_TO_READ)


@pytest.mark.parametrize("fields", [{"verdict": "splendid"}, {"reason": "because"}, {}])
async def test_a_verdict_that_is_no_choice_is_refused(visitor: Visitor, fields: dict[str, str]) -> None:
    page = await visitor.ask(FGC)
    refused = await visitor.post("/feedback", {"answer": page.field("answer")} | fields)
    assert refused.status == 400
    assert not visitor.feedback.kept


async def test_only_answers_can_be_judged(visitor: Visitor) -> None:
    assert not [one for one in (await visitor.ask("what's the weather")).inputs if one["name"] == "answer"]

"""Cards of every entry: nothing dropped, and no effect without strength, population and source."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from bot import wording
from bot.card import Alert, Block, Card, Labelled, Picture, Rating, References
from bot.compare import compare
from bot.layout import lay_out
from bot.reply import (
    ChoicesReply,
    Ending,
    Facet,
    GuidanceReply,
    NoEntryReply,
    Occasion,
    OutOfRemitReply,
    UrgentReply,
    answered,
)
from knowledge.base import KnowledgeBase
from knowledge.entry import Effect, Kind, OutcomeArea, SourceType, Strength
from knowledge.glossary import Topic
from tests.builders import an_entry


def cards(knowledge: KnowledgeBase) -> list[tuple[str, Facet | None, Card]]:
    return [
        (entry.id, facet, lay_out(answered(entry, facet=facet)))
        for entry in knowledge.entries.values()
        for facet in (None, *Facet)
    ]


def of_kind(card: Card, kind: type[Block]) -> list[Block]:
    return [block for block in card.blocks if isinstance(block, kind)]


def test_an_effect_is_never_shown_without_its_strength_population_and_source(knowledge: KnowledgeBase) -> None:
    shown = 0
    for entry_id, facet, card in cards(knowledge):
        for rating in of_kind(card, Rating):
            shown += 1
            assert isinstance(rating, Rating)
            assert all((rating.effect, rating.effect_symbol, rating.strength, rating.strength_symbol, rating.by)), (
                entry_id,
                facet,
            )
            assert any(isinstance(block, Labelled) and block.label == "Tested on" for block in card.blocks), (
                entry_id,
                facet,
            )
            assert of_kind(card, References), (entry_id, facet)
    assert shown > 150


def test_every_card_names_its_entry_version_dates_and_sign_off(knowledge: KnowledgeBase) -> None:
    for entry_id, _, card in cards(knowledge):
        entry = knowledge.entries[entry_id]
        text = card.to_text()
        assert (card.entry_id, card.version) == (entry.id, entry.version)
        assert f"Checked {wording.day(entry.checked)}" in text
        assert wording.UNSIGNED in text


def test_a_card_in_brief_fits_a_screen(knowledge: KnowledgeBase) -> None:
    for entry_id, facet, card in cards(knowledge):
        if facet is None:
            assert len(card.to_text()) < 2_600, entry_id


def test_the_text_form_drops_nothing(knowledge: KnowledgeBase) -> None:
    for entry_id, facet, card in cards(knowledge):
        text = card.to_text()
        for block in card.blocks:
            # A picture's entry is for surfaces that show it; its words are for all.
            for value in [block.text] if isinstance(block, Picture) else strings(block):
                assert value in text, (entry_id, facet, value)
        for button in card.buttons:
            assert button.label in text


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [inner for part in value for inner in strings(part)]
    if hasattr(value, "__dataclass_fields__"):
        return [inner for field in fields(value) for inner in strings(getattr(value, field.name))]  # type: ignore[arg-type]  # it is a dataclass
    return []


def test_cards_become_plain_json(knowledge: KnowledgeBase) -> None:
    for _, _, card in cards(knowledge):
        assert json.loads(json.dumps(card.to_dict()))["ending"] == card.ending.value


def test_law_that_may_not_be_in_force_says_check(knowledge: KnowledgeBase) -> None:
    for entry_id, _, card in cards(knowledge):
        assert (wording.CHECK_IN_FORCE in card.to_text()) == knowledge.entries[entry_id].check_in_force


def test_guidance_says_to_whom_it_applies_and_shows_no_rating() -> None:
    entry = an_entry(kind="guidance", answer="guidance", rating__effect="not-rated", rating__strength="not-rated")
    reply = answered(entry)
    assert isinstance(reply, GuidanceReply)
    card = lay_out(reply)
    assert not of_kind(card, Rating)
    assert "Applies to: 200 children aged 5 to 12" in card.to_text()


def test_a_rating_says_who_made_it() -> None:
    derived = lay_out(answered(an_entry())).to_text()
    official = lay_out(answered(an_entry(rating__by="official: A Centre's toolkit"))).to_text()
    assert "not by a What Works Centre" in derived
    assert "Rating: A Centre's toolkit." in official


@pytest.mark.parametrize(
    ("strength", "answer", "effect", "said"),
    [
        ("moderate", "evidence", "no-effect", "No effect: tested well, and no difference was found"),
        ("low", "evidence", "no-effect", "No effect shown so far: the tests were too weak to be sure"),
        ("very-low", "no-evidence-yet", "not-rated", "Not rated: nobody has shown an effect either way"),
        ("very-low", "evidence", "not-rated", "Not rated: the findings describe, they do not test an effect"),
    ],
)
def test_three_kinds_of_nothing_are_kept_apart(strength: str, answer: str, effect: str, said: str) -> None:
    entry = an_entry(answer=answer, rating__effect=effect, rating__strength=strength)
    assert said in lay_out(answered(entry)).to_text()


def test_a_sheet_without_a_cost_has_no_button_for_it_and_says_so_when_asked() -> None:
    entry = an_entry(texts__cost=[], facts__cost=None)
    assert Facet.COST.value not in [button.says for button in lay_out(answered(entry)).buttons]
    assert wording.NO_COST in lay_out(answered(entry, facet=Facet.COST)).to_text()


def test_danger_is_first_and_carries_the_organisations_own_text() -> None:
    card = lay_out(UrgentReply(answered(an_entry())), removed=("NAME",), safeguarding_text="Duty team: 01632 960 001")
    assert isinstance(card.blocks[0], Alert)
    assert "Duty team: 01632 960 001" in card.blocks[0].lines
    assert "999" in card.blocks[0].lines[0]
    assert "In one trial, 36.2%" in card.to_text()
    assert card.ending is Ending.URGENT


def test_what_was_removed_is_told_on_every_ending() -> None:
    entry = an_entry()
    replies = [
        answered(entry), compare(entry, an_entry("bread-baking")), ChoicesReply((entry, an_entry("bread-baking"))),
        NoEntryReply("what helps someone"), NoEntryReply("", wants_to_flag=True), OutOfRemitReply(Occasion.OTHER), UrgentReply(),
    ]  # fmt: skip
    for reply in replies:
        assert "a name and a postcode was taken out" in lay_out(reply, removed=("NAME", "POSTCODE")).to_text()


def test_choices_say_what_each_is_and_can_be_refused() -> None:
    entry = an_entry()
    card = lay_out(ChoicesReply((entry, an_entry("bread-baking"))))
    assert [button.says for button in card.buttons] == ["1", "2", "none of these"]
    assert card.buttons[0].hint == entry.texts.one_line


def test_an_empty_topic_is_said_to_be_empty() -> None:
    card = lay_out(ChoicesReply((), Topic(id="fostering", name="Fostering")))
    assert "There is no entry on this topic yet." in card.to_text()


def test_two_entries_stand_side_by_side_and_are_never_ranked() -> None:
    text = lay_out(compare(an_entry(), an_entry("bread-baking"))).to_text()
    assert "Placement stability" in text
    assert wording.COMPARE_NOTE in text
    for ranking in ("better than", "more effective", "best"):
        assert ranking not in text


def test_every_word_that_a_sheet_may_use_has_words_on_screen() -> None:
    assert set(wording.EFFECT_SYMBOLS) == set(Effect)
    assert set(wording.STRENGTH_WORDS) == set(wording.STRENGTH_SYMBOLS) == set(Strength)
    assert set(wording.KIND_WORDS) == set(Kind)
    assert set(wording.AREA_WORDS) == set(OutcomeArea)
    assert set(wording.SOURCE_TYPE_WORDS) == set(SourceType)
    assert set(wording.FACET_WORDS) == set(Facet)
    assert set(wording.OCCASION_WORDS) == set(Occasion)


def test_an_answer_shows_a_picture_where_its_first_line_rests_on_two_risks(knowledge: KnowledgeBase) -> None:
    for entry in knowledge.entries.values():
        rests_on_risks = any(entry.facts.findings[n - 1].risks for n in entry.texts.in_brief_rests_on)
        assert bool(of_kind(lay_out(answered(entry)), Picture)) == rests_on_risks, entry.id

"""A turn: each of the seven endings, follow-ups in context, choices, comparisons, and any message at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.layout import lay_out
from bot.reply import (
    ChoicesReply,
    ComparisonReply,
    Ending,
    EvidenceReply,
    Facet,
    GuidanceReply,
    NoEntryReply,
    NoEvidenceYetReply,
    Occasion,
    OutOfRemitReply,
    UrgentReply,
)
from bot.turn import Bot, Conversation, Turn
from tests.builders import TODAY

Ask = Callable[..., Turn]
AFTER_FGC = Conversation(entry="family-group-conferencing")


@pytest.mark.parametrize(
    ("message", "kind", "entry"),
    [
        ("does fgc keep kids out of care?", EvidenceReply, "family-group-conferencing"),
        ("evidnce for signs of saftey", EvidenceReply, "signs-of-safety"),
        ("scheme where a hub carer supports other foster homes", EvidenceReply, "mockingbird-family-model"),
        ("is there anything on AI note taking", EvidenceReply, "ai-note-taking-tools"),
        ("how long have we got for a section 47 enquiry", GuidanceReply, "section-47-enquiries"),
        ("does contextual safeguarding work", NoEvidenceYetReply, "contextual-safeguarding"),
    ],
)
def test_a_question_gets_the_entry_that_answers_it(ask: Ask, message: str, kind: type, entry: str) -> None:
    reply = ask(message).reply
    assert isinstance(reply, EvidenceReply | GuidanceReply | NoEvidenceYetReply)
    assert (type(reply), reply.entry.id) == (kind, entry)


def test_the_reply_carries_the_version_of_the_entry(ask: Ask) -> None:
    card = lay_out(ask("does fgc keep kids out of care?").reply)
    assert card.entry_id == "family-group-conferencing"
    assert card.version is not None
    assert card.version in card.to_text()


@pytest.mark.parametrize(
    ("message", "occasion"),
    [
        ("what's the weather", Occasion.OTHER),
        ("hi", Occasion.GREETING),
        ("thank you!", Occasion.THANKS),
        ("help", Occasion.HELP),
        ("what can you do?", Occasion.HELP),
        ("about me", Occasion.ABOUT_ME),
        ("what do you store about me?", Occasion.ABOUT_ME),
        ("tips", Occasion.SUBSCRIBE),
        ("subscribe us to the weekly tip", Occasion.SUBSCRIBE),
        ("", Occasion.NOTHING_ASKED),
        ("   \n\t ", Occasion.NOTHING_ASKED),
        ("🙂🙂", Occasion.NOTHING_ASKED),
        ("\u200b\u202e\u0000", Occasion.NOTHING_ASKED),
    ],
)
def test_what_is_no_question_for_an_evidence_base_is_out_of_remit(ask: Ask, message: str, occasion: Occasion) -> None:
    assert ask(message).reply == OutOfRemitReply(occasion)


def test_a_question_of_the_field_without_an_entry_is_said_to_have_none(ask: Ask) -> None:
    reply = ask("how much is the national minimum fostering allowance for a teenager in the south east").reply
    assert isinstance(reply, NoEntryReply)
    assert "fostering allowance" in reply.question


def test_the_question_that_would_be_flagged_holds_no_personal_data(ask: Ask) -> None:
    reply = ask("how much fostering allowance does Jayden's carer get in the south east, call 07700 900123").reply
    assert isinstance(reply, NoEntryReply)
    assert "Jayden" not in reply.question
    assert "900123" not in reply.question


def test_danger_now_comes_first(ask: Ask) -> None:
    turn = ask("a 6yo just told me her stepdad hits her, she's scared to go home tonight")
    assert isinstance(turn.reply, UrgentReply)
    assert lay_out(turn.reply).to_text().startswith("!! If someone may be in danger now")


def test_evidence_follows_danger_only_if_it_was_asked_for(ask: Ask) -> None:
    asked = ask(
        "stepdad hit him an hour ago and he is hiding in the school toilet scared to go home. does fgc work?"
    ).reply
    assert isinstance(asked, UrgentReply)
    only_told = ask("she says he will kill her tonight and he is outside the house now").reply
    assert isinstance(only_told, UrgentReply)
    assert only_told.then is None


@pytest.mark.parametrize(
    ("message", "facet"),
    [
        ("what about cost?", Facet.COST),
        ("numbers?", Facet.FINDINGS),
        ("and for teenagers?", Facet.WHO),
        ("sources", Facet.SOURCES),
        ("any limits", Facet.LIMITS),
        ("doing-it-well", Facet.DOING_IT_WELL),
    ],
)
def test_a_follow_up_shows_a_part_of_the_last_entry(ask: Ask, message: str, facet: Facet) -> None:
    reply = ask(message, AFTER_FGC).reply
    assert isinstance(reply, EvidenceReply)
    assert (reply.entry.id, reply.facet) == ("family-group-conferencing", facet)


def test_a_follow_up_that_names_another_entry_starts_anew(ask: Ask) -> None:
    reply = ask("and what about mockingbird?", AFTER_FGC).reply
    assert isinstance(reply, EvidenceReply)
    assert (reply.entry.id, reply.facet) == ("mockingbird-family-model", None)


def test_a_follow_up_without_an_entry_before_is_a_question_of_its_own(ask: Ask) -> None:
    assert not isinstance(ask("what about cost?").reply, EvidenceReply)


def offered(ask: Ask) -> tuple[ChoicesReply, Conversation]:
    turn = ask("what have you got on kinship care?")
    assert isinstance(turn.reply, ChoicesReply)
    return turn.reply, turn.conversation


@pytest.mark.parametrize("answer", ["2", "2.", "number 2", "the second one", "two please", "#2"])
def test_a_choice_is_answered_by_its_number(ask: Ask, answer: str) -> None:
    choices, conversation = offered(ask)
    card = lay_out(ask(answer, conversation).reply)
    assert card.entry_id == choices.options[1].id


def test_a_choice_is_answered_by_its_words_even_misspelt(ask: Ask) -> None:
    choices, conversation = offered(ask)
    wanted = choices.options[0]
    assert lay_out(ask(wanted.label, conversation).reply).entry_id == wanted.id
    assert lay_out(ask(wanted.label[:4] + wanted.label[5:], conversation).reply).entry_id == wanted.id


def test_none_of_these_leads_to_no_entry_with_the_question_before(ask: Ask) -> None:
    question = "what helps when relatives raise a child"
    conversation = Conversation(options=("kinship-carer-support", "kinship-care-outcomes"), question=question)
    assert ask("none of these", conversation).reply == NoEntryReply(question)


def test_a_number_that_was_not_offered_picks_nothing(ask: Ask) -> None:
    _, conversation = offered(ask)
    assert isinstance(ask("9", conversation).reply, NoEntryReply | OutOfRemitReply | ChoicesReply)


def test_a_topic_lists_its_entries(ask: Ask, bot: Bot) -> None:
    choices, _ = offered(ask)
    assert choices.topic is not None
    assert choices.topic.id == "kinship-care"
    assert {entry.id for entry in choices.options} == {entry.id for entry in bot.knowledge.on_topic("kinship-care")}


def test_a_list_that_is_too_long_says_how_many_more_there_are(ask: Ask, bot: Bot) -> None:
    reply = ask("what have you got on child protection?").reply
    assert isinstance(reply, ChoicesReply)
    assert len(reply.options) + reply.more == len(bot.knowledge.on_topic("child-protection"))
    assert reply.more > 0


def test_two_entries_are_compared_on_the_outcomes_that_both_have(ask: Ask) -> None:
    reply = ask("fgc or signs of safety?").reply
    assert isinstance(reply, ComparisonReply)
    assert (reply.first.id, reply.second.id) == ("family-group-conferencing", "signs-of-safety")
    for same in reply.same_outcomes:
        assert {finding.area for finding in (*same.first, *same.second)} == {same.area}


def test_what_cannot_be_compared_is_said_so(ask: Ask) -> None:
    reply = ask("letterbox club or baby safer sleep?").reply
    assert isinstance(reply, ComparisonReply)
    assert reply.same_outcomes == ()
    assert "cannot be compared" in lay_out(reply).to_text()


def test_an_entry_past_its_review_says_so_and_comes_after_an_equal_fresh_one(small_bot: Bot) -> None:
    def best(day: date) -> dict[str, float]:
        turn = small_bot.turn("baking bread in children's homes evidence", Conversation(), day)
        return {match.id: match.confidence for match in turn.recognition.matches}

    turn = small_bot.turn("baking bread in children's homes evidence", Conversation(), TODAY)
    assert isinstance(turn.reply, EvidenceReply)
    assert turn.reply.is_overdue
    assert "due for review by 10 January 2026" in lay_out(turn.reply).to_text()
    assert best(TODAY)["bread-baking"] < best(date(2026, 1, 1))["bread-baking"]


def test_a_retired_entry_is_not_matched(small_bot: Bot) -> None:
    turn = small_bot.turn("walking at night with care leavers evidence", Conversation(), TODAY)
    assert "night-walks" not in [match.id for match in turn.recognition.matches]


def test_unsigned_entries_are_hidden_where_sign_off_is_required(small_bot: Bot) -> None:
    strict = replace(small_bot, require_sign_off=True)
    turn = strict.turn("flying kites with foster carers evidence", Conversation(), TODAY)
    assert turn.recognition.matches == ()
    assert isinstance(turn.reply, NoEntryReply | OutOfRemitReply)
    assert strict.show("kite-flying", TODAY) is None
    assert small_bot.show("kite-flying", TODAY) is not None


STRANGE = [
    "x" * 50_000,
    "does fgc work? " * 4_000,
    "SELECT * FROM entries; DROP TABLE entries;--",
    "<script>alert(1)</script> <@U123> <!channel> *bold* [link](https://example.org)",
    "@whatworks",
    "هل تعمل مؤتمرات المجموعات العائلية؟",
    "家庭グループ会議は効果がありますか",
    "czy konferencje rodzinne działają",
    "\u202edoes fgc work\u202c",
    "do\u200bes f\u200bgc wo\u200brk",
    "\x1b[31mred\x1b[0m",
    "????",
    "1",
    "a",
    '{"question": "x"}',
    "\ud800",
]


@pytest.mark.parametrize("message", STRANGE)
def test_a_strange_message_gets_an_honest_ending(ask: Ask, message: str) -> None:
    turn = ask(message)
    card = lay_out(turn.reply, removed=turn.recognition.removed)
    assert turn.reply.ending in Ending
    assert card.to_text().strip()
    assert card.notification.strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_message_gets_an_ending(ask: Ask, message: str) -> None:
    turn = ask(message)
    assert lay_out(turn.reply, removed=turn.recognition.removed).to_text().strip()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["fgc", "cost?", "2", "none", "hi", "kinship care", "numbers", "sos or fgc", "more", "1"]),
        max_size=6,
    )
)
def test_any_conversation_goes_on(ask: Ask, messages: list[str]) -> None:
    conversation = Conversation()
    for message in messages:
        turn = ask(message, conversation)
        assert lay_out(turn.reply).to_text().strip()
        conversation = turn.conversation


def test_the_same_question_gets_the_same_turn(ask: Ask) -> None:
    assert ask("does mst work for teenagers") == ask("does mst work for teenagers")

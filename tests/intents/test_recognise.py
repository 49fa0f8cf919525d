"""What is understood of a message, on the product's own knowledge base."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.turn import Bot, Turn
from intents.recognise import Recognition
from intents.wants import Want, WantFinder

Ask = Callable[..., Turn]


@pytest.fixture
def recognise(bot: Bot) -> Callable[[str], Recognition]:
    return lambda message: bot.recogniser.recognise(message, bot.knowledge.shown())


@pytest.mark.parametrize(
    ("message", "want"),
    [
        ("does life story work help?", Want.ASK),
        ("what have you got on kinship care?", Want.BROWSE),
        ("list everything on neglect", Want.BROWSE),
        ("hi there", Want.SMALL_TALK),
        ("thanks, that's really helpful", Want.SMALL_TALK),
        ("help", Want.HELP),
        ("what can you do?", Want.HELP),
        ("sign me up for weekly tips", Want.SUBSCRIBE),
        ("flag a gap", Want.FLAG_GAP),
    ],
)
def test_what_a_message_wants(recognise: Callable[[str], Recognition], message: str, want: Want) -> None:
    assert recognise(message).want is want


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        ("does fgc keep kids out of care?", "family-group-conferencing"),
        ("evidnce for signs of saftey", "signs-of-safety"),
        ("scheme where a hub carer supports other foster homes", "mockingbird-family-model"),
        ("is there anything on AI note taking", "ai-note-taking-tools"),
    ],
)
def test_the_right_entry_comes_first(recognise: Callable[[str], Recognition], message: str, entry: str) -> None:
    assert recognise(message).matches[0].id == entry


@pytest.mark.parametrize(
    "wrapped",
    [
        "hi bot, hope you're well, could you tell me {}",
        "{} thanks so much x",
        "Good morning all, quick question: {} Many thanks",
    ],
)
def test_politeness_does_not_change_the_answer(recognise: Callable[[str], Recognition], wrapped: str) -> None:
    question = "does fgc keep kids out of care?"
    assert recognise(wrapped.format(question)).matches == recognise(question).matches


def test_the_same_message_is_understood_the_same_in_any_order(recognise: Callable[[str], Recognition]) -> None:
    messages = ["kinship support", "evidnce for mst", "how long for a s47", "weather"]
    forwards = [recognise(message) for message in messages]
    backwards = [recognise(message) for message in reversed(messages)]
    assert forwards == backwards[::-1]


@pytest.mark.parametrize(
    "message",
    [
        "a 6yo just told me her stepdad hits her, she's scared to go home tonight",
        "baby wont wake up propely and mum says he fell off the sofa this mornig",
        "care leaver just texted me that he's taken a load of tablets",
        "dad is outside the contact centre with a knife",
        "I'm locked in the kitchen on a visit and he's shouting he'll kill me",
    ],
)
def test_danger_now_is_noticed(recognise: Callable[[str], Recognition], message: str) -> None:
    assert recognise(message).is_urgent


@pytest.mark.parametrize(
    "message",
    [
        "hi",
        "thanks",
        "help",
        "kinship care",
        "this caseload will kill me, anything on burnout?",
        "evidence on knife crime education in schools",
        "what helps after a child has been sexually abused",
        "how long have we got for a section 47 enquiry?",
        "suicide prevention training for foster carers",
        "does fgc keep kids out of care?",
    ],
)
def test_frightening_words_alone_are_no_danger(recognise: Callable[[str], Recognition], message: str) -> None:
    assert not recognise(message).is_urgent


def test_what_was_removed_is_told_by_kind(recognise: Callable[[str], Recognition]) -> None:
    said = recognise("would mentoring help Jayden, dob 14/03/2011?")
    assert said.removed == ("DOB", "NAME")
    assert "Jayden" not in said.text
    assert "2011" not in said.text


@pytest.mark.parametrize(
    ("message", "facet"),
    [
        ("what about cost?", "cost"),
        ("numbers?", "findings"),
        ("and for teenagers?", "who"),
        ("sources", "sources"),
        ("any downsides?", "limits"),
        ("how do we do it well", "doing-it-well"),
        ("does mentoring help children in care with their school work and friends at all", None),
    ],
)
def test_a_short_follow_up_names_a_part(message: str, facet: str | None) -> None:
    assert WantFinder.facet_of(message) == facet

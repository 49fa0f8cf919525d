"""Personal data: what is taken out, and what must stay. Values are reserved or invented ones."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.personal import PersonalDataFinder
from intents.recognise import personal_data_finder
from knowledge.base import KnowledgeBase


@pytest.fixture(scope="module")
def finder(knowledge: KnowledgeBase) -> PersonalDataFinder:
    return personal_data_finder(knowledge.entries.values(), knowledge.terms)


def found(finder: PersonalDataFinder, text: str) -> list[tuple[str, str]]:
    return [(span.type.value, text[span.start : span.end]) for span in finder.find(text)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Jayden won't go to contact, what helps?", [("NAME", "Jayden")]),
        ("my yp called Aaliyah Hussain is missing", [("NAME", "Aaliyah Hussain")]),
        ("mum (Siobhan O'Leary) is drinking again", [("NAME", "Siobhan O'Leary")]),
        ("Mrs Okonkwo wants to be assessed as a kinship carer", [("NAME", "Okonkwo")]),
        ("dob 14/03/2011, what does he need", [("DOB", "14/03/2011")]),
        ("born 3rd of March 2015 and in care", [("DOB", "3rd of March 2015")]),
        ("ring me on 07700 900123 please", [("PHONE", "07700 900123")]),
        ("call 01632 960 001", [("PHONE", "01632 960 001")]),
        ("email kin.carer@example.org about the SGO", [("EMAIL", "kin.carer@example.org")]),
        ("she lives at 14 Larch Close, evidence on home visits", [("ADDRESS", "14 Larch Close")]),
        ("flat 3, 22 Harbour Road ZZ9 9ZZ", [("ADDRESS", "flat 3, 22 Harbour Road"), ("POSTCODE", "ZZ9 9ZZ")]),
        ("NHS no 999 000 0018", [("NHS_NUMBER", "999 000 0018")]),
        ("NI number QQ 12 34 56 C", [("NINO", "QQ 12 34 56 C")]),
        ("mosaic id 4471902 is on a plan", [("CASE_NUMBER", "4471902")]),
        ("see https://cases.example.org/person/8812", [("URL", "https://cases.example.org/person/8812")]),
        ("14yo at Larkhill High keeps running off", [("AGE_AND_PLACE", "14yo at Larkhill High")]),
    ],
)
def test_personal_data_is_found(finder: PersonalDataFinder, text: str, spans: list[tuple[str, str]]) -> None:
    assert found(finder, text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "Triple P or Incredible Years for a 4 year old?",
        "what did Forrester 2018 find about motivational interviewing",
        "Leeds Family Valued evaluation",
        "Signs of Safety in Hertfordshire",
        "is there anything by Munro on systems thinking",
        "what does section 47 of the Children Act 1989 say",
        "NICE NG76 recommendations",
        "assessment within 45 working days",
        "36.2% against 44.8% in care at 12 months",
        "mentoring for 14 to 18 year olds in England",
        "Will mentoring help? Hope so",
        "in force from 29 April 2026",
        "GBP 1,200 per family, 2019 to 2021",
        "does Pause work for mums in recovery",
        "house project and Mockingbird costs",
    ],
)
def test_what_is_nobodys_personal_data_stays(finder: PersonalDataFinder, text: str) -> None:
    assert found(finder, text) == []


def test_the_placeholder_keeps_the_question_readable(finder: PersonalDataFinder) -> None:
    redacted = finder.redact("would mentoring help Jayden, dob 14/03/2011?")
    assert redacted.text == "would mentoring help someone, dob ?"
    assert redacted.types == ("DOB", "NAME")


def test_a_number_that_fails_the_check_digit_is_no_nhs_number(finder: PersonalDataFinder) -> None:
    assert ("NHS_NUMBER", "999 000 0019") not in found(finder, "study 999 000 0019 people")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_spans_of_any_text_are_in_order_and_do_not_overlap(finder: PersonalDataFinder, text: str) -> None:
    spans = finder.find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(first.end <= second.start for first, second in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize("piece", ["1 ", "12 Aa ", "a@", "http://", "07700 ", "Aa Bb ", "(1, A", "14yo at A ", "1/"])
def test_a_message_made_to_be_slow_is_not(finder: PersonalDataFinder, piece: str) -> None:
    began = time.perf_counter()
    finder.find((piece * 2_000)[:2_000])
    assert time.perf_counter() - began < 2

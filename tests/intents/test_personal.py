"""Personal data: what is taken out, and what must stay. Values are reserved or invented ones."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.personal import PersonalDataFinder
from intents.personal.augment import Annotated, Augmenter
from intents.recognise import personal_data_finder
from intents.training import read_lines
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
        ("tyrell wont get out of bed for college", [("NAME", "tyrell")]),
        ("KAYLEIGH MISSING AGAIN, return interviews?", [("NAME", "KAYLEIGH")]),
        ("grace refuses to see her nan", [("NAME", "grace")]),
        ("cheers, Oksana", [("NAME", "Oksana")]),
        ("kayden's carer Marlene has given notice", [("NAME", "kayden"), ("NAME", "Marlene")]),
        ("the Achterberg-Quaye family, drift and delay", [("NAME", "Achterberg-Quaye")]),
        ("Mohammed, Aaliyah and Zayn need a placement", [("NAME", "Mohammed"), ("NAME", "Aaliyah"), ("NAME", "Zayn")]),
        ("born on the twelfth of june 2013", [("DOB", "twelfth of june 2013")]),
        ("dob 070813, exclusions", [("DOB", "070813")]),
        ("his bday is 5th of May", [("DOB", "5th of May")]),
        ("lives at 12 Elmsett with his gran", [("ADDRESS", "12 Elmsett")]),
        ("at flat 2 osterby court, damp", [("ADDRESS", "flat 2 osterby court")]),
        ("the house is Thistlewick Cottage, Brackenholt Lane", [("ADDRESS", "Thistlewick Cottage, Brackenholt Lane")]),
        ("we went to 9b osterby terrace", [("ADDRESS", "9b osterby terrace")]),
        ("they are 6 and 8, both at Millscar Juniors", [("AGE_AND_PLACE", "6 and 8, both at Millscar Juniors")]),
        ("year nine, Oakenvale Academy", [("AGE_AND_PLACE", "year nine, Oakenvale Academy")]),
        ("Larkhill High, yr 11, wont eat", [("AGE_AND_PLACE", "Larkhill High, yr 11")]),
        ("7 y/o goes to millscar primary", [("AGE_AND_PLACE", "7 y/o goes to millscar primary")]),
        ("y8 at thornbrook high, excluded again", [("AGE_AND_PLACE", "y8 at thornbrook high")]),
        ("in her GCSE year at Thornmere", [("AGE_AND_PLACE", "GCSE year at Thornmere")]),
        ("the log is MASH-25-00419", [("CASE_NUMBER", "MASH-25-00419")]),
        ("child id 902276 and sibling 902277", [("CASE_NUMBER", "902276"), ("CASE_NUMBER", "902277")]),
        ("crime ref 13XX/20441/24", [("CASE_NUMBER", "13XX/20441/24")]),
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
        "Hollis and Varley 2011 on kinship care",
        "grace period before stepping down",
        "anything from Norfolk, Leeds or Hackney",
        "panel 14/05/2026, need breakdown rates",
        "the 12/03/2026 hearing",
        "what does the 2014 Act say about 26 weeks",
        "[2023] EWHC 1221 and Re B-S",
        "for 14 year olds in Leeds",
        "16 year old from Sudan, age assessment",
        "n=1,204, d=0.31, p<.05",
        "case law since 2019/20 on section 20",
        "12 week programme or 20 week, which is better",
        "mark the date, may half term",
        "lessons from Star Hobson and Arthur Labinjo-Hughes",
        "philomena protocol, does it cut missing episodes",
        "Chelsea’s Choice, the play, and Clares Law",
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


def test_a_name_found_once_is_found_again_in_the_same_message(finder: PersonalDataFinder) -> None:
    text = "the visitor said kwabena looked happy, kwabena was high"
    assert found(finder, text) == [("NAME", "kwabena"), ("NAME", "kwabena")]


def test_the_training_texts_mark_their_spans_exactly() -> None:
    for line in read_lines("personal.jsonl"):
        for span in line["spans"]:
            marked = line["text"][span["start"] : span["end"]]
            assert marked, line
            assert marked == marked.strip(), line


def test_a_variation_of_a_text_marks_the_new_names() -> None:
    original = Annotated("Mum says Jayden's worker is Ms Varley", names=((9, 15), (31, 37)))
    augmenter = Augmenter(seed=1)
    for _ in range(50):
        varied = augmenter.vary(original)
        start, end = varied.names[0]
        assert varied.text[:start].casefold() == "mum says "
        assert varied.text[end:].casefold().startswith(("'s worker is ms ", "s worker is ms "))
        assert varied.names[1][1] == len(varied.text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_spans_of_any_text_are_in_order_and_do_not_overlap(finder: PersonalDataFinder, text: str) -> None:
    spans = finder.find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(first.end <= second.start for first, second in pairwise(spans))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1 ",
            "12 Aa ",
            "a@",
            "http://",
            "07700 ",
            "Aa Bb ",
            "(1, A",
            "14yo at A ",
            "1/",
            "aa ",
            "1, ",
            "Aa, ",
            "1 and 2 and ",
        ),
        *(
            "flat 1 the aa ",
            "The Old ",
            "born on ",
            "year 1 ",
            "a-1/",
            "12 aa bb ",
            "lives at 1 Aa ",
            "ref no ",
            "St. Aa ",
            "AA1 ",
        ),
    ],
)
def test_a_message_made_to_be_slow_is_not(finder: PersonalDataFinder, piece: str) -> None:
    began = time.perf_counter()
    finder.find((piece * 2_000)[:2_000])
    assert time.perf_counter() - began < 2

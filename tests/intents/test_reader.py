"""Spelling and abbreviations: slips are mended, the sector's own words never."""

from __future__ import annotations

import pytest

from intents.reader import Reader
from intents.spelling import Speller, general_words
from knowledge.glossary import Term, read_glossary

OWN = {
    "kinship": 40,
    "mockingbird": 30,
    "safeguarding": 60,
    "reunification": 10,
    "evidence": 50,
    "signs": 20,
    "safety": 20,
}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(OWN, protected={"fgc", "sgo", "lado"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("evidnce", "evidence"),
        ("saftey", "safety"),
        ("kinhsip", "kinship"),
        ("mokingbird", "mockingbird"),
        ("safegaurding", "safeguarding"),
        ("reunificaton", "reunification"),
    ],
)
def test_a_slip_is_mended(speller: Speller, typed: str, meant: str) -> None:
    assert speller.correct(typed) == meant


@pytest.mark.parametrize("word", ["fgc", "sgo", "lado", "the", "children", "kinship", "2018", "café", "xx"])
def test_a_word_that_is_right_or_protected_stays(speller: Speller, word: str) -> None:
    assert speller.correct(word) == word


def test_words_run_together_are_parted(speller: Speller) -> None:
    assert speller.correct("kinshipevidence") == "kinship evidence"


def test_no_glossary_term_is_ever_corrected() -> None:
    reader = Reader(OWN, read_glossary())
    singles = [spelling for term in read_glossary() for spelling in term.spellings() if spelling.isalpha()]
    assert len(singles) > 100
    assert [word for word in singles if reader.speller.correct(word) != word] == []


def test_general_words_are_a_distribution() -> None:
    assert sum(general_words().values()) == pytest.approx(1.0)


PLO = Term(
    term="PLO",
    means=("Public Law Outline",),
    also=("police liaison officer",),
    context={"Public Law Outline": ("court", "pre-proceedings"), "police liaison officer": ("police", "station")},
)
FGC = Term(term="FGC", forms=("FGCs",), means=("family group conference",))
KEEP = Term(term="KEEP", means=("KEEP foster carer training",))
TEEN = Term(term="teen", means=("adolescent",))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(OWN, (PLO, FGC, KEEP, TEEN))


def test_an_abbreviation_is_said_in_full_and_kept_beside(reader: Reader) -> None:
    reading = reader.read("do FGCs work")
    assert reading.text == "do family group conference work"
    assert reading.lexical == "do family group conference work FGCs"


def test_an_ambiguous_abbreviation_follows_the_words_around_it(reader: Reader) -> None:
    assert reader.read("PLO before court").expanded == (("PLO", ("Public Law Outline",)),)
    assert reader.read("PLO at the police station").expanded == (("PLO", ("police liaison officer",)),)
    assert reader.read("what is a PLO").expanded == (("PLO", ("Public Law Outline",)),)


def test_an_everyday_word_is_an_abbreviation_only_in_capitals(reader: Reader) -> None:
    assert reader.read("does KEEP help").expanded == (("KEEP", ("KEEP foster carer training",)),)
    assert reader.read("how to keep children safe").expanded == ()


def test_a_synonym_stands_beside_and_replaces_nothing(reader: Reader) -> None:
    reading = reader.read("my teen is out late")
    assert reading.text == "my teen is out late"
    assert reading.lexical.endswith("adolescent")


def test_the_same_message_is_always_read_the_same() -> None:
    message = "evidnce for kinshp carers and FGCs"
    assert Reader(OWN, (FGC,)).read(message) == Reader(OWN, (FGC,)).read(message)

"""The measures, on tiny invented sets whose scores were worked out by hand; what is understood is written into the test."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bot.errors import InputError
from bot.evaluate import Confusion, Scores, evaluate
from bot.evaluation_report import CONFUSIONS_SHOWN, confusion_picture, report
from bot.turn import Bot
from intents.matcher import Match
from intents.personal import PersonalDataFinder, Span
from intents.personal.span import PersonalType
from intents.recognise import Recogniser, Recognition, Thresholds
from intents.wants import Want
from knowledge.base import KnowledgeBase
from knowledge.compile import write_compiled
from knowledge.glossary import read_glossary, read_topics
from tests.builders import TODAY, an_entry

Measure = Callable[..., Scores]
KITE, BREAD = "kite-flying", "bread-baking"


class WrittenFinder(PersonalDataFinder):
    """Finds the spans that a test wrote down for a text."""

    def __init__(self, spans: Mapping[str, list[Span]]) -> None:
        self._spans = spans

    def find(self, text: str) -> list[Span]:
        return self._spans.get(text, [])


class WrittenRecogniser(Recogniser):
    """Understands what a test wrote down for a message, and nothing else."""

    def __init__(self, understood: Mapping[str, Recognition], spans: Mapping[str, list[Span]]) -> None:
        self.personal = WrittenFinder(spans)
        self._understood = understood

    def recognise(self, message: str, *_: object) -> Recognition:
        return self._understood[message]


def understood(*matches: tuple[str, float], want: Want = Want.ASK, is_urgent: bool = False) -> Recognition:
    return Recognition("x", want, tuple(Match(*match) for match in matches), is_urgent, removed=())


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Write question sets and return the scores on them."""
    compiled = tmp_path / "knowledge.sqlite"
    write_compiled(
        compiled,
        [an_entry(KITE), an_entry(BREAD)],
        read_glossary(),
        tuple(read_topics().values()),
        {"nothing learnt": b"x"},
        {},
    )
    knowledge = KnowledgeBase.load(compiled)

    def scores(
        understood: Mapping[str, Recognition] | None = None,
        spans: Mapping[str, list[Span]] | None = None,
        **sets: list[dict[str, Any]],
    ) -> Scores:
        for name, rows in sets.items():
            (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        recogniser = WrittenRecogniser(understood or {}, spans or {})
        return evaluate(Bot(knowledge, recogniser, Thresholds(0.8, 0.5, 0.5)), tmp_path, TODAY)

    return scores


UNDERSTOOD = {
    "right": understood((KITE, 0.9), (BREAD, 0.05)),
    "wrong": understood((BREAD, 0.85), (KITE, 0.1)),
    "asked back": understood((KITE, 0.4), (BREAD, 0.3)),
    "nothing": understood(),
}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "right", "accept": [KITE], "style": "short"},
    {"id": "2", "question": "wrong", "accept": [KITE], "style": "short"},
    {"id": "3", "question": "asked back", "accept": [BREAD], "style": "long"},
    {"id": "4", "question": "nothing", "accept": [BREAD], "style": "long"},
]


def test_questions_are_scored_over_all_and_by_style(measure: Measure) -> None:
    scores = measure(UNDERSTOOD, questions=QUESTIONS)
    overall = (scores.questions, scores.top_1, scores.top_3, scores.answered, scores.precision, scores.shown)
    assert overall == (4, 0.25, 0.75, 0.5, 0.5, 0.5)
    assert scores.by_style == {
        "long": {"questions": 2, "top_1": 0.0, "top_3": 0.5, "answered": 0.0, "precision": 0.0, "shown": 0.5},
        "short": {"questions": 2, "top_1": 0.5, "top_3": 1.0, "answered": 1.0, "precision": 0.5, "shown": 0.5},
    }


def test_what_came_first_instead_of_the_right_entry_is_counted(measure: Measure) -> None:
    scores = measure(UNDERSTOOD, questions=[*QUESTIONS, {**QUESTIONS[1], "id": "5"}])
    assert scores.confusions == [Confusion(KITE, BREAD, 2), Confusion(BREAD, KITE, 1), Confusion(BREAD, "", 1)]
    assert [wrong["id"] for wrong in scores.wrong] == ["2", "3", "4", "5"]


def test_any_of_several_accepted_entries_is_right(measure: Measure) -> None:
    scores = measure(UNDERSTOOD, questions=[{**QUESTIONS[1], "accept": [KITE, BREAD]}])
    assert (scores.top_1, scores.precision) == (1.0, 1.0)


def test_an_answer_below_what_to_do_now_counts_as_an_answer(measure: Measure) -> None:
    urgent = replace(UNDERSTOOD["right"], is_urgent=True)
    scores = measure({"right": urgent}, questions=QUESTIONS[:1])
    assert (scores.answered, scores.precision, scores.shown, scores.urgent_on_questions) == (1.0, 1.0, 1.0, 1.0)


def test_out_of_scope_questions_are_scored_by_how_the_turn_ends(measure: Measure) -> None:
    outside = {**UNDERSTOOD, "refused": understood((KITE, 0.99), want=Want.OUT_OF_REMIT)}
    rows = [{"id": name, "question": name} for name in ("right", "asked back", "nothing", "refused")]
    scores = measure(outside, out_of_scope=rows)
    # The two best of "refused" add up to more than is needed to ask back.
    assert (scores.out_of_scope_answered, scores.out_of_scope_asked_back) == (0.25, 0.5)


def test_danger_now_is_scored_apart_from_messages_that_only_sound_like_it(measure: Measure) -> None:
    messages = {"alarm": understood(is_urgent=True), "calm": understood()}
    rows = [("alarm", True), ("alarm", True), ("calm", True), ("alarm", False), ("calm", False)]
    crisis = [{"id": "c", "message": message, "immediate": immediate} for message, immediate in rows]
    scores = measure(messages, crisis=crisis)
    assert (scores.urgent_recall, scores.urgent_false_alarms) == (0.6667, 0.5)


def test_personal_data_counts_as_found_only_when_all_of_it_goes(measure: Measure) -> None:
    rows = [
        {"id": "1", "text": "ask Jayden Bell", "spans": [{"start": 4, "end": 15, "type": "NAME"}]},
        {"id": "2", "text": "see Mia", "spans": [{"start": 4, "end": 7, "type": "NAME"}]},
        {"id": "3", "text": "clean", "spans": []},
        {"id": "4", "text": "as clean", "spans": []},
    ]
    found = {
        "ask Jayden Bell": [Span(4, 10, PersonalType.NAME)],
        "see Mia": [Span(4, 7, PersonalType.NAME)],
        "clean": [Span(0, 5, PersonalType.NAME)],
    }
    scores = measure(spans=found, personal_data=rows)
    assert scores.personal_recall == {"NAME": 0.5, "all": 0.5}
    assert (scores.personal_false_on_clean, scores.personal_false_per_100) == (0.5, 25.0)


def test_four_fifths_of_an_address_are_enough(measure: Measure) -> None:
    rows = [{"id": "1", "text": "0123456789", "spans": [{"start": 0, "end": 10, "type": "ADDRESS"}]}]
    assert measure(spans={"0123456789": [Span(0, 8, PersonalType.ADDRESS)]}, personal_data=rows).personal_recall == {
        "ADDRESS": 1.0,
        "all": 1.0,
    }
    assert measure(spans={"0123456789": [Span(0, 7, PersonalType.ADDRESS)]}, personal_data=rows).personal_recall == {
        "ADDRESS": 0.0,
        "all": 0.0,
    }


def test_the_measures_of_an_absent_file_are_left_out(measure: Measure) -> None:
    scores = measure(UNDERSTOOD, questions=QUESTIONS)
    absent = (scores.out_of_scope_answered, scores.urgent_recall, scores.personal_false_on_clean)
    assert (absent, scores.personal_recall) == ((None, None, None), {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not json", "questions.jsonl, line 1 is not JSON"),
        (b'{"question": "right", "accept": ["kite-flying"]}\n[1]', "questions.jsonl, line 2 is not a JSON object"),
        (b'{"question": "caf\xe9"}', "questions.jsonl, line 1 is not JSON"),
        (b'{"question": "right"}', "has no key 'accept'"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(measure: Measure, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "questions.jsonl").write_bytes(content)
    with pytest.raises(InputError, match=said):
        measure(UNDERSTOOD)


def test_only_a_line_feed_ends_a_line(measure: Measure, tmp_path: Path) -> None:
    line = json.dumps({"question": "a\u2028b", "accept": [KITE]}, ensure_ascii=False)
    (tmp_path / "questions.jsonl").write_text(f"{line}\r\n\n", encoding="utf-8", newline="")
    assert measure({"a\u2028b": UNDERSTOOD["right"]}).questions == 1


def test_a_question_that_accepts_nothing_is_refused(measure: Measure) -> None:
    with pytest.raises(InputError):
        measure(UNDERSTOOD, questions=[{**QUESTIONS[0], "accept": []}])


def test_the_picture_is_well_formed_and_says_each_confusion_in_words() -> None:
    scores = Scores(confusions=[Confusion(KITE, BREAD, 3), Confusion("a<b>&", "", 1)])
    picture = ElementTree.fromstring(confusion_picture(scores, {KITE: an_entry()}))  # noqa: S314 - our own words
    titles = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[1:] == ["kite-flying: bread-baking came first 3 times", "a<b>&: (none) came first 1 times"]


def test_a_picture_without_confusions_is_well_formed() -> None:
    picture = ElementTree.fromstring(confusion_picture(Scores(), {}))  # noqa: S314 - our own words
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_table_says_how_many_confusions_it_leaves_out() -> None:
    file = io.StringIO()
    confusions = [Confusion(f"entry-{n}", KITE, 1) for n in range(CONFUSIONS_SHOWN + 2)]
    Console(file=file, width=90).print(report(Scores(questions=17, top_1=0.0, confusions=confusions)))
    assert "of 17 questions" in file.getvalue()
    assert "and 2 more" in file.getvalue()

"""The stored thresholds are usable, and with them the bot keeps its promises on the development sets.

The thresholds were chosen on the same sets: this guards against a change for the worse. What to expect of new questions is
what `python -m benchmarks.thresholds` prints, held out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluate import Scores, evaluate
from bot.turn import Bot
from intents.recognise import Thresholds
from tests.builders import TODAY

AT_LEAST = {
    "top_1": 0.90,
    "top_3": 0.97,
    "answered": 0.70,
    "precision": 0.97,
    "shown": 0.95,
    "urgent_recall": 0.98,
}
AT_MOST = {"out_of_scope_answered": 0.03, "urgent_false_alarms": 0.03, "personal_false_on_clean": 0.03}
PERSONAL_AT_LEAST = {"all": 0.95, "NAME": 0.90}


@pytest.fixture(scope="module")
def scores(bot: Bot, shared: Path) -> Scores:
    if not (shared / "eval").is_dir():
        pytest.skip("../shared/eval is not here: the development sets are needed to measure the bot")
    return evaluate(bot, shared / "eval", TODAY)


def test_the_stored_thresholds_are_between_0_and_1() -> None:
    stored = Thresholds.load()
    assert all(0 < threshold < 1 for threshold in (stored.answer, stored.choices, stored.urgent))


def test_nothing_is_answered_with_little_confidence() -> None:
    assert Thresholds.load().answer > 0.3


@pytest.mark.parametrize("measure", AT_LEAST)
def test_a_measure_of_the_development_sets_is_high_enough(scores: Scores, measure: str) -> None:
    assert scores.to_dict()[measure] >= AT_LEAST[measure]


@pytest.mark.parametrize("measure", AT_MOST)
def test_a_measure_of_the_development_sets_is_low_enough(scores: Scores, measure: str) -> None:
    assert scores.to_dict()[measure] <= AT_MOST[measure]


@pytest.mark.parametrize("kind", PERSONAL_AT_LEAST)
def test_enough_personal_data_of_the_development_set_is_found(scores: Scores, kind: str) -> None:
    assert scores.personal_recall[kind] >= PERSONAL_AT_LEAST[kind]

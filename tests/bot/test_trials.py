"""A trial: conversations drawn fairly and for good, a size that follows from what is to be shown, and a result that says no more than it can."""

from __future__ import annotations

from collections import Counter
from statistics import fmean
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bot.errors import InputError
from bot.tips import TipId
from bot.trial_picture import draw
from bot.trials import Arm, TrialPlan, allocate, analyse, needed_in_each_arm

PLAN = TrialPlan("Two openings", TipId("kite-flying", 1), TipId("kite-flying", 2), "seed", 0.5, 1.0)
conversations = st.dictionaries(
    st.text(min_size=1, max_size=6), st.sampled_from(["north", "south", "east"]), max_size=60
)


@given(conversations, st.text(max_size=5))
def test_the_arms_are_even_in_each_organisation_and_in_all(given_: dict[str, str], seed: str) -> None:
    drawn = allocate(given_, seed)
    assert set(drawn) == set(given_)
    for some in ({*given_}, *({one for one, of in given_.items() if of == name} for name in set(given_.values()))):
        counts = Counter(drawn[one] for one in some)
        assert abs(counts[Arm.A] - counts[Arm.B]) <= 1


@given(conversations, st.text(max_size=5))
def test_a_draw_can_be_repeated_from_its_seed_whatever_the_order(given_: dict[str, str], seed: str) -> None:
    assert allocate(given_, seed) == allocate(dict(reversed(given_.items())), seed)


def test_another_seed_draws_otherwise() -> None:
    members = {f"c{n}": "north" for n in range(40)}
    assert len({tuple(sorted(allocate(members, seed).items())) for seed in "abcdef"}) == 6


def test_the_size_is_that_of_the_textbook() -> None:
    # Two means that differ by half a standard deviation: 63 in each arm, and one more for the t distribution.
    assert needed_in_each_arm(0.5, 1.0) == 64
    assert needed_in_each_arm(1.0, 1.0) == 17


def test_a_trial_of_the_planned_size_finds_the_difference_four_times_in_five() -> None:
    dice = np.random.default_rng(1)
    found = 0
    for _ in range(400):
        a, b = dice.poisson(1.0, PLAN.needed), dice.poisson(1.5, PLAN.needed)
        interval = analyse({Arm.A: a.tolist(), Arm.B: b.tolist()}, {Arm.A: 1, Arm.B: 1}, PLAN).interval
        assert interval
        found += interval[0] > 0
    assert 0.65 < found / 400 < 0.85  # the variance of taps grows with their mean, so a little less than planned


def test_without_a_difference_one_trial_in_twenty_shows_one() -> None:
    dice = np.random.default_rng(2)
    false = 0
    for _ in range(600):
        a, b = dice.poisson(1.0, 40), dice.poisson(1.0, 40)
        said = analyse({Arm.A: a.tolist(), Arm.B: b.tolist()}, {Arm.A: 40, Arm.B: 40}, PLAN).sentence
        false += not said.startswith("No difference shown")
    assert 0.02 < false / 600 < 0.08


def test_everybody_who_was_drawn_counts_whether_sent_or_not() -> None:
    a, b = [1] * 5, [2] * 4 + [0]
    result = analyse({Arm.A: a, Arm.B: b}, {Arm.A: 5, Arm.B: 4}, PLAN)
    assert (result.b.allocated, result.b.sent, result.b.mean) == (5, 4, fmean(b))
    assert result.difference == pytest.approx(0.6)
    assert "smaller than planned (5 of 64" in result.sentence


def test_the_interval_is_that_of_welchs_test() -> None:
    a, b = [0, 1, 1, 2, 5, 0, 3], [2, 2, 4, 1, 6, 7]
    ours = analyse({Arm.A: a, Arm.B: b}, {Arm.A: 7, Arm.B: 6}, PLAN).interval
    theirs = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert ours == pytest.approx((theirs.low, theirs.high))


def test_few_conversations_are_hidden() -> None:
    result = analyse({Arm.A: [3] * 4, Arm.B: [0] * 50}, {Arm.A: 4, Arm.B: 50}, PLAN)
    assert (result.a.mean, result.b.mean, result.difference, result.interval) == (None, None, None, None)
    assert "nothing is shown" in result.sentence
    assert "<circle" not in draw(PLAN, result)


def test_conversations_that_do_not_differ_at_all_give_no_error() -> None:
    result = analyse({Arm.A: [0] * 9, Arm.B: [0] * 9}, {Arm.A: 9, Arm.B: 9}, PLAN)
    assert result.interval == (0.0, 0.0)
    assert result.sentence.startswith("No difference shown")


def test_the_picture_says_in_words_what_it_shows() -> None:
    result = analyse({Arm.A: [0, 1] * 20, Arm.B: [2, 3] * 20}, {Arm.A: 40, Arm.B: 40}, PLAN)
    picture = ET.fromstring(draw(PLAN, result))  # noqa: S314 - our own
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == f"{PLAN.name}. {result.sentence}"
    assert result.sentence.startswith("The second framing was found helpful more often (+2.00 taps")


@pytest.mark.parametrize(
    ("a", "b", "difference", "days"),
    [("kite-flying#1", "kite-flying#1", 0.5, 14), ("kite-flying#1", "other#2", 0.5, 14), ("x#1", "x#2", 0.0, 14), ("x#1", "x#2", 0.5, 0)],
)  # fmt: skip
def test_what_is_no_trial_is_refused(a: str, b: str, difference: float, days: int) -> None:
    with pytest.raises(InputError):
        TrialPlan("name", TipId.read(a), TipId.read(b), "seed", difference, 1.0, days)

"""A trial of two framings: two tips of one entry, drawn for whole conversations, judged once, at the end.

What is randomised is the conversation, so it is the conversation that is counted: how many people in it tapped "Helpful" (a cluster-level
analysis by intention to treat: Donner and Klar, Design and Analysis of Cluster Randomization Trials, 2000, chapter 6).
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist, fmean, variance
from typing import Final

from scipy import stats

from bot.errors import InputError
from bot.tips import TipId

POWER: Final = 0.8
ALPHA: Final = 0.05
FEWEST: Final = 5  # conversations in an arm, below which nothing is shown
OUTCOME: Final = "people who tapped Helpful, for each conversation"


class Arm(StrEnum):
    """Which of the two framings."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What is fixed before the first message is sent.

    Attributes:
        name: What the trial is called.
        a: The one framing.
        b: The other, of the same entry.
        seed: Decides which conversation gets which.
        difference: The smallest difference of means that is worth knowing, in taps for each conversation.
        deviation: How much conversations are expected to differ, as a standard deviation in the same unit.
        days: After how many days the outcome is counted.
    """

    name: str
    a: TipId
    b: TipId
    seed: str
    difference: float
    deviation: float
    days: int = 14

    def __post_init__(self) -> None:
        """Refuse what is no trial.

        Raises:
            InputError: Saying what to change.
        """
        if self.a == self.b or self.a.entry_id != self.b.entry_id:
            raise InputError("A trial compares two tips of one entry, so that the framing alone differs")
        if not (self.difference > 0 and self.deviation > 0 and 1 <= self.days <= 90):
            raise InputError("Give a difference and a deviation above 0, and from 1 to 90 days")

    @property
    def needed(self) -> int:
        """Return how many conversations each arm needs for a power of 0.8 at a level of 0.05."""
        return needed_in_each_arm(self.difference, self.deviation)

    def tip(self, arm: Arm) -> TipId:
        """Return what an arm gets."""
        return self.a if arm is Arm.A else self.b


def needed_in_each_arm(difference: float, deviation: float, power: float = POWER) -> int:
    """Return how many conversations each arm needs to show a difference of two means, at a two-sided level of 0.05.

    The normal approximation of the sample size for two means, rounded up, and one more for the t distribution.
    """
    normal = NormalDist()
    z = normal.inv_cdf(1 - ALPHA / 2) + normal.inv_cdf(power)
    return math.ceil(2 * (z * deviation / difference) ** 2) + 1


def allocate(conversations: Mapping[str, str], seed: str) -> dict[str, Arm]:
    """Return the arm of each conversation: half of each organisation, and of all, to within one.

    Args:
        conversations: The organisation of each conversation.
        seed: The same gives the same.
    """
    by_organisation: defaultdict[str, list[str]] = defaultdict(list)
    for conversation, organisation in conversations.items():
        by_organisation[organisation].append(conversation)
    drawn: dict[str, Arm] = {}
    odd = 0
    for organisation in sorted(by_organisation, key=lambda one: _draw(seed, "organisation", one)):
        members = sorted(by_organisation[organisation], key=lambda one: _draw(seed, organisation, one))
        # Who is left over in one organisation is evened out by who is left over in the next; which arm begins is drawn.
        first = (odd + int(_draw(seed, "first", ""), 16)) % 2
        drawn |= {one: (Arm.A, Arm.B)[(first + n) % 2] for n, one in enumerate(members)}
        odd += len(members)
    return drawn


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One arm: how many conversations were allocated, how many were sent the tip, and the mean outcome; None where few are hidden."""

    allocated: int
    sent: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial.

    Attributes:
        a: The one arm.
        b: The other.
        difference: Of the means, b less a; None where few are hidden.
        interval: Its 95% interval, from Welch's t.
        sentence: What it says, in words.
    """

    a: ArmResult
    b: ArmResult
    difference: float | None
    interval: tuple[float, float] | None
    sentence: str


def analyse(outcomes: Mapping[Arm, Sequence[int]], sent: Mapping[Arm, int], plan: TrialPlan) -> TrialResult:
    """Return what came of a trial, by intention to treat: every allocated conversation counts in its arm, sent or not.

    Args:
        outcomes: Of every allocated conversation, by arm.
        sent: How many of them were sent the tip.
        plan: What was fixed before.
    """
    a, b = outcomes[Arm.A], outcomes[Arm.B]
    if min(len(a), len(b)) < FEWEST:
        hidden = [ArmResult(len(outcomes[arm]), sent[arm], None) for arm in Arm]
        return TrialResult(
            hidden[0], hidden[1], None, None, f"Fewer than {FEWEST} conversations in an arm: nothing is shown."
        )
    arms = [ArmResult(len(outcomes[arm]), sent[arm], fmean(outcomes[arm])) for arm in Arm]
    difference = fmean(b) - fmean(a)
    interval = _welch(a, b, difference)
    return TrialResult(
        arms[0], arms[1], difference, interval, _in_words(difference, interval, min(len(a), len(b)), plan)
    )


def _welch(a: Sequence[int], b: Sequence[int], difference: float) -> tuple[float, float]:
    """Return the interval of a difference of means (Welch, The generalization of Student's problem, Biometrika 1947)."""
    share_a, share_b = variance(a) / len(a), variance(b) / len(b)
    error = math.sqrt(share_a + share_b)
    if error == 0:
        return difference, difference
    freedom = error**4 / (share_a**2 / (len(a) - 1) + share_b**2 / (len(b) - 1))
    reach = float(stats.t.ppf(1 - ALPHA / 2, freedom)) * error
    return difference - reach, difference + reach


def _in_words(difference: float, interval: tuple[float, float], smallest: int, plan: TrialPlan) -> str:
    low, high = interval
    figures = f"{difference:+.2f} taps for each conversation, 95% interval {low:+.2f} to {high:+.2f}"
    if low > 0 or high < 0:
        better = "second" if difference > 0 else "first"
        said = f"The {better} framing was found helpful more often ({figures})."
    else:
        said = f"No difference shown ({figures})."
    if smallest < plan.needed:
        said += f" The trial was smaller than planned ({smallest} of {plan.needed} conversations in the smaller arm)."
    return said


def _draw(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def counted(rows: Iterable[tuple[Arm, bool, int]]) -> tuple[dict[Arm, list[int]], dict[Arm, int]]:
    """Return outcomes and how many were sent, by arm, from each conversation's arm, whether it was sent, and its taps."""
    outcomes: dict[Arm, list[int]] = {arm: [] for arm in Arm}
    sent = dict.fromkeys(Arm, 0)
    for arm, was_sent, taps in rows:
        outcomes[arm].append(taps)
        sent[arm] += was_sent
    return outcomes, sent

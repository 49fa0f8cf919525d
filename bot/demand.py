"""Demand against strength: for each topic, what is asked and not answered, beside what is known and how surely.

Everything here comes from the bands of the public register. Exact numbers of voices are not used, since a sum of them could give a small one away:
five gaps of "<5" whose sum were 20 would have four voices each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.gap import OPEN
from bot.register import BANDS, PUBLIC, floor
from knowledge.entry import EvidenceEntry, Strength

COUNTED: Final = OPEN & PUBLIC  # the states whose gaps make up demand
STRONG: Final = (Strength.HIGH, Strength.MODERATE)
FLAGGER: Final = 1  # voices that the smallest band has at the least: somebody flagged the gap


@dataclass(frozen=True, slots=True)
class TopicGaps:
    """How many open, public gaps with demand in one band a topic has.

    Attributes:
        floor: The lower end of the band.
    """

    topic: str
    floor: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the whole register stands; it changes whenever something that the register shows changes.

    Attributes:
        changed: When a public gap last changed; None if there is none.
        floors: By the lower end of a band, how many public gaps have demand in it; a band without any is left out.
    """

    changed: datetime | None
    floors: Mapping[int, int]


class GapCounting(Protocol):
    """Counts gaps by band. Each method raises `StoreError` if it could not be done."""

    async def by_topic(self) -> Sequence[TopicGaps]:
        """Return the counts of open, public gaps, in any order; a gap on two topics counts in both."""
        ...

    async def waiting(self) -> int:
        """Return how many gaps nobody at the centre has looked at yet."""
        ...

    async def standing(self) -> Standing:
        """Return where the register stands."""
        ...


@dataclass(frozen=True, slots=True)
class TopicDemand:
    """What is asked on a topic against what is known.

    Attributes:
        topic: Its id.
        gaps: How many gaps are open; they all stand in the register.
        least: How many voices these have at the least, as the lower end of a band; 0 if fewer than five are sure.
        strengths: How many entries there are of each strength, the strongest first.
    """

    topic: str
    gaps: int
    least: int
    strengths: Mapping[Strength, int]

    @property
    def level(self) -> int:
        """Return how much is asked: 0 for nothing, then one more for each band."""
        return 1 + list(BANDS).index(self.least) if self.gaps else 0

    @property
    def demand(self) -> str:
        """Return how much is asked, in words."""
        return f"{max(self.least, FLAGGER)} or more" if self.gaps else "none"

    @property
    def open_gaps(self) -> str:
        """Return how many gaps are open, as a band; "none" is no secret, since those that are stand in the register."""
        return BANDS[floor(self.gaps)] if self.gaps else "none"

    @property
    def entries(self) -> int:
        """Return how many entries there are."""
        return sum(self.strengths.values())

    @property
    def strong(self) -> int:
        """Return how many entries are of high or moderate strength."""
        return sum(self.strengths[strength] for strength in STRONG)

    @property
    def is_thin(self) -> bool:
        """Return whether something is asked, and nothing strong is known."""
        return self.gaps > 0 and self.strong == 0


def demand_map(
    topics: Iterable[str], entries: Iterable[EvidenceEntry], counted: Iterable[TopicGaps]
) -> list[TopicDemand]:
    """Return every topic, those with the most demand first, and among them those with the least strong evidence.

    Args:
        topics: All ids; what is counted for another topic is left out.
        entries: That practitioners may see.
        counted: The open, public gaps, once for each of their topics.
    """
    gaps: Counter[str] = Counter()
    least: Counter[str] = Counter()
    for one in counted:
        gaps[one.topic] += one.gaps
        least[one.topic] += one.gaps * max(one.floor, FLAGGER)
    strengths = Counter((topic, entry.rating.strength) for entry in entries for topic in entry.topics)
    made = [
        TopicDemand(
            topic, gaps[topic], floor(least[topic]), {strength: strengths[topic, strength] for strength in Strength}
        )
        for topic in topics
    ]
    return sorted(made, key=lambda one: (-one.level, one.strong, one.topic))

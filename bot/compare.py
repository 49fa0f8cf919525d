"""Set two entries side by side on the outcomes that both have findings on; never rank them."""

from __future__ import annotations

from typing import Final

from bot.reply import ComparisonReply, SameOutcome
from knowledge.entry import Direction, EvidenceEntry, Finding, OutcomeArea

# Areas that say something about a programme or the law, not about what happened to people: nothing to compare.
_NO_OUTCOME: Final = frozenset(
    {
        OutcomeArea.EVIDENCE_BASE,
        OutcomeArea.IMPLEMENTATION_AND_REACH,
        OutcomeArea.LAW_AND_DUTY,
        OutcomeArea.PREVALENCE_AND_RISK,
    }
)


def compare(first: EvidenceEntry, second: EvidenceEntry) -> ComparisonReply:
    """Return two entries with their findings on each outcome that both have, in the order of the first entry."""

    def findings_by_area(entry: EvidenceEntry) -> dict[OutcomeArea, tuple[Finding, ...]]:
        tested = [
            f for f in entry.facts.findings if f.direction is not Direction.DESCRIPTIVE and f.area not in _NO_OUTCOME
        ]
        return {area: tuple(f for f in tested if f.area is area) for area in dict.fromkeys(f.area for f in tested)}

    ours, theirs = findings_by_area(first), findings_by_area(second)
    return ComparisonReply(
        first, second, tuple(SameOutcome(area, ours[area], theirs[area]) for area in ours if area in theirs)
    )

"""What an icon array shows: the same event in two groups, as so many of the same number of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from knowledge.entry import AbsoluteRisks, EvidenceEntry, Finding

HUNDRED: Final = 100
THOUSAND: Final = 1_000
RARE_PERCENT: Final = 5.0  # below it in both groups, whole people of a hundred would hide the difference


@dataclass(frozen=True, slots=True)
class Group:
    """One side of the picture: `count` of the picture's number of people, rounded; `percent` as the study gave it."""

    name: str
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class RiskPicture:
    """Two groups side by side on one denominator, after the rules of risk communication.

    Attributes:
        event: What happened to those who are filled in.
        of: The number of people drawn in each group: 100, or 1,000 where the event is rare in both.
        groups: The group that had it first, then the one it is compared with.
        fewer_is_better: Whether the event is one to avoid.
        study: The study it is from.
        source: The number of the source in the entry.
    """

    event: str
    of: int
    groups: tuple[Group, Group]
    fewer_is_better: bool
    study: str
    source: int

    @property
    def judgement(self) -> str:
        """Return in which direction the event is better."""
        return "Fewer is better." if self.fewer_is_better else "More is better."

    @property
    def text(self) -> str:
        """Return everything that the picture says, in words."""
        sides = [
            f"{_sentence_case(group.name)}: {group.count} of {self.of:,} ({group.percent:g}%)." for group in self.groups
        ]
        return " ".join([f"{_sentence_case(self.event)}.", *sides, self.judgement])


def risk_pictures(entry: EvidenceEntry) -> tuple[RiskPicture, ...]:
    """Return a picture for each finding of an entry that holds two absolute risks; those behind `in_brief` come first."""
    found = [(n, finding) for n, finding in enumerate(entry.facts.findings, 1) if finding.risks]
    found.sort(key=lambda numbered: numbered[0] not in entry.texts.in_brief_rests_on)
    return tuple(_picture(finding, finding.risks) for _, finding in found if finding.risks)


def _picture(finding: Finding, risks: AbsoluteRisks) -> RiskPicture:
    of = THOUSAND if max(risks.percent, risks.comparison_percent) < RARE_PERCENT else HUNDRED

    def group(name: str, percent: float) -> Group:
        return Group(name, int(percent * of / 100 + 0.5), percent)

    groups = (group(risks.group, risks.percent), group(risks.comparison, risks.comparison_percent))
    return RiskPicture(risks.event, of, groups, risks.fewer_is_better, finding.study, finding.source)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]

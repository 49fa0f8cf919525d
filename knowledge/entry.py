"""The evidence entry: one curated sheet as an immutable value.

The words are those of the What Works centres for children and young people; see `docs/sheets.md` for each key.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Percent = Annotated[float, Field(ge=0, le=100)]


class Kind(StrEnum):
    """What sort of thing the entry is about."""

    INTERVENTION = "intervention"
    PRACTICE_SYSTEM = "practice-system"
    PRACTICE_METHOD = "practice-method"
    GUIDANCE = "guidance"


class Effect(StrEnum):
    """The overall direction of the findings; says nothing of how sure we are."""

    POSITIVE = "positive"
    TENDS_POSITIVE = "tends-positive"
    MIXED = "mixed"
    NO_EFFECT = "no-effect"
    TENDS_NEGATIVE = "tends-negative"
    NEGATIVE = "negative"
    NOT_RATED = "not-rated"


class Strength(StrEnum):
    """How sure we are; says nothing of the size of an effect."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"
    NOT_RATED = "not-rated"


class Direction(StrEnum):
    """Which way one finding points."""

    BETTER = "better"
    NO_DIFFERENCE = "no difference"
    WORSE = "worse"
    MIXED = "mixed"
    DESCRIPTIVE = "descriptive"


class Status(StrEnum):
    """Where a sheet stands in its life; only published sheets are shown to practitioners."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    RETIRED = "retired"


class Answer(StrEnum):
    """How a turn ends when this entry is the answer."""

    EVIDENCE = "evidence"
    GUIDANCE = "guidance"
    NO_EVIDENCE_YET = "no-evidence-yet"


class Law(StrEnum):
    """Whether the law in the sheet is settled; sheets on unsettled law are reviewed after six months."""

    NONE = "none"
    SETTLED = "settled"
    UNSETTLED = "unsettled"


class OutcomeArea(StrEnum):
    """The outcome that a finding is about, so that two entries can be set side by side on the same one."""

    CARE_ENTRY = "care-entry"
    REUNIFICATION = "reunification"
    PERMANENCE = "permanence"
    PLACEMENT_STABILITY = "placement-stability"
    MALTREATMENT = "maltreatment"
    CHILD_BEHAVIOUR = "child-behaviour"
    CHILD_MENTAL_HEALTH = "child-mental-health"
    CHILD_WELLBEING = "child-wellbeing"
    ATTACHMENT = "attachment"
    PARENTING = "parenting"
    PARENTAL_MENTAL_HEALTH = "parental-mental-health"
    PARENTAL_SUBSTANCE_MISUSE = "parental-substance-misuse"
    FAMILY_RELATIONSHIPS = "family-relationships"
    DOMESTIC_ABUSE = "domestic-abuse"
    EDUCATION = "education"
    OFFENDING = "offending"
    EXPLOITATION_AND_MISSING = "exploitation-and-missing"
    HOMELESSNESS = "homelessness"
    SUBSTANCE_USE = "substance-use"
    SELF_HARM = "self-harm"
    HEALTH = "health"
    RELATIONSHIPS_AND_IDENTITY = "relationships-and-identity"
    PARTICIPATION = "participation"
    WORKFORCE = "workforce"
    PRACTICE_QUALITY = "practice-quality"
    DECISIONS_AND_PROCESS = "decisions-and-process"
    SERVICE_USE = "service-use"
    IMPLEMENTATION_AND_REACH = "implementation-and-reach"
    PREVALENCE_AND_RISK = "prevalence-and-risk"
    LAW_AND_DUTY = "law-and-duty"
    COST = "cost"
    EVIDENCE_BASE = "evidence-base"


class SourceType(StrEnum):
    """What kind of publication a source is."""

    SYSTEMATIC_REVIEW = "systematic-review"
    RCT = "rct"
    QED = "qed"
    EVALUATION = "evaluation"
    REVIEW = "review"
    TOOLKIT = "toolkit"
    GUIDELINE = "guideline"
    STATUTE = "statute"
    OTHER = "other"


class Value(BaseModel):
    """A frozen value whose keys are all known."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class AbsoluteRisks(Value):
    """Two percentages of the same event, at the same time, in two groups; drawn as "36 in 100 against 45 in 100"."""

    event: Text
    group: Text
    percent: Percent
    comparison: Text
    comparison_percent: Percent
    fewer_is_better: bool


class Finding(Value):
    """One result from one source; `source` is the number of a `Source` of the same entry."""

    claim: Text
    outcome: Text
    area: OutcomeArea
    direction: Direction
    study: Text
    source: int = Field(ge=1)
    checked: Literal["seen", "memory"]
    risks: AbsoluteRisks | None = None


class Source(Value):
    """Where claims were read. A DOI is the lasting address where there is one."""

    n: int = Field(ge=1)
    title: Text
    by: Text
    year: int | None = Field(default=None, ge=1900, le=2100)
    url: Text
    doi: Text | None = None
    type: SourceType

    @property
    def link(self) -> str:
        """Return the address to send a reader to: the DOI's where there is one."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


class Texts(Value):
    """The sentences practitioners read; each is written from the facts below it and adds nothing to them."""

    one_line: Text
    in_brief: Text
    in_brief_rests_on: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    what_this_means: Text
    tested_on: Text
    strength_why: Text
    main_limit: Text
    findings: tuple[Text, ...] = Field(min_length=1, max_length=6)
    doing_it_well: tuple[Text, ...] = Field(min_length=1, max_length=6)
    limits: tuple[Text, ...] = Field(min_length=1, max_length=6)
    cost: tuple[Text, ...] = Field(default=(), max_length=6)


class Rating(Value):
    """The two separate ratings, who made them and why."""

    effect: Effect
    strength: Strength
    by: Text
    why: Text

    @property
    def is_official(self) -> bool:
        """Return whether a named body made the rating, rather than the compilers of the sheet."""
        return self.by.startswith("official: ")


class Facts(Value):
    """What the sources say, in terse notes; the raw material of the texts."""

    what_it_is: tuple[Text, ...]
    findings: tuple[Finding, ...] = Field(min_length=1)
    in_practice: tuple[Text, ...]
    limits: tuple[Text, ...]
    cost: Text | None = None
    second_read: date
    second_read_note: Text | None = None


class Examples(Value):
    """Questions to which this entry is the best answer, by style of asking; what the matcher learns from."""

    short: tuple[Text, ...] = ()
    long: tuple[Text, ...] = ()
    scenario: tuple[Text, ...] = ()
    abbrev: tuple[Text, ...] = ()
    typo: tuple[Text, ...] = ()
    indirect: tuple[Text, ...] = ()
    fragment: tuple[Text, ...] = ()

    def by_style(self) -> dict[str, tuple[str, ...]]:
        """Return the examples of each style, in the order of the sheet."""
        return {style: getattr(self, style) for style in type(self).model_fields}

    def all(self) -> tuple[str, ...]:
        """Return every example, style after style."""
        return tuple(example for examples in self.by_style().values() for example in examples)


class Signature(Value):
    """One reviewer's sign-off: the role's holder and the day."""

    by: Text
    on: date


class SignOff(Value):
    """The two sign-offs that a sheet can carry; none is given by the software."""

    academic: Signature | None = None
    practice: Signature | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether both reviewers have signed."""
        return self.academic is not None and self.practice is not None


class EvidenceEntry(Value):
    """One curated sheet."""

    id: Slug
    title: Text
    label: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    kind: Kind
    status: Status
    answer: Answer
    checked: date
    review_due: date
    superseded_by: Slug | None = None
    topics: tuple[Slug, ...] = Field(min_length=1)
    aliases: tuple[Text, ...] = ()
    shared_aliases: tuple[Text, ...] = ()
    ages: Text
    setting: Text
    law: Law
    check_in_force: bool
    texts: Texts
    rating: Rating
    facts: Facts
    sources: tuple[Source, ...] = Field(min_length=1)
    related: tuple[Slug, ...] = ()
    examples: Examples
    tip: tuple[Text, ...] = Field(default=(), max_length=2)
    sign_off: SignOff = SignOff()

    @cached_property
    def version(self) -> str:
        """Return 12 hexadecimal digits that change whenever what the sheet says changes (not its status or sign-off)."""
        said = self.model_dump(mode="json", exclude={"status", "sign_off"})
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]

    def source(self, number: int) -> Source:
        """Return the source with a number; `KeyError` if there is none (the sheet rules forbid that)."""
        return {source.n: source for source in self.sources}[number]

    def is_overdue(self, today: date) -> bool:
        """Return whether the sheet is past the day by which it was to be reviewed."""
        return today > self.review_due

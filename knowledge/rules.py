"""The rules that sheets obey, beyond the shape of their keys; `docs/sheets.md` says each in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.entry import Answer, Effect, EvidenceEntry, Kind, Law, Status
from knowledge.errors import Breach
from knowledge.text import figures, marks, word_count

WORD_BUDGETS: Final = {
    "one_line": 18,
    "in_brief": 35,
    "what_this_means": 40,
    "tested_on": 25,
    "strength_why": 25,
    "main_limit": 25,
}
FACET_LINE_WORDS_MAX: Final = 32
TIP_WORDS_MAX: Final = 40  # with effect and strength in words, a tip has at most 55
FACETS: Final = ("findings", "doing_it_well", "limits", "cost")
LABEL_WORDS_MAX: Final = 6
EXAMPLES_MIN: Final = 20
NEAR_DUPLICATE_RATIO: Final = 92.0  # rapidfuzz ratio of two example questions of different entries
NEAR_DUPLICATE_LENGTH_MIN: Final = (
    20  # characters; in shorter ones ("kiva evidence") one letter tells two programmes apart
)
REVIEW_AFTER: Final = timedelta(days=366)
REVIEW_UNSETTLED_LAW_AFTER: Final = timedelta(days=184)
EMPTY_PHRASES: Final = re.compile(r"\b(studies|research|evidence) shows?\b|\bproven\b|\bproves?\b", re.IGNORECASE)

Finding: TypeAlias = tuple[str, str, str]  # key, problem, remedy


def check(sheets: Mapping[str, EvidenceEntry], topics: Iterable[str], today: date) -> list[Breach]:
    """Return every breach in a set of sheets, sorted by file and key.

    Args:
        sheets: Entries by file name.
        topics: The controlled list of topics.
        today: The day to judge dates by.
    """
    known_topics, ids = frozenset(topics), frozenset(entry.id for entry in sheets.values())
    breaches = [
        Breach(file, *found)
        for file, entry in sheets.items()
        for rule in (
            _identity(file),
            _links(known_topics, ids),
            _dates(today),
            _sources,
            _texts,
            _figures,
            _answers,
            _examples,
        )
        for found in rule(entry)
    ]
    breaches.extend(_claimed_twice(sheets))
    breaches.extend(_near_duplicates(sheets))
    return sorted(breaches)


def _identity(file: str) -> Callable[[EvidenceEntry], Iterator[Finding]]:
    def rule(entry: EvidenceEntry) -> Iterator[Finding]:
        if file.rpartition(".")[0] != entry.id:
            yield "id", f"it is {entry.id!r} in the file {file!r}", "Give file and id the same name"
        if len(entry.label.split()) > LABEL_WORDS_MAX:
            yield "label", f"it has more than {LABEL_WORDS_MAX} words", "Shorten it to fit a button"
        if entry.status is not Status.RETIRED and entry.superseded_by:
            yield "superseded_by", f"the sheet is {entry.status.value}", "Only a retired sheet names its successor"

    return rule


def _links(topics: frozenset[str], ids: frozenset[str]) -> Callable[[EvidenceEntry], Iterator[Finding]]:
    def rule(entry: EvidenceEntry) -> Iterator[Finding]:
        for topic in entry.topics:
            if topic not in topics:
                yield "topics", f"{topic!r} is not a topic", "Use a topic of knowledge/topics.yaml, or add it there"
        for key, other in [("related", other) for other in entry.related] + [
            ("superseded_by", entry.superseded_by or "")
        ]:
            if other == entry.id:
                yield key, "it names the sheet itself", "Remove it"
            elif other and other not in ids:
                yield key, f"there is no sheet {other!r}", "Mend or remove the id"

    return rule


def _dates(today: date) -> Callable[[EvidenceEntry], Iterator[Finding]]:
    def rule(entry: EvidenceEntry) -> Iterator[Finding]:
        if entry.checked > today:
            yield "checked", f"{entry.checked} lies in the future", "Write the day on which the sources were read"
        longest = REVIEW_UNSETTLED_LAW_AFTER if entry.law is Law.UNSETTLED else REVIEW_AFTER
        if not entry.checked < entry.review_due <= entry.checked + longest:
            yield "review_due", f"{entry.review_due} is not within {longest.days} days after checked", "Bring it nearer"
        for role in ("academic", "practice"):
            signature = getattr(entry.sign_off, role)
            if signature and not entry.checked <= signature.on <= today:
                yield (
                    f"sign_off.{role}.on",
                    f"{signature.on} is before checked or in the future",
                    "Write the day of signing",
                )

    return rule


def _sources(entry: EvidenceEntry) -> Iterator[Finding]:
    numbers = [source.n for source in entry.sources]
    if len(set(numbers)) != len(numbers):
        yield "sources", "two sources have the same number", "Number them apart"
    for position, source in enumerate(entry.sources, 1):
        if not source.url.startswith(("https://", "http://")):
            yield f"sources[{position}].url", f"{source.url!r} is not a web address", "Write it with https://"
        if source.doi and not re.match(r"^10\.\d{4,}/\S+$", source.doi):
            yield f"sources[{position}].doi", f"{source.doi!r} is not a DOI", "Write it as 10.xxxx/..."
    named = [(f"facts.findings[{n}].source", finding.source) for n, finding in enumerate(entry.facts.findings, 1)]
    named += [(key, mark) for key, text in _lines(entry) for mark in marks(text)]
    for key, number in named:
        if number not in numbers:
            yield key, f"there is no source [{number}]", "Name a source of this sheet, or add it"
    for key, text in _lines(entry):
        if key.startswith(("texts.findings", "texts.cost", "tip")) and not marks(text):
            yield key, "it names no source", "End the line with its source's mark, like [1]"
    for number in entry.texts.in_brief_rests_on:
        if number > len(entry.facts.findings):
            yield "texts.in_brief_rests_on", f"there is no finding {number}", "Count the findings from 1"


def _lines(entry: EvidenceEntry) -> list[tuple[str, str]]:
    single = [(f"texts.{key}", getattr(entry.texts, key)) for key in WORD_BUDGETS]
    single += [(f"tip[{n}]", text) for n, text in enumerate(entry.tip, 1)]
    return single + [
        (f"texts.{facet}[{n}]", line) for facet in FACETS for n, line in enumerate(getattr(entry.texts, facet), 1)
    ]


def _texts(entry: EvidenceEntry) -> Iterator[Finding]:
    for key, text in _lines(entry):
        line_max = TIP_WORDS_MAX if key.startswith("tip") else FACET_LINE_WORDS_MAX
        most = WORD_BUDGETS.get(key.removeprefix("texts."), line_max)
        if word_count(text) > most:
            yield key, f"it has {word_count(text)} words, the most is {most}", "Say it shorter"
        if empty := EMPTY_PHRASES.search(text):
            yield key, f"{empty.group()!r} says nothing", "Say who found what"
    if entry.facts.cost is None and entry.texts.cost:
        yield "texts.cost", "the facts name no cost", "Remove it, or add the fact with its source"


def _figures(entry: EvidenceEntry) -> Iterator[Finding]:
    facts = [*entry.facts.what_it_is, *entry.facts.in_practice, *entry.facts.limits, entry.facts.cost or ""]
    facts += [f"{finding.claim} {finding.study} {finding.outcome}" for finding in entry.facts.findings]
    facts += [f"{source.title} {source.by} {source.year or ''}" for source in entry.sources]
    facts += [
        entry.title,
        entry.ages,
        entry.setting,
        entry.rating.by,
        entry.rating.why,
        entry.facts.second_read_note or "",
    ]
    facts += entry.aliases
    stated = figures("\n".join(facts))
    for key, text in _lines(entry):
        for figure in sorted(figures(text) - stated):
            yield key, f"the figure {figure} stands nowhere in the facts", "Use the figure of the facts, exactly"
    for n, finding in enumerate(entry.facts.findings, 1):
        claimed = {float(figure) for figure in figures(finding.claim)}
        for percent in (finding.risks.percent, finding.risks.comparison_percent) if finding.risks else ():
            if percent not in claimed:
                yield f"facts.findings[{n}].risks", f"{percent:g} is not in the claim", "Copy the claim's percentages"


def _answers(entry: EvidenceEntry) -> Iterator[Finding]:
    if entry.answer is Answer.GUIDANCE and entry.kind is not Kind.GUIDANCE:
        yield "answer", f"it is guidance, the kind is {entry.kind.value}", "Make both guidance, or neither"
    if entry.answer is Answer.NO_EVIDENCE_YET and entry.rating.effect is not Effect.NOT_RATED:
        yield (
            "answer",
            "it is no-evidence-yet, but the effect is rated",
            "Rate the effect not-rated, or answer evidence",
        )
    if not (entry.rating.by == "derived" or entry.rating.is_official):
        yield "rating.by", f"it is {entry.rating.by!r}", "Write 'derived' or 'official: ' and the body's name"
    if entry.check_in_force and not any("in force" in line.lower() for line in entry.texts.limits):
        yield "texts.limits", "check_in_force is true, but no line says so", "Add 'check whether it is in force'"


def _examples(entry: EvidenceEntry) -> Iterator[Finding]:
    examples = [example.casefold() for example in entry.examples.all()]
    if len(examples) < EXAMPLES_MIN:
        yield "examples", f"there are {len(examples)}, the least is {EXAMPLES_MIN}", "Write more, in different styles"
    for style, questions in entry.examples.by_style().items():
        if not questions:
            yield f"examples.{style}", "there is none", "Write at least one in this style"
    for twice in sorted({example for example in examples if examples.count(example) > 1}):
        yield "examples", f"{twice!r} stands twice", "Remove one"


def _claimed_twice(sheets: Mapping[str, EvidenceEntry]) -> Iterator[Breach]:
    claims: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file, entry in sheets.items():
        for alias in entry.aliases:
            claims[alias.casefold()].append((file, alias))
        claims[f"id {entry.id}"].append((file, entry.id))
    for claimed in claims.values():
        for file, alias in claimed[1:]:
            yield Breach(file, "aliases", f"{alias!r} is also claimed by {claimed[0][0]}", "Leave it to one of them")


def _near_duplicates(sheets: Mapping[str, EvidenceEntry]) -> Iterator[Breach]:
    examples = [(file, example.casefold()) for file, entry in sheets.items() for example in entry.examples.all()]
    texts = [text for _, text in examples]
    block = 512
    for start in range(0, len(texts), block):
        ratios = process.cdist(
            texts[start : start + block], texts[start:], scorer=fuzz.ratio, score_cutoff=NEAR_DUPLICATE_RATIO,
            dtype=np.uint8, workers=-1,
        )  # fmt: skip
        for row, column in np.argwhere(ratios > 0):
            (file, text), (other_file, other) = examples[start + row], examples[start + column]
            if column > row and file != other_file and (len(text) >= NEAR_DUPLICATE_LENGTH_MIN or text == other):
                problem = f"{text!r} is nearly the same as {other!r} in {other_file}"
                yield Breach(file, "examples", problem, "Keep it where it fits best, or tell the two apart")

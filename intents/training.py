"""Learn from the sheets and the written examples: everything the recogniser needs, as blobs to store."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intents.encoder import CHECKSUMS, RememberingEncoder
from intents.matcher import Matcher
from intents.reader import Reader
from intents.recognise import DATA, ENTRIES, OWN_WORDS, URGENT, WANTS
from intents.text import words
from intents.urgent import NOT_NOW, NOW
from intents.wants import Want
from knowledge.entry import EvidenceEntry, Status
from knowledge.glossary import Term

TRAINING_FILES: Final = ("out_of_scope.jsonl", "urgent.jsonl", "intents.jsonl", "thresholds.json")
ASK_EXAMPLES_PER_ENTRY: Final = 4  # example questions of each entry that stand for "asks" among the wants
ORDINARY_PER_STYLE: Final = (
    1  # of each style and entry: ordinary questions, that the detector of danger now learns to leave alone
)
OWN_NAME_COUNT: Final = 3  # a word of a title or alias counts this often as the domain's own


@dataclass(frozen=True, slots=True)
class Trained:
    """What was learnt.

    Attributes:
        blobs: By name, to be stored in the compiled knowledge base.
        ingredients: SHA-256 by name of everything it was learnt from, besides the sheets.
    """

    blobs: Mapping[str, bytes]
    ingredients: Mapping[str, str]


def read_lines(name: str) -> list[dict[str, Any]]:
    """Return the objects of one of the training files of the package."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def names_of(entry: EvidenceEntry) -> tuple[str, ...]:
    """Return what an entry is called."""
    return (entry.title, entry.label, *entry.aliases, *entry.shared_aliases)


def examples_of(entry: EvidenceEntry) -> tuple[str, ...]:
    """Return what speaks for an entry: its example questions, names and one line."""
    return (*entry.examples.all(), *names_of(entry), entry.texts.one_line)


def own_words(entries: Sequence[EvidenceEntry]) -> Counter[str]:
    """Return the words of the entries with their counts; slips of typing in the examples left out."""
    own: Counter[str] = Counter()
    for entry in entries:
        texts = [example for style, said in entry.examples.by_style().items() if style != "typo" for example in said]
        texts += [entry.texts.in_brief, entry.texts.one_line, entry.texts.what_this_means, *entry.facts.what_it_is]
        for text in texts:
            own.update(word for word in words(text) if word.isalpha())
        for name in names_of(entry):
            own.update({word: OWN_NAME_COUNT for word in words(name) if word.isalpha()})
    return Counter({word: count for word, count in own.items() if count > 1})


def train(
    entries: Sequence[EvidenceEntry], terms: Sequence[Term], report: Callable[[str], None] = lambda _stage: None
) -> Trained:
    """Return what is learnt from the entries that are not retired and from the training files.

    Args:
        entries: The sheets.
        terms: The glossary.
        report: Called with the name of each stage as it begins.
    """
    live = [entry for entry in sorted(entries, key=lambda e: e.id) if entry.status is not Status.RETIRED]
    own = own_words(live)
    reader, encoder = Reader(own, terms), RememberingEncoder()
    out_of_scope = read_lines("out_of_scope.jsonl")
    report("entries")
    matcher = Matcher.fit(
        {entry.id: examples_of(entry) for entry in live},
        [line["text"] for line in out_of_scope],
        names={entry.id: names_of(entry) for entry in live},
        reader=reader,
        encoder=encoder,
    )
    report("danger now")
    urgent: dict[str, list[str]] = {NOW: [], NOT_NOW: []}
    for line in read_lines("urgent.jsonl"):
        urgent[NOW if line["immediate"] else NOT_NOW].append(line["text"])
    urgent[NOT_NOW] += [line["text"] for line in out_of_scope]
    urgent[NOT_NOW] += [
        question
        for entry in live
        for said in entry.examples.by_style().values()
        for question in said[:ORDINARY_PER_STYLE]
    ]
    detector = Matcher.fit(urgent, reader=reader, encoder=encoder)
    report("wants")
    wants: dict[str, list[str]] = {Want.ASK: []}
    for line in read_lines("intents.jsonl"):
        wants.setdefault(line["intent"], []).append(line["text"])
    for line in out_of_scope:
        wants.setdefault(line["group"], []).append(line["text"])
    for entry in live:
        examples = entry.examples.all()
        wants[Want.ASK] += examples[:: max(1, len(examples) // ASK_EXAMPLES_PER_ENTRY)]
    finder = Matcher.fit(wants, reader=reader, encoder=encoder)
    return Trained(
        {
            OWN_WORDS: json.dumps(dict(sorted(own.items()))).encode(),
            ENTRIES: matcher.to_bytes(),
            URGENT: detector.to_bytes(),
            WANTS: finder.to_bytes(),
        },
        {**CHECKSUMS, **{name: hashlib.sha256((DATA / name).read_bytes()).hexdigest() for name in TRAINING_FILES}},
    )

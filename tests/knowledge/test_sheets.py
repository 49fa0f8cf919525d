"""The product's own sheets: they obey the rules, hold every fact of the raw material, and can be read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rapidfuzz import fuzz, process

from benchmarks.reading_age import reading_ages
from knowledge.checking import check_folder
from knowledge.entry import EvidenceEntry, Law
from knowledge.glossary import read_glossary
from knowledge.sheet import SHEETS, read_sheets
from tests.builders import TODAY

NEAR_COPY = 85  # rapidfuzz ratio
# A question of the raw material that two fact sheets ask to the letter stands in the sheet that it fits best.
ASKED_TWICE = {("childrens-wellbeing-and-schools-act-2026", "do we have to offer an FGC before going to court now?")}


@pytest.fixture(scope="module")
def entries() -> dict[str, EvidenceEntry]:
    sheets, breaches = read_sheets(SHEETS)
    assert breaches == []
    return {entry.id: entry for entry in sheets.values()}


@pytest.fixture(scope="module")
def fact_sheets(shared: Path) -> dict[str, dict[str, Any]]:
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((shared / "evidence").glob("*.yaml"))
    }


def test_the_sheets_obey_every_rule() -> None:
    found, breaches = check_folder(None, TODAY)
    assert (len(found), breaches) == (164, [])


def test_every_fact_of_the_raw_material_is_in_its_sheet_to_the_letter(
    entries: dict[str, EvidenceEntry], fact_sheets: dict[str, dict[str, Any]]
) -> None:
    assert entries.keys() == fact_sheets.keys()
    for entry_id, raw in fact_sheets.items():
        entry = entries[entry_id]
        facts = entry.facts
        ours = entry.model_dump(mode="json")
        assert [{key: f.model_dump(mode="json")[key] for key in raw["findings"][0]} for f in facts.findings] == raw[
            "findings"
        ]
        assert [dict(source) for source in ours["sources"]] == raw["sources"]
        assert (list(facts.what_it_is), list(facts.in_practice), list(facts.limits)) == (
            raw["what_it_is"],
            raw["in_practice"],
            raw["limits"],
        )
        assert (facts.cost, facts.second_read_note) == (raw["cost"], raw.get("second_read_note"))
        assert facts.second_read.isoformat() == raw["second_read"]
        assert (entry.rating.effect, entry.rating.strength) == (raw["effect"], raw["strength"])
        assert (entry.rating.by, entry.rating.why) == (raw["rating_by"], raw["rating_why"])
        assert (entry.title, entry.kind, entry.ages, entry.setting) == (
            raw["title"],
            raw["kind"],
            raw["ages"],
            raw["setting"],
        )
        assert (list(entry.topics), list(entry.related)) == (raw["topics"], raw["related"])
        named = {alias.casefold() for alias in (*entry.aliases, *entry.shared_aliases)}
        assert {alias.casefold() for alias in raw["aliases"]} == named
        asked = {example.casefold() for example in entry.examples.all()}
        assert {ask.casefold() for ask in raw["asks"] if (entry_id, ask) not in ASKED_TWICE} <= asked


def test_no_example_question_comes_near_a_question_of_the_development_sets(
    entries: dict[str, EvidenceEntry], fact_sheets: dict[str, dict[str, Any]], shared: Path
) -> None:
    given = {ask.casefold() for raw in fact_sheets.values() for ask in raw["asks"]}
    written = {ask.casefold() for entry in entries.values() for ask in entry.examples.all()} - given
    for line in (Path(__file__).parents[2] / "intents" / "data").glob("*.jsonl"):
        written |= {json.loads(row)["text"].casefold() for row in line.read_text(encoding="utf-8").splitlines() if row}
    reserved = []
    for file in sorted((shared / "eval").glob("*.jsonl")):
        rows = (json.loads(row) for row in file.read_text(encoding="utf-8").splitlines() if row)
        reserved += [(row.get("question") or row.get("message") or row["text"]).casefold() for row in rows]
    ours = sorted(written)
    ratios = process.cdist(ours, reserved, scorer=fuzz.ratio, score_cutoff=NEAR_COPY, workers=-1)
    assert [(ours[row], reserved[column]) for row, column in zip(*ratios.nonzero(), strict=True)] == []


def test_a_weakness_that_the_second_reader_noted_leaves_a_trace_in_the_limits(
    entries: dict[str, EvidenceEntry],
) -> None:
    noted = [entry for entry in entries.values() if entry.facts.second_read_note]
    assert len(noted) > 80
    assert all(len(entry.texts.limits) >= 2 for entry in noted)


def test_law_that_may_not_be_in_force_says_so(entries: dict[str, EvidenceEntry]) -> None:
    unsure = [entry for entry in entries.values() if entry.check_in_force]
    assert unsure
    for entry in unsure:
        assert entry.law is not Law.NONE, entry.id
        assert any("check whether it is in force" in line.casefold() for line in entry.texts.limits), entry.id


def test_nobody_has_signed_a_sheet_off(entries: dict[str, EvidenceEntry]) -> None:
    assert not any(entry.sign_off.academic or entry.sign_off.practice for entry in entries.values())


def test_absolute_risks_are_kept_as_numbers(entries: dict[str, EvidenceEntry]) -> None:
    risks = entries["family-group-conferencing"].facts.findings[0].risks
    assert risks is not None
    assert (risks.percent, risks.comparison_percent, risks.fewer_is_better) == (36.2, 44.8, True)
    assert sum(finding.risks is not None for entry in entries.values() for finding in entry.facts.findings) >= 15


def test_labels_tell_entries_apart(entries: dict[str, EvidenceEntry]) -> None:
    labels = Counter(entry.label.casefold() for entry in entries.values())
    assert [label for label, count in labels.items() if count > 1] == []


def test_the_texts_are_read_with_ease_at_fourteen_or_younger(entries: dict[str, EvidenceEntry]) -> None:
    ages = sorted(age for age, _ in reading_ages(entries.values()))
    assert ages[len(ages) // 2] <= 14


def test_the_glossary_has_the_words_of_the_sector() -> None:
    spellings = {spelling for term in read_glossary() for spelling in term.spellings()}
    assert len(read_glossary()) >= 150
    assert {"fgc", "lac", "cla", "cin", "cp", "sgo", "plo", "icpc", "lado", "nrm", "uasc", "s47"} <= spellings

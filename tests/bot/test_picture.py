"""A picture shows the study's own figures as whole people, both groups on the same number."""

from __future__ import annotations

from typing import Any

from bot.picture import risk_pictures
from knowledge.base import KnowledgeBase
from knowledge.entry import EvidenceEntry
from tests.builders import sheet


def entry_with(percent: float, comparison: float, *, fewer: bool = True) -> EvidenceEntry:
    made: dict[str, Any] = sheet()
    made["facts"]["findings"][0]["risks"] = {
        "event": "moved within a year", "group": "children who flew kites", "percent": percent,
        "comparison": "children who did not", "comparison_percent": comparison, "fewer_is_better": fewer,
    }  # fmt: skip
    return EvidenceEntry.model_validate(made)


def test_percentages_become_people_of_a_hundred() -> None:
    (picture,) = risk_pictures(entry_with(36.2, 44.8))
    assert (picture.of, [group.count for group in picture.groups]) == (100, [36, 45])
    assert picture.text == (
        "Moved within a year. Children who flew kites: 36 of 100 (36.2%). Children who did not: 45 of 100 (44.8%). "
        "Fewer is better."
    )


def test_what_is_rare_in_both_groups_is_shown_of_a_thousand() -> None:
    (picture,) = risk_pictures(entry_with(1.7, 2.5))
    assert (picture.of, [group.count for group in picture.groups]) == (1_000, [17, 25])
    (common,) = risk_pictures(entry_with(1.3, 9))
    assert (common.of, [group.count for group in common.groups]) == (100, [1, 9])


def test_halves_are_rounded_up_alike() -> None:
    (picture,) = risk_pictures(entry_with(10.5, 11.5, fewer=False))
    assert [group.count for group in picture.groups] == [11, 12]
    assert picture.judgement == "More is better."


def test_every_picture_of_the_product_is_within_its_number(knowledge: KnowledgeBase) -> None:
    pictures = [(entry.id, one) for entry in knowledge.entries.values() for one in risk_pictures(entry)]
    assert len(pictures) > 10
    for entry_id, picture in pictures:
        for group in picture.groups:
            assert 0 <= group.count <= picture.of, entry_id
            assert abs(group.count / picture.of * 100 - group.percent) <= 50 / picture.of, entry_id


def test_an_entry_without_risks_has_no_picture() -> None:
    made = sheet()
    made["facts"]["findings"][0]["risks"] = None
    assert risk_pictures(EvidenceEntry.model_validate(made)) == ()

"""The rules of sheets: each is broken once, and says where and what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from knowledge.errors import Breach
from knowledge.rules import check
from tests.builders import TODAY, an_entry, sheet

TOPICS = ("fostering", "edge-of-care")


def check_sheets(*contents: dict[str, Any]) -> list[Breach]:
    return check({f"{content['id']}.yaml": an_entry(content["id"], **content) for content in contents}, TOPICS, TODAY)


def test_a_sheet_that_obeys_every_rule_has_no_breach() -> None:
    assert check_sheets(sheet(), sheet("bread-baking")) == []


@pytest.mark.parametrize(
    ("changes", "key", "problem"),
    [
        ({"label": "one two three four five six seven"}, "label", "more than 6 words"),
        ({"superseded_by": "bread-baking"}, "superseded_by", "the sheet is published"),
        ({"topics": ["gardening"]}, "topics", "'gardening' is not a topic"),
        ({"related": ["gone"]}, "related", "there is no sheet 'gone'"),
        ({"related": ["kite-flying"]}, "related", "it names the sheet itself"),
        ({"checked": "2026-12-01"}, "checked", "lies in the future"),
        ({"review_due": "2028-01-01"}, "review_due", "not within 366 days"),
        ({"review_due": "2026-11-23"}, "review_due", "not within 366 days"),
        ({"law": "unsettled"}, "review_due", "not within 184 days"),
        ({"sign_off__academic": {"by": "a reviewer", "on": "2020-01-01"}}, "sign_off.academic.on", "before checked"),
        ({"texts__in_brief": "word " * 36}, "texts.in_brief", "36 words, the most is 35"),
        ({"texts__what_this_means": "word " * 41}, "texts.what_this_means", "41 words, the most is 40"),
        ({"texts__in_brief": "Studies show that it helps."}, "texts.in_brief", "'Studies show' says nothing"),
        ({"texts__in_brief": "36.3% moved."}, "texts.in_brief", "the figure 36.3 stands nowhere"),
        ({"texts__in_brief_rests_on": [2]}, "texts.in_brief_rests_on", "there is no finding 2"),
        ({"texts__findings": ["It helped."]}, "texts.findings[1]", "it names no source"),
        ({"texts__limits": ["It was small. [7]"]}, "texts.limits[1]", "there is no source [7]"),
        ({"facts__cost": None}, "texts.cost", "the facts name no cost"),
        ({"answer": "guidance"}, "answer", "the kind is intervention"),
        ({"answer": "no-evidence-yet"}, "answer", "the effect is rated"),
        ({"rating__by": "the team"}, "rating.by", "'the team'"),
        ({"check_in_force": True}, "texts.limits", "no line says so"),
        ({"examples__indirect": []}, "examples.indirect", "there is none"),
        ({"examples__short": ["kites", "Kites"]}, "examples", "'kites' stands twice"),
    ],
)
def test_a_broken_rule_is_named(changes: dict[str, Any], key: str, problem: str) -> None:
    found = check_sheets(sheet(**changes))
    assert any(breach.key == key and problem in breach.problem and breach.remedy for breach in found), found


def test_percentages_that_are_not_in_the_claim_are_refused() -> None:
    content = sheet()
    content["facts"]["findings"][0]["risks"]["percent"] = 36.3
    assert "36.3 is not in the claim" in {breach.problem for breach in check_sheets(content)}


def test_a_file_and_its_id_have_the_same_name() -> None:
    (breach,) = check({"other.yaml": an_entry()}, TOPICS, TODAY)
    assert breach.key == "id"


def test_an_alias_belongs_to_one_entry() -> None:
    found = check_sheets(sheet(aliases=["HB"]), sheet("bread-baking", aliases=["hb"]))
    assert [(breach.file, breach.key) for breach in found] == [("kite-flying.yaml", "aliases")] or [
        (breach.file, breach.key) for breach in found
    ] == [("bread-baking.yaml", "aliases")]


def test_a_shared_alias_may_belong_to_several() -> None:
    assert check_sheets(sheet(shared_aliases=["HB"]), sheet("bread-baking", shared_aliases=["HB"])) == []


def test_nearly_the_same_question_in_two_sheets_is_refused() -> None:
    first, second = sheet(), sheet("bread-baking")
    first["examples"]["long"].append("does an hour a week with a carer help children settle?")
    second["examples"]["long"].append("does an hour a week with the carer help children settle")
    (breach,) = check_sheets(first, second)
    assert breach.key == "examples"
    assert "nearly the same as" in breach.problem


def test_the_day_comes_in_as_an_argument() -> None:
    entry = an_entry()
    assert check({"kite-flying.yaml": entry}, TOPICS, date(2026, 11, 22))[0].key == "checked"

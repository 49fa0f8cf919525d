"""A gap that was known after all: a better sheet, and a question that no later version may lose."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bot import bootstrap
from bot.cli import main
from bot.errors import InputError
from bot.evaluate import Confusion, Scores, read_lines
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.golden import GOLDEN, regressions, taken
from bot.proposals import Proposal, asked, not_found, with_example
from bot.settings import Settings
from bot.subscriptions import Address
from bot.turn import Bot
from knowledge.base import KnowledgeBase
from knowledge.sheet import SHEETS
from tests.builders import TODAY

ENTRY = "safecare"
QUESTION = "Is there a home visiting course about dangers in the house: what do we know?"


def test_every_question_that_was_known_after_all_finds_its_entry(bot: Bot) -> None:
    assert not_found(bot, asked(), TODAY) == []


def test_a_question_that_does_not_find_its_entry_is_told(bot: Bot) -> None:
    found = Proposal("family-group-conferencing", "do family group conferences work?", 1)
    lost = Proposal(ENTRY, "do family group conferences work?", 2)
    nothing = Proposal(ENTRY, "hello", 3)
    assert not_found(bot, [found, lost, nothing], TODAY) == [lost, nothing]


@pytest.mark.parametrize("sheet", sorted(SHEETS.glob("*.yaml"))[::9], ids=lambda path: path.stem)
@pytest.mark.parametrize("question", ["parrots: a summary", QUESTION])
def test_one_line_is_added_to_a_sheet_and_nothing_else_changes(sheet: Path, question: str) -> None:
    before = sheet.read_text(encoding="utf-8")
    after = with_example(before, question)
    style = "short" if question.startswith("parrots") else "long"
    wanted = yaml.safe_load(before)
    wanted["examples"][style].append(question)
    assert yaml.safe_load(after) == wanted
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    with pytest.raises(InputError, match="already"):
        with_example(after, question.upper())


@dataclass(slots=True)
class Small:
    """The product on a small knowledge base, with a gap that the sheet on kite flying answers."""

    sheets: Path
    golden: Path

    def run(self, *words: str, gap: int = 1) -> tuple[int, str]:
        given = ["gaps", "propose", str(gap), "--sheets", str(self.sheets), "--evaluate", str(self.golden), *words]
        result = CliRunner().invoke(main, given)
        return result.exit_code, result.output

    def judge_by(self, **questions: str) -> None:
        """Write the golden set: by the entry that is right, a question."""
        lines = [
            json.dumps({"question": said, "accept": [entry.replace("_", "-")]}) for entry, said in questions.items()
        ]
        (self.golden / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")


SMALL_QUESTION = "What could a carer do outdoors on windy days so that a child settles?"
STOLEN = "Would baking bread with the staff help a child to settle?"


@pytest.fixture
def small(tmp_path: Path, small_knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> Small:
    compiled = small_knowledge.path
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("WHATWORKS_KNOWLEDGE", str(compiled))
    shutil.copytree(compiled.parent / "sheets", tmp_path / "own" / "sheets")
    (tmp_path / "golden").mkdir()

    async def work(desk: GapDesk) -> None:
        for number, question in enumerate((SMALL_QUESTION, STOLEN), 1):
            await desk.flag({"question": question}, Address("slack", "U1", "T1"), "U1")
            await desk.move(number, GapState.CHECKED, "ann", "It is there.", check=Check.KNOWN)

    asyncio.run(bootstrap.with_gap_desk(Settings(), work))
    return Small(tmp_path / "own" / "sheets", tmp_path / "golden")


async def _close(desk: GapDesk) -> None:
    for number in (1, 2):
        await desk.move(number, GapState.ANSWERED, "ann", "x", outcome="It is there.", entry="kite-flying")


def test_a_change_that_makes_nothing_worse_is_made_and_the_question_is_asked_from_then_on(small: Small) -> None:
    small.judge_by(
        kite_flying="does flying kites help children settle?", bread_baking="is there evidence on baking bread?"
    )
    sheet = small.sheets / "kite-flying.yaml"
    assert small.run() == (
        1,
        "Error: Gap 1 proposes nothing: only one that was checked as known and answered with an entry does\n",
    )
    asyncio.run(bootstrap.with_gap_desk(Settings(), _close))
    code, shown = small.run()
    assert (code, "+  - What could a carer do outdoors" in shown) == (0, True)
    assert SMALL_QUESTION not in sheet.read_text(encoding="utf-8")
    code, said = small.run("--write")
    assert (code, "answered no worse" in said) == (0, True), said
    assert SMALL_QUESTION in yaml.safe_load(sheet.read_text(encoding="utf-8"))["examples"]["long"]
    assert list(asked(small.sheets.parent / "asked.jsonl")) == [Proposal("kite-flying", SMALL_QUESTION, 1)]
    assert small.run()[1] == "Error: The sheet has this example already\n"
    sheet.unlink()
    assert small.run() == (1, f"Error: There is no sheet kite-flying.yaml in {small.sheets}\n")


def test_a_change_that_would_take_another_entrys_question_is_refused_with_the_figures_and_writes_nothing(
    small: Small,
) -> None:
    asyncio.run(bootstrap.with_gap_desk(Settings(), _close))
    before = (small.sheets / "kite-flying.yaml").read_text(encoding="utf-8")
    small.judge_by(kite_flying="does flying kites help children settle?", bread_baking=STOLEN)
    code, said = small.run("--write", gap=2)
    assert (code, "worse than before" in said, "top 1: 1.0000 before, 0.5000 after" in said) == (1, True, True), said
    assert (small.sheets / "kite-flying.yaml").read_text(encoding="utf-8") == before
    assert not (small.sheets.parent / "asked.jsonl").exists()


def test_a_measure_may_fall_by_what_learning_anew_moves_but_urgent_recall_by_nothing() -> None:
    before = Scores(questions=432, top_1=1.0, urgent_recall=1.0, out_of_scope_answered=0.0)
    assert regressions(before, Scores(top_1=0.9951, urgent_recall=1.0, out_of_scope_answered=0.0049)) == []
    assert regressions(before, Scores(top_1=0.99, urgent_recall=0.999, out_of_scope_answered=0.01)) == [
        "top 1: 1.0000 before, 0.9900 after",
        "urgent recall: 1.0000 before, 0.9990 after",
        "out of scope answered: 0.0000 before, 0.0100 after",
    ]


def test_not_one_question_may_be_taken_from_another_entry_however_large_the_golden_set_is() -> None:
    before = Scores(questions=432, top_1=0.9977, confusions=[Confusion("bread-baking", "night-walks", 1)])
    after = Scores(
        questions=432, top_1=0.9954, confusions=[Confusion("bread-baking", "kite-flying", 1), *before.confusions]
    )
    assert regressions(before, after) == []
    assert taken(before, after, "kite-flying") == [
        "bread-baking: kite-flying comes first for 0 of its questions before, 1 after"
    ]
    assert taken(before, after, "night-walks") == []


def test_the_golden_set_names_entries_that_are_there(bot: Bot) -> None:
    questions = read_lines(GOLDEN / "questions.jsonl")
    assert len(questions) == 432
    assert {entry for one in questions for entry in one["accept"]} <= bot.shown.keys()

"""A gap that was known after all: a better sheet, and a question that no later version may lose."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bot import bootstrap
from bot.cli import main
from bot.errors import InputError
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.proposals import Proposal, asked, not_found, with_example
from bot.settings import Settings
from bot.subscriptions import Address
from bot.turn import Bot
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


def test_the_command_shows_the_change_and_makes_it_where_told(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setattr(bootstrap, "make_bot", lambda _settings: bot)
    folder = tmp_path / "sheets"
    folder.mkdir()
    shutil.copy(SHEETS / f"{ENTRY}.yaml", folder)

    async def work(desk: GapDesk) -> None:
        await desk.flag({"question": QUESTION}, Address("slack", "U1", "T1"), "U1")
        await desk.move(1, GapState.CHECKED, "ann", "It is there.", check=Check.KNOWN)

    async def close(desk: GapDesk) -> None:
        await desk.move(1, GapState.ANSWERED, "ann", "It is there.", outcome="It is there.", entry=ENTRY)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["gaps", "propose", "1", "--sheets", str(folder), *words])
        return result.exit_code, result.output

    asyncio.run(bootstrap.with_gap_desk(Settings(), work))
    assert run() == (
        1,
        "Error: Gap 1 proposes nothing: only one that was checked as known and answered with an entry does\n",
    )
    asyncio.run(bootstrap.with_gap_desk(Settings(), close))
    code, shown = run()
    assert (code, "+  - 'Is there a home visiting course" in shown) == (0, True)
    assert QUESTION not in (folder / f"{ENTRY}.yaml").read_text(encoding="utf-8")
    assert run("--write")[0] == 0
    assert run()[1] == "Error: The sheet has this example already\n"
    assert QUESTION in yaml.safe_load((folder / f"{ENTRY}.yaml").read_text(encoding="utf-8"))["examples"]["long"]
    assert list(asked(tmp_path / "asked.jsonl")) == [Proposal(ENTRY, QUESTION, 1)]
    (folder / f"{ENTRY}.yaml").unlink()
    assert run() == (1, f"Error: There is no sheet {ENTRY}.yaml in {folder}\n")

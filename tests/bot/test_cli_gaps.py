"""`whatworks gaps` and `whatworks broadcasts`, as somebody at the centre uses them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import bootstrap
from bot.cli import main
from bot.gap_desk import GapDesk
from bot.settings import Settings
from bot.subscriptions import Address
from bot.turn import Bot

QUESTIONS = ("Does pet ownership help children settle?", "=HYPERLINK does a dog help?")


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bot: Bot) -> None:
    """A store of this test's own, and the bot that is loaded already."""
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setattr(bootstrap, "make_bot", lambda _settings: bot)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def flag(*people: str) -> None:
    async def work(desk: GapDesk) -> None:
        for person, question in zip(people, QUESTIONS, strict=False):
            await desk.flag({"question": question}, Address("slack", person, "T1"), person)

    asyncio.run(bootstrap.with_gap_desk(Settings(), work))


def test_what_waits_longer_than_promised_is_listed_with_by_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    flagged = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(bootstrap, "now", lambda: flagged)
    flag("U1", "U2")
    assert run("gaps", "list", "--late").output == "There is no such gap.\n"
    run("gaps", "move", "2", "clarified", "--why", "Asked back.")
    monkeypatch.setattr(bootstrap, "now", lambda: flagged + timedelta(days=9))
    listed = run("gaps", "list", "--late").output
    assert "submitted, 2 working days late" in listed
    assert QUESTIONS[1] not in listed
    assert [one["late"] for one in json.loads(run("gaps", "list", "--json").output)] == ["", "2 working days late"]
    monkeypatch.setenv("WHATWORKS_GAP_DAYS", "")
    assert run("gaps", "list", "--late").output == "There is no such gap.\n"


def test_a_gap_goes_from_flagged_to_answered_and_its_history_says_why() -> None:
    flag("U1")
    assert "1 voices  submitted" in run("gaps", "list").output
    wrong = run("gaps", "move", "1", "answered", "--why", "x", "--outcome", "y", "--entry", "kinship-care-outcomes")
    assert (wrong.exit_code, "after submitted comes" in wrong.output) == (1, True)
    assert run("gaps", "assign", "1", "ann").output == "Assigned.\n"
    moved = run(
        "gaps", "move", "1", "checked", "--check", "unknown", "--why", "Looked in three registers.", "--by", "ann"
    )
    assert "nobody seems to have looked at it" in moved.output
    closed = run("gaps", "move", "1", "will-not-answer", "--why", "No money.", "--outcome", "Nobody can study it now.")
    assert closed.exit_code == 0
    shown = run("gaps", "show", "1").output
    assert "submitted -> checked  Looked in three registers." in shown
    assert "Outcome: Nobody can study it now." in shown
    assert "ann" not in shown.replace("cannot", "")


def test_the_register_can_be_opened_in_a_spreadsheet_and_leaves_out_what_nobody_has_looked_at() -> None:
    flag("U1", "U2")
    assert run("gaps", "export", "--format", "json").output == "[]\n"
    assert run("gaps", "move", "2", "clarified", "--why", "Asked again.").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(run("gaps", "export").output)))
    assert [(row["number"], row["demand"], row["status"]) for row in rows] == [("2", "<5", "clarified")]
    assert rows[0]["question"] == f"'{QUESTIONS[1]}"
    assert json.loads(run("gaps", "export", "--format", "json").output)[0]["question"] == QUESTIONS[1]


def test_merged_gaps_count_together_and_only_the_centre_still_sees_both_questions() -> None:
    flag("U1", "U2")
    assert run("gaps", "merge", "2", "1", "--why", "The same.").output == "Gap 1 has 2 voices now.\n"
    (exported,) = json.loads(run("gaps", "export", "--format", "json").output)
    assert (exported["question"], exported["outcome"]) == ("", "Asks the same as gap 1.")
    listed = json.loads(run("gaps", "list", "--order", "oldest", "--json").output)
    assert [(one["question"], one["votes"]) for one in listed] == [(QUESTIONS[0], 2), (QUESTIONS[1], 0)]


@pytest.mark.parametrize("words", [("gaps", "show", "9"), ("gaps", "merge", "1", "1", "--why", "x"), ("broadcasts", "send", "x", "--count", "1")])  # fmt: skip
def test_what_is_not_there_is_said_in_one_sentence(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_a_broadcast_is_drafted_approved_sent_and_reported(tmp_path: Path) -> None:
    for number in range(26):
        assert run("tips", "subscribe", f"C{number}").exit_code == 0
    drafted = run("broadcasts", "new", "--notice", "The centre moves.", "--by", "ann").output
    assert "For 26 conversations; 0 are left out." in drafted
    (row,) = json.loads(run("broadcasts", "list", "--json").output)
    assert "second person" in run("broadcasts", "send", row["number"], "--count", "26", "--by", "ann").output
    assert "Somebody else" in run("broadcasts", "approve", row["number"], "--by", "ann").output
    assert run("broadcasts", "approve", row["number"], "--by", "bob").exit_code == 0
    assert (
        run("broadcasts", "send", row["number"], "--count", "26", "--by", "ann").output
        == "26 deliveries are in the outbox.\n"
    )
    assert run("broadcasts", "progress", row["number"]).output == "due 26\n"
    assert run("broadcasts", "report", row["number"], "--csv", str(tmp_path / "report.csv")).exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text(encoding="utf-8"))))
    assert {row["conversation"] for row in rows} == {f"C{number}" for number in range(26)}
    assert "0 copies" in run("broadcasts", "recall", row["number"], "--note", "Wrong.").output
    assert run("broadcasts", "progress", row["number"]).output == "skipped 26\n"


def test_a_trial_that_is_too_small_says_so_before_it_begins() -> None:
    run("tips", "subscribe", "C1")
    given = ("--difference", "0.5", "--deviation", "1", "--seed", "x", "--name", "Two openings")
    planned = run("trials", "new", "--a", "family-group-conferencing#1", "--b", "family-group-conferencing#2", *given)
    assert "Needed: 64 in each arm; there are 1 in all: too few" in planned.output
    (row,) = json.loads(run("broadcasts", "list", "--json").output)
    assert "not a trial that was begun" in run("trials", "result", row["number"]).output


def test_some_of_the_voices_get_a_gap_of_their_own() -> None:
    flag("U1", "U2")
    run("gaps", "merge", "2", "1", "--why", "The same.")
    listed = run("gaps", "voices", "1").output.splitlines()
    assert len(listed) == 2
    first, second = (line.split()[0] for line in listed)
    assert listed[0].endswith("flagged it")
    refused = run("gaps", "split", "1", "000000", "--question", "Do parrots help?", "--why", "Two questions.")
    assert (refused.exit_code, f"has the voices {first}, {second}" in refused.output) == (1, True)
    made = run("gaps", "split", "1", second, "--question", "Do parrots help Maisie Example?", "--why", "Two questions.")
    assert "Gap 3 has 1 of the voices now" in made.output
    assert "Maisie" not in made.output
    assert "Split from gap 1: Two questions." in run("gaps", "show", "3").output
    urgent = "a 6yo just told me her stepdad hits her, she is scared to go home tonight, what helps?"
    assert "not for a list of gaps" in run("gaps", "split", "1", first, "--question", urgent, "--why", "x").output

"""The centre sees how often something was asked in vain, and one action makes a gap of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from bot import bootstrap
from bot.cli import main
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import Gap
from bot.gap_desk import CENTRE, GapDesk
from bot.settings import Settings
from bot.turn import Bot
from bot.unanswered import UnansweredInMemory, UnansweredQuestions, to_keep
from bot.unanswered_desk import Cluster, UnansweredDesk, _key
from intents.encoder import MODEL
from tests.builders import TODAY

PETS = "Does pet ownership help children settle?"
PETS_TOO = "do pets help children settle in foster care"
HORSES = "does horse therapy help children in care"
HORSES_TOO = "is equine therapy any good for looked after children"
ANN = key_of("ann")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


async def ask(bot: Bot, questions: UnansweredQuestions, *texts: str, day: date = TODAY) -> None:
    for text in texts:
        question = to_keep(bot, text, day, "web")
        assert question is not None
        await questions.keep(question, date.min)


@pytest.fixture
def desk(bot: Bot, store: Store) -> UnansweredDesk:
    gaps = StoredGaps(store, Sealer([key_from("a secret")]), lambda *_: None)
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL)
    return UnansweredDesk(GapDesk(bot, gaps, like, lambda: NOW), UnansweredInMemory(), 90, lambda: TODAY)


async def test_what_was_asked_most_comes_first_with_its_days_and_other_words(bot: Bot, desk: UnansweredDesk) -> None:
    await ask(bot, desk.questions, HORSES)
    await ask(bot, desk.questions, PETS, PETS, PETS_TOO, day=TODAY - timedelta(days=3))
    await ask(bot, desk.questions, PETS)
    pets = Cluster(_key(PETS), PETS, 4, TODAY - timedelta(days=3), TODAY, (PETS_TOO,))
    assert await desk.clusters() == [pets, Cluster(_key(HORSES), HORSES, 1, TODAY, TODAY)]
    assert await desk.clusters(least=2) == [pets]
    assert await desk.clusters(most=1) == [pets]


async def test_a_cluster_becomes_a_gap_once_with_how_often_it_was_asked(bot: Bot, desk: UnansweredDesk) -> None:
    await ask(bot, desk.questions, PETS, PETS, PETS_TOO, HORSES)
    gap = await desk.to_gap(_key(PETS_TOO), ANN)  # the key of any of its questions
    assert (gap.question, gap.surface, gap.votes) == (PETS, CENTRE, 1)
    (line,) = await desk.gaps.gaps.history(gap.number)
    assert line.why == "Flagged by the centre: asked 3 times without an answer, from 2026-11-25 to 2026-11-25."
    assert [one.question for one in await desk.clusters()] == [HORSES]
    with pytest.raises(InputError, match="list them again"):
        await desk.to_gap(_key(PETS), ANN)


async def test_what_is_asked_again_after_that_counts_up_beside_its_gap(bot: Bot, desk: UnansweredDesk) -> None:
    await ask(bot, desk.questions, PETS, PETS)
    gap = await desk.to_gap(_key(PETS), ANN)
    await ask(bot, desk.questions, PETS_TOO)
    (again,) = await desk.clusters()
    assert (again.question, again.count, again.flagged) == (PETS, 1, (gap.number,))
    assert await desk.clusters(is_new=True) == []
    with pytest.raises(InputError, match=f"already, as gap {gap.number}"):
        await desk.to_gap(again.key, ANN)


async def test_questions_that_could_not_be_noted_as_flagged_make_no_second_gap(bot: Bot, desk: UnansweredDesk) -> None:
    await ask(bot, desk.questions, PETS)
    first = await desk.gaps.flag_for_centre(PETS, ANN, "Interrupted after this.")
    assert (await desk.to_gap(_key(PETS), ANN)).number == first.number
    assert await desk.clusters() == []


async def test_a_cluster_says_which_gaps_are_like_it(bot: Bot, desk: UnansweredDesk) -> None:
    await ask(bot, desk.questions, PETS)
    other = await desk.gaps.flag_for_centre("Does owning a pet help a child to settle?", key_of("bob"), "Flagged.")

    async def like(question: str) -> Sequence[Gap]:
        return [other] if question == PETS else []

    for looks in (like, desk.gaps.like.like):  # any that looks, and the one that is wired
        (found,) = await replace(desk, like=looks).clusters()
        assert (found.flagged, found.like) == ((), (other.number,))


async def test_what_is_over_is_not_shown_and_a_vector_of_another_model_is_made_anew(
    bot: Bot, desk: UnansweredDesk
) -> None:
    await ask(bot, desk.questions, PETS, day=TODAY - timedelta(days=90))
    old = to_keep(bot, HORSES_TOO, TODAY, "web")
    assert old is not None
    await desk.questions.keep(replace(old, vector=bytes(8), model="another"), date.min)
    await ask(bot, desk.questions, HORSES)
    (found,) = await desk.clusters()
    assert {found.question, *found.examples} == {HORSES, HORSES_TOO}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_the_terminal_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bot: Bot) -> None:
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/new/store.sqlite")
    monkeypatch.setattr(bootstrap, "make_bot", lambda _settings: bot)
    assert run("ask", PETS).exit_code == 0
    assert CliRunner().invoke(main, ["chat"], input=f"{PETS}\nquit\n").exit_code == 0
    assert not (tmp_path / "new").exists()


def test_the_command_line_lists_and_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bot: Bot) -> None:
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setattr(bootstrap, "make_bot", lambda _settings: bot)
    monkeypatch.setattr(bootstrap, "today", lambda: TODAY)
    assert run("gaps", "unanswered").output == "Nothing was asked in vain, or nothing is kept.\n"
    asyncio.run(bootstrap.with_unanswered_desk(Settings(), lambda desk: ask(bot, desk.questions, PETS, PETS, PETS_TOO)))
    listed = run("gaps", "unanswered", "--least", "2").output
    assert listed == f"{_key(PETS)}     3 times  2026-11-25 to 2026-11-25  {PETS}\n    also: {PETS_TOO}\n"
    (row,) = json.loads(run("gaps", "unanswered", "--json").output)
    assert (row["key"], row["count"], row["first"]) == (_key(PETS), 3, "2026-11-25")
    assert run("gaps", "flag-unanswered", row["key"], "--by", "ann").output == f"Gap 1: {PETS}\n"
    assert "asked 3 times" in run("gaps", "show", "1").output
    again = run("gaps", "flag-unanswered", row["key"])
    assert (again.exit_code, again.output.startswith("Error: There are no unanswered questions")) == (1, True)

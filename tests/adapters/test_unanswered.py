"""What Slack, Teams and the web could not answer is kept once, cleaned and without who asked; what was answered is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.unanswered import StoredUnanswered
from adapters.web.app import make_app
from bot.errors import StoreError
from bot.feedback import FeedbackInMemory
from bot.keeping import Keeper
from bot.turn import Bot
from bot.unanswered import Unanswered, UnansweredInMemory, UnansweredQuestions
from tests.adapters.slack.conftest import CHANNEL, SIGNING, Workspace, workspace
from tests.adapters.slack.fake import FakeSlack
from tests.adapters.slack.test_ways_in import labelled
from tests.adapters.teams.conftest import GROUP, Council, council
from tests.adapters.teams.fake import PASSWORD, FakeTeams
from tests.adapters.teams.test_ways_in import THREAD, button, card
from tests.adapters.test_tips import clock, slack, teams
from tests.adapters.web.conftest import Visitor, parts_of, thinking
from tests.builders import TODAY

__all__ = ["clock", "slack", "teams"]
pytestmark = pytest.mark.usefixtures("clock")

QUESTION = "Does pet ownership help children settle?"
NAMED = "Does horse riding help Maisie Example sleep? ring 020 7946 0018"
CHOICES = "do body cameras help on home visits"
NOT_KEPT = (
    "family group conferencing",  # answered
    "thank you",  # out of remit
    "a 6yo just told me her stepdad hits her, she is scared to go home tonight, what helps?",  # urgent
    "flag a gap",  # a wish, not a question
    "zorbing rafts",  # two words
    CHOICES,  # something was offered
)
ALL = date(2026, 1, 1)


async def kept(store: Store, secret: str) -> list[tuple[str, str]]:
    """Return what a store has, by surface."""
    found = await StoredUnanswered(store, Sealer([key_from(secret)])).listed(ALL)
    return sorted((one.surface, one.text) for one in found)


def written(folder: Path) -> bytes:
    """Return every byte of the store's files."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("store.sqlite"))


async def on_slack(bot: Bot, slack: FakeSlack, store: Store, work: Callable[[Workspace], Awaitable[object]], **changes: object) -> None:  # fmt: skip
    """Do something in a workspace and return when the application has ended, and so has kept what it was to keep."""
    async with workspace(bot, slack, store, **changes) as team:
        await work(team)
        await team.done()


async def on_teams(bot: Bot, teams: FakeTeams, store: Store, work: Callable[[Council], Awaitable[object]]) -> None:
    """Do the same in a council."""
    async with council(bot, teams, store) as office:
        await work(office)


async def on_the_web(bot: Bot, questions: UnansweredQuestions, work: Callable[[Visitor], Awaitable[object]]) -> None:
    """Do the same on the site."""
    keeper = Keeper(bot, questions, 90, lambda: TODAY)
    parts = replace(parts_of(bot, asks_per_minute=100_000), think=keeper.on("web", thinking(bot)))
    async with TestClient(TestServer(make_app(parts))) as client:
        await work(Visitor(client, FeedbackInMemory()))
    await keeper.drain(30)


async def asks(team: Workspace | Council | Visitor, *texts: str) -> None:
    """Say one thing after another, each in the same conversation."""
    page: Any = None
    for text in texts:
        if isinstance(team, Visitor):
            page = await team.ask(text, page)
        else:
            await team.ask(text)


async def test_on_slack_what_was_not_answered_is_kept_once_and_cleaned(
    bot: Bot, slack: FakeSlack, file_store: Store, tmp_path: Path
) -> None:
    async def work(team: Workspace) -> None:
        await asks(team, QUESTION, NAMED, *NOT_KEPT)
        await team.command(QUESTION)

    await on_slack(bot, slack, file_store, work)
    assert await kept(file_store, SIGNING) == [
        ("slack", "Does horse riding help someone Example sleep? ring"),
        ("slack", QUESTION),
        ("slack", QUESTION),
    ]
    assert not any(mark in written(tmp_path) for mark in (b"Maisie", b"7946", b"horse riding", b"pet ownership"))


async def test_on_teams_what_was_not_answered_is_kept_once_and_cleaned(
    bot: Bot, teams: FakeTeams, file_store: Store, tmp_path: Path
) -> None:
    await on_teams(bot, teams, file_store, lambda office: asks(office, QUESTION, NAMED, *NOT_KEPT))
    assert await kept(file_store, PASSWORD) == [
        ("teams", "Does horse riding help someone Example sleep? ring"),
        ("teams", QUESTION),
    ]
    assert not any(mark in written(tmp_path) for mark in (b"Maisie", b"7946", b"horse riding", b"pet ownership"))


async def test_on_the_web_what_was_not_answered_is_kept_once_and_cleaned(
    bot: Bot, file_store: Store, tmp_path: Path
) -> None:
    questions = StoredUnanswered(file_store, Sealer([key_from(SIGNING)]))
    await on_the_web(bot, questions, lambda visitor: asks(visitor, QUESTION, NAMED, *NOT_KEPT))
    assert await kept(file_store, SIGNING) == [
        ("web", "Does horse riding help someone Example sleep? ring"),
        ("web", QUESTION),
    ]
    assert not any(mark in written(tmp_path) for mark in (b"Maisie", b"7946", b"horse riding", b"pet ownership"))


async def test_none_of_these_keeps_what_the_choices_were_about_typed_or_tapped(
    bot: Bot, slack: FakeSlack, teams: FakeTeams, file_store: Store
) -> None:
    async def tapped_on_slack(team: Workspace) -> None:
        await asks(team, CHOICES, "none of these")
        offered = await team.ask(CHOICES)
        await team.tap(labelled(offered, "None of these"), offered)

    async def tapped_on_teams(office: Council) -> None:
        await asks(office, CHOICES, "none of these")
        offered = await office.ask(CHOICES)
        await office.tap(button(card(offered), "None of these"), offered)

    await on_slack(bot, slack, file_store, tapped_on_slack)
    assert await kept(file_store, SIGNING) == [("slack", CHOICES)] * 2
    await on_teams(bot, teams, file_store, tapped_on_teams)
    assert await kept(file_store, PASSWORD) == [("teams", CHOICES)] * 2
    questions = UnansweredInMemory()
    await on_the_web(bot, questions, lambda visitor: asks(visitor, CHOICES, "none of these"))
    assert [one.text for one in await questions.listed(ALL)] == [CHOICES]


async def test_somebody_elses_words_and_half_typed_searches_are_not_kept(
    bot: Bot, slack: FakeSlack, teams: FakeTeams, file_store: Store
) -> None:
    async def shortcut(team: Workspace) -> None:
        message = {"type": "message", "ts": "5.5", "text": QUESTION, "user": "U0OTHER"}
        await team.interact(
            {"type": "message_action", "callback_id": "find_evidence", "channel": {"id": CHANNEL}, "message": message}
        )

    async def extension(office: Council) -> None:
        search = {"commandId": "findEvidence", "parameters": [{"name": "question", "value": QUESTION}]}
        await office.invoke("composeExtension/query", search, GROUP)
        body = {"body": {"contentType": "html", "content": f"<p>{QUESTION}</p>"}}
        await office.invoke(
            "composeExtension/fetchTask", {"commandId": "findEvidenceOnThis", "messagePayload": body}, THREAD
        )

    await on_slack(bot, slack, file_store, shortcut)
    assert len(slack.responded) == 1
    await on_teams(bot, teams, file_store, extension)
    assert await kept(file_store, SIGNING) == await kept(file_store, PASSWORD) == []


async def test_an_organisation_may_keep_none_and_then_what_there_was_is_erased(
    bot: Bot, slack: FakeSlack, file_store: Store
) -> None:
    await on_slack(bot, slack, file_store, lambda team: asks(team, QUESTION))
    assert len(await kept(file_store, SIGNING)) == 1
    await on_slack(bot, slack, file_store, lambda team: asks(team, QUESTION), unanswered_days=0)
    assert await kept(file_store, SIGNING) == []


@pytest.mark.parametrize(
    ("days", "says"), [(90, "is stored, encrypted, for 90 days"), (1, "for that day"), (0, "nothing that you type is stored")]
)  # fmt: skip
async def test_the_site_says_for_how_long_it_keeps_them(bot: Bot, days: int, says: str) -> None:
    async with TestClient(TestServer(make_app(parts_of(bot, unanswered_days=days)))) as client:
        page = await Visitor(client, FeedbackInMemory()).get("/about")
    assert says in page.body
    assert page.body.count("nothing that you type is stored") == (days == 0)


class Broken(UnansweredInMemory):
    """Where nothing can be kept."""

    async def keep(self, question: Unanswered, oldest: date) -> None:  # noqa: ARG002 - it fails anyway
        """Fail."""
        raise StoreError("The database cannot be reached", retryable=True)


async def test_a_store_that_fails_spoils_no_answer_and_the_log_has_no_word_of_it(
    bot: Bot, logged: list[MutableMapping[str, Any]]
) -> None:
    async def work(visitor: Visitor) -> None:
        assert (await visitor.ask(QUESTION)).status == 200

    await on_the_web(bot, Broken(), work)
    (line,) = [one for one in logged if "kept" in one["event"]]
    assert line == {"event": "a question was not kept", "log_level": "warning", "surface": "web", "error": "StoreError"}
    assert "pet" not in str(logged)

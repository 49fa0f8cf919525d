"""Marked texts go in by every way there is, on every surface, with faults on the way; and then their marks are looked for everywhere.

A mark inside of personal data is to be nowhere: in no log line, no table or file of the store, no metric and nothing that is sent. A mark in the words around it
is kept, after that, only where somebody confirmed it for the centre, or encrypted where nothing answered it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from adapters.store.gap_counts import StoredGapCounts
from adapters.store.store import Store
from adapters.store.tables import metadata
from adapters.web.app import make_app
from bot import bootstrap, gap_wording
from bot.settings import Settings
from bot.turn import Bot
from tests.adapters.slack.conftest import CHANNEL, Workspace, direct, event, workspace
from tests.adapters.slack.fake import FakeSlack
from tests.adapters.slack.fake import Fault as SlackFault
from tests.adapters.slack.test_ways_in import labelled
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council, council
from tests.adapters.teams.fake import FakeTeams
from tests.adapters.teams.fake import Fault as TeamsFault
from tests.adapters.teams.test_ways_in import button, card
from tests.adapters.test_gaps import fill
from tests.adapters.test_tips import clock, slack, teams
from tests.adapters.web.conftest import parts_of, thinking
from tests.adapters.web.desk import Browser

__all__ = ["clock", "slack", "teams"]
pytestmark = pytest.mark.usefixtures("clock")
NAME, PHONE, WORD = "Quillfeather", "07700 900123", "wobbleflint"
# What nothing answers, what is answered, and what is urgent: each with a name, a number and a word that can be found again.
TEXTS = (
    f"would a {WORD} help Maisie {NAME} sleep? ring {PHONE}",
    f"does family group conferencing keep children like Maisie {NAME} ({PHONE}) and her {WORD} out of care?",
    f"Maisie {NAME}, 6, just told me her stepdad hits her with a {WORD}, she is scared to go home tonight, {PHONE}",
)
NOT_ANSWERED = TEXTS[0]


async def through_slack(team: Workspace) -> None:
    """Write, mention, command, use shortcuts and forms, tap, and flag a gap, with Slack failing now and then."""
    for text in TEXTS:
        await team.send(direct(text))
        await team.send(event("app_mention", channel=CHANNEL, text=f"<@U0BOT> {text}"))
        await team.command(text)
        message = {"type": "message", "ts": "5.5", "text": text, "user": "U0OTHER"}
        for callback in ("find_evidence", "flag_gap"):
            await team.interact(
                {"type": "message_action", "callback_id": callback, "channel": {"id": CHANNEL}, "message": message}
            )
        values = {"question": {"question": {"type": "plain_text_input", "value": text}}}
        view = {"id": "V1", "type": "modal", "callback_id": "ask_evidence", "state": {"values": values}}
        await team.interact({"type": "view_submission", "view": view})
        await team.done()
    team.slack.fail(
        "chat.postMessage", SlackFault(status=500), SlackFault(body="no json"), SlackFault(error="invalid_blocks")
    )
    for text in TEXTS:
        await team.send(direct(text))
    await team.done()
    await team.command("gap")
    await team.done()
    looked_at = await fill(team, question=NOT_ANSWERED, decision=f"for {NAME}, {PHONE}")
    await team.tap(labelled(looked_at, gap_wording.GAP_SEND), looked_at)
    await team.command(f"gap 1 reopen: Maisie {NAME} says {WORD}")
    await team.done()


async def through_teams(office: Council) -> None:
    """Write, tap, use the message extension and flag a gap, with Teams failing now and then."""
    for text in TEXTS:
        for where in (teams_conftest.PERSONAL, teams_conftest.CHANNEL):
            await office.send(office.activity("message", where, text=text))
        message = {"body": {"contentType": "html", "content": f"<p>{text}</p>"}}
        for command in ("findEvidenceOnThis", "flagGapOnThis"):
            await office.invoke(
                "composeExtension/fetchTask", {"commandId": command, "messagePayload": message}, teams_conftest.GROUP
            )
        query = {
            "commandId": "findEvidence",
            "parameters": [{"name": "question", "value": text}],
            "queryOptions": {"skip": 0, "count": 5},
        }
        await office.invoke("composeExtension/query", query, teams_conftest.GROUP)
    office.teams.faults.extend([TeamsFault(status=500), TeamsFault(drops=True)])
    for text in TEXTS:
        await office.send(office.activity("message", text=text))
    office.teams.faults.clear()
    asked = await office.ask("gap", teams_conftest.PERSONAL)
    tapped = button(card(asked), gap_wording.GAP_REVIEW)
    looked_at = (await office.tap(tapped, asked, question=NOT_ANSWERED, decision=f"for {NAME}"))["value"]
    await office.tap(button(looked_at, gap_wording.GAP_SEND), asked)


async def through_the_web(bot: Bot, store: Store, settings: Settings) -> list[str]:
    """Ask, flag and judge in a browser, with marks in addresses too; return every page and the metrics."""
    gaps = bootstrap.gap_desk(settings, bot, store)
    keeper = bootstrap.keeper(settings, bot, store)
    feedback, counts = bootstrap.feedback_log(store), StoredGapCounts(store)
    parts = replace(
        parts_of(bot, asks_per_minute=100_000), gap_desk=gaps, think=keeper.on("web", thinking(bot)), feedback=feedback, gaps=gaps.gaps, counts=counts,
    )  # fmt: skip
    shown = []
    async with TestClient(TestServer(make_app(parts)), cookie_jar=DummyCookieJar()) as client:
        browser = Browser(client)
        for text in TEXTS:
            start = await browser.get("/")
            shown.append(await browser.post("/ask", {"message": text, "conversation": start.field("conversation")}))
            await browser.post("/ask", {"message": text, "conversation": "forged"})
            await browser.get(f"/evidence?q={NAME}+{WORD}")
            await browser.get(f"/{NAME}/{WORD}")
            await browser.post("/feedback", {"answer": f"{NAME} {WORD}", "verdict": NAME})
        looked_at = await browser.post(
            "/gaps/flag", {"step": "look", "question": NOT_ANSWERED, "role": f"aunt of {NAME}"}
        )
        form = {one["name"]: one["value"] for one in looked_at.inputs if one.get("type") == "hidden"}
        shown += [looked_at, await browser.post("/gaps/flag", {**form, "step": "send"})]
        shown.append(await browser.get("/metrics"))
    await keeper.drain(30)
    return [page.body for page in shown]


def in_tables(connection: sa.Connection) -> str:
    return "\n".join(
        str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
    )


def outside_of_gaps(connection: sa.Connection) -> str:
    tables = [table for table in metadata.sorted_tables if table.name not in {"gaps", "gap_changes"}]
    return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(sa.select(table)))


def written(folder: Path) -> bytes:
    """Return every byte of the store's files; none where it is on a server."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("store.sqlite"))


async def test_no_mark_is_anywhere_where_it_was_not_meant_to_be(
    bot: Bot, slack: FakeSlack, teams: FakeTeams, empty_store: Store, logged: list[MutableMapping[str, Any]],
    caplog: pytest.LogCaptureFixture, tmp_path: Path,
) -> None:  # fmt: skip
    caplog.set_level(
        logging.WARNING
    )  # what the product lets libraries say, and of that their names alone (adapters/web/logs.py)
    await empty_store.upgrade()
    async with workspace(bot, slack, empty_store) as team:
        await through_slack(team)
        metrics = await (await team.client.get("/metrics")).text()
    async with council(bot, teams, empty_store) as office:
        await through_teams(office)
        metrics += await (await office.client.get("/metrics")).text()
    pages = await through_the_web(bot, empty_store, Settings(_env_file=None))
    sent = json.dumps(
        [slack.calls, slack.posted, slack.responded, teams.sent, teams.updated, teams.opened], default=str
    )
    logs = repr(logged) + caplog.text
    tables, files = await empty_store.read(in_tables), written(tmp_path)
    for mark in (NAME, PHONE.replace(" ", ""), PHONE, PHONE[-6:]):
        assert mark not in logs
        assert mark not in metrics
        assert mark not in tables
        assert mark.encode() not in files
        assert mark not in sent
    assert WORD not in logs
    assert WORD not in metrics + pages[-1]
    # The words around it: in a gap that somebody sent to the centre, and nowhere else that can be read.
    assert WORD in tables
    assert WORD not in await empty_store.read(outside_of_gaps)
    assert len(pages) == len(TEXTS) + 3
    assert slack.posted
    assert teams.sent

"""Microsoft's own Teams client for tests uses every way in, against the whole application, end to end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.store.feedback import StoredFeedback
from adapters.store.outbox import StoredOutbox
from adapters.store.references import StoredReferences
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams.adapter import ThinAdapter
from adapters.teams.cards import attachment, told
from adapters.teams.connector import Connector
from adapters.teams.lint import texts
from adapters.teams.parts import TeamsSite
from adapters.teams.tokens import TokenSource
from bot import wording
from bot.bootstrap import now
from bot.feedback import FeedbackCount, Reason
from bot.tips import TipId
from bot.turn import Bot
from tests.adapters.teams.conftest import Council, council
from tests.adapters.teams.fake import FakeTeams
from tests.adapters.teams.test_ways_in import DANGER, FGC, KINSHIP, actions, button, letters, words
from tests.playground.client import CHANNEL, GROUP, MISSING, PERSONAL, Playground, is_here, playground
from tests.scenarios.test_scenarios import SCRIPTS

pytestmark = pytest.mark.skipif(not is_here(), reason=MISSING)
OPEN = {"teams_auth": "off", "teams_app_id": "", "teams_app_password": ""}


@pytest.fixture
async def local(bot: Bot, teams: FakeTeams, file_store: Store) -> AsyncIterator[Council]:
    """The application as `make playground` runs it."""
    async with council(bot, teams, file_store, **OPEN) as one:
        yield one


@pytest.fixture
async def client(local: Council, tmp_path: Path) -> AsyncIterator[Playground]:
    """The Playground, talking with it."""
    async with playground(str(local.client.make_url("")).rstrip("/"), tmp_path) as one:
        yield one


def card(said: dict[str, Any]) -> dict[str, Any]:
    (attached,) = said["message"]["attachments"]
    found: dict[str, Any] = attached["content"]
    return found


def execute(action: dict[str, Any]) -> dict[str, Any]:
    return {"action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"]}, "trigger": "manual"}


async def test_conversations_go_as_written(client: Playground) -> None:
    number = 0
    for name in SCRIPTS:
        await client.happen("uninstall", PERSONAL)
        for line in SCRIPTS[name]:
            number += 1
            await client.write(line["type"])
            said = card(await client.until(number))
            assert letters(line.get("says", "")) in letters(words(said)), line
            if line.get("entry"):
                assert f"/evidence/{line['entry']}" in json.dumps(said), line


async def test_messages_mentions_and_danger(client: Playground) -> None:
    await client.write(FGC)
    said = await client.until(1)
    assert said["actionConversationId"] == PERSONAL
    assert "36.2%" in words(card(said))
    asked = await client.write(FGC, CHANNEL)
    assert (await client.until(2))["actionConversationId"] == f"{CHANNEL};messageid={asked}"
    await client.write(DANGER, GROUP)
    urgent = await client.until(3)
    assert (urgent["actionConversationId"], card(urgent)["body"][0]["style"]) == (GROUP, "attention")


async def test_cards_are_replaced_for_who_tapped_and_for_all_where_a_choice_was_open(client: Playground) -> None:
    await client.write(FGC)
    said = await client.until(1)
    costs = await client.invoke(
        "adaptiveCard/action", execute(button(card(said), "Cost")), reply_to=said["message"]["messageId"]
    )
    assert "150m" in words(costs["value"])
    await client.write(KINSHIP, CHANNEL)
    offered = await client.until(2)
    title = actions(card(offered))[0]["title"]
    thread, message = offered["actionConversationId"], offered["message"]["messageId"]
    picked = await client.invoke("adaptiveCard/action", execute(button(card(offered), title)), thread, message)
    assert letters(title) in letters(words(picked["value"]))
    changed = await client.until(1, "updateMessage")
    assert (changed["message"]["messageId"], card(changed)) == (message, picked["value"])


async def test_an_old_clients_tap_is_a_message(client: Playground) -> None:
    await client.write(FGC)
    said = await client.until(1)
    await client.submit(button(card(said), "Cost")["fallback"]["data"], said["message"]["messageId"])
    assert "150m" in words(card(await client.until(2)))


async def test_the_message_extension_searches_previews_and_looks_at_a_message(client: Playground) -> None:
    query = {
        "commandId": "findEvidence",
        "parameters": [{"name": "question", "value": FGC}],
        "queryOptions": {"skip": 0, "count": 5},
    }
    found = await client.invoke("composeExtension/query", query, GROUP)
    assert "36.2%" in words(found["composeExtension"]["attachments"][0]["content"])
    link = {"url": "https://evidence.example.org/evidence/signs-of-safety"}
    shown = await client.invoke("composeExtension/queryLink", link, GROUP)
    assert "Signs of Safety" in " ".join(texts(shown["composeExtension"]["attachments"][0]["content"]))
    message = {"id": "1", "body": {"contentType": "html", "content": "<div>would life story work help?</div>"}}
    about = await client.invoke(
        "composeExtension/fetchTask", {"commandId": "findEvidenceOnThis", "messagePayload": message}, GROUP
    )
    assert about["task"]["type"] == "continue"


async def test_thumbs_are_kept(client: Playground, local: Council, file_store: Store) -> None:
    await client.write(FGC)
    said = await client.until(1)
    await local.worker.drain(10)
    given = {"reaction": "dislike", "feedback": json.dumps({"reason": "hard-to-read"})}
    value = {"actionName": "feedback", "actionValue": given}
    await client.invoke("message/submitAction", value, reply_to=said["message"]["messageId"])
    await local.worker.drain(10)
    assert await StoredFeedback(file_store).counts() == [
        FeedbackCount("family-group-conferencing", 0, 1, {Reason.HARD_TO_READ: 1})
    ]


async def test_two_teams_are_welcomed_and_reached_later(
    client: Playground, local: Council, tmp_path: Path, file_store: Store
) -> None:
    async with playground(str(local.client.make_url("")).rstrip("/"), tmp_path, "-2") as other:
        both = {CHANNEL: client, f"{CHANNEL}-2": other}
        for channel, one in both.items():
            await one.happen("install", channel)
            assert wording.WELCOME_TEAM in (await one.until(1))["message"]["text"]
        await local.worker.drain(10)
        site = TeamsSite("", "http://127.0.0.1", is_open=True)
        sending = Connector(site, TokenSource(site))
        kept = await StoredReferences(file_store, Sealer([key_from("this machine alone")])).all()
        async with aiohttp.ClientSession() as session:
            sending.session = session
            for reference in kept:
                tip = {"type": "message", "attachments": [attachment(told(f"a tip for {reference.conversation}"))]}
                await ThinAdapter(sending).reach(reference, tip)
        assert {channel: words(card(await one.until(2))) for channel, one in both.items()} == {
            channel: f"a tip for {channel}" for channel in both
        }


async def test_a_weekly_tip_is_subscribed_changed_paused_and_stopped(client: Playground) -> None:
    save = await form_of(client)
    subscribed = await save(day="thursday")
    assert "Next tip: Thursday" in subscribed
    assert "Why this tip?" in subscribed
    assert "Next tip: Friday" in await save(day="friday", at="14:30")
    assert "08:00 to 17:59" in await save(at="07:00")
    assert "11 January at" in await save(what="pause", until="2027-01-11", day="monday")
    assert "Paused until somebody resumes it" in await save(what="pause")
    assert "No more tips come here" in await save(what="stop")


async def test_a_tip_is_sent_now_and_recalled(client: Playground, local: Council, file_store: Store) -> None:
    save = await form_of(client)
    assert "A tip is on its way" in await save(what="send", pick="family-group-conferencing#1")
    await local.sender.look()
    await local.sender.drain(10)
    assert "Why this tip? It was chosen by hand." in words(card(await client.until(2)))
    box = StoredOutbox(file_store, Sealer([key_from("this machine alone")]))
    assert await box.recall(TipId("family-group-conferencing", 1), "This tip was wrong.", now()) == 1
    await local.sender.look()
    await local.sender.drain(10)
    assert (await client.until(1, "updateMessage"))["message"]["text"] == "This tip was wrong."


async def form_of(client: Playground) -> Callable[..., Awaitable[str]]:
    """Write `tips` in a channel, and return what fills the form in, taps Save and returns the words of the card in its place."""
    await client.write("tips", CHANNEL)
    asked = await client.until(1)
    form, thread, message = card(asked), asked["actionConversationId"], asked["message"]["messageId"]
    filled = {one["id"]: one.get("value", "") for one in form["body"] if str(one["type"]).startswith("Input.")}

    async def save(**changes: str) -> str:
        tapped = button(form, "Save")
        value = execute(tapped | {"data": tapped["data"] | filled | changes})
        return words((await client.invoke("adaptiveCard/action", value, thread, message))["value"])

    return save

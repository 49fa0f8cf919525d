"""Every way in: an activity with a valid token through the whole application, and what it leads to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.store.feedback import StoredFeedback
from adapters.store.references import StoredReferences
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams.cards import BACK
from adapters.teams.lint import breaches, texts
from bot import gap_wording, wording
from bot.feedback import FeedbackCount, Reason
from bot.references import Reference
from tests.adapters.teams.conftest import ASKER, BOT, CHANNEL, GROUP, PERSONAL, TEAM, Council
from tests.adapters.teams.fake import PASSWORD, TENANT
from tests.scenarios.test_scenarios import SCRIPTS

FGC = "does fgc keep kids out of care?"
DANGER = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"
TITLE = "Family group conferencing at pre-proceedings"
KINSHIP = "what have you got on kinship care?"
THREAD = f"{CHANNEL};messageid=1700000000000"


def card(message: dict[str, Any]) -> dict[str, Any]:
    (attached,) = message["attachments"]
    found: dict[str, Any] = attached["content"]
    return found


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def words(content: dict[str, Any]) -> str:
    return " ".join(texts(content))


def actions(part: object) -> list[dict[str, Any]]:
    """Return every button of a card."""
    if isinstance(part, dict):
        found = [part] if str(part.get("type", "")).startswith("Action.") else []
        return found + [one for name, value in part.items() if name != "fallback" for one in actions(value)]
    return [one for value in part for one in actions(value)] if isinstance(part, list) else []


def button(content: dict[str, Any], title: str) -> dict[str, Any]:
    (found,) = [one for one in actions(content) if one.get("title") == title]
    return found


def references(store: Store) -> StoredReferences:
    return StoredReferences(store, Sealer([key_from(PASSWORD)]))


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_conversation_goes_as_written(office: Council, name: str) -> None:
    for line in SCRIPTS[name]:
        said = card(await office.ask(line["type"]))
        assert letters(line.get("says", "")) in letters(words(said)), line
        if line.get("entry"):
            assert f"/evidence/{line['entry']}" in json.dumps(said), line
        assert breaches(said) == []


async def test_a_personal_message_is_answered_there_with_a_notification(office: Council) -> None:
    said = await office.ask(FGC)
    assert said["conversation_id"] == PERSONAL
    assert said["summary"].startswith("Family group conferencing (FGC): In an English trial, 36.2%")
    assert TITLE in words(card(said)).replace("\\", "")
    assert said["channelData"] == {"feedbackLoop": {"type": "custom"}}
    assert "entities" not in said


async def test_a_mention_is_answered_in_its_thread_and_followed_up_there(office: Council) -> None:
    said = await office.ask(f"<at>What works</at> {FGC}", THREAD)
    assert said["conversation_id"] == THREAD
    again = await office.ask("<at>What works</at>&nbsp;what about cost?", THREAD)
    assert "savings of more than GBP 150m" in words(card(again))


async def test_threads_of_one_channel_are_conversations_of_their_own(office: Council) -> None:
    await office.ask(FGC, THREAD)
    other = await office.ask("what about cost?", f"{CHANNEL};messageid=2")
    assert "150m" not in words(card(other))


async def test_a_group_chat_is_answered(office: Council) -> None:
    said = await office.ask(f"<at>What works</at> {FGC}", GROUP)
    assert (said["conversation_id"], TITLE in words(card(said)).replace("\\", "")) == (GROUP, True)


async def test_danger_comes_first_and_looks_different(office: Council) -> None:
    first = card(await office.ask(DANGER))["body"][0]
    assert (first["type"], first["style"]) == ("Container", "attention")
    assert "999" in words(first)


@pytest.mark.parametrize(
    ("typed", "says"),
    [("help", "Ask in your own words"), ("tips", wording.NO_TIP_HERE), ("gap", gap_wording.FLAG_HEADING), ("about me", wording.STORED)],
)  # fmt: skip
async def test_a_typed_command_is_understood(office: Council, typed: str, says: str) -> None:
    assert says in words(card(await office.ask(typed)))


async def test_commands_are_suggested_to_one_person_alone(office: Council) -> None:
    said = await office.ask("help")
    assert [one["value"] for one in said["suggestedActions"]["actions"]][-4:] == ["help", "tips", "gap", "about me"]
    assert "suggestedActions" not in await office.ask("<at>What works</at> help", THREAD)


@pytest.mark.parametrize(
    ("conversation", "says"),
    [(PERSONAL, wording.WELCOME_PERSON), (GROUP, wording.WELCOME_TEAM), (CHANNEL, wording.WELCOME_TEAM)],
)
async def test_the_bot_says_hello_once_where_it_is_installed(office: Council, conversation: str, says: str) -> None:
    installed = office.activity("installationUpdate", conversation, action="add")
    for _ in range(3):
        assert await office.send(installed) == 200
    (hello,) = office.teams.sent
    assert says in hello["text"]
    assert hello["conversation_id"] == conversation
    await office.send(office.activity("installationUpdate", conversation, action="add-upgrade"))
    assert len(office.teams.sent) == 1


async def test_where_to_reach_a_conversation_is_kept_with_every_activity(office: Council, file_store: Store) -> None:
    await office.send(office.activity("installationUpdate", CHANNEL, action="add"))
    await office.ask(FGC)
    await office.ask(f"<at>What works</at> {FGC}", THREAD)
    await search(office, FGC)  # in a group chat, where the bot need not be
    assert await references(file_store).all() == [
        Reference(CHANNEL, TENANT, "channel", office.teams.url, BOT, TEAM),
        Reference(PERSONAL, TENANT, "personal", office.teams.url, BOT, person=ASKER),
    ]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("installationUpdate", {"action": "remove"}),
        ("conversationUpdate", {"membersRemoved": [{"id": BOT}]}),
        ("conversationUpdate", {"channelData": {"eventType": "teamDeleted", "team": {"id": TEAM}, "tenant": {"id": TENANT}}}),
        ("conversationUpdate", {"channelData": {"eventType": "channelDeleted", "team": {"id": TEAM}, "channel": {"id": CHANNEL}}}),
    ],
)  # fmt: skip
async def test_what_is_gone_is_forgotten(office: Council, file_store: Store, kind: str, given: dict[str, Any]) -> None:
    await office.send(office.activity("installationUpdate", CHANNEL, action="add"))
    await office.ask(FGC)
    await office.send(office.activity(kind, CHANNEL, **given))
    assert [one.conversation for one in await references(file_store).all()] == [PERSONAL]
    assert len(office.teams.sent) == 2  # hello and the answer; nothing to those who said goodbye


@pytest.mark.parametrize("event", ["teamRenamed", "channelRenamed", "channelCreated"])
async def test_a_new_name_changes_nothing(office: Council, file_store: Store, event: str) -> None:
    await office.send(office.activity("installationUpdate", CHANNEL, action="add"))
    data = {"eventType": event, "team": {"id": TEAM, "name": "Another name"}, "tenant": {"id": TENANT}}
    await office.send(office.activity("conversationUpdate", CHANNEL, channelData=data))
    assert [one.conversation for one in await references(file_store).all()] == [CHANNEL]
    assert len(office.teams.sent) == 1


async def test_a_detail_replaces_the_card_and_leads_back(office: Council) -> None:
    said = await office.ask(FGC)
    costs = await office.tap(button(card(said), "Cost"), said)
    assert (costs["statusCode"], costs["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    assert "150m" in words(costs["value"])
    back = await office.tap(button(costs["value"], BACK), said)
    assert "36.2%" in words(back["value"])
    assert (len(office.teams.sent), office.teams.updated) == (1, [])


async def test_what_is_picked_in_a_channel_is_seen_by_all_and_a_detail_by_who_tapped(office: Council) -> None:
    offered = await office.ask(f"<at>What works</at> {KINSHIP}", THREAD)
    title = next(one["title"] for one in actions(card(offered)))
    picked = await office.tap(button(card(offered), title), offered, THREAD)
    (update,) = office.teams.updated
    assert (update["message_id"], card(update)) == (offered["message_id"], picked["value"])
    await office.tap(button(picked["value"], "Limits"), offered, THREAD)
    assert len(office.teams.updated) == 1


async def test_buttons_of_an_old_card_go_on_meaning_that_card(office: Council) -> None:
    offered = await office.ask(KINSHIP)
    await office.ask(FGC)
    title = next(one["title"] for one in actions(card(offered)))
    picked = await office.tap(button(card(offered), title), offered)
    assert letters(title) in letters(words(picked["value"]))


async def test_a_client_that_sends_taps_as_messages_is_answered_with_a_message(office: Council) -> None:
    said = await office.ask(FGC)
    carried = button(card(said), "Cost")["fallback"]["data"]
    await office.send(office.activity("message", text="", value=carried))
    assert "150m" in words(card(office.teams.sent[-1]))


async def test_an_answer_is_cited_and_reported_from_its_menu(office: Council, file_store: Store) -> None:
    said = await office.ask(FGC)
    cited = await office.tap(button(card(said), "Cite this"), said)
    assert cited["type"] == "application/vnd.microsoft.activity.message"
    assert "https://evidence.example.org/evidence/family-group-conferencing" in cited["value"]
    await office.tap(button(card(said), "Report a mistake"), said)
    assert await StoredFeedback(file_store).counts() == [
        FeedbackCount("family-group-conferencing", 0, 1, {Reason.LOOKS_WRONG: 1})
    ]
    assert gap_wording.FLAG_HEADING in words((await office.tap(button(card(said), "Flag a gap"), said))["value"])
    share = button(card(said), "Share")
    assert share["url"].startswith("https://teams.microsoft.com/share?href=https%3A%2F%2Fevidence.example.org")


async def test_a_thumb_is_kept_with_a_reason_of_the_closed_set_and_once(office: Council, file_store: Store) -> None:
    said = await office.ask(FGC)
    asked = await office.invoke(
        "message/fetchTask", {"data": {"actionName": "feedback", "actionValue": {"reaction": "dislike"}}}
    )
    form = asked["task"]["value"]["card"]["content"]
    (choices,) = [one for one in form["body"] if one["type"] == "Input.ChoiceSet"]
    assert [one["value"] for one in choices["choices"]] == [reason.value for reason in Reason]
    assert breaches(form) == []
    value = {
        "actionName": "feedback",
        "actionValue": {"reaction": "dislike", "feedback": json.dumps({"reason": "hard-to-read"})},
    }
    thumb = office.activity("invoke", name="message/submitAction", value=value, replyToId=said["message_id"])
    for _ in range(3):
        assert await office.send(thumb) == 200
    assert await StoredFeedback(file_store).counts() == [
        FeedbackCount("family-group-conferencing", 0, 1, {Reason.HARD_TO_READ: 1})
    ]


async def test_words_written_with_a_thumb_are_kept_nowhere(office: Council, file_store: Store) -> None:
    said = await office.ask(FGC)
    wrote = json.dumps({"feedbackText": "Jayden Smith's mother says otherwise"})
    for reaction in ("like", "sideways"):
        value = {"actionName": "feedback", "actionValue": {"reaction": reaction, "feedback": wrote}}
        await office.send(
            office.activity("invoke", name="message/submitAction", value=value, replyToId=said["message_id"])
        )
    assert await StoredFeedback(file_store).counts() == [FeedbackCount("family-group-conferencing", 1, 0, {})]


async def test_a_thumb_for_something_else_is_let_go(office: Council, file_store: Store) -> None:
    value = {"actionName": "feedback", "actionValue": {"reaction": "like"}}
    assert (
        await office.send(office.activity("invoke", name="message/submitAction", value=value, replyToId="m99")) == 200
    )
    assert await StoredFeedback(file_store).counts() == []


async def search(office: Council, text: str) -> dict[str, Any]:
    value = {
        "commandId": "findEvidence",
        "parameters": [{"name": "question", "value": text}],
        "queryOptions": {"skip": 0, "count": 25},
    }
    found: dict[str, Any] = (await office.invoke("composeExtension/query", value, GROUP))["composeExtension"]
    return found


async def test_the_search_brings_cards_without_buttons_that_nobody_there_would_answer(office: Council) -> None:
    found = await search(office, FGC)
    first = found["attachments"][0]
    assert TITLE in words(first["content"]).replace("\\", "")
    assert first["preview"]["content"]["title"] == "Family group conferencing (FGC)"
    assert {one["type"] for one in actions(first["content"])} == {"Action.OpenUrl"}
    assert [breaches(one["content"]) for one in found["attachments"]] == [[]] * len(found["attachments"])
    assert 1 < len(found["attachments"]) <= 6


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "Type a question"), (DANGER, "act first"), ("what's the weather", "That is not a question")],
)  # fmt: skip
async def test_the_search_says_so_where_there_is_nothing_to_insert(office: Council, text: str, says: str) -> None:
    found = await search(office, text)
    assert (found["type"], says in found["text"]) == ("message", True), found


@pytest.mark.parametrize("name", ["composeExtension/queryLink", "composeExtension/anonymousQueryLink"])
async def test_a_link_to_an_entry_is_shown_as_its_card(office: Council, name: str) -> None:
    found = await office.invoke(name, {"url": "https://evidence.example.org/evidence/family-group-conferencing"}, GROUP)
    assert "36.2%" in words(found["composeExtension"]["attachments"][0]["content"])
    for url in (
        "https://example.org/evidence/family-group-conferencing",
        "https://evidence.example.org/map",
        "https://[",
        "",
    ):
        assert await office.invoke(name, {"url": url}, GROUP) == {}


async def test_evidence_on_a_message_is_a_dialog_that_shows_nothing_of_it(office: Council) -> None:
    message = {
        "body": {"contentType": "html", "content": "<p>would <b>mentoring</b> help Jayden Smith, dob 14/03/2011?</p>"}
    }
    value = {"commandId": "findEvidenceOnThis", "messagePayload": message}
    asked = await office.invoke("composeExtension/fetchTask", value, THREAD)
    content = asked["task"]["value"]["card"]["content"]
    assert "Jayden" not in json.dumps(asked)
    assert "mentoring help" not in json.dumps(asked)
    assert wording.removed(("DOB", "NAME")) in words(content)
    tapped = next(one for one in actions(content) if one["title"] == "Limits")
    again = await office.invoke(
        "composeExtension/submitAction", {"commandId": "findEvidenceOnThis", "data": tapped["data"]}, THREAD
    )
    assert "Limits" in words(again["task"]["value"]["card"]["content"])
    assert office.teams.sent == []


async def test_personal_data_is_taken_out_and_told(office: Council) -> None:
    said = await office.ask("would life story work help Jayden, dob 14/03/2011?")
    assert wording.removed(("DOB", "NAME")) in words(card(said))
    assert "Jayden" not in json.dumps(said)


@pytest.mark.parametrize("kind", ["messageUpdate", "messageDelete", "messageReaction", "typing", "endOfConversation"])
async def test_edits_and_deletions_are_not_answered(office: Council, kind: str) -> None:
    assert await office.send(office.activity(kind, text=FGC)) == 200
    assert office.teams.sent == []


@pytest.mark.parametrize("sender", [{"id": BOT}, {"id": "28:another-bot"}, {"id": "29:x", "role": "bot"}])
async def test_bots_are_not_answered(office: Council, sender: dict[str, str]) -> None:
    assert await office.send(office.activity("message", text=FGC) | {"from": sender}) == 200
    assert office.teams.sent == []


async def test_an_activity_that_comes_again_is_answered_once(office: Council) -> None:
    asked = office.activity("message", text=FGC)
    for _ in range(5):
        assert await office.send(asked) == 200
    assert len(office.teams.sent) == 1


@pytest.mark.parametrize("name", ["task/fetch", "fileConsent/invoke", "signin/verifyState", "no/such"])
async def test_an_invoke_that_the_bot_does_not_have_is_said_to_be_none(office: Council, name: str) -> None:
    made = office.activity("invoke", name=name, value={})
    assert (await office.post(json.dumps(made).encode()))[0] == 501

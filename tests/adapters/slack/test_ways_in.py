"""Every way in leads to the right answer in the right place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.slack.lint import breaches, links, texts
from adapters.store.feedback import StoredFeedback
from adapters.store.store import Store
from bot import wording
from bot.feedback import FeedbackCount, Reason
from tests.adapters.slack.conftest import CHANNEL, DM, Start, Workspace, direct, event
from tests.adapters.slack.fake import USER
from tests.scenarios.test_scenarios import SCRIPTS

FGC = "does fgc keep kids out of care?"
DANGER = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"
TITLE = "Family group conferencing at pre-proceedings"


def words(message: dict[str, Any]) -> str:
    """Return everything that somebody sees of a message."""
    found: list[str] = []

    def gather(part: object) -> None:
        if isinstance(part, dict):
            found.extend(
                value for name, value in part.items() if name in {"text", "alt_text"} and isinstance(value, str)
            )
            for value in part.values():
                gather(value)
        elif isinstance(part, list):
            for value in part:
                gather(value)

    gather(message["blocks"])
    return " ".join(found).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("*", "")


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def elements(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the buttons and menus of a message."""
    found = [one for block in message["blocks"] for one in block.get("elements", ()) if "action_id" in one]
    return found + [block["accessory"] for block in message["blocks"] if "accessory" in block]


def labelled(message: dict[str, Any], label: str) -> dict[str, Any]:
    return next(one for one in elements(message) if one.get("text", {}).get("text") == label)


def chosen(message: dict[str, Any], label: str) -> dict[str, Any]:
    menu = next(one for one in elements(message) if one["type"] == "overflow")
    option = next(one for one in menu["options"] if one["text"]["text"] == label)
    return {"type": "overflow", "action_id": menu["action_id"], "selected_option": option}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_conversation_goes_as_written(team: Workspace, name: str) -> None:
    for line in SCRIPTS[name]:
        said = await team.ask(line["type"])
        assert said["channel"] == DM
        assert letters(line.get("says", "")) in letters(words(said)), line
        if line.get("entry"):
            assert f"/evidence/{line['entry']}" in json.dumps(said["blocks"]), line


async def test_a_direct_message_is_answered_there_with_a_notification(team: Workspace) -> None:
    said = await team.ask(FGC)
    assert (said["channel"], said.get("thread_ts")) == (DM, None)
    assert said["text"].startswith("Family group conferencing (FGC): In an English trial, 36.2%")
    assert TITLE in words(said)
    assert said["unfurl_links"] is False
    assert breaches(said["blocks"], said["text"]) == []


async def test_a_mention_is_answered_in_its_thread_and_followed_up_there(team: Workspace) -> None:
    first = event("app_mention", text=f"<@U0BOT> {FGC}", channel=CHANNEL)
    await team.send(first)
    await team.done()
    (said,) = team.slack.posted
    assert (said["channel"], said["thread_ts"]) == (CHANNEL, first["event"]["ts"])
    await team.send(
        event("app_mention", text="<@U0BOT> what about cost?", channel=CHANNEL, thread_ts=first["event"]["ts"])
    )
    await team.done()
    assert "savings of more than GBP 150m" in words(team.slack.posted[1])


async def test_threads_of_one_channel_are_conversations_of_their_own(team: Workspace) -> None:
    await team.send(event("app_mention", text=f"<@U0BOT> {FGC}", channel=CHANNEL))
    await team.send(event("app_mention", text="<@U0BOT> what about cost?", channel=CHANNEL))
    await team.done()
    assert "savings of more than GBP 150m" not in " ".join(words(said) for said in team.slack.posted)


async def test_the_command_answers_the_asker_alone_and_can_be_shared(team: Workspace) -> None:
    assert await team.command(FGC) == 200
    await team.done()
    (private,) = team.slack.responded
    assert private["response_type"] == "ephemeral"
    assert TITLE in words(private)
    await team.tap(labelled(private, "Share in channel"), private, is_ephemeral=True)
    await team.done()
    shared = team.slack.responded[-1]
    assert shared["response_type"] == "in_channel"
    assert shared["replace_original"] is False
    assert TITLE in words(shared)
    assert elements(shared) == []
    assert team.slack.posted == []


async def test_the_command_alone_says_how_to_ask(team: Workspace) -> None:
    await team.command("")
    await team.done()
    assert "Ask in your own words" in words(team.slack.responded[0])


async def test_a_shortcut_finds_evidence_on_a_message_that_is_shown_nowhere(team: Workspace) -> None:
    text = f"Mum of Oluwaseun Adebayo rang 07700 900123: {FGC}"
    message = {"type": "message", "ts": "5.5", "text": text, "user": "U0OTHER"}
    await team.interact(
        {"type": "message_action", "callback_id": "find_evidence", "channel": {"id": CHANNEL}, "message": message}
    )
    await team.done()
    (private,) = team.slack.responded
    assert private["response_type"] == "ephemeral"
    assert "was taken out" in words(private)
    for mark in ("Adebayo", "900123", "Mum of"):
        assert mark not in json.dumps(team.slack.calls)


async def test_a_shortcut_opens_a_form_whose_answer_comes_as_a_direct_message(team: Workspace) -> None:
    await team.interact({"type": "shortcut", "callback_id": "ask_evidence"})
    await team.done()
    (opened,) = team.slack.called("views.open")
    assert opened["view"]["callback_id"] == "ask_evidence"
    values = {"question": {"question": {"type": "plain_text_input", "value": FGC}}}
    await team.interact(
        {
            "type": "view_submission",
            "view": {"id": "V1", "type": "modal", "callback_id": "ask_evidence", "state": {"values": values}},
        }
    )
    await team.done()
    (said,) = team.slack.posted
    assert (said["channel"], TITLE in words(said)) == (f"D{USER[1:]}", True)


async def test_the_assistant_pane_greets_and_answers_in_its_thread_with_a_status(team: Workspace) -> None:
    thread = {"user_id": USER, "channel_id": DM, "thread_ts": "9.9", "context": {}}
    await team.send(event("assistant_thread_started", assistant_thread=thread))
    await team.done()
    assert "Please leave out names" in team.slack.posted[0]["text"]
    (prompts,) = team.slack.called("assistant.threads.setSuggestedPrompts")
    assert len(prompts["prompts"]) == len(wording.EXAMPLES)
    said = await team.ask(FGC, thread_ts="9.9")
    assert (said["thread_ts"], TITLE in words(said)) == ("9.9", True)
    assert team.slack.called("assistant.threads.setStatus")[0]["thread_ts"] == "9.9"


async def test_the_home_tab_says_how_to_ask_and_what_is_stored(team: Workspace) -> None:
    await team.send(event("app_home_opened", tab="home", channel=DM))
    await team.send(event("app_home_opened", tab="messages", channel=DM))
    await team.done()
    (published,) = team.slack.called("views.publish")
    shown = words(published["view"])
    assert "/evidence" in shown
    assert "What is stored about you" in shown
    assert breaches(published["view"]["blocks"], "home", blocks_max=100) == []


async def test_a_link_to_an_entry_is_shown_and_others_are_left_alone(team: Workspace) -> None:
    ours = "https://evidence.example.org/evidence/family-group-conferencing"
    links = [
        {"url": ours},
        {"url": "https://evidence.example.org/evidence/no-such"},
        {"url": "https://example.org/evidence/signs-of-safety"},
    ]
    await team.send(event("link_shared", channel=CHANNEL, message_ts="7.7", links=links))
    await team.done()
    (unfurled,) = team.slack.called("chat.unfurl")
    assert list(unfurled["unfurls"]) == [ours]
    assert TITLE in words(unfurled["unfurls"][ours])
    assert not [one for one in unfurled["unfurls"][ours]["blocks"] if one["type"] == "actions"]


async def test_facets_and_choices_are_taps_that_mean_their_own_card(team: Workspace) -> None:
    first = await team.ask(FGC)
    await team.ask("evidence for signs of safety")
    await team.tap(labelled(first, "Cost"), first)
    await team.done()
    assert "savings of more than GBP 150m" in words(team.slack.posted[-1])
    options = await team.ask("what have you got on kinship care?")
    await team.tap(labelled(options, "Private fostering"), options)
    await team.done()
    assert "Private fostering" in words(team.slack.posted[-1])


async def test_a_tap_on_what_only_the_asker_sees_is_answered_there(team: Workspace) -> None:
    await team.command(FGC)
    await team.done()
    private = team.slack.responded[0]
    await team.tap(labelled(private, "Limits"), private, is_ephemeral=True)
    await team.done()
    assert "It is one UK trial." in words(team.slack.responded[1])
    assert team.slack.posted == []


async def test_danger_comes_first_and_looks_different(start: Start, file_store: Store) -> None:
    team = await start(file_store, safeguarding_text="Duty team: 01632 960 001")
    said = await team.ask(DANGER)
    assert said["blocks"][0]["type"] == "header"
    assert "If someone may be in danger now" in said["blocks"][0]["text"]["text"]
    assert "999" in said["text"]
    assert "Duty team: 01632 960 001" in words(said)


async def test_a_picture_comes_with_its_words_where_slack_can_fetch_it(start: Start, file_store: Store) -> None:
    team = await start(file_store)
    (image,) = [one for one in (await team.ask(FGC))["blocks"] if one["type"] == "image"]
    assert image["image_url"] == "https://evidence.example.org/evidence/family-group-conferencing/figure.png"
    assert "36 of 100 (36.2%)" in image["alt_text"]
    inside = await start(file_store, public_url="http://127.0.0.1:3978")
    said = await inside.ask(FGC)
    assert "36 of 100 (36.2%)" in words(said)
    assert "image" not in {one["type"] for one in said["blocks"]}


async def test_verdicts_are_kept_and_not_helpful_asks_why(team: Workspace, file_store: Store) -> None:
    said = await team.ask(FGC)
    await team.tap(labelled(said, "Helpful"), said)
    await team.tap(labelled(said, "Not helpful"), said)
    await team.done()
    asked = next(one for one in team.slack.responded if wording.THANKS_NOT_HELPFUL in words(one))
    await team.tap(labelled(asked, "It is hard to read"), said)
    await team.done()
    counts = await StoredFeedback(file_store).counts()
    assert counts == [FeedbackCount("family-group-conferencing", 1, 1, {Reason.HARD_TO_READ: 1})]


@pytest.mark.parametrize(
    ("label", "shows"),
    [
        ("Sources", "Over 2000 children per year"),
        ("Cite this", "https://evidence.example.org/evidence/family-group-conferencing. Please cite the sources"),
        ("Tell me if this changes", "a short message if the effect, the strength of evidence or the line in brief"),
        ("Report a mistake", "Thank you. The centre sees the reason"),
    ],
)
async def test_the_menu_of_a_card_does_what_it_says_for_whoever_chose(team: Workspace, label: str, shows: str) -> None:
    said = await team.ask(FGC)
    await team.tap(chosen(said, label), said)
    await team.done()
    (private,) = team.slack.responded
    assert private["response_type"] == "ephemeral"
    assert shows in words(private)


async def test_personal_data_is_told_of_and_reaches_nobody(team: Workspace) -> None:
    said = await team.ask("is there evidence on fgc for Oluwaseun Adebayo, nhs number 943 476 5919?")
    assert "an NHS number" in words(said)
    assert "Adebayo" not in json.dumps(team.slack.calls)


async def test_what_somebody_writes_cannot_ping_or_link(team: Workspace) -> None:
    said = await team.ask("<!channel> <@U0OTHER> <https://evil.example.org|click> @here *bold* &lt;!here&gt; fgc?")
    seen = " ".join([said["text"], *texts(said["blocks"])])
    assert "<!" not in seen
    assert "<@" not in seen
    assert "evil.example.org" not in " ".join(links(said["blocks"]))


@pytest.mark.parametrize(
    "given",
    [
        {"bot_id": "B0OTHER"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"subtype": "bot_message"},
        {"subtype": "channel_join"}, {"edited": {"user": USER, "ts": "1.1"}}, {"channel": CHANNEL, "channel_type": "channel"},
    ],
)  # fmt: skip
async def test_bots_edits_deletions_and_other_peoples_talk_are_left_alone(
    team: Workspace, given: dict[str, Any]
) -> None:
    payload = direct(FGC)
    payload["event"] |= given
    assert await team.send(payload) == 200
    await team.done()
    assert team.slack.posted == []

"""An evidence gap from the form to the news of it: cleaned, looked at, kept once, told once, on Slack and on Teams."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack import lint as slack_lint
from adapters.store.gaps import StoredGaps
from adapters.store.like_gaps import StoredLikeGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams import lint as teams_lint
from bot import gap_wording
from bot.errors import InputError
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.gaps import Filters, Order
from bot.register import row
from bot.turn import Bot
from intents.encoder import MODEL
from tests.adapters.slack.conftest import DM, SIGNING, Workspace, event
from tests.adapters.slack.test_ways_in import chosen, labelled
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.test_tips import WEDNESDAY, Clock, clock, office, pass_to, slack, team, teams

__all__ = ["clock", "office", "slack", "team", "teams"]
QUESTION = "Does pet ownership help children settle in a new foster home?"
NAMED = "Does a dog help Maisie Example settle? Her number is 020 7946 0018."
DANGER = "a 6yo just told me her stepdad hits her, she is scared to go home tonight, what helps?"


def desk(bot: Bot, store: Store, clock: Clock, secret: str) -> GapDesk:
    sealer = Sealer([key_from(secret)])
    like = StoredLikeGaps(store, bot.recogniser.vector, MODEL)
    return GapDesk(bot, StoredGaps(store, sealer, into_outbox(store, sealer, clock)), like, clock)


async def in_slack(team: Workspace, **written: str) -> dict[str, Any]:
    """Use `/evidence gap`, fill the form in and return what the bot shows."""
    assert await team.command("gap") == 200
    await team.done()
    return await fill(team, **written)


async def fill(team: Workspace, **written: str) -> dict[str, Any]:
    view = team.slack.called("views.open")[-1]["view"]
    view = json.loads(view) if isinstance(view, str) else view
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            value = written.get(element["action_id"], element.get("initial_value"))
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], "value": value}}
    filled = {
        "id": "V1",
        "callback_id": view["callback_id"],
        "type": "modal",
        "private_metadata": view["private_metadata"],
    }
    await team.interact({"type": "view_submission", "view": filled | {"state": {"values": values}}})
    await team.done()
    shown = team.slack.posted[-1]
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    return shown


async def test_in_slack_a_gap_is_looked_at_before_it_is_kept_and_its_flagger_hears_of_it_once(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    shown = await in_slack(team, question=QUESTION, for_whom="aged 5 to 9, in foster care")
    assert gap_wording.GAP_LOOK in said_in(shown)
    assert QUESTION in said_in(shown)
    assert await ours.gaps.listed(Filters(), Order.NEWEST, 10) == []  # not before it is sent
    for _ in range(2):
        await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
        await team.done()
    assert [said["text"] for said in team.slack.responded] == [gap_wording.gap_flagged(1)] * 2
    (gap,) = await ours.gaps.listed(Filters(), Order.NEWEST, 10)
    assert (gap.question, gap.for_whom, gap.votes, gap.surface) == (QUESTION, "aged 5 to 9, in foster care", 1, "slack")
    await ours.move(1, GapState.CHECKED, "ann", "looked for it", check=Check.UNKNOWN)
    before = len(team.slack.posted)
    for seconds in (5, 10):
        await pass_to(clock, WEDNESDAY + timedelta(seconds=seconds), team.sender)
    (news,) = team.slack.posted[before:]
    assert news["channel"].startswith("D")
    assert "nobody seems to have looked at it" in news["text"]


async def test_an_answered_gap_comes_with_its_entry_and_to_nobody_else(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    shown = await in_slack(team, question=QUESTION)
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await team.done()
    await ours.move(1, GapState.CHECKED, "ann", "looked", check=Check.KNOWN)
    with pytest.raises(InputError, match="no entry"):
        await ours.move(1, GapState.ANSWERED, "ann", "there", outcome="It is there.", entry="nothing")
    await ours.move(1, GapState.ANSWERED, "ann", "there", outcome="It is there.", entry="family-group-conferencing")
    before = len(team.slack.posted)
    await pass_to(clock, WEDNESDAY + timedelta(days=3), team.sender)  # late news is news all the same
    told = team.slack.posted[before:]
    assert len(told) == 2
    assert any("The evidence behind it" in said_in(one) for one in told)


async def test_personal_data_is_taken_out_and_that_is_said(
    team: Workspace, file_store: Store, clock: Clock, bot: Bot
) -> None:
    shown = await in_slack(team, question=NAMED)
    assert "Maisie" not in json.dumps(shown)
    assert "7946" not in json.dumps(shown)
    assert "was taken out" in said_in(shown)
    await team.tap(labelled(shown, gap_wording.GAP_CHANGE), shown)
    await team.done()
    assert "Maisie" not in str(team.slack.called("views.open")[-1])
    await fill(team, question=QUESTION)
    assert await desk(bot, file_store, clock, SIGNING).gaps.listed(Filters(), Order.NEWEST, 10) == []


async def test_danger_now_in_a_gap_is_answered_first(team: Workspace) -> None:
    assert "999" in said_in(await in_slack(team, question=DANGER))


async def test_where_there_is_no_entry_the_button_opens_the_form_with_the_question(team: Workspace) -> None:
    await team.send(event("message", channel_type="im", channel=DM, text="does owning a parrot lower caseloads?"))
    await team.done()
    nothing = team.slack.posted[-1]
    await team.tap(labelled(nothing, "Flag a gap"), nothing)
    await team.done()
    assert "parrot" in str(team.slack.called("views.open")[-1])


async def test_an_answers_menu_opens_the_form_about_its_entry(
    team: Workspace, file_store: Store, clock: Clock, bot: Bot
) -> None:
    await team.send(event("message", channel_type="im", channel=DM, text="family group conferencing"))
    await team.done()
    answer = team.slack.posted[-1]
    await team.tap(chosen(answer, "Flag a gap"), answer)
    await team.done()
    shown = await fill(team, question=QUESTION)
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await team.done()
    (gap,) = await desk(bot, file_store, clock, SIGNING).gaps.listed(Filters(), Order.NEWEST, 10)
    assert (gap.about_entry, len(gap.about_version)) == ("family-group-conferencing", 12)


@pytest.mark.parametrize("where", [teams_conftest.PERSONAL, teams_conftest.CHANNEL])
async def test_in_teams_a_gap_is_looked_at_kept_once_and_its_flagger_told_alone(
    office: Council, clock: Clock, file_store: Store, bot: Bot, where: str
) -> None:
    ours = desk(bot, file_store, clock, PASSWORD)
    asked = await office.ask("gap", where)
    form = card(asked)
    assert teams_lint.breaches(form) == []

    async def tap(shown: dict[str, Any], label: str, **written: str) -> dict[str, Any]:
        tapped = button(shown, label)
        after: dict[str, Any] = (await office.tap(tapped | {"data": tapped["data"] | written}, asked, where))["value"]
        assert teams_lint.breaches(after) == []
        return after

    assert "needs 5 to 600" in words(await tap(form, gap_wording.GAP_REVIEW, question="?"))
    assert "999" in words(await tap(form, gap_wording.GAP_REVIEW, question=DANGER))
    shown = await tap(form, gap_wording.GAP_REVIEW, question=f"{QUESTION} {NAMED}", how_soon="No hurry")
    assert "Maisie" not in json.dumps(shown)
    assert "was taken out" in words(shown)
    again = await tap(shown, gap_wording.GAP_CHANGE)
    assert next(one for one in again["body"] if one.get("id") == "how_soon")["value"] == "No hurry"
    for _ in range(2):
        assert words(await tap(shown, gap_wording.GAP_SEND)) == gap_wording.gap_flagged(1)
    await ours.move(1, GapState.CHECKED, "ann", "looked", check=Check.UNKNOWN)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), office.sender)
    told = office.teams.sent[-1]
    assert told["conversation_id"] != teams_conftest.CHANNEL
    assert "nobody seems to have looked at it" in words(card(told))


async def test_the_register_names_nobody_and_hides_small_numbers(
    team: Workspace, file_store: Store, clock: Clock, bot: Bot
) -> None:
    shown = await in_slack(team, question=QUESTION, role="senior practitioner")
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await team.done()
    told = row(await desk(bot, file_store, clock, SIGNING).gaps.get(1))
    assert told["demand"] == "<5"
    assert "senior" not in str(told)
    assert "T0TEST" not in str(told)


async def test_in_slack_a_message_fills_the_form_without_personal_data_and_the_form_says_whose_words_they_are(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    message = {"type": "message", "ts": "5.5", "text": NAMED, "user": "U0OTHER"}
    await team.interact(
        {"type": "message_action", "callback_id": "flag_gap", "channel": {"id": "C0TEAM"}, "message": message}
    )
    await team.done()
    (opened,) = team.slack.called("views.open")
    assert "Maisie" not in json.dumps(opened)
    assert gap_wording.GAP_FROM_MESSAGE in said_in(opened["view"])
    shown = await fill(team)
    assert "Does a dog help" in said_in(shown)
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await team.done()
    assert "Does a dog help" in (await desk(bot, file_store, clock, SIGNING).gaps.get(1)).question


async def test_in_slack_the_wrong_answer_leads_to_a_form_that_says_what_was_the_matter(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    said = await team.ask("does family group conferencing keep children out of care?")
    await team.tap(labelled(said, "Not helpful"), said)
    await team.done()
    asked = team.slack.responded[-1] | {"channel": said["channel"]}
    await team.tap(labelled(asked, "It answers another question"), asked)
    await team.done()
    thanks = team.slack.responded[-1] | {"channel": said["channel"]}
    assert slack_lint.breaches(thanks["blocks"], thanks["text"]) == []
    await team.tap(labelled(thanks, gap_wording.GAP_INSTEAD), thanks)
    await team.done()
    view = team.slack.called("views.open")[-1]["view"]
    view = json.loads(view) if isinstance(view, str) else view
    filled = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert "initial_value" not in filled["question"]  # what was asked is not kept
    assert filled["concern"]["initial_option"]["value"] == "other-question"
    shown = await fill(team, question=QUESTION)
    assert gap_wording.CONCERNS["other-question"] not in said_in(shown)  # the test's form sends no choice
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await team.done()
    assert (await desk(bot, file_store, clock, SIGNING).gaps.get(1)).about_entry == "family-group-conferencing"


async def test_in_teams_a_message_fills_the_form_in_a_dialog_without_personal_data(
    office: Council, clock: Clock, file_store: Store, bot: Bot
) -> None:
    message = {"body": {"contentType": "html", "content": f"<p>{NAMED}</p>"}}
    value = {"commandId": "flagGapOnThis", "messagePayload": message}
    where = teams_conftest.GROUP

    async def tap(shown: dict[str, Any], title: str, **written: str) -> dict[str, Any]:
        data = button(shown, title)["data"] | written
        came = await office.invoke("composeExtension/submitAction", {"commandId": "flagGapOnThis", "data": data}, where)
        content: dict[str, Any] = came["task"]["value"]["card"]["content"]
        assert teams_lint.breaches(content) == []
        return content

    opened = await office.invoke("composeExtension/fetchTask", value, where)
    shown = opened["task"]["value"]["card"]["content"]
    assert teams_lint.breaches(shown) == []
    assert "Maisie" not in json.dumps(opened)
    assert gap_wording.GAP_FROM_MESSAGE in words(shown)
    looked = await tap(shown, gap_wording.GAP_REVIEW, question=QUESTION)
    assert QUESTION in words(looked)
    sent = await tap(looked, gap_wording.GAP_SEND)
    assert gap_wording.gap_flagged(1) in words(sent)
    assert (await desk(bot, file_store, clock, PASSWORD).gaps.get(1)).question == QUESTION
    assert office.teams.sent == []

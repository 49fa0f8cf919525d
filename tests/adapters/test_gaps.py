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
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.unanswered import StoredUnanswered
from adapters.teams import lint as teams_lint
from bot import wording
from bot.errors import InputError
from bot.gap import Check, GapState
from bot.gap_desk import GapDesk
from bot.gaps import Filters, Order
from bot.register import row
from bot.roles import Person, Role
from bot.turn import Bot
from bot.unanswered import to_keep
from intents.encoder import MODEL
from tests.adapters.slack.conftest import DM, SIGNING, Workspace, event
from tests.adapters.slack.fake import USER
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
    assert wording.GAP_LOOK in said_in(shown)
    assert QUESTION in said_in(shown)
    assert await ours.gaps.listed(Filters(), Order.NEWEST, 10) == []  # not before it is sent
    for _ in range(2):
        await team.tap(labelled(shown, wording.GAP_SEND), shown)
        await team.done()
    assert [said["text"] for said in team.slack.responded] == [wording.gap_flagged(1)] * 2
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
    await team.tap(labelled(shown, wording.GAP_SEND), shown)
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
    await team.tap(labelled(shown, wording.GAP_CHANGE), shown)
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
    await team.tap(labelled(shown, wording.GAP_SEND), shown)
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

    assert "needs 5 to 600" in words(await tap(form, wording.GAP_REVIEW, question="?"))
    assert "999" in words(await tap(form, wording.GAP_REVIEW, question=DANGER))
    shown = await tap(form, wording.GAP_REVIEW, question=f"{QUESTION} {NAMED}", how_soon="No hurry")
    assert "Maisie" not in json.dumps(shown)
    assert "was taken out" in words(shown)
    again = await tap(shown, wording.GAP_CHANGE)
    assert next(one for one in again["body"] if one.get("id") == "how_soon")["value"] == "No hurry"
    for _ in range(2):
        assert words(await tap(shown, wording.GAP_SEND)) == wording.gap_flagged(1)
    await ours.move(1, GapState.CHECKED, "ann", "looked", check=Check.UNKNOWN)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), office.sender)
    told = office.teams.sent[-1]
    assert told["conversation_id"] != teams_conftest.CHANNEL
    assert "nobody seems to have looked at it" in words(card(told))


async def test_the_register_names_nobody_and_hides_small_numbers(
    team: Workspace, file_store: Store, clock: Clock, bot: Bot
) -> None:
    shown = await in_slack(team, question=QUESTION, role="senior practitioner")
    await team.tap(labelled(shown, wording.GAP_SEND), shown)
    await team.done()
    told = row(await desk(bot, file_store, clock, SIGNING).gaps.get(1))
    assert told["demand"] == "<5"
    assert "senior" not in str(told)
    assert "T0TEST" not in str(told)


OTHER = "U0SECOND"


async def flagged_in_slack(team: Workspace, question: str = QUESTION) -> None:
    shown = await in_slack(team, question=question)
    await team.tap(labelled(shown, wording.GAP_SEND), shown)
    await team.done()


async def say(team: Workspace, text: str, user: str = USER) -> dict[str, Any]:
    await team.send(event("message", channel_type="im", channel=DM, text=text, user=user))
    await team.done()
    return team.slack.posted[-1]


async def test_before_a_second_person_flags_it_the_like_gap_is_shown_and_a_tap_adds_their_voice_once(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    await flagged_in_slack(team)
    shown = await in_slack(team, question="does having a pet help kids settle in a new foster home")
    assert "Others have asked something like it" in said_in(shown)
    for _ in range(2):
        await team.tap(labelled(shown, "Add my voice to gap 1"), shown, user=OTHER)
        await team.done()
    assert (await ours.gaps.get(1)).votes == 2
    assert "already" in said_in(team.slack.posted[-1])
    await ours.move(1, GapState.CHECKED, "ann", "looked for it", check=Check.UNKNOWN)
    before = len(team.slack.posted)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    assert len(team.slack.posted) == before + 2  # both of them, once each


async def test_below_nothing_on_that_stands_a_like_gap_and_an_answered_one_with_its_answer(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    question = "does owning a parrot lower caseloads?"
    await flagged_in_slack(team, question)
    shown = await say(team, "does owning a parrot lower caseloads")
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    assert "Add my voice to gap 1" in json.dumps(shown)
    await ours.move(1, GapState.CHECKED, "ann", "looked", check=Check.PARTLY_KNOWN)
    await ours.move(1, GapState.ANSWERED, "ann", "there", outcome="See this.", entry="family-group-conferencing")
    shown = await say(team, "does owning a parrot lower caseloads")
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    assert "Somebody asked something like it, and it was answered" in said_in(shown)
    assert "Strength of evidence" in said_in(shown)  # the whole answer, at once
    assert "See this." in said_in(await say(team, "gap 1 me too", OTHER))
    assert (await ours.gaps.get(1)).votes == 1


async def test_a_person_can_hear_less_hear_on_mondays_be_forgotten_and_open_a_gap_again(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    await flagged_in_slack(team)
    assert "Only somebody with a voice" in said_in(await say(team, "gap 1 stop", OTHER))
    assert "There is no gap 7" in said_in(await say(team, "gap 7"))
    assert "waits for the centre" in said_in(await say(team, "gap 1"))
    assert "on Mondays" in said_in(await say(team, "gap 1 digest"))
    await ours.move(1, GapState.CLARIFIED, "ann", "asked")
    await ours.move(1, GapState.CHECKED, "ann", "looked", check=Check.UNKNOWN)
    before = len(team.slack.posted)
    await pass_to(clock, WEDNESDAY + timedelta(days=1), team.sender)
    assert len(team.slack.posted) == before
    await pass_to(clock, WEDNESDAY + timedelta(days=5), team.sender)
    (digest,) = team.slack.posted[before:]
    assert slack_lint.breaches(digest["blocks"], digest["text"]) == []
    assert "was made clearer" in said_in(digest)
    assert "nobody seems to have looked" in said_in(digest)
    await ours.move(1, GapState.WILL_NOT_ANSWER, "ann", "too wide", outcome="It is too wide.")
    assert "Please say why" in said_in(await say(team, "gap 1 reopen"))
    assert "opened again" in said_in(await say(team, "gap 1 reopen: it is about foster homes, says Maisie Example"))
    assert "Maisie" not in (await ours.gaps.history(1))[-1].why
    assert "was erased" in said_in(await say(team, "gap 1 forget"))
    (voice,) = await ours.gaps.voices(1)
    assert voice.address is None
    assert "999" in said_in(await say(team, f"gap 1 reopen {DANGER}"))


async def test_in_teams_a_second_person_adds_their_voice_and_hears_with_the_first(
    office: Council, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, PASSWORD)
    where = teams_conftest.PERSONAL
    asked = await office.ask("gap", where)
    for question in (QUESTION, "does having a pet help kids settle in a new foster home"):
        tapped = button(card(asked), wording.GAP_REVIEW)
        data = tapped["data"] | {"question": question}
        shown = (await office.tap(tapped | {"data": data}, asked, where))["value"]
        assert teams_lint.breaches(shown) == []
        if question is QUESTION:
            await office.tap(button(shown, wording.GAP_SEND), asked, where)
    voiced = (await office.tap(button(shown, "Add my voice to gap 1"), asked, where))["value"]
    assert wording.VOICE_COUNTED.format(number=1) in words(voiced)
    assert (await ours.gaps.get(1)).votes == 1
    assert "waits for the centre" in words(card(await office.ask("gap 1", where)))
    nothing = card(await office.ask("does having a pet help kids settle in a new foster home, or a parrot", where))
    assert teams_lint.breaches(nothing) == []


async def make_triager(store: Store, secret: str, surface: str, person: str) -> None:
    roles = StoredRoles(store, Sealer([key_from(secret)]))
    await roles.grant(Person(surface, person), Role.TRIAGER, "ann", WEDNESDAY)


async def test_a_triager_takes_a_gap_through_its_states_in_slack_and_nobody_else_can(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    await flagged_in_slack(team)
    for text in ("triage", "gap 1 checked unknown: looked", "gap 1 merge 2: the same", "gap 1 take"):
        assert wording.ONLY_TRIAGERS in said_in(await say(team, text))
    assert "Decision" not in said_in(await say(team, "gap 1"))
    await make_triager(file_store, SIGNING, "slack", USER)
    queue = await say(team, "Triage")
    assert slack_lint.breaches(queue["blocks"], queue["text"]) == []
    await team.tap(labelled(queue, "Gap 1"), queue)
    await team.done()
    shown = team.slack.posted[-1]
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    await team.tap(labelled(shown, "Take it"), shown)
    await team.done()
    assert "in somebody's hands" in said_in(team.slack.posted[-1])
    await team.tap(labelled(shown, "Checked: unknown"), shown)
    await team.done()
    assert "write gap 1 checked unknown: and then the reason" in said_in(team.slack.posted[-1])
    assert "cannot become" in said_in(await say(team, "gap 1 in-progress: at once"))
    await say(team, "gap 1 checked unknown: looked in three registers, says Maisie Example")
    assert "Maisie" not in (await ours.gaps.history(1))[-1].why
    await say(team, "gap 1 prioritised: many voices")
    await say(team, "gap 1 in-progress: Ann Example reads")
    assert "no entry" in said_in(await say(team, "gap 1 answered nothing: it is there"))
    assert "the outcome" in said_in(await say(team, "gap 1 answered family-group-conferencing"))
    answered = await say(team, "gap 1 answered family-group-conferencing: A review looked at it.")
    assert "A review looked at it." in said_in(answered)
    gap = await ours.gaps.get(1)
    assert (gap.state, gap.entry) == (GapState.ANSWERED, "family-group-conferencing")
    history = said_in(await say(team, "gap 1 history"))
    assert "prioritised → in-progress" in history
    assert "No gap is open" in said_in(await say(team, "triage"))


async def test_a_triager_merges_and_refuses_gaps_in_teams(
    office: Council, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, PASSWORD)
    where = teams_conftest.PERSONAL
    asked = await office.ask("gap", where)
    for question in (
        QUESTION,
        "Does having a pet help kids settle in a new foster home?",
        "Do parrots lower caseloads?",
    ):
        tapped = button(card(asked), wording.GAP_REVIEW)
        shown = (await office.tap(tapped | {"data": tapped["data"] | {"question": question}}, asked, where))["value"]
        await office.tap(button(shown, wording.GAP_SEND), asked, where)
    assert wording.ONLY_TRIAGERS in words(card(await office.ask("triage", where)))
    await make_triager(file_store, PASSWORD, "teams", teams_conftest.ASKER)
    queue = card(await office.ask("triage", where))
    assert teams_lint.breaches(queue) == []
    shown = (await office.tap(button(queue, "Gap 2"), asked, where))["value"]
    assert teams_lint.breaches(shown) == []
    assert button(shown, "Merge into 1")
    assert "Evidence gap 1" in words(card(await office.ask("gap 2 merge 1: the same question", where)))
    assert (await ours.gaps.get(2)).duplicate_of == 1
    await office.ask("gap 3 checked known: it is in an entry", where)
    refused = card(await office.ask("gap 3 will-not-answer: It is not about children's social care.", where))
    assert "It is not about children's social care." in words(refused)
    assert (await ours.gaps.get(3)).state is GapState.WILL_NOT_ANSWER


async def test_a_triager_sees_what_was_asked_in_vain_and_flags_it_with_a_tap(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    await make_triager(file_store, SIGNING, "slack", USER)
    kept = StoredUnanswered(file_store, Sealer([key_from(SIGNING)]))
    for text in ("does owning a parrot lower caseloads?", "does having a parrot lower caseloads?"):
        question = to_keep(bot, text, WEDNESDAY.date(), "slack")
        assert question is not None
        await kept.keep(question, WEDNESDAY.date())
    queue = await say(team, "triage")
    assert slack_lint.breaches(queue["blocks"], queue["text"]) == []
    assert "(2 times, last on" in said_in(queue)
    (flag,) = [
        one for block in queue["blocks"] for one in block.get("elements", ()) if "gap from" in one.get("value", "")
    ]
    for _ in range(2):
        await team.tap(flag, queue)
        await team.done()
    assert "parrot" in (await ours.gaps.get(1)).question
    assert "asked 2 times without an answer" in (await ours.gaps.history(1))[0].why
    assert "Asked in vain" not in said_in(await say(team, "triage"))
    assert len(await ours.gaps.listed(Filters(), Order.OLDEST, 10)) == 1

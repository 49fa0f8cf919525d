"""What is said in chat about gaps that are there: voices, news, and the centre's triage, on Slack and on Teams."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from adapters.slack import lint as slack_lint
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.unanswered import StoredUnanswered
from adapters.teams import lint as teams_lint
from bot import gap_wording
from bot.gap import Check, GapState
from bot.gaps import Filters, Order
from bot.roles import Person, Role
from bot.turn import Bot
from bot.unanswered import to_keep
from tests.adapters.slack.conftest import DM, SIGNING, Workspace, event
from tests.adapters.slack.fake import USER
from tests.adapters.slack.test_ways_in import elements, labelled
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.test_gaps import DANGER, QUESTION, desk, in_slack
from tests.adapters.test_tips import WEDNESDAY, Clock, clock, office, pass_to, slack, team, teams

__all__ = ["clock", "office", "slack", "team", "teams"]
OTHER = "U0SECOND"


async def flagged_in_slack(team: Workspace, question: str = QUESTION) -> None:
    shown = await in_slack(team, question=question)
    await team.tap(labelled(shown, gap_wording.GAP_SEND), shown)
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
    asked = await say(team, "gap 1 reopen")
    assert "Please say why" in said_in(asked)
    await team.tap(labelled(asked, gap_wording.SEND), asked, written="it is about foster homes, says Maisie Example")
    await team.done()
    assert "opened again" in said_in(team.slack.posted[-1])
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
        tapped = button(card(asked), gap_wording.GAP_REVIEW)
        data = tapped["data"] | {"question": question}
        shown = (await office.tap(tapped | {"data": data}, asked, where))["value"]
        assert teams_lint.breaches(shown) == []
        if question is QUESTION:
            await office.tap(button(shown, gap_wording.GAP_SEND), asked, where)
    voiced = (await office.tap(button(shown, "Add my voice to gap 1"), asked, where))["value"]
    assert gap_wording.VOICE_COUNTED.format(number=1) in words(voiced)
    assert (await ours.gaps.get(1)).votes == 1
    stands = await office.ask("gap 1", where)
    assert "waits for the centre" in words(card(stands))
    assert "waits for the centre" in stands["summary"]  # what a notification shows
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
        assert gap_wording.ONLY_TRIAGERS in said_in(await say(team, text))
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
    await team.tap(labelled(shown, "Clarified"), shown)
    await team.done()
    asked = team.slack.posted[-1]
    assert slack_lint.breaches(asked["blocks"], asked["text"]) == []
    assert "write gap 1 clarified: and then the reason" in said_in(asked)
    await team.tap(labelled(asked, gap_wording.SEND), asked)
    await team.done()
    assert "and then the reason" in said_in(team.slack.posted[-1])  # nothing was written
    await team.tap(labelled(asked, gap_wording.SEND), asked, written="Maisie Example said which children.")
    await team.done()
    assert "in somebody's hands" in said_in(team.slack.posted[-1])
    why = (await ours.gaps.history(1))[-1].why
    assert ("said which children." in why, "Maisie" in why) == (True, False)
    assert "cannot become" in said_in(await say(team, "gap 1 in-progress: at once"))
    await say(team, "gap 1 checked unknown: looked in three registers, says Maisie Example")
    assert "Maisie" not in (await ours.gaps.history(1))[-1].why
    await say(team, "gap 1 prioritised: many voices")
    await say(team, "gap 1 in-progress: Ann Example reads")
    assert "no entry" in said_in(await say(team, "gap 1 answered nothing: it is there"))
    shown = await say(team, "gap 1")
    nearest = next(one for one in elements(shown) if "answered" in one.get("value", ""))
    await team.tap(nearest, shown)
    await team.done()
    asked = team.slack.posted[-1]
    assert "the outcome" in said_in(asked)
    assert "the outcome" in said_in(await say(team, "gap 1 answered family-group-conferencing"))
    answered = await say(team, "gap 1 answered family-group-conferencing: A review looked at it.")
    assert "A review looked at it." in said_in(answered)
    gap = await ours.gaps.get(1)
    assert (gap.state, gap.entry) == (GapState.ANSWERED, "family-group-conferencing")
    history = said_in(await say(team, "gap 1 history"))
    assert "prioritised → in-progress" in history
    assert "No gap is open" in said_in(await say(team, "triage"))


async def test_a_triager_gives_some_voices_a_gap_of_their_own(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    ours = desk(bot, file_store, clock, SIGNING)
    await flagged_in_slack(team)
    await say(team, "gap 1 me too", OTHER)
    assert gap_wording.ONLY_TRIAGERS in said_in(await say(team, "gap 1 split 3fa9c1: do parrots help?"))
    await make_triager(file_store, SIGNING, "slack", USER)
    shown = await say(team, "gap 1")
    await team.tap(labelled(shown, "Voices"), shown)
    await team.done()
    first, second = (voice.mark for voice in await ours.gaps.voices(1))
    assert f"{second}: joined on 25 November 2026" in said_in(team.slack.posted[-1])
    assert second in said_in(await say(team, "gap 1 split"))
    assert "what these voices ask" in said_in(await say(team, f"gap 1 split {second}"))
    assert f"has the voices {first}, {second}" in said_in(await say(team, "gap 1 split 000000: do parrots help?"))
    assert "at least one stays" in said_in(await say(team, f"gap 1 split {first}, {second}: do parrots help?"))
    made = await say(team, f"gap 1 split {second}: do parrots help children of Maisie Example?")
    assert "Evidence gap 2" in said_in(made)
    assert "Maisie" not in said_in(made)
    assert [(await ours.gaps.get(number)).votes for number in (1, 2)] == [1, 1]
    before = len(team.slack.posted)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    (told,) = team.slack.posted[before:]
    assert "a gap of its own" in said_in(told)


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
        tapped = button(card(asked), gap_wording.GAP_REVIEW)
        shown = (await office.tap(tapped | {"data": tapped["data"] | {"question": question}}, asked, where))["value"]
        await office.tap(button(shown, gap_wording.GAP_SEND), asked, where)
    assert gap_wording.ONLY_TRIAGERS in words(card(await office.ask("triage", where)))
    await make_triager(file_store, PASSWORD, "teams", teams_conftest.ASKER)
    queue = card(await office.ask("triage", where))
    assert teams_lint.breaches(queue) == []
    shown = (await office.tap(button(queue, "Gap 2"), asked, where))["value"]
    assert teams_lint.breaches(shown) == []
    assert button(shown, "Merge into 1")
    assert "Evidence gap 1" in words(card(await office.ask("gap 2 merge 1: the same question", where)))
    assert (await ours.gaps.get(2)).duplicate_of == 1
    shown = card(await office.ask("gap 3", where))
    asked_why = (await office.tap(button(shown, "Checked: known"), asked, where))["value"]
    assert teams_lint.breaches(asked_why) == []
    written = "Maisie Example says that it is in an entry."
    moved = await office.tap(button(asked_why, gap_wording.SEND), asked, where, written=written)
    assert "checked, known" in words(moved["value"])
    why = (await ours.gaps.history(3))[-1].why
    assert ("it is in an entry." in why, "Maisie" in why) == (True, False)
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

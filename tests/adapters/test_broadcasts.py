"""What the centre sends to many, choices by hand, helpful taps and corrections: through the real surfaces, on Slack and on Teams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from adapters.slack import lint as slack_lint
from adapters.store.broadcasts import StoredBroadcasts
from adapters.store.corrections import StoredCorrections
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import taps
from adapters.teams import lint as teams_lint
from bot import wording
from bot.broadcasts import BroadcastDesk
from bot.corrections import Current, Meaning
from bot.roles import Person, Role
from bot.turn import Bot
from tests.adapters.slack.conftest import CHANNEL, DM, SIGNING, Workspace, event, workspace
from tests.adapters.slack.fake import USER, FakeSlack
from tests.adapters.slack.test_ways_in import chosen, labelled
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.test_tips import (
    MONDAY,
    WEDNESDAY,
    Clock,
    clock,
    fill,
    in_teams,
    office,
    option,
    pass_to,
    slack,
    team,
    teams,
    tips_in,
)

__all__ = ["clock", "office", "slack", "team", "teams"]
FGC = "family-group-conferencing"
NOTICE = "The centre is closed on Friday. <!channel> *Bold*"


def sealed(secret: str) -> Sealer:
    return Sealer([key_from(secret)])


def desk(bot: Bot, store: Store, clock: Clock, secret: str) -> BroadcastDesk:
    return BroadcastDesk(bot, StoredBroadcasts(store, sealed(secret)), clock, WEDNESDAY.date)


async def test_a_notice_arrives_in_slack_as_words_alone_and_is_recalled(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    await fill(team)
    ours = desk(bot, file_store, clock, SIGNING)
    made, _ = await ours.draft("ann", text=NOTICE)
    await ours.send(made.number, 1, "ann")
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    posted = team.slack.posted[-1]
    assert posted["channel"] == CHANNEL
    assert slack_lint.breaches(posted["blocks"], posted["text"]) == []
    assert "&lt;!channel&gt;" in str(posted["blocks"])
    assert "<!channel>" not in str(posted)
    await ours.recall(made.number, "Corrected: it is open.", "bob")
    await pass_to(clock, WEDNESDAY + timedelta(seconds=9), team.sender)
    assert team.slack.called("chat.update")[-1]["text"] == "Corrected: it is open."
    assert await ours.progress(made.number) == {"recalled": 1}


async def test_a_notice_arrives_in_teams_as_words_alone(
    office: Council, clock: Clock, file_store: Store, bot: Bot
) -> None:
    await in_teams(office, teams_conftest.CHANNEL)
    ours = desk(bot, file_store, clock, PASSWORD)
    made, _ = await ours.draft("ann", text=NOTICE)
    await ours.send(made.number, 1, "ann")
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), office.sender)
    shown = card(office.teams.opened[-1]["activity"])
    assert teams_lint.breaches(shown) == []
    assert wording.NOTICE_HEADING in words(shown)
    assert NOTICE in words(shown)


async def test_the_next_tip_is_chosen_by_hand_in_slack_and_comes(team: Workspace, clock: Clock) -> None:
    said = await fill(team, pick=option(f"{FGC}#2"))
    assert FGC in str(said["blocks"])
    await pass_to(clock, MONDAY, team.sender)
    (tip,) = tips_in(team.slack)
    assert "chosen by hand" in str(tip["blocks"])
    assert FGC in str(tip["blocks"])


async def test_the_next_tip_is_chosen_by_hand_in_teams_and_comes(office: Council, clock: Clock) -> None:
    asked = await office.ask("tips", teams_conftest.CHANNEL)
    picks = next(one for one in card(asked)["body"] if one.get("id") == "pick")["choices"]
    assert (picks[0]["title"], len(picks)) == (wording.TIP_DRAWN, 21)
    await in_teams(office, teams_conftest.CHANNEL, pick=picks[5]["value"])
    await pass_to(clock, MONDAY, office.sender)
    shown = words(card(office.teams.opened[-1]["activity"]))
    assert "chosen by hand" in shown
    assert picks[5]["title"].partition(":")[0] in shown


async def test_a_helpful_tap_on_a_tip_counts_once_for_each_person(
    team: Workspace, clock: Clock, file_store: Store
) -> None:
    await fill(team)
    await pass_to(clock, MONDAY, team.sender)
    (tip,) = tips_in(team.slack)
    for _ in range(2):
        await team.tap(labelled(tip, "Helpful"), tip)
        await team.done()
    (tap,) = await file_store.read(lambda connection: connection.execute(sa.select(taps)).all())
    assert tap.is_helpful
    assert "U" not in tap.person  # a hash


def changed(bot: Bot) -> tuple[Current, Current]:
    entry = bot.shown[FGC]
    return tuple(
        Current(FGC, version, entry.label, Meaning(effect, "Low", "In brief."))
        for version, effect in ((entry.version, "it helps"), ("later", "mixed"))
    )  # type: ignore[return-value]  # two of them


async def test_who_wants_to_be_told_of_a_change_in_slack_is_told_alone_and_once(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    answer = await ask(team)
    for _ in range(2):
        await team.tap(chosen(answer, wording.FOLLOW), answer)
        await team.done()
    kept = StoredCorrections(file_store, sealed(SIGNING))
    old, new = changed(bot)
    await kept.note([old], clock.at)
    assert await kept.note([new], clock.at) == 1
    before = len(team.slack.posted)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    (told,) = team.slack.posted[before:]
    assert told["channel"] == team.slack.called("conversations.open")[-1]["users"].replace("U", "D", 1)
    assert "and is now “mixed”" in str(told["blocks"])


async def ask(team: Workspace) -> dict[str, Any]:
    await team.send(event("message", channel_type="im", channel=DM, text="family group conferencing"))
    await team.done()
    return team.slack.posted[-1]


@pytest.mark.parametrize("where", [teams_conftest.PERSONAL, teams_conftest.CHANNEL])
async def test_who_wants_to_be_told_of_a_change_in_teams_is_told_alone(
    office: Council, clock: Clock, file_store: Store, bot: Bot, where: str
) -> None:
    said = await office.ask("family group conferencing", where)
    assert (await office.tap(button(card(said), wording.FOLLOW), said, where))["value"] == wording.FOLLOWED
    kept = StoredCorrections(file_store, sealed(PASSWORD))
    old, new = changed(bot)
    await kept.note([old], clock.at)
    assert await kept.note([new], clock.at) == 1
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), office.sender)
    told = office.teams.sent[-1]
    assert told["conversation_id"] != teams_conftest.CHANNEL
    assert "is now “mixed”" in words(card(told))


async def test_a_new_version_of_the_knowledge_corrects_what_was_sent_before_it(
    team: Workspace, clock: Clock, file_store: Store, bot: Bot
) -> None:
    await fill(team, pick=option(f"{FGC}#1"))
    await pass_to(clock, MONDAY, team.sender)
    kept = StoredCorrections(file_store, sealed(SIGNING))
    (one,) = await StoredSubscriptions(file_store, sealed(SIGNING)).all()
    entry = bot.shown[FGC]
    new = Current(FGC, "later", entry.label, Meaning("Mixed", "Low", entry.texts.in_brief))
    assert await kept.note([new], clock.at) == 1  # what this version says was noted before the first tip went out
    await pass_to(clock, MONDAY + timedelta(minutes=1), team.sender)
    assert wording.CORRECTION_HEADING in team.slack.posted[-1]["text"]
    assert team.slack.posted[-1]["channel"] == one.address.conversation


async def test_where_managers_alone_may_nobody_else_subscribes_a_channel(
    bot: Bot,
    slack: FakeSlack,
    file_store: Store,
    clock: Clock,  # noqa: ARG001 - set before
) -> None:
    async with workspace(bot, slack, file_store, tips_by="managers") as one:
        assert wording.ONLY_MANAGERS in (await fill(one))["text"]
        roles = StoredRoles(file_store, sealed(SIGNING))
        await roles.grant(Person("slack", USER), Role.MANAGER, "me", WEDNESDAY)
        assert "Next tip: Monday" in (await fill(one))["text"]

"""Whoever asks what is kept about them sees it, alone, and has it erased, on Slack and on Teams."""

from __future__ import annotations

from adapters.slack import lint as slack_lint
from adapters.store.people import StoredPeople
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams import lint as teams_lint
from bot import about_me, wording
from bot.people import Kept
from bot.roles import Person
from tests.adapters.slack.conftest import CHANNEL, SIGNING, Workspace, event
from tests.adapters.slack.fake import USER
from tests.adapters.slack.test_ways_in import labelled
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.test_gap_talk import OTHER, flagged_in_slack, make_triager
from tests.adapters.test_tips import clock, office, slack, team, teams

__all__ = ["clock", "office", "slack", "team", "teams"]


async def test_in_slack_it_is_shown_to_the_asker_alone_and_erased_once_they_confirm(
    team: Workspace, file_store: Store
) -> None:
    people = StoredPeople(file_store, Sealer([key_from(SIGNING)]))
    assert about_me.NOTHING in said_in(await team.ask("about me"))
    await flagged_in_slack(team)
    await make_triager(file_store, SIGNING, "slack", USER)
    await make_triager(file_store, SIGNING, "slack", OTHER)
    await team.send(event("app_mention", channel=CHANNEL, text="<@U0BOT> about me"))
    await team.done()
    public = said_in(team.slack.posted[-1])
    assert ("Evidence gap 1" in public, about_me.ALONE in public) == (False, True)
    await team.command("about me")
    await team.done()
    shown = team.slack.responded[-1]
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    assert wording.STORED in said_in(shown)
    assert "Evidence gap 1: you flagged it on 25 November 2026; you are told of it." in said_in(shown)
    assert "Roles: triager." in said_in(shown)
    asked = await team.ask("Erase what is kept about me.")
    assert about_me.SURE in said_in(asked)
    assert (await people.kept(Person("slack", USER))).voices
    await team.tap(labelled(asked, "Yes, erase it"), asked)
    await team.done()
    assert about_me.DONE in said_in(team.slack.posted[-1])
    assert await people.kept(Person("slack", USER)) == Kept()
    assert (await people.kept(Person("slack", OTHER))).roles == ("triager",)


async def test_in_teams_too(office: Council, file_store: Store) -> None:
    people, me = StoredPeople(file_store, Sealer([key_from(PASSWORD)])), Person("teams", teams_conftest.ASKER)
    await make_triager(file_store, PASSWORD, "teams", teams_conftest.ASKER)
    in_team = words(card(await office.ask("about me", teams_conftest.CHANNEL)))
    assert ("triager" in in_team, about_me.ALONE in in_team) == (False, True)
    shown = await office.ask("About me", teams_conftest.PERSONAL)
    assert teams_lint.breaches(card(shown)) == []
    assert "Roles: triager." in words(card(shown))
    asked = (await office.tap(button(card(shown), "Erase it"), shown, teams_conftest.PERSONAL))["value"]
    assert (await people.kept(me)).roles
    done = (await office.tap(button(asked, "Yes, erase it"), shown, teams_conftest.PERSONAL))["value"]
    assert about_me.DONE in words(done)
    assert await people.kept(me) == Kept()

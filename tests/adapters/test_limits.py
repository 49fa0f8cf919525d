"""Who sends too many messages is told so politely, on Slack and on Teams; whoever speaks of danger now is answered all the same."""

from __future__ import annotations

from adapters.store.store import Store
from bot import wording
from bot.turn import Bot
from tests.adapters.slack.conftest import workspace
from tests.adapters.slack.fake import FakeSlack
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams.conftest import council
from tests.adapters.teams.fake import FakeTeams
from tests.adapters.teams.test_ways_in import DANGER, FGC, card, words
from tests.adapters.test_tips import slack, teams

__all__ = ["slack", "teams"]


async def test_on_slack_a_person_and_a_workspace_have_their_share(
    bot: Bot, slack: FakeSlack, file_store: Store
) -> None:
    async with workspace(bot, slack, file_store, messages_per_person=4, messages_per_organisation=6) as team:
        assert [wording.TOO_MANY in said_in(await team.ask(FGC)) for _ in range(4)] == [False, False, True, True]
        assert "999" in said_in(await team.ask(DANGER))
        assert wording.TOO_MANY not in said_in(await team.ask(DANGER))
        other = said_in(await team.ask(FGC, user="U0SECOND"))  # of a workspace that has had its share
        assert wording.TOO_MANY in other
        await team.command(FGC)
        await team.done()
        assert wording.TOO_MANY in said_in(team.slack.responded[-1])


async def test_in_teams_a_person_has_their_share(bot: Bot, teams: FakeTeams, file_store: Store) -> None:
    async with council(bot, teams, file_store, messages_per_person=4) as office:
        assert [wording.TOO_MANY in words(card(await office.ask(FGC))) for _ in range(4)] == [False, False, True, True]
        urgent = words(card(await office.ask(DANGER)))
        assert ("999" in urgent, wording.TOO_MANY in urgent) == (True, False)

"""The centre's triage channel, on Slack and on Teams: a card for each gap that changes in place, one each week, and a nudge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.slack import lint as slack_lint
from adapters.store.gaps import StoredGaps
from adapters.store.news import into_outbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.triage_cards import StoredTriageCards, onto_cards
from adapters.teams import lint as teams_lint
from bot import gap_wording
from bot.conversations import key_of
from bot.gap import Check, GapState, NewGap
from bot.gap_clock import Promise
from bot.gaps import Gaps, Voice
from tests.adapters.slack.conftest import CHANNEL, DM, SIGNING, Workspace, event
from tests.adapters.slack.fake import USER, Fault
from tests.adapters.slack.test_ways_in import labelled
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.test_gap_talk import make_triager
from tests.adapters.test_tips import MONDAY, WEDNESDAY, Clock, clock, office, pass_to, slack, team, teams

__all__ = ["clock", "office", "slack", "team", "teams"]
NEW = NewGap("Does pet ownership help children settle in a new foster home?")
TRIAGER = key_of("slack", "another triager")
TEAMS_CHANNEL = teams_conftest.CHANNEL


def gaps_of(store: Store, clock: Clock, secret: str) -> Gaps:
    sealer = Sealer([key_from(secret)])
    return StoredGaps(store, sealer, into_outbox(store, sealer, clock), onto_cards(store, clock))


async def wanted_here(team: Workspace, store: Store) -> None:
    """Have the cards posted in a channel of Slack."""
    await make_triager(store, SIGNING, "slack", USER)
    await team.command("triage here")
    await team.done()
    assert gap_wording.TRIAGE_HERE in said_in(team.slack.responded[-1])


async def with_a_card(team: Workspace, store: Store, clock: Clock) -> Gaps:
    """Have the cards posted in a channel of Slack, and the card of a gap be sent there."""
    ours = gaps_of(store, clock, SIGNING)
    await wanted_here(team, store)
    await ours.flag(NEW, Voice(key_of("slack", "U9")), clock())
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    return ours


async def test_only_a_triager_has_the_cards_posted_in_a_channel_and_ends_it(
    team: Workspace, file_store: Store, clock: Clock
) -> None:
    await team.command("triage here")
    await team.done()
    assert gap_wording.ONLY_TRIAGERS in said_in(team.slack.responded[-1])
    await wanted_here(team, file_store)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    (first,) = team.slack.posted
    assert (first["channel"], "No gap is open" in said_in(first)) == (CHANNEL, True)
    for said in (gap_wording.TRIAGE_HERE_ALREADY,):
        await team.command("triage here")
        await team.done()
        assert said in said_in(team.slack.responded[-1])
    for said in (gap_wording.TRIAGE_STOPPED, gap_wording.TRIAGE_NONE):
        await team.command("triage stop")
        await team.done()
        assert said in said_in(team.slack.responded[-1])


async def test_in_slack_the_card_of_a_gap_changes_in_place_for_everybody_when_anybody_moves_it(
    team: Workspace, file_store: Store, clock: Clock
) -> None:
    ours = await with_a_card(team, file_store, clock)
    posted = team.slack.posted[-1]
    assert slack_lint.breaches(posted["blocks"], posted["text"]) == []
    assert (posted["channel"], NEW.question in said_in(posted)) == (CHANNEL, True)
    before = len(team.slack.posted)
    await team.tap(labelled(posted, "Take it"), posted)
    await team.done()
    assert len(team.slack.posted) == before  # whoever tapped is told alone
    assert "in somebody's hands" in said_in(team.slack.responded[-1])
    await pass_to(clock, WEDNESDAY + timedelta(seconds=10), team.sender)
    (changed,) = team.slack.called("chat.update")
    assert (changed["channel"], changed["ts"]) == (CHANNEL, posted["ts"])
    assert slack_lint.breaches(changed["blocks"], changed["text"]) == []
    assert "in somebody's hands" in said_in(changed)
    await ours.add_voice(1, Voice(key_of("slack", "U8")), clock())
    await ours.move(1, GapState.CHECKED, TRIAGER, "looked", clock(), check=Check.UNKNOWN)
    await pass_to(clock, WEDNESDAY + timedelta(seconds=20), team.sender)
    changed = team.slack.called("chat.update")[-1]
    assert "2 voices" in said_in(changed)
    assert "checked, unknown" in said_in(changed)
    assert labelled(changed, "Prioritise")
    count = len(team.slack.called("chat.update"))
    await pass_to(clock, WEDNESDAY + timedelta(seconds=200), team.sender)
    assert len(team.slack.called("chat.update")) == count
    assert len(team.slack.posted) == before


async def test_a_card_that_slack_does_not_take_now_is_brought_up_to_date_later_and_one_that_is_gone_is_let_be(
    team: Workspace, file_store: Store, clock: Clock
) -> None:
    ours = await with_a_card(team, file_store, clock)
    team.slack.fail("chat.update", Fault(status=500), Fault(error="message_not_found"))
    await ours.move(1, GapState.CLARIFIED, TRIAGER, "asked", clock())
    await pass_to(clock, WEDNESDAY + timedelta(seconds=10), team.sender)
    assert len(team.slack.called("chat.update")) == 1
    await pass_to(clock, WEDNESDAY + timedelta(seconds=60), team.sender)
    assert len(team.slack.called("chat.update")) == 2
    await pass_to(clock, WEDNESDAY + timedelta(seconds=600), team.sender)
    assert len(team.slack.called("chat.update")) == 2


async def test_on_monday_a_card_tells_what_waits_and_a_nudge_names_what_waits_too_long(
    team: Workspace, file_store: Store, clock: Clock
) -> None:
    ours = gaps_of(file_store, clock, SIGNING)
    cards = StoredTriageCards(file_store, Sealer([key_from(SIGNING)]))
    await wanted_here(team, file_store)
    await ours.flag(NEW, Voice(key_of("slack", "U9")), clock())
    await cards.write_due(clock(), Promise())
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    before = len(team.slack.posted)
    await pass_to(clock, MONDAY, team.sender)
    (weekly,) = team.slack.posted[before:]
    assert gap_wording.TRIAGE_HEADING in said_in(weekly)
    assert f"1: {NEW.question} (submitted, 1 voice)" in said_in(weekly)
    late = WEDNESDAY + timedelta(days=8)  # six working days later
    await cards.write_due(late, Promise())
    await pass_to(clock, late, team.sender)
    nudge = team.slack.posted[-1]
    assert slack_lint.breaches(nudge["blocks"], nudge["text"]) == []
    assert gap_wording.LATE_HEADING in said_in(nudge)
    assert "(submitted, 1 voice, 1 working day late)" in said_in(nudge)
    await team.tap(labelled(nudge, "Gap 1"), nudge)
    await team.done()
    assert "in nobody's hands, 1 working day late" in said_in(team.slack.responded[-1])


async def test_whoever_wanted_the_cards_is_told_when_they_cannot_be_posted(
    team: Workspace, file_store: Store, clock: Clock
) -> None:
    await wanted_here(team, file_store)
    team.slack.fail("chat.postMessage", Fault(error="not_in_channel"))
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), team.sender)
    (told,) = team.slack.posted
    assert told["channel"] == f"D{USER[1:]}"
    assert "The app is not in the channel" in told["text"]
    assert "evidence gaps" in told["text"]


async def test_a_triager_who_asks_in_a_channel_is_answered_there(team: Workspace, file_store: Store) -> None:
    await make_triager(file_store, SIGNING, "slack", USER)
    await team.send(event("app_mention", channel=CHANNEL, text="<@U0BOT> triage here"))
    await team.done()
    assert gap_wording.TRIAGE_HERE in said_in(team.slack.posted[-1])
    await team.send(event("message", channel_type="im", channel=DM, text="triage stop"))
    await team.done()
    assert gap_wording.TRIAGE_NONE in said_in(team.slack.posted[-1])  # none go to this chat


async def test_in_teams_the_card_of_a_gap_changes_in_place_too(
    office: Council, file_store: Store, clock: Clock
) -> None:
    ours = gaps_of(file_store, clock, PASSWORD)
    await make_triager(file_store, PASSWORD, "teams", teams_conftest.ASKER)
    told = await office.ask("triage here", TEAMS_CHANNEL)
    assert gap_wording.TRIAGE_HERE in words(card(told))
    await pass_to(clock, WEDNESDAY + timedelta(seconds=5), office.sender)
    before = len(office.teams.opened)
    await ours.flag(NEW, Voice(key_of("teams", "29:other")), clock())
    await pass_to(clock, WEDNESDAY + timedelta(seconds=6), office.sender)
    (opened,) = office.teams.opened[before:]
    posted: dict[str, Any] = opened["activity"]
    shown = card(posted)
    assert teams_lint.breaches(shown) == []
    assert NEW.question in words(shown)
    taken = await office.tap(button(shown, "Take it"), opened, TEAMS_CHANNEL)
    assert "in somebody's hands" in words(taken["value"])
    await pass_to(clock, WEDNESDAY + timedelta(seconds=10), office.sender)
    (changed,) = office.teams.updated
    assert changed["message_id"] == opened["message_id"]
    assert "in somebody's hands" in words(card(changed))

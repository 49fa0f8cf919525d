"""The weekly tip, from the form to the channel, on Slack and on Teams: once a week, whatever the platforms do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.slack import lint as slack_lint
from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.teams import lint as teams_lint
from bot import bootstrap, sender
from bot.errors import StoreError
from bot.outbox import DeliveryState, Plan
from bot.schedule import Schedule, time_of
from bot.sender import Sender
from bot.subscriptions import Address, State, Subscription
from bot.tips import TipId
from bot.turn import Bot
from tests.adapters.slack.conftest import CHANNEL, DM, SIGNING, Workspace, workspace
from tests.adapters.slack.fake import FakeSlack, Fault, fake_slack
from tests.adapters.slack.test_ways_in import elements
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import Council, council
from tests.adapters.teams.fake import PASSWORD, FakeTeams, fake_teams
from tests.adapters.teams.fake import Fault as TeamsFault
from tests.adapters.teams.test_ways_in import button, card, words

WEDNESDAY = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 9, 0, 1, tzinfo=UTC)
SLACK_SCOPES = {"chat:write", "im:history", "im:write", "channels:history", "groups:history", "commands"}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = WEDNESDAY

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the application."""
    made = Clock()
    monkeypatch.setattr(bootstrap, "now", made)
    monkeypatch.setattr(bootstrap, "today", WEDNESDAY.date)
    monkeypatch.setattr(sender, "LOOK_EVERY", 3_600.0)  # the tests say when to look
    return made


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fake Slack that lets the app read channels."""
    async with fake_slack(SLACK_SCOPES) as one:
        yield one


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    """A fake connector."""
    async with fake_teams() as one:
        yield one


@pytest.fixture
async def team(bot: Bot, slack: FakeSlack, file_store: Store, clock: Clock) -> AsyncIterator[Workspace]:  # noqa: ARG001 - set before
    """A Slack workspace."""
    async with workspace(bot, slack, file_store) as one:
        yield one


@pytest.fixture
async def office(bot: Bot, teams: FakeTeams, file_store: Store, clock: Clock) -> AsyncIterator[Council]:  # noqa: ARG001 - set before
    """A council's Teams."""
    async with council(bot, teams, file_store) as one:
        yield one


async def pass_to(clock: Clock, at: datetime, sender: Sender) -> None:
    """Let the time come, and everything that is due be sent."""
    clock.at = at
    for _ in range(3):
        await sender.look()
        await sender.drain(10)


async def fill(team: Workspace, **chosen: Any) -> dict[str, Any]:  # noqa: ANN401 - Slack's own keys
    """Use `/evidence tips`, fill the form in and return what the bot says."""
    assert await team.command("tips", channel_id=CHANNEL) == 200
    await team.done()
    view = team.slack.called("views.open")[-1]["view"]
    view = json.loads(view) if isinstance(view, str) else view
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            name = element["action_id"]
            first = {"type": element["type"]} | {
                kind.replace("initial", "selected"): value
                for kind, value in element.items()
                if kind.startswith("initial_")
            }
            if name in chosen:
                first = {"type": element["type"]} | chosen[name]
            values[block["block_id"]] = {name: first}
    before = len(team.slack.posted)
    await team.interact(
        {
            "type": "view_submission",
            "view": {"id": "V1", "callback_id": view["callback_id"], "type": "modal", "state": {"values": values}},
        }
    )
    await team.done()
    assert len(team.slack.posted) == before + 1
    return team.slack.posted[-1]


def option(value: str) -> dict[str, Any]:
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": value}}}


async def test_a_channel_subscribes_in_slack_and_gets_its_tip_on_monday_once(team: Workspace, clock: Clock) -> None:
    said = await fill(team)
    assert "Next tip: Monday 30 November at 09:00, London time." in said["text"]
    assert slack_lint.breaches(said["blocks"], said["text"]) == []
    assert "Evidence tip of the week" in json.dumps(said["blocks"])
    await pass_to(clock, MONDAY - timedelta(seconds=2), team.sender)
    assert len(team.slack.posted) == 1
    await pass_to(clock, MONDAY, team.sender)
    await pass_to(clock, MONDAY + timedelta(hours=1), team.sender)
    tip = team.slack.posted[-1]
    assert (len(team.slack.posted), tip["channel"]) == (2, CHANNEL)
    assert tip["text"].startswith("Evidence tip of the week: ")
    assert "Why this tip?" in json.dumps(tip["blocks"])
    (opens,) = [one for one in elements(tip) if (one.get("text") or {}).get("text") == "The evidence behind it"]
    await team.tap(opens, tip)
    await team.done()
    assert opens["value"].split('"options": ["')[1].split('"')[0] in json.dumps(team.slack.posted[-1]["blocks"])
    team.slack.posted.pop()
    assert slack_lint.breaches(tip["blocks"], tip["text"]) == []


async def test_the_form_changes_pauses_skips_sends_and_stops(team: Workspace, clock: Clock, file_store: Store) -> None:
    await fill(team)
    changed = await fill(team, day=option("thursday"), at={"selected_time": "14:05"})
    assert "Thursday 26 November at 14:05" in changed["text"]
    assert "Thursday 3 December" in (await fill(team, what=option("skip")))["text"]
    assert (
        "Thursday 14 January" in (await fill(team, what=option("pause"), until={"selected_date": "2027-01-11"}))["text"]
    )
    assert "on its way" in (await fill(team, what=option("send")))["text"]
    await pass_to(clock, WEDNESDAY + timedelta(minutes=1), team.sender)
    tips = [one for one in team.slack.posted if one["channel"] == CHANNEL]
    assert len(tips) == 1
    assert "was sent already" in (await fill(team, what=option("send")))["text"]
    assert "No more tips come here" in (await fill(team, what=option("stop")))["text"]
    stopped = await StoredSubscriptions(file_store, Sealer([key_from(SIGNING)])).find("slack", CHANNEL)
    assert stopped
    assert (stopped.state, stopped.manager) == (State.STOPPED, "")
    await pass_to(clock, MONDAY + timedelta(weeks=3), team.sender)
    assert len([one for one in team.slack.posted if one["channel"] == CHANNEL]) == 1


async def test_a_wrong_time_is_refused_with_a_sentence_and_changes_nothing(team: Workspace, file_store: Store) -> None:
    said = await fill(team, at={"selected_time": "22:00"})
    assert "08:00 to 17:59" in said["text"]
    assert await StoredSubscriptions(file_store, Sealer([key_from(SIGNING)])).all() == []


async def states(store: Store, secret: str = SIGNING) -> dict[str, int]:
    return await StoredOutbox(store, Sealer([key_from(secret)])).counts()


def tips_in(slack: FakeSlack) -> list[dict[str, Any]]:
    return [one for one in slack.posted if one["channel"] == CHANNEL]


@pytest.mark.parametrize(
    "fault",
    [Fault(429, "ratelimited", {"Retry-After": "30"}), Fault(200, "ratelimited"), Fault(200, "message_limit_exceeded")],
    ids=lambda one: f"{one.status} {one.error}",
)
async def test_what_slack_refused_for_now_comes_later(
    team: Workspace, clock: Clock, file_store: Store, fault: Fault
) -> None:
    await fill(team)
    team.slack.fail("chat.postMessage", fault)
    await pass_to(clock, MONDAY, team.sender)
    assert (tips_in(team.slack), await states(file_store)) == ([], {"due": 1})
    await pass_to(clock, MONDAY + timedelta(seconds=31), team.sender)
    assert (len(tips_in(team.slack)), await states(file_store)) == (1, {"sent": 1})


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "internal_error"), Fault(500, "internal_error", after=True), Fault(200, "fatal_error", after=True),
        Fault(200, body="<html>"), Fault(200, body="{", after=True), Fault(503, "service_unavailable", after=True),
    ],
    ids=lambda one: f"{one.status} {one.error or one.body} {'after' if one.after else 'before'}",
)  # fmt: skip
async def test_what_slack_did_not_confirm_is_looked_for_before_it_is_sent_again(
    team: Workspace, clock: Clock, file_store: Store, fault: Fault
) -> None:
    await fill(team)
    team.slack.fail("chat.postMessage", fault)
    await pass_to(clock, MONDAY, team.sender)
    assert await states(file_store) == {"sending": 1}
    await pass_to(clock, MONDAY + timedelta(seconds=90), team.sender)
    await pass_to(clock, MONDAY + timedelta(seconds=100), team.sender)
    assert (len(tips_in(team.slack)), await states(file_store)) == (1, {"sent": 1})


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "token_revoked"])
async def test_who_cannot_be_reached_is_paused_with_what_to_do(
    team: Workspace, clock: Clock, file_store: Store, error: str
) -> None:
    await fill(team)
    team.slack.fail("chat.postMessage", Fault(200, error))
    await pass_to(clock, MONDAY, team.sender)
    (kept,) = await StoredSubscriptions(file_store, Sealer([key_from(SIGNING)])).all()
    assert (kept.state, kept.why.endswith("resume the tips.")) == (State.PAUSED, True)
    assert await states(file_store) == {"failed": 1}
    told = team.slack.posted[-1]
    assert (told["channel"], kept.why in told["text"], "is paused" in told["text"]) == (DM, True, True)
    assert "until somebody resumes it" in (await fill(team, what=option("pause")))["text"]
    assert "Next tip: Monday 7 December" in (await fill(team))["text"]


async def test_a_tip_that_is_more_than_a_day_late_is_skipped_and_one_that_is_less_is_sent(
    team: Workspace, clock: Clock, file_store: Store
) -> None:
    await fill(team)
    await pass_to(clock, MONDAY + timedelta(hours=25), team.sender)
    assert (tips_in(team.slack), await states(file_store)) == ([], {"skipped": 1})
    await pass_to(clock, MONDAY + timedelta(weeks=1, hours=23), team.sender)
    assert len(tips_in(team.slack)) == 1


async def test_a_clock_that_is_set_back_doubles_nothing(team: Workspace, clock: Clock, file_store: Store) -> None:
    await fill(team)
    await pass_to(clock, MONDAY, team.sender)
    await pass_to(clock, MONDAY - timedelta(hours=1), team.sender)
    await pass_to(clock, MONDAY + timedelta(minutes=1), team.sender)
    assert (len(tips_in(team.slack)), await states(file_store)) == (1, {"sent": 1})


async def test_two_replicas_send_a_tip_once(
    bot: Bot, slack: FakeSlack, file_store: Store, clock: Clock, team: Workspace
) -> None:
    await fill(team)
    async with workspace(bot, slack, file_store) as other:
        clock.at = MONDAY
        await asyncio.gather(*(one.sender.look() for one in (team, other) for _ in range(4)))
        await asyncio.gather(team.sender.drain(10), other.sender.drain(10))
    assert len(tips_in(slack)) == 1


async def test_each_week_brings_another_tip(team: Workspace, clock: Clock) -> None:
    await fill(team)
    for day in range(8 * 7):  # a bank holiday moves one of them
        await pass_to(clock, MONDAY + timedelta(days=day), team.sender)
    texts = [one["text"] for one in tips_in(team.slack)]
    assert len(texts) == len(set(texts)) == 8


async def in_teams(office: Council, conversation: str, **filled: str) -> dict[str, Any]:
    """Write `tips`, fill the form in and return the card in its place."""
    asked = await office.ask("tips", conversation)
    form = card(asked)
    assert teams_lint.breaches(form) == []
    data = {one["id"]: one.get("value", "") for one in form["body"] if str(one["type"]).startswith("Input.")}
    save = button(form, "Save")
    tapped = save | {"data": save["data"] | data | filled}
    answered: dict[str, Any] = (await office.tap(tapped, asked, conversation))["value"]
    assert teams_lint.breaches(answered) == []
    return answered


async def test_a_channel_subscribes_in_teams_and_gets_its_tip_in_a_thread_of_its_own(
    office: Council, clock: Clock
) -> None:
    said = await in_teams(office, teams_conftest.CHANNEL, day="tuesday")
    assert "Next tip: Tuesday 1 December at 09:00, London time." in words(said)
    await pass_to(clock, MONDAY + timedelta(days=1), office.sender)
    await pass_to(clock, MONDAY + timedelta(days=1, hours=1), office.sender)
    (begun,) = office.teams.opened
    assert begun["channelData"]["channel"]["id"] == teams_conftest.CHANNEL
    assert "Why this tip?" in words(card(begun["activity"]))


async def test_one_person_gets_a_personal_tip_in_teams_until_it_is_stopped(office: Council, clock: Clock) -> None:
    await in_teams(office, teams_conftest.PERSONAL)
    await pass_to(clock, MONDAY, office.sender)
    assert office.teams.sent[-1]["conversation_id"] == teams_conftest.PERSONAL
    assert "No more tips come here" in words(await in_teams(office, teams_conftest.PERSONAL, what="stop"))
    before = len(office.teams.sent)
    await pass_to(clock, MONDAY + timedelta(weeks=1), office.sender)
    assert len(office.teams.sent) == before


@pytest.mark.parametrize(
    ("fault", "arrived", "state"),
    [
        (TeamsFault(drops=True), 0, "unknown"), (TeamsFault(504, after=True), 1, "unknown"), (TeamsFault(403), 0, "failed"),
        (TeamsFault(429), 1, "sent"), (TeamsFault(400), 0, "failed"),
    ],
    ids=["dropped", "504 after", "403", "429", "400"],
)  # fmt: skip
async def test_in_teams_what_is_unknown_is_reported_and_never_sent_again(
    office: Council, clock: Clock, file_store: Store, fault: TeamsFault, arrived: int, state: str
) -> None:
    await in_teams(office, teams_conftest.CHANNEL)
    office.teams.faults.append(fault)
    await pass_to(clock, MONDAY, office.sender)
    await pass_to(clock, MONDAY + timedelta(minutes=10), office.sender)
    tips = [one for one in office.teams.opened if one.get("activity")]
    assert (len(tips), await states(file_store, PASSWORD)) == (arrived, {state: 1})
    is_told = "is paused" in str(office.teams.sent[-1].get("text"))
    assert is_told == (fault.status == 403)


async def test_a_tip_is_recalled_in_every_channel_and_what_slack_refuses_is_tried_again(
    team: Workspace, clock: Clock, file_store: Store
) -> None:
    await fill(team)
    await pass_to(clock, MONDAY, team.sender)
    box = StoredOutbox(file_store, Sealer([key_from(SIGNING)]))
    (row,) = await box.listed(10)
    assert await box.recall(TipId.read(row["tip"]), "This tip was wrong <!channel>.", clock.at) == 1
    team.slack.fail("chat.update", Fault(429, "ratelimited", {"Retry-After": "30"}))
    await pass_to(clock, MONDAY + timedelta(seconds=5), team.sender)
    await pass_to(clock, MONDAY + timedelta(seconds=40), team.sender)
    await pass_to(clock, MONDAY + timedelta(seconds=80), team.sender)
    updates = team.slack.called("chat.update")
    assert len(updates) == 2
    assert (updates[-1]["ts"], updates[-1]["channel"]) == (tips_in(team.slack)[0]["ts"], CHANNEL)
    assert "&lt;!channel&gt;" in updates[-1]["text"]
    assert await states(file_store) == {"recalled": 1}


async def test_a_tip_is_recalled_in_a_thread_of_teams(office: Council, clock: Clock, file_store: Store) -> None:
    await in_teams(office, teams_conftest.CHANNEL)
    await in_teams(office, teams_conftest.PERSONAL)
    box = StoredOutbox(file_store, Sealer([key_from(PASSWORD)]))
    await pass_to(clock, MONDAY, office.sender)
    for row in await box.listed(10):
        await box.recall(TipId.read(row["tip"]), "This tip was wrong.", clock.at)
    await pass_to(clock, MONDAY + timedelta(seconds=5), office.sender)
    assert {one["text"] for one in office.teams.updated} == {"This tip was wrong."}
    assert len(office.teams.updated) == 2
    assert await states(file_store, PASSWORD) == {"recalled": 2}


class AwayFor:
    """A database that cannot be reached for some calls."""

    def __init__(self, whole: StoredOutbox, calls: int) -> None:
        self._whole, self.left = whole, calls

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the whole one has
        work = getattr(self._whole, name)

        async def call(*given: Any) -> Any:  # noqa: ANN401 - the same
            if self.left > 0:
                self.left -= 1
                raise StoreError("The database cannot be reached", retryable=True)
            return await work(*given)

        return call


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 5, 6])
async def test_a_database_that_goes_away_doubles_nothing_and_recovers(
    team: Workspace, clock: Clock, file_store: Store, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "NOTE_AGAIN", (0.0,) * 8)
    await fill(team)
    clock.at = MONDAY
    away = AwayFor(StoredOutbox(file_store, Sealer([key_from(SIGNING)])), 0)
    monkeypatch.setattr(team.sender, "_outbox", away)
    for step in range(12):
        away.left = calls if step == 1 else away.left
        with suppress(StoreError):
            await team.sender.look()
        await team.sender.drain(10)
        clock.at += timedelta(seconds=20)
    assert (len(tips_in(team.slack)), await states(file_store)) == (1, {"sent": 1})


async def test_a_process_that_dies_while_sending_leaves_it_to_be_settled(
    team: Workspace, clock: Clock, file_store: Store
) -> None:
    sealer = Sealer([key_from(SIGNING)])
    kept, box = StoredSubscriptions(file_store, sealer), StoredOutbox(file_store, sealer)
    await kept.keep(
        Subscription.new(Address("slack", CHANNEL, "T0TEST"), Schedule(0, time_of("09:00"))), WEDNESDAY, "me"
    )
    await box.plan(MONDAY, 10, lambda _one, _had: Plan(TipId("family-group-conferencing", 1), "v", "w"))
    (claimed,) = await box.claim("dead", MONDAY, 10)
    await box.begin(claimed.key, "dead", MONDAY)
    await pass_to(clock, MONDAY + timedelta(seconds=30), team.sender)
    assert tips_in(team.slack) == []  # it may be at it still
    await pass_to(clock, MONDAY + timedelta(seconds=90), team.sender)
    assert (len(tips_in(team.slack)), await states(file_store)) == (1, {DeliveryState.SENT.value: 1})

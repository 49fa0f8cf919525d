"""What Slack sends is proved, taken once, answered once, and never lost; the log says nothing of what was written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import bot.inbox
from adapters.slack import sending
from adapters.store.store import Store
from adapters.store.tables import inbox
from bot import bootstrap
from tests.adapters.slack.conftest import DM, Start, Workspace, direct, event, signed
from tests.adapters.slack.fake import BOT_TOKEN, USER, FakeSlack, Fault
from tests.adapters.slack.test_ways_in import FGC, TITLE, labelled, words

MARK = "zebrafish"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(bot.inbox, "BACK_OFF", (0.01,))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "1700000000"},
        signed(b"{}", None, "another secret"),
        {"X-Slack-Request-Timestamp": signed(b"{}")["X-Slack-Request-Timestamp"], "X-Slack-Signature": "v0=\u00e9\u00df"},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "\u0661\u0662", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "", "X-Slack-Signature": ""},
    ],
    ids=["none", "no signature", "wrong", "not ASCII", "no number", "other digits", "huge", "empty"],
)  # fmt: skip
async def test_what_is_not_proved_is_refused_and_no_work_is_done(
    team: Workspace, file_store: Store, headers: dict[str, str]
) -> None:
    assert await team.send(direct(FGC), headers) == 401
    await team.done()
    assert [name for name, _ in team.slack.calls] == ["auth.test"]  # which is asked at the start
    assert await kept(file_store) == []


async def test_a_request_that_is_six_minutes_old_is_refused(team: Workspace, file_store: Store) -> None:
    body = json.dumps(direct(FGC)).encode()
    old = str(int(signed(body)["X-Slack-Request-Timestamp"]) - 360)
    assert await team.post(body, "application/json", signed(body, old)) == 401
    assert await kept(file_store) == []


@pytest.mark.parametrize(("body", "kind"), [(b"{", "application/json"), (b"[]", "application/json"), (b"payload={", "application/x-www-form-urlencoded")])  # fmt: skip
async def test_what_can_be_proved_but_not_read_is_refused(team: Workspace, body: bytes, kind: str) -> None:
    assert await team.post(body, kind) == 400


async def test_slack_can_check_the_address(team: Workspace) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    async with team.client.post(
        "/slack/events", data=body, headers=signed(body) | {"Content-Type": "application/json"}
    ) as answer:
        assert (answer.status, await answer.json()) == (200, {"challenge": "abc"})
    assert await team.post(b"ssl_check=1&token=x", "application/x-www-form-urlencoded") == 200


async def test_a_captured_request_sent_again_is_worked_on_once(team: Workspace) -> None:
    body = json.dumps(direct(FGC)).encode()
    proof = signed(body)
    assert [await team.post(body, "application/json", proof) for _ in range(3)] == [200, 200, 200]
    await team.done()
    assert len(team.slack.posted) == 1


async def test_a_workspace_that_never_installed_the_app_gets_no_work_done(team: Workspace, file_store: Store) -> None:
    payload = event("message", team="T0STRANGE", text=FGC, channel=DM, channel_type="im")
    assert await team.send(payload) == 200
    await team.done()
    assert (team.slack.posted, await kept(file_store)) == ([], [])


async def test_a_thousand_repetitions_make_no_second_answer(team: Workspace) -> None:
    first = direct(FGC)
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    body = json.dumps(first).encode()
    statuses = await asyncio.gather(*(team.post(body, "application/json", signed(body) | again) for _ in range(1_000)))
    await team.done()
    assert set(statuses) == {200}
    assert len(team.slack.posted) == 1


async def test_a_repetition_whose_first_copy_never_arrived_is_answered(team: Workspace) -> None:
    async def repeated(number: int) -> int:
        body = json.dumps(direct("hello", event_id=f"EvR{number}") | {"event_id": f"EvR{number}"}).encode()
        return await team.post(body, "application/json", signed(body) | {"X-Slack-Retry-Num": "1"})

    for start in range(0, 1_000, 100):
        assert set(await asyncio.gather(*(repeated(n) for n in range(start, start + 100)))) == {200}
    await team.done()
    assert len(team.slack.posted) == 1_000


async def test_of_two_replicas_one_answers(start: Start, file_store: Store, slack: FakeSlack) -> None:
    one, other = await start(file_store), await start(file_store)
    for _ in range(10):
        payload = direct(FGC)
        await asyncio.gather(one.send(payload), other.send(payload))
    await asyncio.gather(one.done(), other.done())
    assert len(slack.posted) == 10


async def test_what_a_dead_replica_left_behind_is_answered_by_another(
    start: Start, file_store: Store, slack: FakeSlack
) -> None:
    dying = await start(file_store)
    slack.delay = 30.0
    await dying.send(direct(FGC))
    dying.worker.stop()
    for task in tuple(dying.worker._under_way):
        task.cancel()
    slack.delay = 0.0
    await lease_runs_out(file_store)
    living = await start(file_store)
    await slack.until(lambda: len(slack.posted) == 1)
    await living.done()
    assert TITLE in words(slack.posted[0])
    assert (await kept(file_store))[0].sealed is None


async def test_an_answer_that_arrived_before_a_replica_died_is_not_given_again(
    start: Start, file_store: Store, slack: FakeSlack
) -> None:
    team = await start(file_store)
    slack.fail("chat.postMessage", Fault(hangs=True, after=True))
    await team.send(direct(FGC))
    await slack.until(lambda: len(slack.posted) == 1)
    for task in tuple(team.worker._under_way):
        task.cancel()
    await lease_runs_out(file_store)
    assert await team.worker.look() == 1
    await team.done()
    assert len(slack.posted) == 1
    assert (await kept(file_store))[0].sealed is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, "ratelimited", {"Retry-After": "0"}), Fault(500, body="<html>oops"), Fault(503, "service_unavailable"), Fault(200, "ratelimited"),
        Fault(200, "internal_error"), Fault(200, body="{broken"), Fault(200, body=""), Fault(hangs=True), Fault(hangs=True, after=True),
        Fault(500, body="oops", after=True), Fault(200, body="{broken", after=True),
    ],
    ids=lambda fault: f"{fault.status} {'hangs' if fault.hangs else fault.error or repr((fault.body or '')[:7])}{' after' if fault.after else ''}",
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 3])
async def test_after_a_fault_that_passes_the_asker_has_one_answer(
    team: Workspace, monkeypatch: pytest.MonkeyPatch, fault: Fault, times: int
) -> None:
    monkeypatch.setattr(sending, "SECONDS_MAX", 0.3)
    team.slack.fail("chat.postMessage", *[fault] * times)
    assert await team.send(direct(FGC)) == 200
    await team.slack.until(lambda: len(team.slack.posted) == 1)
    await team.done()
    await asyncio.sleep(0.05)  # a second answer would come in this time
    await team.done()
    assert len(team.slack.posted) == 1
    assert TITLE in words(team.slack.posted[0])


async def test_an_answer_that_cannot_go_to_a_channel_comes_as_a_direct_message(team: Workspace) -> None:
    team.slack.fail("chat.postMessage", Fault(200, "channel_not_found"))
    await team.send(event("app_mention", text=f"<@U0BOT> {FGC}", channel="C0GONE"))
    await team.done()
    (said,) = team.slack.posted
    assert (said["channel"], TITLE in words(said)) == (f"D{USER[1:]}", True)


async def test_blocks_that_slack_refuses_are_sent_without_pictures(team: Workspace) -> None:
    team.slack.fail("chat.postMessage", Fault(200, "invalid_blocks"))
    said = await team.ask(FGC)
    assert "image" not in {one["type"] for one in said["blocks"]}
    assert "36 of 100 (36.2%)" in words(said)


async def test_a_revoked_token_ends_the_work_without_trying_for_ever(
    team: Workspace, file_store: Store, logged: list[MutableMapping[str, Any]]
) -> None:
    team.slack.fail("chat.postMessage", *[Fault(200, "token_revoked")] * 10)
    await team.send(direct(FGC))
    await team.done()
    assert len(team.slack.called("chat.postMessage")) == 1
    assert [line["error"] for line in logged if line["event"] == "given up"] == ["Slack refused: token_revoked"]
    assert (await kept(file_store))[0].sealed is None


@pytest.mark.parametrize(
    "fault",
    [Fault(429, headers={"Retry-After": "0"}), Fault(500, body="oops"), Fault(hangs=True)],
    ids=["429", "500", "hangs"],
)
async def test_a_private_answer_is_tried_again_too(
    team: Workspace, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(sending, "SECONDS_MAX", 0.3)
    team.slack.fail("response_url", fault)
    await team.command(FGC)
    await team.slack.until(lambda: len(team.slack.responded) == 1)
    await team.done()
    assert TITLE in words(team.slack.responded[0])


async def test_an_answer_is_only_sent_to_slacks_own_addresses(team: Workspace) -> None:
    await team.command(FGC, response_url="https://evil.example.org/steal")
    await team.command(FGC, response_url="http://hooks.slack.com/x")
    await team.done()
    assert team.slack.responded == []


async def test_while_the_store_is_away_slack_is_asked_to_send_again(slack: FakeSlack, start: Start) -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/none")
    team = await start(store)
    assert await team.send(direct(FGC)) == 503
    assert slack.posted == []
    await store.close()


async def test_the_log_says_nothing_of_what_was_written(
    team: Workspace, logged: list[MutableMapping[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    team.slack.fail(
        "chat.postMessage",
        Fault(500, body=f"oops {MARK}"),
        Fault(200, "channel_not_found"),
        Fault(200, "token_revoked"),
    )
    said = direct(f"does {MARK} work? {FGC}")
    await team.send(said)
    await team.command(f"{MARK}?")
    await team.send(event("app_mention", text=f"<@U0BOT> {MARK}", channel="C0GONE"))
    await team.slack.until(lambda: len(team.slack.called("chat.postMessage")) >= 3)
    await team.done()
    await team.post(f"nonsense {MARK}".encode(), "application/json")
    assert logged
    assert MARK not in repr(logged)
    assert MARK not in caplog.text
    assert BOT_TOKEN not in repr(logged) + caplog.text


async def test_taps_are_taken_once_too(team: Workspace) -> None:
    said = await team.ask(FGC)
    element = labelled(said, "Cost")
    payload = {
        "type": "block_actions", "trigger_id": "the-same", "actions": [element], "channel": {"id": DM}, "message": {"ts": said["ts"], "text": "x"},
        "container": {"message_ts": said["ts"], "channel_id": DM, "is_ephemeral": False},
    }  # fmt: skip
    for _ in range(5):
        assert await team.interact(payload) == 200
    await team.done()
    assert len(team.slack.posted) == 2


async def kept(store: Store) -> list[Any]:
    """Return what is in the inbox."""
    return await store.read(lambda connection: list(connection.execute(sa.select(inbox))))


async def lease_runs_out(store: Store) -> None:
    """Let a minute pass for what is worked on."""
    past = sa.update(inbox).where(inbox.c.due.is_not(None)).values(due=bootstrap.now() - timedelta(seconds=1))
    await store.write(lambda connection: connection.execute(past))

"""Whatever goes wrong between us and the connector: an answer or an honest sentence, nothing twice, no message text in a log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import aiohttp
import pytest

from adapters.store.references import StoredReferences
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams import connector
from adapters.teams.adapter import ThinAdapter
from adapters.teams.connector import Connector
from adapters.teams.parts import TeamsSite
from adapters.teams.tokens import TokenSource
from bot import inbox, wording
from bot.errors import DeliveryError, UnconfirmedError
from bot.pace import Pace
from bot.turn import Bot
from tests.adapters.teams.conftest import PERSONAL, Council, council
from tests.adapters.teams.fake import APP, PASSWORD, TENANT, TOKEN, FakeTeams, Fault

FGC = "does fgc keep kids out of care for Jayden Smith?"
Logged = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "BACK_OFF", 0.01)
    monkeypatch.setattr(connector, "CALL_SECONDS", 0.5)
    monkeypatch.setattr(inbox, "BACK_OFF", (0.05, 0.05, 0.05, 0.05))


def answers(teams: FakeTeams) -> list[dict[str, Any]]:
    return [one for one in teams.sent if one.get("attachments")]


def sentences(teams: FakeTeams) -> list[str]:
    return [one["text"] for one in teams.sent if one.get("text")]


async def ask(office: Council) -> None:
    """Write a message; return when it is answered, or when nothing more will come."""
    assert await office.send(office.activity("message", text=FGC)) == 200
    for _ in range(100):
        if office.teams.sent and not office.teams.faults:
            break
        await asyncio.sleep(0.02)
    await office.worker.drain(10)


def has_no_text(logged: Logged) -> bool:
    return not any(word in json.dumps(logged, default=str) for word in ("fgc", "Jayden", "kids"))


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(429, {"Retry-After": "0.2"})], [Fault(429)], [Fault(412)], [Fault(502)], [Fault(503)], [Fault(401)],
        [Fault(503), Fault(429), Fault(502)], [Fault(503)] * 6, [Fault(429, {"Retry-After": "soon"})],
    ],
    ids=lambda some: "+".join(str(one.status) for one in some),
)  # fmt: skip
async def test_what_the_connector_refused_for_now_is_sent_again(
    office: Council, logged: Logged, faults: list[Fault]
) -> None:
    office.teams.faults.extend(faults)
    await ask(office)
    assert (len(answers(office.teams)), sentences(office.teams)) == (1, [])
    assert has_no_text(logged)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500), Fault(504), Fault(500, after=True), Fault(504, after=True), Fault(drops=True), Fault(drops=True, after=True),
        Fault(hangs=0.8), Fault(hangs=0.8, after=True),
    ],
    ids=lambda one: f"{one.status or ''}{'dropped' * one.drops}{'slow' * bool(one.hangs)} {'after' if one.after else 'before'}",
)  # fmt: skip
async def test_what_was_not_confirmed_is_said_not_to_be_and_never_sent_again(
    office: Council, logged: Logged, fault: Fault
) -> None:
    office.teams.faults.append(fault)
    await ask(office)
    assert (len(answers(office.teams)), sentences(office.teams)) == (int(fault.after), [wording.NOT_CONFIRMED])
    assert has_no_text(logged)


@pytest.mark.parametrize("body", ["{", "[]", "null", "<html>", ""])
async def test_what_was_accepted_with_other_words_is_an_answer(office: Council, body: str) -> None:
    office.teams.faults.append(Fault(201, body=body, after=True))
    await ask(office)
    assert (len(answers(office.teams)), sentences(office.teams)) == (1, [])


@pytest.mark.parametrize("status", [400, 413])
async def test_where_a_card_is_refused_its_words_are_sent(office: Council, status: int) -> None:
    office.teams.faults.append(Fault(status))
    await ask(office)
    (said,) = sentences(office.teams)
    assert "36.2%" in said
    assert office.teams.sent[0]["textFormat"] == "plain"


@pytest.mark.parametrize("status", [403, 404])
async def test_where_the_bot_may_not_write_it_is_left(office: Council, status: int) -> None:
    office.teams.faults.extend([Fault(status)] * 2)
    await office.send(office.activity("message", text=FGC))
    assert (office.teams.sent, office.teams.calls) == ([], ["POST"])


async def test_an_update_that_was_not_confirmed_is_made_again(office: Council) -> None:
    offered = await office.ask("what have you got on kinship care?", "19:c@thread.tacv2;messageid=1")
    office.teams.faults.extend([Fault(drops=True), Fault(504, after=True)])
    first = next(
        part["actions"][0] for part in offered["attachments"][0]["content"]["body"] if part["type"] == "ActionSet"
    )
    await office.tap(first, offered, "19:c@thread.tacv2;messageid=1")
    assert {one["message_id"] for one in office.teams.updated} == {offered["message_id"]}


async def test_a_message_that_waits_for_its_turn_is_unreadable_and_answered_by_another_replica(
    bot: Bot, teams: FakeTeams, file_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.05)
    teams.token_faults = 2
    async with council(bot, teams, file_store) as one, council(bot, teams, file_store):
        asked = one.activity("message", text=FGC)
        assert await one.send(asked) == 200
        for _ in range(200):
            if teams.sent:
                break
            await asyncio.sleep(0.02)
        await one.send(asked)
    assert len(answers(teams)) == 1


async def test_twenty_turns_at_once_fetch_one_token(office: Council) -> None:
    office.teams.token_delay = 0.15
    asked = [office.activity("message", f"a:person {n}", text="hi") for n in range(20)]
    await asyncio.gather(*(office.post(json.dumps(one).encode()) for one in asked))
    await office.worker.drain(20)
    assert (len(office.teams.sent), office.teams.tokens_fetched) == (20, 1)


@pytest.mark.parametrize(
    ("kind", "password"), [("single-tenant", PASSWORD), ("multi-tenant", PASSWORD), ("managed-identity", "")]
)
async def test_each_kind_of_registration_fetches_its_token_once(teams: FakeTeams, kind: str, password: str) -> None:
    source = TokenSource(TeamsSite(APP, teams.url, kind, password, TENANT), teams.http())
    assert await asyncio.gather(*(source.token() for _ in range(10))) == [TOKEN] * 10
    assert teams.tokens_fetched == 1


async def test_a_wrong_password_is_a_clear_error(teams: FakeTeams) -> None:
    source = TokenSource(TeamsSite(APP, teams.url, "single-tenant", "wrong", TENANT), teams.http())
    with pytest.raises(DeliveryError, match="invalid_client"):
        await source.token()


async def test_a_conversation_is_reached_later_and_begun_in_a_channel_and_with_a_person(
    bot: Bot, teams: FakeTeams, file_store: Store
) -> None:
    async with council(bot, teams, file_store) as office:
        await office.send(office.activity("installationUpdate", action="add"))
    (kept,) = await StoredReferences(file_store, Sealer([key_from(PASSWORD)])).all()
    site = TeamsSite(APP, teams.url, app_password=PASSWORD, tenant_id=TENANT, service_hosts=("127.0.0.1",))
    sending = Connector(site, TokenSource(site, teams.http()))
    adapter = ThinAdapter(sending)
    async with aiohttp.ClientSession() as session:
        sending.session = session
        sent = await adapter.reach(kept, {"type": "message", "text": "a tip"})
        begun = await adapter.begin_in_channel(kept, {"type": "message", "text": "a tip"})
        await adapter.begin_with(kept, "29:manager")
        await sending.delete(kept.service_url, kept.conversation, sent, kept.tenant)
        teams.faults.append(Fault(200, body="{}", after=True))
        with pytest.raises(UnconfirmedError):
            await adapter.begin_with(kept, "29:manager")
    assert begun
    assert [one["text"] for one in teams.sent] == [teams.sent[0]["text"]]  # hello; the tip was taken back
    in_channel, with_person, _ = teams.opened
    assert (in_channel["channelData"]["channel"]["id"], in_channel["activity"]["text"]) == (PERSONAL, "a tip")
    assert (with_person["members"], with_person["isGroup"]) == ([{"id": "29:manager"}], False)


async def test_no_more_go_in_a_span_of_time_than_a_platform_allows() -> None:
    pace, loop, times = Pace(5, 0.2), asyncio.get_running_loop(), []

    async def one(key: str) -> None:
        await pace.wait(key)
        times.append((key, loop.time()))

    await asyncio.gather(*(one("a") for _ in range(12)), *(one("b") for _ in range(3)))
    of_a = sorted(at for key, at in times if key == "a")
    assert all(later - earlier >= 0.199 for earlier, later in zip(of_a, of_a[5:], strict=False))
    assert max(at for key, at in times if key == "b") - of_a[0] < 0.19  # others keep flowing

"""Many workspaces install the app and leave again; Socket Mode needs no address of ours; the manifest says what the code does."""

from __future__ import annotations

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
import yaml
from cryptography.fernet import Fernet
from pydantic import SecretStr

from adapters.slack import inbound
from adapters.slack.asking import ASK, COMMAND, FIND
from adapters.slack.gaps import ON_MESSAGE
from adapters.slack.parts import SCOPES
from adapters.store.store import Store
from adapters.store.tables import slack_installations
from tests.adapters.slack.conftest import DM, Start, Workspace, direct, event
from tests.adapters.slack.fake import APP_TOKEN, TEAM, FakeSlack
from tests.adapters.slack.test_ways_in import FGC, TITLE, words

ROOT = Path(__file__).parents[3]
OTHER = "T0OTHER"
MANY = {
    "slack_bot_token": SecretStr(""), "slack_client_id": "1.2", "slack_client_secret": SecretStr("client secret of a test"),
    "encryption_keys": SecretStr(Fernet.generate_key().decode()),
}  # fmt: skip


@pytest.fixture
async def many(start: Start, file_store: Store) -> Workspace:
    return await start(file_store, **MANY)


async def install(one: Workspace, code: str = "good-code", state: str | None = None, *, cookie: bool = True) -> int:
    """Go through the two steps of installing; return the status of the second."""
    async with one.client.get("/slack/install", allow_redirects=False) as response:
        assert response.status == 302
        cookies = SimpleCookie(response.headers["Set-Cookie"])
        address = response.headers["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert set(asked["scope"][0].split(",")) == set(SCOPES)
    headers = {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())} if cookie else {}
    query = {"code": code, "state": state if state is not None else asked["state"][0]}
    async with one.client.get("/slack/oauth_redirect", params=query, headers=headers) as response:
        await response.text()
        return response.status


async def tokens_in(store: Store) -> list[Any]:
    return await store.read(lambda connection: list(connection.execute(sa.select(slack_installations))))


async def ask_from(one: Workspace, team: str) -> None:
    assert await one.send(event("message", team=team, text=FGC, channel=DM, channel_type="im")) == 200
    await one.done()


async def test_a_workspace_installs_the_app_and_gets_answers_with_its_own_token(
    many: Workspace, file_store: Store
) -> None:
    await ask_from(many, OTHER)
    assert many.slack.posted == []
    assert await install(many) == 200
    await ask_from(many, OTHER)
    assert TITLE in words(many.slack.posted[0])
    await ask_from(many, TEAM)
    assert len(many.slack.posted) == 1
    (row,) = await tokens_in(file_store)
    assert row.team_id == OTHER
    assert "xoxb" not in row.sealed


@pytest.mark.parametrize("state", ["forged", ""])
async def test_a_forged_state_installs_nothing(many: Workspace, file_store: Store, state: str) -> None:
    assert await install(many, state=state) >= 400
    assert await tokens_in(file_store) == []


async def test_a_state_of_another_browser_installs_nothing(many: Workspace, file_store: Store) -> None:
    assert await install(many, cookie=False) >= 400
    assert await tokens_in(file_store) == []


async def test_a_code_that_slack_refuses_installs_nothing(many: Workspace, file_store: Store) -> None:
    assert await install(many, code="bad-code") >= 400
    assert await tokens_in(file_store) == []


@pytest.mark.parametrize(
    "gone", [event("app_uninstalled", team=OTHER), event("tokens_revoked", team=OTHER, tokens={"bot": ["U0BOT"]})]
)
async def test_a_workspace_that_leaves_is_forgotten(many: Workspace, file_store: Store, gone: dict[str, Any]) -> None:
    await install(many)
    await many.send(gone)
    await many.done()
    assert await tokens_in(file_store) == []
    await ask_from(many, OTHER)
    assert many.slack.posted == []


async def test_a_person_who_takes_back_their_own_token_ends_nothing(many: Workspace, file_store: Store) -> None:
    await install(many)
    await many.send(event("tokens_revoked", team=OTHER, tokens={"oauth": ["U0ASKER"]}))
    await many.done()
    assert len(await tokens_in(file_store)) == 1


async def test_socket_mode_answers_and_acknowledges_only_what_is_kept(
    start: Start, file_store: Store, slack: FakeSlack
) -> None:
    team = await start(file_store, slack_app_token=SecretStr(APP_TOKEN), slack_signing_secret=SecretStr(""))
    await slack.until(lambda: len(slack.sockets) == 1)
    for envelope in ("E1", "E1-again"):
        payload = direct(FGC) | {"event_id": "EvSocket"}
        await slack.sockets[0].send_json(
            {"type": "events_api", "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
        )
    await slack.until(lambda: len(slack.acknowledged) == 2)
    await team.done()
    assert sorted(slack.acknowledged) == ["E1", "E1-again"]
    assert len(slack.posted) == 1
    assert TITLE in words(slack.posted[0])
    assert await team.send(direct(FGC)) == 404


def test_the_manifest_asks_for_what_the_code_uses_and_nothing_else() -> None:
    manifest = yaml.safe_load((ROOT / "adapters" / "slack" / "manifest.yaml").read_text(encoding="utf-8"))
    features, given = manifest["features"], manifest["settings"]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert [one["command"] for one in features["slash_commands"]] == [COMMAND]
    assert {(one["type"], one["callback_id"]) for one in features["shortcuts"]} == {
        ("message", FIND), ("message", ON_MESSAGE), ("global", ASK),
    }  # fmt: skip
    events = {name.partition(".")[0] for name in given["event_subscriptions"]["bot_events"]}
    taken = {name for name in ("message", "app_mention", *EVENTS) if inbound.is_for_us(event(name, channel_type="im"))}
    assert events == taken
    assert given["interactivity"]["is_enabled"] is True


EVENTS = (
    "app_home_opened", "app_uninstalled", "tokens_revoked", "link_shared", "assistant_thread_started", "assistant_thread_context_changed",
    "reaction_added", "channel_created",
)  # fmt: skip

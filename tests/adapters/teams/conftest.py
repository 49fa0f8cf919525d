"""The whole application with Teams mounted, on a real store, against a fake connector, issuer and login service."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from adapters.store.store import Store
from adapters.web.app import make_app
from bot import bootstrap, serving
from bot.inbox import Worker
from bot.sender import Sender
from bot.settings import Settings
from bot.thinking import Thinker
from bot.turn import Bot
from tests.adapters.teams.fake import APP, PASSWORD, TENANT, FakeTeams, fake_teams
from tests.adapters.web.conftest import parts_of
from tests.builders import TODAY

BOT, ASKER = f"28:{APP}", "29:asker"
PERSONAL, GROUP, CHANNEL, TEAM = "a:personal", "19:group@thread.v2", "19:channel@thread.tacv2", "19:team@thread.tacv2"
_numbers = itertools.count(1)


def activity(kind: str, url: str, conversation: str = PERSONAL, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Teams' own keys
    """Return an activity as Teams sends it."""
    base = conversation.partition(";")[0]
    type_of = {PERSONAL: "personal", GROUP: "groupChat"}.get(base, "channel")
    data: dict[str, Any] = {"tenant": {"id": TENANT}}
    if type_of == "channel":
        data |= {"team": {"id": TEAM, "name": "A team"}, "channel": {"id": base}}
    return {
        "type": kind, "id": f"1700000000{next(_numbers):03}", "channelId": "msteams", "serviceUrl": url,
        "timestamp": "2026-11-25T09:30:00.000Z", "locale": "en-GB",
        "from": {"id": ASKER, "name": "Asker", "aadObjectId": "33333333-3333-4333-8333-333333333333"},
        "recipient": {"id": BOT, "name": "What works"},
        "conversation": {"id": conversation, "conversationType": type_of, "tenantId": TENANT, "isGroup": type_of != "personal"},
        "channelData": data,
    } | given  # fmt: skip


@dataclass(slots=True)
class Council:
    """Somebody in a council's Teams, who uses the bot through one replica."""

    client: TestClient[web.Request, web.Application]
    teams: FakeTeams
    worker: Worker
    sender: Sender
    headers: dict[str, str] = field(default_factory=dict)

    def activity(self, kind: str, conversation: str = PERSONAL, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Teams' own keys
        """Return an activity as Teams sends it."""
        return activity(kind, self.teams.url, conversation, **given)

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Send bytes, with a valid token unless other headers are given; return the status and what came."""
        proof = {"Authorization": f"Bearer {self.teams.token()}"} if headers is None else headers
        kind = {"Content-Type": "application/json"}
        async with self.client.post("/api/messages", data=body, headers=kind | proof) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text

    async def send(self, given: dict[str, Any], headers: dict[str, str] | None = None) -> int:
        """Send an activity and return the status, once it has been worked on."""
        status, _ = await self.post(json.dumps(given).encode(), headers)
        await self.worker.drain(30)
        return status

    async def invoke(self, name: str, value: Any, conversation: str = PERSONAL, **given: Any) -> Any:  # noqa: ANN401 - the same
        """Send an invoke and return what it is answered with."""
        made = self.activity("invoke", conversation, name=name, value=value, **given)
        status, body = await self.post(json.dumps(made).encode())
        assert status == 200, (status, body)
        await self.worker.drain(30)
        return body

    async def ask(self, text: str, conversation: str = PERSONAL) -> dict[str, Any]:
        """Write a message and return the answer."""
        before = len(self.teams.sent)
        assert await self.send(self.activity("message", conversation, text=text)) == 200
        assert len(self.teams.sent) == before + 1
        return self.teams.sent[-1]

    async def tap(
        self, action: dict[str, Any], message: dict[str, Any], conversation: str = PERSONAL, **written: str
    ) -> Any:  # noqa: ANN401 - the same
        """Tap a button of a message, with what was written into its inputs, and return what it is answered with."""
        value = {
            "action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"] | written},
            "trigger": "manual",
        }
        return await self.invoke("adaptiveCard/action", value, conversation, replyToId=message["message_id"])


def settings_for(teams: FakeTeams, **changes: object) -> Settings:
    """Return settings for one registration."""
    given: dict[str, Any] = {
        "teams_app_id": APP, "teams_app_password": SecretStr(PASSWORD), "teams_tenant_id": TENANT,
        "teams_openid_url": f"{teams.url}/oidc", "teams_service_hosts": "127.0.0.1",
        "public_url": "https://evidence.example.org", "messages_per_person": 100_000,
    }  # fmt: skip
    return Settings(_env_file=None, **(given | changes))


@asynccontextmanager
async def council(bot: Bot, teams: FakeTeams, store: Store, **changes: object) -> AsyncIterator[Council]:
    """Run one replica."""
    thinker = Thinker(bot, lambda: TODAY)
    app = make_app(parts_of(bot))
    settings = settings_for(teams, **changes)
    chats = serving.mount_chats(app, settings, bot, thinker, store, bootstrap.feedback_log(store), teams.http())
    async with TestClient(TestServer(app)) as client:
        yield Council(client, teams, chats.worker, chats.sender)
    thinker.close()


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    """A fake connector, issuer and login service."""
    async with fake_teams() as one:
        yield one


@pytest.fixture
async def office(bot: Bot, teams: FakeTeams, file_store: Store) -> AsyncIterator[Council]:
    """A council with the bot in its Teams."""
    async with council(bot, teams, file_store) as one:
        yield one

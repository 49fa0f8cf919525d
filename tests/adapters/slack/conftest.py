"""The whole application with Slack mounted, on a real store, against a fake Slack."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from adapters.slack.parts import SCOPES
from adapters.store.store import Store
from adapters.web.app import make_app
from bot import bootstrap, serving
from bot.inbox import Worker
from bot.sender import Sender
from bot.settings import Settings
from bot.thinking import Thinker
from bot.turn import Bot
from tests.adapters.slack.fake import BOT_TOKEN, BOT_USER, TEAM, USER, FakeSlack, fake_slack
from tests.adapters.web.conftest import parts_of
from tests.builders import TODAY

SIGNING = "the signing secret of a test"
FORM = "application/x-www-form-urlencoded"
DM, CHANNEL = "D0ASKER", "C0TEAM"
_numbers = itertools.count(1)


def signed(body: bytes, timestamp: str | None = None, secret: str = SIGNING) -> dict[str, str]:
    """Return the headers that prove a body to be Slack's."""
    timestamp = timestamp or str(int(time.time()))  # noqa: TID251 - Slack's own clock
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def event(kind: str, event_id: str | None = None, team: str = TEAM, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Slack's own keys
    """Return an event as Slack sends it."""
    number = next(_numbers)
    made = {"type": kind, "user": USER, "ts": f"1700000000.{number:06}", "event_ts": f"1700000000.{number:06}"} | given
    return {
        "type": "event_callback", "team_id": team, "api_app_id": "A0TEST", "event_id": event_id or f"Ev{number:08}", "event": made,
        "authorizations": [{"enterprise_id": None, "team_id": team, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}],
    }  # fmt: skip


def direct(text: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - the same
    """Return a direct message."""
    return event("message", text=text, channel=DM, channel_type="im", **given)


@dataclass(slots=True)
class Workspace:
    """Somebody in a workspace, who uses the bot through one replica."""

    client: TestClient[web.Request, web.Application]
    slack: FakeSlack
    worker: Worker
    sender: Sender
    replies: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, payload: dict[str, Any], headers: dict[str, str] | None = None) -> int:
        """Send an event, as Slack would; return the status."""
        body = json.dumps(payload).encode()
        return await self.post(body, "application/json", headers)

    async def post(self, body: bytes, kind: str, headers: dict[str, str] | None = None) -> int:
        """Send bytes, signed unless other headers are given; return the status."""
        proof = signed(body) if headers is None else headers
        async with self.client.post("/slack/events", data=body, headers={"Content-Type": kind} | proof) as response:
            await response.read()
            return response.status

    async def command(self, text: str, **given: str) -> int:
        """Use the command."""
        form = {
            "command": "/evidence", "text": text, "team_id": TEAM, "user_id": USER, "channel_id": CHANNEL,
            "trigger_id": f"t{next(_numbers)}", "response_url": self.response_url,
        } | given  # fmt: skip
        return await self.post(urlencode(form).encode(), FORM)

    async def interact(self, payload: dict[str, Any]) -> int:
        """Use a shortcut, a form or a button."""
        whole = {
            "team": {"id": TEAM, "domain": "test"}, "user": {"id": USER, "username": "asker"}, "trigger_id": f"t{next(_numbers)}",
            "response_url": self.response_url,
        } | payload  # fmt: skip
        return await self.post(urlencode({"payload": json.dumps(whole)}).encode(), FORM)

    async def tap(
        self,
        element: dict[str, Any],
        message: dict[str, Any],
        *,
        is_ephemeral: bool = False,
        user: str = USER,
        written: str = "",
    ) -> int:
        """Tap a button, or choose from a menu, of a message; what was written stands in its room for that."""
        room = {"written": {"written": {"type": "plain_text_input", "value": written or None}}}
        channel = message.get("channel", CHANNEL)
        return await self.interact(
            {
                "type": "block_actions",
                "user": {"id": user, "username": "asker"},
                "actions": [element],
                "state": {"values": room if any(one["type"] == "input" for one in message.get("blocks", ())) else {}},
                "channel": {"id": channel, "name": "team"},
                "message": {"ts": message.get("ts", "1.0"), "text": message["text"]}
                | ({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}),
                "container": {
                    "type": "message",
                    "message_ts": message.get("ts", "1.0"),
                    "channel_id": channel,
                    "is_ephemeral": is_ephemeral,
                },
            }
        )

    @property
    def response_url(self) -> str:
        """The address that a command or an action comes with."""
        return self.slack.url.replace("/api/", "/response/1")

    async def done(self) -> None:
        """Return when everything that was sent has been worked on."""
        await self.worker.drain(120)

    async def ask(self, text: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - Slack's own keys
        """Write a direct message and return the answer."""
        before = len(self.slack.posted)
        assert await self.send(direct(text, **given)) == 200
        await self.done()
        assert len(self.slack.posted) == before + 1
        return self.slack.posted[-1]


def settings_for(slack: FakeSlack, **changes: object) -> Settings:
    """Return settings for one workspace."""
    given: dict[str, Any] = {
        "slack_bot_token": SecretStr(BOT_TOKEN), "slack_signing_secret": SecretStr(SIGNING), "slack_api_url": slack.url,
        "public_url": "https://evidence.example.org", "messages_per_person": 100_000,
    }  # fmt: skip
    return Settings(_env_file=None, **(given | changes))


@asynccontextmanager
async def workspace(bot: Bot, slack: FakeSlack, store: Store, **changes: object) -> AsyncIterator[Workspace]:
    """Run one replica."""
    thinker = Thinker(bot, lambda: TODAY)
    app = make_app(parts_of(bot))
    chats = serving.mount_chats(app, settings_for(slack, **changes), bot, thinker, store, bootstrap.feedback_log(store))
    async with TestClient(TestServer(app)) as client:
        yield Workspace(client, slack, chats.worker, chats.sender)
    thinker.close()


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A fake Slack that grants what the manifest asks for."""
    async with fake_slack(set(SCOPES)) as one:
        yield one


@pytest.fixture
async def team(bot: Bot, slack: FakeSlack, file_store: Store) -> AsyncIterator[Workspace]:
    """A workspace with the bot in it."""
    async with workspace(bot, slack, file_store) as one:
        yield one


Start = Callable[..., Awaitable[Workspace]]


@pytest.fixture
async def start(bot: Bot, slack: FakeSlack, file_store: Store) -> AsyncIterator[Start]:  # noqa: ARG001 - ends after them
    """Start replicas that end with the test."""
    async with AsyncExitStack() as stack:

        async def one(store: Store, **changes: object) -> Workspace:
            return await stack.enter_async_context(workspace(bot, slack, store, **changes))

        yield one

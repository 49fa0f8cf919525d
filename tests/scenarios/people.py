"""Those who use a whole, running server in a scenario: on Slack, in Microsoft's own Teams client and in a browser."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from adapters.teams.lint import texts
from tests.adapters.slack.conftest import SIGNING, Workspace
from tests.adapters.slack.fake import BOT_TOKEN, FakeSlack
from tests.playground.client import PERSONAL, Playground

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from bot.cli import main; main()"
WAIT = 30.0  # seconds for anything that has to happen


@dataclass(slots=True)
class Server:
    """One `whatworks serve`, which can be stopped and started again on the same store with other knowledge."""

    database: str
    slack_url: str
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Return where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, knowledge: Path) -> dict[str, str]:
        """Return the settings."""
        own = {
            "DATABASE": self.database, "KNOWLEDGE": str(knowledge), "HOST": "127.0.0.1", "PORT": str(self.port), "PUBLIC_URL": self.url,
            "SECRET": "a secret that only tests know, of some length", "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING,
            "SLACK_API_URL": self.slack_url, "TEAMS_AUTH": "off", "TEAMS_SERVICE_HOSTS": "127.0.0.1",
        }  # fmt: skip
        return os.environ | {f"WHATWORKS_{name}": value for name, value in own.items()}  # noqa: TID251 - handed on

    async def run(self, knowledge: Path, *words: str) -> str:
        """Run a command of the product and return what it prints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            PROGRAM,
            *words,
            env=self.environment(knowledge),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0, (words, printed)
        return printed.decode()

    async def start(self, knowledge: Path) -> None:
        """Start it, and return when it is ready."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, "serve", env=self.environment(knowledge), cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while True:
                assert self.process.returncode is None
                try:
                    async with session.get(f"{self.url}/ready") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Stop it as a platform does, and return when it has ended by itself."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = await asyncio.wait_for(self.process.wait(), WAIT)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
                raise
            assert code == 0


@asynccontextmanager
async def server(database: str, slack_url: str) -> AsyncIterator[Server]:
    """Prepare a server on a free port, and stop it at the end, however the scenario ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(database, slack_url, port)
    try:
        yield made
    finally:
        await made.stop()


class OnSlack(Workspace):
    """Somebody on Slack, before a server in another process."""

    def __init__(self, session: aiohttp.ClientSession, slack: FakeSlack) -> None:
        # A session has what is used of a test's client; worker and sender are in the other process.
        super().__init__(session, slack, None, None)  # type: ignore[arg-type]  # the same
        self.before = 0

    @property
    def _came(self) -> int:
        return len(self.slack.posted) + len(self.slack.responded) + len(self.slack.called("views.open"))

    async def post(self, body: bytes, kind: str, headers: dict[str, str] | None = None) -> int:
        """Send bytes, signed; return the status."""
        self.before = self._came
        return await super().post(body, kind, headers)

    async def done(self) -> None:
        """Return when something came of it."""
        await self.slack.until(lambda: self._came > self.before, WAIT)

    def to(self, conversation: str) -> list[dict[str, Any]]:
        """Return what was posted to a conversation."""
        return [one for one in self.slack.posted if one["channel"] == conversation]

    async def until_posted(self, conversation: str, number: int) -> dict[str, Any]:
        """Return the so-and-so-manieth message of a conversation."""
        await self.slack.until(lambda: len(self.to(conversation)) >= number, WAIT)
        return self.to(conversation)[number - 1]

    async def until_changed(self, said: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the newest change of a message, once it is as wanted."""
        await self.slack.until(lambda: any(said(one) for one in self.slack.called("chat.update")[-1:]), WAIT)
        return self.slack.called("chat.update")[-1]


@dataclass(slots=True)
class OnTeams:
    """Somebody in Microsoft's own Teams client."""

    client: Playground
    heard: int = 0
    cards: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        """Return the next message of the bot's: its card."""
        self.heard += 1
        async with asyncio.timeout(WAIT):
            said = await self.client.until(self.heard)
        (attached,) = said["message"]["attachments"]
        self.cards.append(attached["content"])
        return self.cards[-1] | {"message": said["message"]["messageId"]}

    @property
    def came(self) -> list[dict[str, Any]]:
        """Return every message that the bot sent, looked at or not."""
        return [one for one in self.client.heard if one.get("action") == "createMessage"]

    async def ask(self, text: str) -> dict[str, Any]:
        """Write a message and return the card that answers it."""
        await self.client.write(text)
        return await self.next()

    async def tap(self, card: dict[str, Any], title: str) -> dict[str, Any]:
        """Tap a button of a card and return the card that answers it."""
        (action,) = [one for one in _actions(card) if one.get("title") == title]
        value = {
            "action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"]},
            "trigger": "manual",
        }
        answered = await self.client.invoke("adaptiveCard/action", value, PERSONAL, card["message"])
        shown: dict[str, Any] = answered["value"]
        return shown


def words_of(card: dict[str, Any]) -> str:
    """Return everything that somebody sees of a Teams card."""
    return " ".join(texts({name: value for name, value in card.items() if name != "message"}))


def _actions(card: dict[str, Any]) -> list[dict[str, Any]]:
    found = json.loads(json.dumps(card))
    stack, actions = [found], []
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if str(part.get("type", "")).startswith("Action."):
                actions.append(part)
            stack += [value for name, value in part.items() if name not in {"fallback", "data"}]
        elif isinstance(part, list):
            stack += part
    return actions

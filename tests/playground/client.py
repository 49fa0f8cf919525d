"""Microsoft's own Teams client for tests, driven over its HTTP interface: https://www.npmjs.com/package/@microsoft/m365agentsplayground."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

HERE = Path(__file__).parent
NODE = shutil.which("node")
CLI = HERE.parent / "browser" / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"
PERSON, BOT = "user-id-0", "bot-of-the-playground"
PERSONAL, GROUP, CHANNEL = "personal-chat-id", "group-chat-id", "channel-id"
MISSING = "the Agents Playground is not here (Node, and npm ci --prefix tests/browser)"


def is_here() -> bool:
    """Return whether this machine has the Playground."""
    return NODE is not None and CLI.exists()


@dataclass(slots=True)
class Playground:
    """One organisation with one person, one chat, one group and one team."""

    session: aiohttp.ClientSession
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the bot answers
        async with self.session.post(path, json=body) as response:
            text = await response.text()
            assert response.status < 300, (path, response.status, text[:300])
            return await response.json(content_type=None) if text else None

    async def write(self, text: str, conversation: str = PERSONAL) -> str:
        """Write a message, with a mention where the bot would not hear it otherwise; return its id."""
        body: dict[str, Any] = {"from": {"id": PERSON}, "text": text, "textFormat": "plain"}
        if conversation != PERSONAL:
            mention = "<at>What works</at>"
            body |= {
                "text": f"{mention} {text}",
                "mentions": [{"mentioned": {"id": BOT, "name": "What works"}, "text": mention}],
            }
        sent = await self._post(f"/_conversation/v1/conversations/{conversation}/messages", body)
        return str(sent["messageId"])

    async def invoke(self, name: str, value: dict[str, Any], conversation: str = PERSONAL, reply_to: str = "") -> Any:  # noqa: ANN401 - the same
        """Send an invoke and return the bot's answer."""
        body = {"name": name, "value": value, "from": {"id": PERSON}, "conversation": {"id": conversation}}
        return await self._post("/_conversation/v1/invoke", body | ({"replyToId": reply_to} if reply_to else {}))

    async def submit(self, value: dict[str, Any], reply_to: str, conversation: str = PERSONAL) -> None:
        """Tap a button of the old kind."""
        body = {"conversation": {"id": conversation}, "from": {"id": PERSON}, "replyToId": reply_to, "value": value}
        await self._post("/_conversation/v1/submit", body)

    async def happen(self, kind: str, conversation: str) -> None:
        """Let something happen to the bot: "install", "uninstall", ..."""
        query = {"conversationId": conversation, "type": kind}
        async with self.session.get("/_internal/v1/customActivities/template", params=query) as response:
            activity = await response.json()
        await self._post(
            "/_internal/v1/customActivities", {"conversationId": conversation, "activity": activity} | activity
        )

    async def until(self, number: int, kind: str = "createMessage") -> dict[str, Any]:
        """Return the so-and-so-manieth message that the bot sent, or changed."""
        for _ in range(400):
            found = [one for one in self.heard if one.get("action") == kind]
            if len(found) >= number:
                return found[number - 1]
            await asyncio.sleep(0.025)
        raise AssertionError((kind, number, self.heard))

    async def listen(self) -> None:
        """Hear what the bot sends."""
        async with self.session.ws_connect("/_ws_conversation/v1/conversations/stream") as stream:
            async for message in stream:
                said = message.json()
                self.heard += said if isinstance(said, list) else [said]


@asynccontextmanager
async def playground(bot_url: str, folder: Path, suffix: str = "") -> AsyncIterator[Playground]:
    """Start one instance for a bot at an address; a suffix to its ids makes it another organisation's."""
    configuration = (HERE / ".m365agentsplayground.yml").read_text(encoding="utf-8")
    for name in (PERSONAL, GROUP, CHANNEL, "team-id"):
        configuration = configuration.replace(name, name + suffix)
    written = folder / f"organisation{suffix}.yml"
    written.write_text(configuration, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {  # noqa: TID251 - handed on to the program
        "TEAMSAPPTESTER_BROWSER": "none", "M365_AGENTS_PLAYGROUND_LOGFILE": str(folder / f"playground-{port}.log"),
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(written),
        "NODE_OPTIONS": f"--require {HERE / 'loopback.cjs'}",
    }  # fmt: skip
    command = [str(NODE), str(CLI), "start", "-e", f"{bot_url}/api/messages", "-c", "msteams", "-p", str(port), "--dt"]
    program = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession(url) as session:
            await _ready(session)
            one = Playground(session)
            listening = asyncio.create_task(one.listen())
            await asyncio.sleep(0.2)
            yield one
            listening.cancel()
    finally:
        program.send_signal(signal.SIGTERM)
        await program.wait()


async def _ready(session: aiohttp.ClientSession) -> None:
    for _ in range(150):
        try:
            async with session.get("/_internal/v1/config") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("the Playground did not start")

"""A Slack Web API to test against: it checks tokens, scopes and limits as Slack does, remembers, and can fail in Slack's ways."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

BOT_TOKEN = "xoxb-of-a-test"  # noqa: S105 - opens nothing
APP_TOKEN = "xapp-of-a-test"  # noqa: S105 - the same
TEAM, BOT_USER, USER = "T0TEST", "U0BOT", "U0ASKER"
# https://docs.slack.dev/reference/methods: what each method asks for
NEEDS = {
    "chat.postMessage": "chat:write", "chat.unfurl": "links:write", "chat.update": "chat:write", "conversations.history": "im:history",
    "conversations.open": "im:write",
    "conversations.replies": "im:history", "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write", "views.open": "", "views.publish": "", "auth.test": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail: before anything is done, or (`after`) when it is done already."""

    status: int = 200
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    hangs: bool = False
    after: bool = False


@dataclass(slots=True)
class FakeSlack:
    """What was called and posted."""

    url: str = ""
    scopes: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=lambda: {BOT_TOKEN: TEAM})
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    responded: list[dict[str, Any]] = field(default_factory=list)
    delay: float = 0.0
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    on_post: Callable[[dict[str, Any]], object] | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one way after the other."""
        self.faults[method].extend(faults)

    async def until(self, done: Callable[[], bool], seconds: float = 20.0) -> None:
        """Return as soon as something is the case."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(done)

    async def until_called(self, method: str, times: int) -> None:
        """Return as soon as a method was called so often."""
        await self.until(lambda: len(self.called(method)) >= times)

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return with what a method was called."""
        return [given for name, given in self.calls if name == method]

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the Web API."""
        method = request.match_info["method"]
        given = await _given(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(given.pop("token", ""))
        self.calls.append((method, given))
        await self._note()
        await asyncio.sleep(self.delay)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault and not fault.after:
            return await self._failed(fault)
        answer = self._answer(method, given, token)
        await self._note()
        return await self._failed(fault) if fault else web.json_response(answer)

    async def _failed(self, fault: Fault) -> web.StreamResponse:
        await self._note()
        if fault.hangs:
            await asyncio.sleep(30)
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers)

    def _answer(self, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            return {"ok": token == APP_TOKEN, "url": self.url.replace("http", "ws").replace("/api/", "/socket")}
        if method == "oauth.v2.access":
            return self._installed(given)
        if token not in self.tokens:
            return {"ok": False, "error": "invalid_auth"}
        if method not in NEEDS:
            return {"ok": False, "error": "unknown_method"}
        if (needed := NEEDS[method]) and needed not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": needed}
        if wrong := _wrong_blocks(given.get("blocks") or (given.get("view") or {}).get("blocks") or []):
            return {"ok": False, "error": "invalid_blocks", "why": wrong}
        match method:
            case "auth.test":
                return {"ok": True, "team_id": self.tokens[token], "user_id": BOT_USER, "bot_id": "B0BOT"}
            case "chat.postMessage":
                return self._post(given)
            case "conversations.open":
                return {"ok": True, "channel": {"id": f"D{given['users'][1:]}"}}
            case "conversations.history" | "conversations.replies":
                thread = given.get("ts")
                found = [m for m in self.posted if m["channel"] == given["channel"] and m.get("thread_ts") == thread]
                return {"ok": True, "messages": found[::-1]}
            case _:
                return {"ok": True}

    def _post(self, given: dict[str, Any]) -> dict[str, Any]:
        if not str(given.get("text") or "").strip():
            return {"ok": False, "error": "no_text"}
        channel = given["channel"]
        if channel.startswith("U"):
            given = given | {"channel": f"D{channel[1:]}"}
        self.posted.append(given | {"ts": f"{len(self.posted) + 1}.000100", "user": BOT_USER})
        if self.on_post:
            self.on_post(self.posted[-1])
        return {"ok": True, "channel": given["channel"], "ts": self.posted[-1]["ts"]}

    def _installed(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("code") != "good-code":
            return {"ok": False, "error": "invalid_code"}
        self.tokens["xoxb-of-another"] = "T0OTHER"
        return {
            "ok": True, "app_id": "A0TEST", "access_token": "xoxb-of-another", "token_type": "bot", "bot_user_id": BOT_USER,
            "scope": ",".join(sorted(self.scopes)), "team": {"id": "T0OTHER", "name": "Another"}, "enterprise": None,
            "is_enterprise_install": False, "authed_user": {"id": USER},
        }  # fmt: skip

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """Take what comes to the address of a command or an action."""
        given = await request.json()
        self.calls.append(("response_url", given))
        fault = self.faults["response_url"].popleft() if self.faults["response_url"] else None
        if fault:
            return await self._failed(fault)
        if wrong := _wrong_blocks(given.get("blocks") or []):
            return web.Response(status=400, text=wrong)
        self.responded.append(given)
        await self._note()
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Hold a connection of Socket Mode."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {"type": "hello", "num_connections": 1, "debug_info": {}, "connection_info": {"app_id": "A0TEST"}}
        )
        self.sockets.append(socket)
        await self._note()
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
                await self._note()
        return socket


@asynccontextmanager
async def fake_slack(scopes: set[str]) -> AsyncIterator[FakeSlack]:
    """Serve a fake Slack on a free port."""
    slack = FakeSlack(scopes=scopes)
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.api)
    app.router.add_post("/response/{id}", slack.response_url)
    app.router.add_get("/socket", slack.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        yield slack
    finally:
        for socket in slack.sockets:
            await socket.close()
        await runner.cleanup()


async def _given(request: web.Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        return dict(await request.json())
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return {name: json.loads(value) if value[:1] in {"{", "["} else value for name, value in form.items()}


def _wrong_blocks(blocks: list[dict[str, Any]]) -> str:
    """Return what Slack's documents forbid, written here a second time from them."""
    if len(blocks) > 100:
        return "too many blocks"
    if sum(len(text) for text in _texts(blocks)) > 13_200:
        return "msg_blocks_too_long"
    for block in blocks:
        if block["type"] == "header" and len(block["text"]["text"]) > 150:
            return "header"
        if block["type"] == "section" and not 0 < len((block.get("text") or {"text": "-"})["text"]) <= 3_000:
            return "section"
        if block["type"] == "actions" and not 0 < len(block["elements"]) <= 25:
            return "actions"
    return "ping" if any("<!" in text or "<@" in text for text in _texts(blocks)) else ""


def _texts(part: object) -> list[str]:
    if isinstance(part, dict):
        return [v for k, v in part.items() if k == "text" and isinstance(v, str)] + [
            t for v in part.values() for t in _texts(v)
        ]
    return [text for one in part for text in _texts(one)] if isinstance(part, list) else []

"""A Bot Connector, its issuer and the login service to test against: they check as Microsoft's do, remember, and can fail."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter

from adapters.teams.parts import ISSUER

APP, TENANT, PASSWORD = (
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "a-made-up-secret",
)
TOKEN = "token-of-a-test"  # noqa: S105 - opens nothing


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail: before anything is done, or (`after`) when it is done already."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    drops: bool = False
    hangs: float = 0.0
    after: bool = False


@dataclass(slots=True)
class SigningKey:
    """A key of the issuer."""

    kid: str
    endorsements: tuple[str, ...] = ("msteams",)
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def public(self) -> dict[str, Any]:
        """Return the key as the issuer lists it."""
        numbers = self.private.public_key().public_numbers()

        def b64(number: int) -> str:
            raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
            return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

        return {
            "kty": "RSA",
            "kid": self.kid,
            "n": b64(numbers.n),
            "e": b64(numbers.e),
            "endorsements": list(self.endorsements),
        }


@dataclass(slots=True)
class FakeTeams:
    """What was sent, and what the issuer and the login service were asked."""

    url: str = ""
    keys: list[SigningKey] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)  # messages that stand in a conversation, in order
    updated: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    delay: float = 0.0
    token_delay: float = 0.0
    tokens_fetched: int = 0
    keys_fetched: int = 0
    token_faults: int = 0
    needs_token: bool = True
    on_sent: Callable[[dict[str, Any]], object] | None = None

    def token(self, key: SigningKey | None = None, **changes: Any) -> str:  # noqa: ANN401 - claims of any kind
        """Return a token as the issuer makes them, or with other claims; a claim that is None is left out."""
        now = int(time.time())  # noqa: TID251 - tokens are checked by the real clock
        claims = {"iss": ISSUER, "aud": APP, "nbf": now - 10, "exp": now + 600, "serviceurl": self.url} | changes
        key = key or self.keys[0]
        stated = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(stated, key.private, algorithm="RS256", headers={"kid": key.kid})

    def http(self) -> requests.Session:
        """Return what fetches tokens from this service, whatever address it is asked for."""
        session = requests.Session()
        for prefix in ("https://", "http://169.254."):
            session.mount(prefix, _Rerouted(self.url))
        return session

    async def connector(self, request: web.Request) -> web.StreamResponse:
        """Take a message in, or put it in the place of another."""
        self.calls.append(request.method)
        await asyncio.sleep(self.delay)
        fault = self.faults.popleft() if self.faults else None
        if fault and not fault.after:
            return await self._failed(fault, request)
        if self.needs_token and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=401)
        body = await request.json() if request.method != "DELETE" else {}
        number = len(self.sent) + len(self.opened) + 1
        noted = body | {"conversation_id": request.match_info.get("conversation", ""), "message_id": f"m{number}"}
        if request.method == "PUT":
            self.updated.append(noted | {"message_id": request.match_info["message"]})
        elif request.method == "DELETE":
            self.sent = [one for one in self.sent if one["message_id"] != request.match_info["message"]]
        elif "conversation" in request.match_info:
            self.sent.append(noted | {"reply_to": request.match_info.get("message", "")})
        else:
            self.opened.append(noted)
        if self.on_sent:
            self.on_sent(noted)
        return await self._failed(fault, request) if fault else web.json_response({"id": f"m{number}"}, status=201)

    async def _failed(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(fault.hangs)
        if fault.drops:
            assert request.transport
            request.transport.abort()
        return web.Response(status=fault.status or 200, text=fault.body or "", headers=fault.headers)

    async def oidc(self, request: web.Request) -> web.Response:
        """Say where the keys are."""
        return web.json_response({"issuer": ISSUER, "jwks_uri": str(request.url.with_path("/jwks"))})

    async def jwks(self, _request: web.Request) -> web.Response:
        """List the keys."""
        self.keys_fetched += 1
        return web.json_response({"keys": [key.public() for key in self.keys]})

    async def login(self, request: web.Request) -> web.Response:
        """Say where tokens come from."""
        base = f"https://login.microsoftonline.com/{request.match_info['tenant']}"
        return web.json_response(
            {"issuer": f"{base}/v2.0", "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"}
        )

    async def give_token(self, request: web.Request) -> web.Response:
        """Hand out a token to who proves to be the bot."""
        self.tokens_fetched += 1
        await asyncio.sleep(self.token_delay)
        form = await request.post()
        is_identity = request.query.get("client_id") == APP and request.headers.get("Metadata") == "true"
        is_secret = (form.get("client_id"), form.get("client_secret")) == (APP, PASSWORD)
        if self.token_faults or not (is_identity or is_secret):
            self.token_faults = max(0, self.token_faults - 1)
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer", "resource": "r"})


class _Rerouted(HTTPAdapter):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' signature
        request.url = self._url + request.path_url
        return super().send(request, *args, **kwargs)


@asynccontextmanager
async def fake_teams() -> AsyncIterator[FakeTeams]:
    """Serve one on a free port."""
    fake = FakeTeams(keys=[SigningKey("first")])
    app = web.Application()
    conversation = "/v3/conversations/{conversation}/activities"
    app.router.add_post("/v3/conversations", fake.connector)
    app.router.add_post(conversation, fake.connector)
    for method in ("POST", "PUT", "DELETE"):
        app.router.add_route(method, conversation + "/{message}", fake.connector)
    app.router.add_get("/oidc", fake.oidc)
    app.router.add_get("/jwks", fake.jwks)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", fake.login)
    app.router.add_post("/{tenant}/token", fake.give_token)
    app.router.add_get("/metadata/identity/oauth2/token", fake.give_token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()

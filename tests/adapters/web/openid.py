"""An identity provider to test against: it checks what a real one does, and can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.web.parts import Provider

CLIENT, SECRET = "client-of-a-test", "secret: of a test/+"
_KEYS: Final = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


@dataclass(slots=True)
class FakeProvider:
    """What it was asked, and what it answers."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)  # in the place of the right ones; None leaves one out
    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: int = 0
    lists: list[int] = field(default_factory=lambda: [0])
    algorithm: str = "RS256"
    status: int = 200
    code: str = "a-code"
    asked: dict[str, str] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    proof: str = ""

    @property
    def provider(self) -> Provider:
        """Return how it is reached."""
        return Provider(self.issuer, CLIENT, SECRET, "roles")

    def ask(self, location: str) -> str:
        """Let somebody sign in at the address that a browser was sent to, and return the path that it is sent back to."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.issuer}/authorize?")
        assert (self.asked["response_type"], self.asked["client_id"]) == ("code", CLIENT)
        assert self.asked["code_challenge_method"] == "S256"
        return f"{urlsplit(self.asked['redirect_uri']).path}?code={self.code}&state={self.asked['state']}"

    async def discover(self, _request: web.Request) -> web.Response:
        """Say what it has."""
        self.fetched.append("metadata")
        found = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        } | self.metadata  # fmt: skip
        return web.json_response(found, status=self.status)

    async def keys(self, _request: web.Request) -> web.Response:
        """List the keys."""
        listed = [jwt.algorithms.RSAAlgorithm.to_jwk(_KEYS[n].public_key(), as_dict=True) for n in self.lists]
        return web.json_response(
            {"keys": [key | {"kid": f"k{n}", "use": "sig"} for n, key in zip(self.lists, listed, strict=True)]}
        )

    async def token(self, request: web.Request) -> web.Response:
        """Give a token for a code, once the asker has proved to be who asked for it."""
        self.fetched.append("token")
        form = {name: str(value) for name, value in (await request.post()).items()}
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if "client_secret" in form:
            self.proof, pair = "post", [form["client_id"], form["client_secret"]]
        else:
            written = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
            self.proof, pair = "basic", [unquote(one) for one in written.split(":")]
        is_right = (form["code"], challenge, pair) == ("a-code", self.asked["code_challenge"], [CLIENT, SECRET])
        if not is_right or form["redirect_uri"] != self.asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"token_type": "Bearer", "access_token": "x", "id_token": self.id_token()})

    def id_token(self) -> str:
        """Return a token with the right claims, or with those that the test wants."""
        now = int(time.time())  # noqa: TID251 - tokens are checked by the real clock
        right = {
            "iss": self.issuer, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300, "nonce": self.asked["nonce"],
        }  # fmt: skip
        claims = {name: value for name, value in (right | self.claims).items() if value is not None}
        key: Any = {"RS256": _KEYS[self.signs_with], "HS256": SECRET * 2, "none": None}[self.algorithm]
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": f"k{self.signs_with}"})


@asynccontextmanager
async def fake_provider() -> AsyncIterator[FakeProvider]:
    """Serve one on a free port."""
    fake = FakeProvider()
    app = web.Application()
    app.router.add_get("/tenant/.well-known/openid-configuration", fake.discover)
    app.router.add_get("/tenant/jwks", fake.keys)
    app.router.add_post("/tenant/token", fake.token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}/tenant"
    yield fake
    await runner.cleanup()

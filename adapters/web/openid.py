"""An identity provider that speaks OpenID Connect: where to send a browser, and whom its answer names.

The authorization code flow with PKCE (https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, RFC 7636). What the
provider says about itself is fetched each time: somebody signs in a few times a day, and a key that was replaced is never believed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import jwt
import structlog
from aiohttp import web

from adapters.web.parts import Provider
from bot import wording
from bot.errors import SignInError
from bot.roles import Person, Role
from bot.sign_in_desk import OPENID

METADATA: Final = "/.well-known/openid-configuration"
ALGORITHMS: Final = [
    "RS256"
]  # what every provider has to offer; never "none", nor one that our own secret would verify
LEEWAY: Final = 60.0  # seconds that clocks may differ
SECONDS: Final = 5.0
BYTES_MAX: Final = 1 << 20
REFUSALS: Final = frozenset({"access_denied", "consent_required", "interaction_required", "login_required"})
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
LOG: Final = structlog.get_logger("whatworks.openid")


@dataclass(frozen=True, slots=True)
class Trip:
    """What a browser takes along to the provider and back, in a cookie.

    Attributes:
        state: Shows that the answer came to the browser that asked.
        nonce: Shows that the token was made for this question.
        verifier: Shows that whoever fetches the token is who asked.
        goes_to: The page of the desk that was wanted.
    """

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    goes_to: str


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a provider names, and the roles that it says they have."""

    person: Person
    roles: frozenset[Role]


class OpenId:
    """One provider.

    Args:
        provider: How it is reached.
        back: The address at which our pages take its answer.
    """

    def __init__(self, provider: Provider, back: str) -> None:
        self._provider, self._back = provider, back
        self.session: aiohttp.ClientSession | None = None

    async def connected(self, _app: web.Application) -> AsyncIterator[None]:
        """Hold connections open while an application runs."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            self.session = session
            yield
            self.session = None

    async def address(self, trip: Trip) -> str:
        """Return where a browser is sent.

        Raises:
            SignInError: If the provider does not say.
        """
        metadata = await self._metadata()
        digest = hashlib.sha256(trip.verifier.encode()).digest()
        asked = {
            "response_type": "code", "response_mode": "query", "scope": "openid", "client_id": self._provider.client_id,
            "redirect_uri": self._back, "state": trip.state, "nonce": trip.nonce, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }  # fmt: skip
        where = self._own(metadata, "authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    async def named(self, answer: Mapping[str, str], trip: Trip) -> Named:
        """Return whom an answer names.

        Args:
            answer: What the provider had the browser bring, with a state that was held against the trip's.
            trip: What the browser took along.

        Raises:
            SignInError: If the provider refused, or what it says does not prove itself.
        """
        if "error" in answer:
            code = answer["error"] if answer["error"] in REFUSALS else "error"
            LOG.info("refused", why=code)
            raise SignInError(wording.OPENID_REFUSED)
        if answer.get("iss", self._provider.issuer) != self._provider.issuer or not answer.get("code"):
            raise SignInError(wording.OPENID_UNPROVEN)
        metadata = await self._metadata()
        token = await self._token(metadata, answer["code"], trip)
        claims = await self._claims(metadata, token, trip)
        roles = claims.get(self._provider.roles_claim) if self._provider.roles_claim else None
        said = {one for one in (roles if isinstance(roles, list) else [roles]) if isinstance(one, str)}
        person = Person(OPENID, f"{self._provider.issuer}|{claims['sub']}")
        return Named(person, frozenset(role for role in Role if role.value in said))

    async def _metadata(self) -> Mapping[str, Any]:
        metadata = await self._fetch("GET", self._provider.issuer.rstrip("/") + METADATA)
        if metadata.get("issuer") != self._provider.issuer:
            LOG.error("another issuer than the setting's", issuer=str(metadata.get("issuer"))[:200])
            raise SignInError(wording.OPENID_UNPROVEN)
        return metadata

    async def _token(self, metadata: Mapping[str, Any], code: str, trip: Trip) -> str:
        fields = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": trip.verifier,
        }  # fmt: skip
        provider, headers = self._provider, {}
        if "client_secret_post" in (metadata.get("token_endpoint_auth_methods_supported") or ()):
            fields |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
        else:
            pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        got = await self._fetch("POST", self._own(metadata, "token_endpoint"), fields, headers)
        if not isinstance(got.get("id_token"), str):
            raise SignInError(wording.OPENID_UNPROVEN)
        return str(got["id_token"])

    async def _claims(self, metadata: Mapping[str, Any], token: str, trip: Trip) -> Mapping[str, Any]:
        listed = await self._fetch("GET", self._own(metadata, "jwks_uri"))
        client = self._provider.client_id
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token, _key(listed, jwt.get_unverified_header(token)), algorithms=ALGORITHMS, audience=client,
                issuer=self._provider.issuer, leeway=LEEWAY, options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError) as error:
            LOG.warning("a token that does not prove itself", error=type(error).__name__)
            raise SignInError(wording.OPENID_UNPROVEN) from error
        audience, subject = claims["aud"], claims["sub"]
        is_for_us = claims.get("azp", client) == client and (isinstance(audience, str) or audience == [client])
        is_asked = hmac.compare_digest(str(claims["nonce"]).encode(), trip.nonce.encode())
        if not (is_for_us and is_asked and isinstance(subject, str) and subject):
            LOG.warning("a token that was made for another question", is_for_us=is_for_us, is_asked=is_asked)
            raise SignInError(wording.OPENID_UNPROVEN)
        return claims

    def _own(self, metadata: Mapping[str, Any], name: str) -> str:
        """Return an address that the provider names, if nobody can read along there."""
        address = str(metadata.get(name) or "")
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise SignInError(wording.OPENID_UNPROVEN)
        return address

    async def _fetch(
        self, method: str, url: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        if self.session is None:
            raise SignInError(wording.OPENID_SILENT)
        try:
            async with self.session.request(
                method, url, data=fields, headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(SECONDS)
            ) as response:
                body = b""
                async for part in response.content.iter_chunked(65_536):
                    body += part
                    if len(body) > BYTES_MAX:
                        raise SignInError(wording.OPENID_SILENT)
                found = json.loads(body) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError) as error:
            LOG.warning("the provider does not answer", error=type(error).__name__)
            raise SignInError(wording.OPENID_SILENT) from error
        if not isinstance(found, dict):
            LOG.warning("the provider does not answer", status=response.status)
            raise SignInError(wording.OPENID_SILENT if response.status >= 500 else wording.OPENID_UNPROVEN)
        return found


def _key(listed: Mapping[str, Any], header: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the key that a token says it was signed with; `KeyError` if the provider has no such key."""
    keys = [one for one in listed["keys"] if one.get("kty") == "RSA" and one.get("use", "sig") == "sig"]
    fitting = [one for one in keys if one.get("kid") == header.get("kid")] if header.get("kid") else keys
    if len(fitting) != 1:
        raise KeyError("kid")
    return jwt.PyJWK(fitting[0], algorithm="RS256")

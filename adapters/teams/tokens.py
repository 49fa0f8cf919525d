"""Tokens: that of a request proves who sent it, and one of ours proves to the connector who we are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import jwt
import msal
import requests

from adapters.teams.parts import ISSUER, SCOPE, TeamsSite
from bot.errors import DeliveryError, WhatworksError

LEEWAY: Final = 300.0  # seconds that clocks may differ
KEYS_SECONDS: Final = 86_400.0  # how long signing keys are believed
AGAIN_SECONDS: Final = 10.0  # at most so often for a key that is not known: anybody can make one up
FETCH_SECONDS: Final = 5.0
EARLY: Final = 300.0  # seconds before its end that a token of ours is replaced
TOKEN_MAX: Final = 16_384  # characters


class RefusedError(WhatworksError):
    """A request does not prove that it is the connector's; no work is done."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that tokens are signed with, and the channels it is good for."""

    key: jwt.PyJWK
    endorsements: frozenset[str]


class Keys:
    """The issuer's signing keys, fetched when they are needed.

    Args:
        openid_url: The metadata that names where the keys are.
    """

    def __init__(self, openid_url: str) -> None:
        self._url = openid_url
        self._keys: dict[str, Key] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._lock = asyncio.Lock()
        self.session: aiohttp.ClientSession | None = None

    async def find(self, kid: str) -> Key | None:
        """Return a key; None if the issuer has no such key.

        Raises:
            DeliveryError: If the issuer cannot be asked and nothing is known yet.
        """
        if self._is_known(kid):
            return self._keys[kid]
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if not self._is_known(kid) and now - self._tried >= AGAIN_SECONDS:
                self._tried = now
                await self._fetch()
        return self._keys.get(kid)

    def _is_known(self, kid: str) -> bool:
        return kid in self._keys and asyncio.get_running_loop().time() - self._fetched < KEYS_SECONDS

    async def _fetch(self) -> None:
        try:
            metadata = await self._get(self._url)
            listed = await self._get(str(metadata["jwks_uri"]))
            self._keys = {
                str(one["kid"]): Key(jwt.PyJWK(one, algorithm="RS256"), frozenset(one.get("endorsements") or ()))
                for one in listed["keys"]
                if one.get("kty") == "RSA"
            }
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            if not self._keys:
                raise DeliveryError("The signing keys cannot be fetched", retryable=True) from error
        else:
            self._fetched = asyncio.get_running_loop().time()

    async def _get(self, url: str) -> Mapping[str, Any]:
        if self.session is None:
            raise DeliveryError("The signing keys cannot be fetched before the start", retryable=True)
        async with self.session.get(url, timeout=aiohttp.ClientTimeout(FETCH_SECONDS)) as response:
            response.raise_for_status()
            found: Mapping[str, Any] = await response.json(content_type=None)
            return found


@dataclass(frozen=True, slots=True)
class Proof:
    """What a valid token says, to be held against the activity that came with it."""

    claims: Mapping[str, Any]
    endorsements: frozenset[str]


class Guard:
    """Refuses every request that is not the connector's own.

    Args:
        site: How Teams reaches us.
        keys: The issuer's.
    """

    def __init__(self, site: TeamsSite, keys: Keys) -> None:
        self._site, self._keys = site, keys

    async def prove(self, authorization: str) -> Proof:
        """Return what a request's token says.

        Raises:
            RefusedError: If there is none that is valid now, signed by the issuer and meant for us.
            DeliveryError: If the issuer's keys cannot be had.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.casefold() != "bearer" or not token or len(token) > TOKEN_MAX or not token.isascii():
            raise RefusedError("no bearer token")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise RefusedError("another algorithm")
            key = await self._keys.find(str(header.get("kid", "")))
            if key is None:
                raise RefusedError("an unknown key")
            claims = jwt.decode(
                token, key.key, algorithms=["RS256"], audience=self._site.app_id, issuer=ISSUER, leeway=LEEWAY,
                options={"require": ["exp", "nbf", "iss", "aud"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise RefusedError(f"not a valid token ({type(error).__name__})") from error
        return Proof(claims, key.endorsements)

    def check(self, proof: Proof, activity: Mapping[str, Any]) -> None:
        """Return if an activity is the one that its token was made for.

        Raises:
            RefusedError: If it is not, or comes from a tenant that may not use the bot.
        """
        claims = {str(name).casefold(): value for name, value in proof.claims.items()}
        if not claims.get("serviceurl") or claims["serviceurl"] != activity.get("serviceUrl"):
            raise RefusedError("another service address than the token's")
        if str(activity.get("channelId")) not in proof.endorsements:
            raise RefusedError("a channel that the key is not good for")
        if self._site.tenants and tenant_of(activity) not in self._site.tenants:
            raise RefusedError("a tenant that is not listed")


def tenant_of(activity: Mapping[str, Any]) -> str:
    """Return the tenant that an activity says it is from."""
    data, conversation = activity.get("channelData"), activity.get("conversation")
    tenant = data.get("tenant") if isinstance(data, Mapping) else None
    if isinstance(tenant, Mapping) and tenant.get("id"):
        return str(tenant["id"])
    return str(conversation.get("tenantId") or "") if isinstance(conversation, Mapping) else ""


class TokenSource:
    """The token that sending needs: fetched once for all, and again before it ends.

    Args:
        site: Who we are.
        http: What fetches it; for tests.
    """

    def __init__(self, site: TeamsSite, http: requests.Session | None = None) -> None:
        self._site = site
        self._http = http or requests.Session()
        self._msal: msal.ConfidentialClientApplication | msal.ManagedIdentityClient | None = None
        self._token = ""
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        """Return a token; "" where authentication is off.

        Raises:
            DeliveryError: If none can be had.
        """
        if self._site.is_open:
            return ""
        if self._is_good():
            return self._token
        async with self._lock:
            if not self._is_good():
                # msal waits for its answer: not on the event loop.
                got = await asyncio.to_thread(self._fetch)
                self._token = str(got["access_token"])
                self._until = asyncio.get_running_loop().time() + float(got.get("expires_in", 0)) - EARLY
        return self._token

    def forget(self) -> None:
        """Fetch another one next time: the connector refused this one."""
        self._until = float("-inf")

    def _is_good(self) -> bool:
        return bool(self._token) and asyncio.get_running_loop().time() < self._until

    def _fetch(self) -> Mapping[str, Any]:
        try:
            self._msal = self._msal or self._client()
            if isinstance(self._msal, msal.ManagedIdentityClient):
                got = self._msal.acquire_token_for_client(resource=SCOPE)
            else:
                got = self._msal.acquire_token_for_client([f"{SCOPE}/.default"])
        except (requests.RequestException, ValueError, OSError) as error:
            raise DeliveryError(f"No token to send with ({type(error).__name__})", retryable=True) from error
        if "access_token" not in got:
            raise DeliveryError(f"No token to send with ({got.get('error', 'unknown')})", retryable=True)
        return dict(got)

    def _client(self) -> msal.ConfidentialClientApplication | msal.ManagedIdentityClient:
        site = self._site
        if site.app_type == "managed-identity":
            return msal.ManagedIdentityClient(
                msal.UserAssignedManagedIdentity(client_id=site.app_id), http_client=self._http
            )
        tenant = "botframework.com" if site.app_type == "multi-tenant" else site.tenant_id
        return msal.ConfidentialClientApplication(
            site.app_id, client_credential=site.app_password, authority=f"{site.login_url}/{tenant}",
            instance_discovery=False, http_client=self._http,
        )  # fmt: skip

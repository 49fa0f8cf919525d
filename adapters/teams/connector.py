"""Calls of the Bot Connector: to hosts on a list alone, at its pace, tried again where that cannot show anything twice.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlsplit

import aiohttp

from adapters.teams.parts import LOOPBACK, TeamsSite
from adapters.teams.tokens import TokenSource
from bot.errors import DeliveryError, UnconfirmedError
from bot.pace import Pace

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
TENANT_LIMIT: Final = (45, 1.0)  # requests in so many seconds; 50 are allowed
PLACE_LIMIT: Final = (6, 1.0)  # messages to one conversation; 7 are allowed
# Refused before anything was done. After 500 and 504 nobody knows: the message may stand there.
TRY_AGAIN: Final = {412, 429, 502, 503}
ATTEMPTS: Final = 4
BACK_OFF: Final = 0.5  # seconds, doubled each time, with jitter
PATIENCE: Final = 8.0  # seconds to wait in all for one call; what needs longer goes back to whoever sends
CALL_SECONDS: Final = 10.0
GONE: Final = {403, 404}  # the bot was removed, or the conversation does not exist any more


class GoneError(DeliveryError):
    """There is no such conversation for us any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class Connector:
    """Sends to Teams.

    Args:
        site: Where may be sent to.
        tokens: Says who we are.
    """

    def __init__(self, site: TeamsSite, tokens: TokenSource) -> None:
        self._site, self._tokens = site, tokens
        self._tenants, self._places = Pace(*TENANT_LIMIT), Pace(*PLACE_LIMIT)
        self.session: aiohttp.ClientSession | None = None

    async def post(
        self, service_url: str, conversation: str, activity: Mapping[str, Any], tenant: str, reply_to: str = ""
    ) -> str:
        """Send a message and return its id; "" if the connector accepted it without saying one.

        Raises:
            UnconfirmedError: If it may have arrived.
            GoneError: If there is no such conversation for us.
            DeliveryError: If it did not arrive.
        """
        await self._places.wait(conversation)
        path = f"v3/conversations/{quote(conversation, safe='')}/activities"
        path += f"/{quote(reply_to, safe='')}" if reply_to else ""
        return str((await self.call("POST", service_url, path, activity, tenant)).get("id") or "")

    async def update(
        self, service_url: str, conversation: str, message: str, activity: Mapping[str, Any], tenant: str
    ) -> None:
        """Put another message in the place of one of ours; saying the same twice changes nothing."""
        path = f"v3/conversations/{quote(conversation, safe='')}/activities/{quote(message, safe='')}"
        await self.call("PUT", service_url, path, activity, tenant)

    async def delete(self, service_url: str, conversation: str, message: str, tenant: str) -> None:
        """Take one of our messages back."""
        path = f"v3/conversations/{quote(conversation, safe='')}/activities/{quote(message, safe='')}"
        await self.call("DELETE", service_url, path, None, tenant)

    async def open(self, service_url: str, parameters: Mapping[str, Any], tenant: str) -> str:
        """Begin a conversation in a channel or with a person, and return its id.

        Raises:
            DeliveryError: As for `post`.
        """
        channel = parameters.get("channelData", {}).get("channel", {}).get("id")
        await self._places.wait(str(channel or tenant))
        found = await self.call("POST", service_url, "v3/conversations", parameters, tenant)
        if not found.get("id"):
            raise UnconfirmedError("The connector did not say which conversation it began")
        return str(found["id"])

    async def call(
        self, method: str, service_url: str, path: str, body: Mapping[str, Any] | None, tenant: str
    ) -> Mapping[str, Any]:
        """Return what a call of the connector returns; {} if it is no JSON."""
        self._check_host(service_url)
        url = f"{service_url.rstrip('/')}/{path}"
        waited = 0.0
        for attempt in range(1, ATTEMPTS + 1):
            await self._tenants.wait(tenant)
            try:
                return await self._once(method, url, body)
            except DeliveryError as error:
                wait = max(error.after, BACK_OFF * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))  # noqa: S311 - jitter
                waited += wait
                if not error.retryable or attempt == ATTEMPTS or waited > PATIENCE:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError  # the last attempt returns or raises

    async def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        token = await self._tokens.token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if self.session is None:
            raise DeliveryError("Nothing can be sent before the start", retryable=True)
        is_repeatable = method != "POST"
        try:
            async with self.session.request(
                method, url, json=body, headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(CALL_SECONDS)
            ) as response:  # fmt: skip
                if response.status < 300:
                    return await _read(response)
                self._refuse(response, is_repeatable=is_repeatable)
        except aiohttp.ClientConnectorError as error:
            raise DeliveryError("The connector cannot be reached", retryable=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if is_repeatable:
                raise DeliveryError(f"The connector did not answer ({type(error).__name__})", retryable=True) from error
            raise UnconfirmedError(f"The connector did not confirm ({type(error).__name__})") from error
        raise AssertionError  # _refuse raises

    def _refuse(self, response: aiohttp.ClientResponse, *, is_repeatable: bool) -> None:
        status = response.status
        if status == 401:
            self._tokens.forget()
        if status in TRY_AGAIN or status == 401 or (is_repeatable and status >= 500):
            raise DeliveryError(f"The connector is busy: {status}", retryable=True, after=_after(response))
        if status >= 500:
            raise UnconfirmedError(f"The connector did not confirm: {status}")
        if status in GONE:
            raise GoneError(f"There is no such conversation for us: {status}")
        raise DeliveryError(f"The connector refused: {status}", retryable=False)

    def _check_host(self, service_url: str) -> None:
        # An address from a request would otherwise be a way to have our token sent to anybody.
        parts = urlsplit(service_url)
        host = (parts.hostname or "").casefold()
        is_listed = host in self._site.service_hosts or (self._site.is_open and host in LOOPBACK)
        if is_listed and (parts.scheme == "https" or host in LOOPBACK):
            return
        raise DeliveryError("The address to send to is not on the list", retryable=False)


async def _read(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    with suppress(ValueError, aiohttp.ClientError):  # accepted all the same
        found = await response.json(content_type=None)
        if isinstance(found, Mapping):
            return found
    return {}


def _after(response: aiohttp.ClientResponse) -> float:
    try:
        return max(0.0, float(response.headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0

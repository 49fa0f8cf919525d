"""What guards the site: headers, where a form came from, how often one client may ask, how long a request may take."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import MultiMapping
from throttled.asyncio import RateLimiterType, Throttled, per_min
from throttled.asyncio.store import MemoryStore

from adapters.web.desk_access import is_desk
from adapters.web.errors import PageError
from adapters.web.parts import PARTS, Site

FORMS: Final = {
    "/ask",
    "/evidence",
    "/feedback",
    "/gaps/flag",
    "/gaps/voice",
}  # what people send, beside all that the desk takes; platforms prove themselves in their own way
BODY_MAX: Final = 1 << 18  # bytes; a question of 50,000 characters fits
BODY_SECONDS: Final = 10.0  # in which a form has to arrive whole
IDLE_SECONDS: Final = 60.0  # after which a connection without a whole request is closed
CLIENTS_MAX: Final = 20_000  # remembered for the rate limit; the one seen longest ago is forgotten first
BURST_SHARE: Final = 3

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not "no-referrer": a form would then say that it comes from nowhere ("Origin: null").
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/tab-requirements
TEAMS: Final = "https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft https://*.microsoft365.com https://*.office.com"
TRANSPORT_SECURITY: Final = "max-age=31536000; includeSubDomains"
FRAMED_HEADERS: Final = {
    name: value.replace("frame-ancestors 'none'", f"frame-ancestors {TEAMS}")
    for name, value in HEADERS.items()
    if name != "X-Frame-Options"  # knows no list
}


async def guard(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on a response; aiohttp calls this before it sends one."""
    is_framed = request.app[PARTS].site.is_framed and not is_desk(request.path)
    headers = FRAMED_HEADERS if is_framed else HEADERS
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.app[PARTS].site.is_encrypted:
        response.headers.setdefault("Strict-Transport-Security", TRANSPORT_SECURITY)
    response.headers["Server"] = "whatworks"


class RateLimit:
    """A token bucket for each client, kept in memory: what one process sees is what it limits."""

    def __init__(self, per_minute: int) -> None:
        self._bucket = Throttled(
            using=RateLimiterType.TOKEN_BUCKET.value,
            quota=per_min(per_minute, burst=max(1, per_minute // BURST_SHARE)),
            store=MemoryStore(options={"MAX_SIZE": CLIENTS_MAX}),
        )

    async def spend(self, client: str) -> None:
        """Count one request of a client.

        Raises:
            PageError: 429, with the seconds to wait, if the client has none left.
        """
        found = await self._bucket.limit(client)
        if found.limited:
            seconds = max(1, round(found.state.retry_after))
            raise PageError(
                429,
                f"Many requests came from this address. Please try again in {seconds} s.",
                {"Retry-After": str(seconds)},
            )


LIMIT = web.AppKey("limit", RateLimit)


def client_of(request: web.Request) -> str:
    """Return the address of whoever asks: the peer, or what the outermost of our own proxies saw.

    Only as many entries of `X-Forwarded-For` are believed as there are proxies of ours: the rest a client can write itself.
    """
    proxies = request.app[PARTS].site.proxies
    seen = [one.strip() for value in request.headers.getall("X-Forwarded-For", []) for one in value.split(",")]
    if proxies and len(seen) >= proxies:
        return seen[-proxies]
    return request.remote or ""


def is_from_here(headers: MultiMapping[str] | Mapping[str, str], site: Site, host: str) -> bool:
    """Return whether a browser says that a form was sent from a page of this site, or says nothing of it."""
    if fetched := headers.get("Sec-Fetch-Site"):
        return fetched in {"same-origin", "none"}
    if origin := headers.get("Origin"):
        return urlsplit(origin).netloc in {host, urlsplit(site.public_url).netloc}
    return True


def is_form(path: str) -> bool:
    """Return whether people send forms to a route."""
    return path in FORMS or is_desk(path)


@web.middleware
async def protect_forms(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a form through if it was sent from this site, by a client that has not sent too many, in time and in bounds."""
    resource = request.match_info.route.resource
    if request.method != "POST" or resource is None or not is_form(resource.canonical):
        return await handler(request)
    if not is_from_here(request.headers, request.app[PARTS].site, request.host):
        raise PageError(403, "This form was sent from another site. Open the page itself and ask there.")
    await request.app[LIMIT].spend(client_of(request))
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.post()
    except TimeoutError as error:
        raise PageError(408, "The form did not arrive in time. Please send it again.") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise PageError(413, "That is too much text for one question. Please shorten it.") from error
    except ValueError as error:
        raise PageError(400, "That form could not be read. Please open the page again.") from error
    return await handler(request)

"""Look whether Teams can be used, as `whatworks doctor` shows it."""

from __future__ import annotations

from datetime import date
from typing import Final

import aiohttp
import requests

from adapters.teams.parts import TeamsSite
from adapters.teams.tokens import TokenSource
from bot.doctor import Finding, Level, running_out
from bot.errors import DeliveryError

PART: Final = "teams"
SECONDS: Final = 10.0
RENEW: Final = "make a new client secret in the registration, and set WHATWORKS_TEAMS_APP_PASSWORD"


async def examine(
    site: TeamsSite, password_ends: date | None, today: date, http: requests.Session | None = None
) -> list[Finding]:
    """Return whether a token to send with can be had, when the client secret ends, and where Teams has to send activities."""
    if site.is_open:
        return [
            Finding(
                Level.WARNING,
                PART,
                "takes requests without a token",
                "for this machine alone: take WHATWORKS_TEAMS_AUTH=off away",
            )
        ]
    found: list[Finding] = []
    try:
        await TokenSource(site, http).token()
        found.append(Finding(Level.OK, PART, "the registration gets a token to send with"))
    except DeliveryError as error:
        found.append(Finding(Level.BROKEN, PART, f"no token to send with: {error}", RENEW))
    found.append(await _keys(site.openid_url))
    if password_ends is not None:
        found.append(running_out(PART, "the client secret", password_ends, today, RENEW))
    elif site.app_password:
        to_do = "note the day on which it ends in WHATWORKS_TEAMS_APP_PASSWORD_ENDS, and this warns in time"
        found.append(Finding(Level.OK, PART, "when the client secret ends is not known", to_do))
    found.append(Finding(Level.OK, PART, f"the messaging endpoint has to be {site.public_url}/api/messages"))
    return found


async def _keys(url: str) -> Finding:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS)) as session,
            session.get(url) as response,
        ):
            listed = await response.json(content_type=None)
            if response.status == 200 and isinstance(listed, dict) and listed.get("jwks_uri"):
                return Finding(Level.OK, PART, "the keys that requests are signed with can be fetched")
            why = f"answered {response.status}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        why = type(error).__name__
    return Finding(Level.BROKEN, PART, f"the keys at {url} cannot be fetched ({why})", "let the server reach it")

"""Look whether the site can be reached where practitioners reach it, as `whatworks doctor` shows it."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.doctor import Finding, Level, running_out

PART: Final = "site"
SECONDS: Final = 10.0


async def examine(public_url: str, today: date) -> list[Finding]:
    """Return whether the public address answers as this product does, and how long its certificate lasts."""
    if not public_url:
        return [
            Finding(
                Level.WARNING,
                PART,
                "no public address is set",
                "set WHATWORKS_PUBLIC_URL, such as https://evidence.example.org",
            )
        ]
    found: list[Finding] = []
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS)) as session,
            session.get(f"{public_url}/ready") as response,
        ):
            if response.status == 200 and "knowledge" in await response.text():
                found.append(Finding(Level.OK, PART, f"{public_url} is ready"))
            elif response.status == 503:
                found.append(Finding(Level.BROKEN, PART, f"{public_url} is not ready", f"look at {public_url}/ready"))
            else:
                to_do = "start whatworks serve, and lead the address to it"
                found.append(Finding(Level.BROKEN, PART, f"{public_url} does not lead here ({response.status})", to_do))
    except (aiohttp.ClientError, TimeoutError) as error:
        to_do = "start whatworks serve, and lead the address to it"
        found.append(Finding(Level.BROKEN, PART, f"{public_url} cannot be reached ({type(error).__name__})", to_do))
    parts = urlsplit(public_url)
    if parts.scheme == "https" and parts.hostname:
        found.append(await _certificate(parts.hostname, parts.port or 443, today))
    return found


async def _certificate(host: str, port: int, today: date) -> Finding:
    to_do = "renew the certificate where the proxy has it"
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
            certificate = writer.get_extra_info("peercert")
            writer.close()
    except (OSError, TimeoutError) as error:
        return Finding(Level.BROKEN, PART, f"the certificate of {host} cannot be used ({type(error).__name__})", to_do)
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC).date()
    return running_out(PART, f"the certificate of {host}", ends, today, to_do)

"""Look whether Slack can be used, as `whatworks doctor` shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from adapters.slack.parts import SCOPES, SlackSite
from bot.doctor import Finding, Level, of_clock

PART: Final = "slack"
SECONDS: Final = 10.0


async def examine(site: SlackSite, now: Callable[[], datetime]) -> list[Finding]:
    """Return whether the token works, which scopes it lacks, how the clock stands, and where Slack has to send events."""
    found: list[Finding] = []
    if site.bot_token:
        found += await _token(site, now)
    else:
        found.append(Finding(Level.OK, PART, "many workspaces: each has a token of its own, asked for when it is used"))
    if not site.app_token:
        where = f"{site.public_url}/slack/events"
        is_safe = site.public_url.startswith("https://")
        to_do = "" if is_safe else "Slack sends to https only: set WHATWORKS_PUBLIC_URL, or use Socket Mode"
        found.append(Finding(Level.OK if is_safe else Level.WARNING, PART, f"events have to come to {where}", to_do))
    return found


async def _token(site: SlackSite, now: Callable[[], datetime]) -> list[Finding]:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(SECONDS)) as session,
            session.post(f"{site.api_url}auth.test", headers={"Authorization": f"Bearer {site.bot_token}"}) as response,
        ):
            said = await response.json(content_type=None)
            headers = response.headers
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return [
            Finding(
                Level.BROKEN,
                PART,
                f"{site.api_url} cannot be reached ({type(error).__name__})",
                "let the server reach it",
            )
        ]
    if not isinstance(said, dict) or not said.get("ok"):
        why = str(said.get("error", "no answer") if isinstance(said, dict) else "no answer")[:60]
        return [
            Finding(
                Level.BROKEN,
                PART,
                f"Slack refuses the bot token: {why}",
                "install the app again, and set WHATWORKS_SLACK_BOT_TOKEN",
            )
        ]
    found = [Finding(Level.OK, PART, f"the bot token is good for workspace {str(said.get('team_id'))[:20]}")]
    granted = {one.strip() for one in headers.get("X-OAuth-Scopes", "").split(",") if one.strip()}
    if granted and (missing := sorted(set(SCOPES) - granted)):
        to_do = "add them in the app's settings (adapters/slack/manifest.yaml), and install it again"
        found.append(Finding(Level.BROKEN, PART, f"the token lacks the scopes {', '.join(missing)}", to_do))
    if date := headers.get("Date"):
        found.append(of_clock((now() - parsedate_to_datetime(date)).total_seconds()))
    return found

"""What the Slack side is made of, handed in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from adapters.slack.inbound import Clean
from bot.conversations import Conversations
from bot.corrections import Corrections
from bot.feedback import FeedbackLog, Taps
from bot.thinking import Think
from bot.turn import Bot

API_URL: Final = "https://slack.com/api/"
# The least that the ways in need; `manifest.yaml` asks for the same, and a test compares the two.
SCOPES: Final = (
    "app_mentions:read", "assistant:write", "channels:history", "chat:write", "commands", "groups:history", "im:history", "im:write",
    "links:read", "links:write",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SlackSite:
    """How Slack is reached, and how it reaches us.

    Attributes:
        signing_secret: Proves that a request is Slack's; "" where Socket Mode alone is used.
        bot_token: Of the one workspace; "" where many install the app.
        app_token: For Socket Mode; "" for requests over HTTP.
        client_id: For installing on many workspaces; "" for one.
        client_secret: The same.
        public_url: The address of our pages, without a slash at the end.
        safeguarding_text: The organisation's own line for when someone may be in danger.
        api_url: Of the Slack Web API.
    """

    signing_secret: str
    public_url: str
    bot_token: str = ""
    app_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    safeguarding_text: str = ""
    api_url: str = API_URL

    @property
    def pages(self) -> str:
        """Return the address of our pages if Slack can fetch pictures from there, and "" if not."""
        return self.public_url if self.public_url.startswith("https://") else ""


@dataclass(frozen=True, slots=True)
class SlackParts:
    """The core and the ports that Slack's ways in use.

    Attributes:
        bot: What is known.
        think: Answers a message; keeps what nothing answered.
        glance: Answers words that are not the asker's own, or not yet whole; nothing of them is kept.
        clean: Takes personal data out of a text.
        conversations: Remembers where conversations stand.
        feedback: Keeps what practitioners think of an answer.
        taps: Counts what they think of a tip.
        corrections: Tells those who want to know that an answer has changed.
        installations: Which workspaces have installed the app; None where a bot token says it.
        site: How Slack is reached.
        today: Returns the day to judge review dates by.
        now: Returns the instant, with a time zone.
    """

    bot: Bot
    think: Think
    glance: Think
    clean: Clean
    conversations: Conversations
    feedback: FeedbackLog
    taps: Taps
    corrections: Corrections
    installations: AsyncInstallationStore | None
    site: SlackSite
    today: Callable[[], date]
    now: Callable[[], datetime]

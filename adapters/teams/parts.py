"""What the Teams side is made of, handed in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.answers import Answers
from bot.conversations import Conversations
from bot.corrections import Corrections
from bot.feedback import FeedbackLog, Taps
from bot.references import References
from bot.thinking import Think
from bot.turn import Bot

Clean = Callable[[str], tuple[str, tuple[str, ...]]]  # a text without personal data, and the kinds that were taken out

# https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
ISSUER: Final = "https://api.botframework.com"
SCOPE: Final = "https://api.botframework.com"
LOGIN_URL: Final = "https://login.microsoftonline.com"
OPENID_URL: Final = "https://login.botframework.com/v1/.well-known/openidconfiguration"
SERVICE_HOSTS: Final = ("smba.trafficmanager.net",)
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class TeamsSite:
    """How Teams is reached, and how it reaches us.

    Attributes:
        app_id: Of the bot's registration; "" only where authentication is off.
        public_url: The address of our pages, without a slash at the end.
        app_type: "single-tenant", "managed-identity" or "multi-tenant".
        app_password: The client secret; "" for a managed identity.
        tenant_id: Where the bot is registered.
        tenants: The tenants that may use the bot; empty for all.
        safeguarding_text: The organisation's own line for when someone may be in danger.
        login_url: Where a token for sending comes from.
        openid_url: Where the keys are listed that tokens of requests are signed with.
        service_hosts: The only hosts that anything is sent to.
        is_open: Whether requests come without a token: for the Playground on this machine alone.
    """

    app_id: str
    public_url: str
    app_type: str = "single-tenant"
    app_password: str = ""
    tenant_id: str = ""
    tenants: frozenset[str] = frozenset()
    safeguarding_text: str = ""
    login_url: str = LOGIN_URL
    openid_url: str = OPENID_URL
    service_hosts: tuple[str, ...] = SERVICE_HOSTS
    is_open: bool = False

    @property
    def pages(self) -> str:
        """Return the address of our pages if Teams can show them, and "" if not."""
        return self.public_url if self.public_url.startswith("https://") else ""


@dataclass(frozen=True, slots=True)
class TeamsParts:
    """The core and the ports that the ways in use.

    Attributes:
        bot: What is known.
        think: Answers a message; keeps what nothing answered.
        glance: Answers words that are not the asker's own, or not yet whole; nothing of them is kept.
        clean: Takes personal data out of a text.
        conversations: Remembers where conversations stand.
        answers: Remembers which entry a message of ours showed.
        feedback: Keeps what practitioners think of an answer.
        taps: Counts what they think of a tip.
        corrections: Tells those who want to know that an answer has changed.
        references: Keeps how to reach conversations later.
        site: How Teams is reached.
        today: Returns the day to judge review dates by.
        now: Returns the instant, with a time zone.
    """

    bot: Bot
    think: Think
    glance: Think
    clean: Clean
    conversations: Conversations
    answers: Answers
    feedback: FeedbackLog
    taps: Taps
    corrections: Corrections
    references: References
    site: TeamsSite
    today: Callable[[], date]
    now: Callable[[], datetime]

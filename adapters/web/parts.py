"""What the web application is made of: everything it needs, handed in once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from aiohttp import web

from bot.centre_demand import DemandReading
from bot.demand import GapCounting
from bot.feedback import FeedbackLog
from bot.gap_desk import GapDesk
from bot.gaps import GapReading
from bot.sign_in_desk import SignInDesk
from bot.thinking import Think
from bot.turn import Bot
from bot.unanswered_desk import UnansweredDesk

Check = Callable[[], Awaitable[None]]  # raises a WhatworksError while the part cannot be used


@dataclass(frozen=True, slots=True)
class Site:
    """How this site is reached and guarded.

    Attributes:
        public_url: Where practitioners reach it, without a slash at the end; no other address is put into a page.
        secret: Signs what a page hands back.
        proxies: How many reverse proxies stand before it; each adds one address to `X-Forwarded-For`.
        asks_per_minute: How many questions one client may ask in a minute; a third of them at once.
        safeguarding_text: The organisation's own line for when someone may be in danger.
        is_framed: Whether Teams may show the pages in a tab; nobody else may.
        unanswered_days: For how many days a question that nothing answered is kept; 0 for not at all.
    """

    public_url: str
    secret: str
    proxies: int = 0
    asks_per_minute: int = 60
    safeguarding_text: str = ""
    is_framed: bool = False
    unanswered_days: int = 90

    @property
    def is_encrypted(self) -> bool:
        """Return whether practitioners reach it by https."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider by which people sign in to the desk.

    Attributes:
        issuer: Its address, as its tokens name it.
        client_id: Of our registration there.
        client_secret: The same.
        roles_claim: The claim that names roles of the desk; "" for none.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    roles_claim: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """The core and the ports that the pages use.

    Attributes:
        bot: What is known.
        think: Answers a message; keeps what nothing answered.
        feedback: Keeps what practitioners think of an answer.
        gaps: Reads evidence gaps, for the public register.
        counts: Counts them.
        site: How the site is reached.
        today: Returns the day to judge review dates by.
        now: Returns the instant, with a time zone.
        checks: By name, what has to work before the site is ready.
        desk: Lets the centre's staff into the desk; without it there is none.
        provider: Names them as well, where one is configured.
        gap_desk: Takes what they do with evidence gaps.
        unanswered: Shows them what was asked in vain.
        demand: Counts for them who asks for what.
    """

    bot: Bot
    think: Think
    feedback: FeedbackLog
    gaps: GapReading
    counts: GapCounting
    site: Site
    today: Callable[[], date]
    now: Callable[[], datetime]
    checks: Mapping[str, Check] = field(default_factory=dict)
    desk: SignInDesk | None = None
    provider: Provider | None = None
    gap_desk: GapDesk | None = None
    unanswered: UnansweredDesk | None = None
    demand: DemandReading | None = None


PARTS = web.AppKey("parts", Parts)

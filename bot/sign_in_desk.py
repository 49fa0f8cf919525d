"""Who gets into the desk, and how: a code on a page, a link in a chat, a session in the browser that showed the code."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from bot import wording
from bot.errors import SignInError, StoreError
from bot.roles import Person, Role, Roles
from bot.sign_in import Opened, Sessions, SignIns, Waiting, new_code, plain_code

WAITS: Final = timedelta(minutes=10)
STAYS: Final = timedelta(hours=8)
CODES_MAX: Final = 5  # tried before giving up: each is somebody else's once in millions
SURFACES: Final = ("slack", "teams", "openid")  # that a person of the desk may be known to
OPENID: Final = "openid"  # the surface of people whom an identity provider names


@dataclass(frozen=True, slots=True)
class Chance:
    """Where what nobody can guess comes from.

    Attributes:
        secret: Returns a new one of at least 32 bytes, in letters that an address may hold.
        choose: Returns one letter of some.
    """

    secret: Callable[[], str]
    choose: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody in the desk, as a page knows them.

    Attributes:
        person: Who.
        roles: What they may do now.
        form_token: What each form of theirs carries, and nobody else can know.
    """

    person: Person
    roles: frozenset[Role]
    form_token: str = field(repr=False)

    @property
    def actor(self) -> str:
        """Return who does something, for the audit: its hash is the hash of the person."""
        return "\0".join(self.person)


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody was let in.

    Attributes:
        secret: What their browser shows from now on.
        goes_to: The page that they wanted.
    """

    secret: str = field(repr=False)
    goes_to: str


@dataclass(frozen=True, slots=True)
class Link:
    """What whoever gave a code is told, and the link that they open; "" if there is none for them."""

    said: str
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignInDesk:
    """Lets the centre's staff into the desk.

    Attributes:
        sign_ins: Keeps who waits.
        sessions: Keeps who is in.
        roles: Says who may be let in.
        public_url: The address of our pages, without a slash at the end.
        secret: Signs links and hashes what is kept; the same in every process.
        chance: Makes codes and secrets.
        now: Returns the instant, with a time zone.
    """

    sign_ins: SignIns
    sessions: Sessions
    roles: Roles
    public_url: str
    secret: str = field(repr=False)
    chance: Chance
    now: Callable[[], datetime]

    async def begin(self, browser: str, goes_to: str) -> str:
        """Return a new code for a browser to show.

        Args:
            browser: The secret in its cookie.
            goes_to: The page that it wants.

        Raises:
            StoreError: If it could not be kept.
        """
        now = self.now()
        for _ in range(CODES_MAX):
            code = new_code(self.chance.choose)
            kept = Waiting(self._hash("code", plain_code(code)), self._hash("browser", browser), goes_to, now + WAITS)
            if await self.sign_ins.begin(kept, now):
                return code
        raise StoreError("No code is free to sign in with", retryable=True)

    async def answer(self, code: str, person: Person) -> Link:
        """Return what somebody who gives a code is told: the link for them, if they have a role.

        Args:
            code: As they wrote it; "" if they wrote none.
            person: Who, as the platform proved it.

        Raises:
            StoreError: If it could not be kept.
        """
        if not await self.roles.of(person):
            # With a code only: whoever asks about the desk out of interest is no line in the audit.
            if code:
                await self.sessions.refuse(person, "no role", self.now())
            return Link(wording.desk_for_staff(*person))
        if not code:
            return Link(wording.desk_how(f"{self.public_url}/desk"))
        link = self.chance.secret()
        hashed = self._hash("code", plain_code(code))
        if not await self.sign_ins.answer(hashed, person, self._hash("link", link), self.now()):
            return Link(wording.DESK_CODE_UNKNOWN)
        return Link(wording.DESK_LINK, f"{self.public_url}/desk/enter/{self._signer.dumps(link)}")

    async def who(self, token: str, browser: str) -> Person | None:
        """Return who a link lets in, to the browser that it is for; None to any other. Nothing is used up."""
        waiting = await self.sign_ins.find(self._link_of(token))
        return waiting.person if waiting and self._is_of(waiting, browser) else None

    async def enter(self, token: str, browser: str) -> Entered:
        """Let somebody in by their link, once.

        Args:
            token: Of the link.
            browser: The secret in the browser's cookie; "" if it has none.

        Raises:
            SignInError: Saying why they are not let in.
            StoreError: If it could not be kept.
        """
        link, now = self._link_of(token), self.now()
        waiting = await self.sign_ins.find(link)
        if waiting is None or waiting.person is None:
            raise SignInError(wording.DESK_LINK_USED)
        if not self._is_of(waiting, browser):
            await self.sessions.refuse(waiting.person, "another browser", now)
            raise SignInError(wording.DESK_OTHER_BROWSER)
        if waiting.until <= now:
            await self.sessions.refuse(waiting.person, "too late", now)
            raise SignInError(wording.DESK_LINK_EXPIRED)
        await self._has_role(waiting.person, frozenset(), now)
        secret = self.chance.secret()
        opened = Opened(self._hash("session", secret), waiting.person, now + STAYS)
        if not await self.sign_ins.enter(link, waiting.browser, opened, now):
            raise SignInError(wording.DESK_LINK_USED)
        return Entered(secret, waiting.goes_to)

    async def enter_named(self, person: Person, claimed: frozenset[Role], goes_to: str) -> Entered:
        """Let somebody in whom an identity provider named.

        Args:
            person: Who.
            claimed: The roles that it says they have.
            goes_to: The page that they wanted.

        Raises:
            SignInError: If they have no role.
            StoreError: If it could not be kept.
        """
        now, secret = self.now(), self.chance.secret()
        await self._has_role(person, claimed, now)
        await self.sessions.open(Opened(self._hash("session", secret), person, now + STAYS, claimed), now)
        return Entered(secret, goes_to)

    async def session(self, secret: str) -> Session | None:
        """Return who shows a session's secret, with the roles that they have now; None if it has ended or never was.

        Raises:
            StoreError: If the store could not be read.
        """
        opened = await self.sessions.find(self._hash("session", secret), self.now()) if secret else None
        if opened is None:
            return None
        return Session(opened.person, await self.roles.of(opened.person) | opened.claimed, form_token(secret))

    async def leave(self, secret: str) -> None:
        """End a session.

        Raises:
            StoreError: If that could not be kept.
        """
        await self.sessions.end(self._hash("session", secret), self.now())

    async def _has_role(self, person: Person, claimed: frozenset[Role], now: datetime) -> None:
        if not (claimed or await self.roles.of(person)):
            await self.sessions.refuse(person, "no role", now)
            raise SignInError(wording.desk_for_staff(*person))

    def _is_of(self, waiting: Waiting, browser: str) -> bool:
        return bool(browser) and hmac.compare_digest(waiting.browser, self._hash("browser", browser))

    def _link_of(self, token: str) -> str:
        """Return the hash of a link; of one that was not signed by us, one that nobody waits for."""
        try:
            return self._hash("link", str(self._signer.loads(token)))
        except BadData:
            return "not ours"

    @property
    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret, salt="desk link")

    def _hash(self, purpose: str, value: str) -> str:
        return hmac.new(self.secret.encode(), f"desk {purpose}\0{value}".encode(), hashlib.sha256).hexdigest()[:40]


def form_token(secret: str) -> str:
    """Return what the forms of a browser carry: it follows from the secret in its cookie, which no other site can read."""
    return hmac.new(secret.encode(), b"desk form", hashlib.sha256).hexdigest()

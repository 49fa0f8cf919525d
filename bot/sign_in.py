"""Getting into the desk: what is kept of a browser that waits to be let in, and of somebody who is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from bot.roles import Person, Role

# No vowels and no digits: a code is no word, nothing in it is taken for another letter, and it never looks like a name, a
# postcode or a number of somebody, which would be taken out of a message before it is read.
LETTERS: Final = "CDFGHJKMNPQRTWX"
_CODE: Final = re.compile(r"(?i:desk)(?:\s+([A-Za-z0-9]{4}-[A-Za-z0-9]{2}|[A-Z0-9]{6}))?")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A browser that waits to be let in.

    Attributes:
        code: A hash of the code that its page shows.
        browser: A hash of the secret in its cookie.
        goes_to: The page that it wants, beginning with "/desk".
        until: When it has waited too long.
        person: Who gave the code, once somebody did.
    """

    code: str
    browser: str
    goes_to: str
    until: datetime
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session: somebody is in.

    Attributes:
        key: A hash of the secret in the browser's cookie.
        person: Who.
        until: When it ends.
        claimed: Roles that an identity provider says they have, beside those that were granted.
    """

    key: str
    person: Person
    until: datetime
    claimed: frozenset[Role] = frozenset()


class SignIns(Protocol):
    """Keeps who waits to be let in. Each method raises `StoreError` if it could not be done."""

    async def begin(self, waiting: Waiting, now: datetime) -> bool:
        """Keep that a browser waits; return False, and keep nothing, if its code is somebody else's now."""
        ...

    async def answer(self, code: str, person: Person, link: str, now: datetime) -> bool:
        """Note who gave a code, and a hash of the link that they get in the place of an earlier one.

        Returns:
            False, and nothing is noted, if nobody waits with this code now, or somebody else gave it first.
        """
        ...

    async def find(self, link: str) -> Waiting | None:
        """Return who waits for a link, even too long; None if it was used, replaced or never made."""
        ...

    async def enter(self, link: str, browser: str, opened: Opened, now: datetime) -> bool:
        """Use a link up and open the session in its place, both or neither.

        Returns:
            False if it is not there for this browser any more: whoever comes first is let in, and nobody else.
        """
        ...


class Sessions(Protocol):
    """Keeps who is in. Each method raises `StoreError` if it could not be done."""

    async def open(self, opened: Opened, now: datetime) -> None:
        """Keep a session; those that have ended are forgotten."""
        ...

    async def find(self, key: str, now: datetime) -> Opened | None:
        """Return a session that has not ended."""
        ...

    async def end(self, key: str, now: datetime) -> None:
        """End a session, if it has not ended."""
        ...

    async def refuse(self, person: Person, why: str, now: datetime) -> None:
        """Note in the audit that somebody was not let in."""
        ...


@dataclass(slots=True)
class SessionsInMemory:
    """Sessions that are forgotten when the process ends; for tests."""

    kept: dict[str, Opened] = field(default_factory=dict)
    refused: list[tuple[Person, str]] = field(default_factory=list)

    async def open(self, opened: Opened, now: datetime) -> None:
        """Keep a session."""
        self.kept = {key: one for key, one in self.kept.items() if one.until > now} | {opened.key: opened}

    async def find(self, key: str, now: datetime) -> Opened | None:
        """Return a session that has not ended."""
        found = self.kept.get(key)
        return found if found and found.until > now else None

    async def end(self, key: str, now: datetime) -> None:  # noqa: ARG002 - no audit in memory
        """End a session."""
        self.kept.pop(key, None)

    async def refuse(self, person: Person, why: str, now: datetime) -> None:  # noqa: ARG002 - the same
        """Note that somebody was not let in."""
        self.refused.append((person, why))


@dataclass(slots=True)
class SignInsInMemory:
    """Sign-ins that are forgotten when the process ends; for tests."""

    sessions: SessionsInMemory
    kept: dict[str, tuple[Waiting, str]] = field(default_factory=dict)  # by code, with the link's hash

    async def begin(self, waiting: Waiting, now: datetime) -> bool:
        """Keep that a browser waits."""
        found = self.kept.get(waiting.code)
        if found and found[0].until > now:
            return False
        self.kept[waiting.code] = (waiting, "")
        return True

    async def answer(self, code: str, person: Person, link: str, now: datetime) -> bool:
        """Note who gave a code."""
        waiting, _ = self.kept.get(code, (None, ""))
        if waiting is None or waiting.until <= now or waiting.person not in {None, person}:
            return False
        self.kept[code] = (replace(waiting, person=person), link)
        return True

    async def find(self, link: str) -> Waiting | None:
        """Return who waits for a link."""
        return next((waiting for waiting, kept in self.kept.values() if kept == link), None)

    async def enter(self, link: str, browser: str, opened: Opened, now: datetime) -> bool:
        """Use a link up and open the session."""
        waiting = await self.find(link)
        if waiting is None or waiting.browser != browser or waiting.until <= now:
            return False
        del self.kept[waiting.code]
        await self.sessions.open(opened, now)
        return True


def new_code(choose: Callable[[str], str]) -> str:
    """Return a code such as "KQWP-DM".

    Args:
        choose: Returns one letter of some, at random.
    """
    letters = [choose(LETTERS) for _ in range(6)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def code_in(said: str) -> str | None:
    """Return the code that somebody gives with "desk KQWP-DM", "" for "desk" alone, None for what says something else."""
    found = _CODE.fullmatch(said.strip())
    return plain_code(found[1] or "") if found else None


def plain_code(written: str) -> str:
    """Return a code as it is compared, however it was written."""
    return written.replace("-", "").strip().upper()

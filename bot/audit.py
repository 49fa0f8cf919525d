"""The audit's lines: who changed what and when, each bound to all before it by a hash, so that what is changed later shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One change.

    Attributes:
        number: Its own; later lines have greater ones.
        at: The instant, with a time zone.
        actor: Who made the change: a hash, as `bot.conversations.key_of` makes it.
        what: What was done, such as "role granted".
        about: To what: a number or a key; never a name.
        details: What the change was, as JSON has it.
    """

    number: int
    at: datetime
    actor: str
    what: str
    about: str
    details: Mapping[str, Any]

    def hash_after(self, previous: str) -> str:
        """Return the hash of this line and, by the hash before it, of all before: 64 hexadecimal digits.

        Args:
            previous: The hash of the line before this one; "" for the first.

        Raises:
            TypeError: If something in the details has no place in JSON.
            ValueError: The same, for a number that is none.
        """
        line = {
            "number": self.number, "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"), "actor": self.actor,
            "what": self.what, "about": self.about, "details": self.details,
        }  # fmt: skip
        written = json.dumps(line, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(f"{previous}\n{written}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking the lines, oldest first, up to the first that does not fit.

    Attributes:
        lines: How many fit.
        broken: The number of the first that does not fit: it was changed, or what stood before it was changed, removed or moved.
        head: The hash of the last line that fits; "" if there is none. Whoever notes it elsewhere can tell later whether
            the newest lines were removed or all were written anew: nothing in the lines themselves can show that.
        has_head: Whether the head that was noted earlier is the hash of a line that fits; true if none was given.
    """

    lines: int
    broken: int | None
    head: str
    has_head: bool

    @property
    def is_whole(self) -> bool:
        """Return whether nothing is wrong."""
        return self.broken is None and self.has_head

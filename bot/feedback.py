"""What practitioners think of an answer: a verdict, at most one reason, and nothing about the person or the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import uuid4

from bot.errors import InputError


class Verdict(StrEnum):
    """Whether an answer was of use."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not-helpful"


class Reason(StrEnum):
    """Why an answer was not of use; a closed set, so that nobody can write a name into it."""

    NOT_MY_QUESTION = "not-my-question"
    NOT_MY_SETTING = "not-my-setting"
    HARD_TO_READ = "hard-to-read"
    NOTHING_TO_USE = "nothing-to-use"
    LOOKS_WRONG = "looks-wrong"


# Says something of the matcher; all other reasons say something of the sheet.
WRONG_MATCH: Final = frozenset({Reason.NOT_MY_QUESTION})


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict.

    Attributes:
        entry_id: The entry that was shown.
        version: Its version then.
        verdict: What the practitioner thinks.
        reason: Why it was not helpful, if that was said.
        surface: Where it was shown: "web", "slack" or "teams".
        at: The instant, with a time zone.
    """

    entry_id: str
    version: str
    verdict: Verdict
    reason: Reason | None
    surface: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackCount:
    """What came in on one entry."""

    entry_id: str
    helpful: int
    not_helpful: int
    reasons: Mapping[Reason, int]


@dataclass(frozen=True, slots=True)
class VersionFeedback:
    """What came in on one version of an entry.

    Attributes:
        last: When the newest verdict came.
    """

    entry_id: str
    version: str
    helpful: int
    not_helpful: int
    reasons: Mapping[Reason, int]
    last: datetime

    @property
    def wrong_matches(self) -> int:
        """Return how many said that it answers another question."""
        return sum(self.reasons.get(reason, 0) for reason in WRONG_MATCH)

    @property
    def on_content(self) -> int:
        """Return how many said that the sheet is wrong, stale or of no use to them."""
        return sum(count for reason, count in self.reasons.items() if reason not in WRONG_MATCH)


class FeedbackLog(Protocol):
    """Keeps verdicts."""

    async def record(self, feedback: Feedback) -> str:
        """Keep a verdict and return its number.

        Raises:
            StoreError: If it could not be kept.
        """
        ...

    async def explain(self, number: str, reason: Reason) -> None:
        """Add the reason to a verdict.

        Raises:
            InputError: If there is no verdict with this number.
            StoreError: If it could not be kept.
        """
        ...

    async def counts(self) -> Sequence[FeedbackCount]:
        """Return what came in, by entry, in order of id.

        Raises:
            StoreError: If the store could not be read.
        """
        ...

    async def by_version(self) -> Sequence[VersionFeedback]:
        """Return what came in, by entry and version, in any order.

        Raises:
            StoreError: If the store could not be read.
        """
        ...


class Taps(Protocol):
    """Counts for each conversation how many people found a tip helpful: of a trial, that is what is compared."""

    async def tap(
        self,
        surface: str,
        conversation: str,
        receipts: tuple[str, ...],
        person: str,
        *,
        is_helpful: bool,
        now: datetime,
    ) -> None:
        """Count what somebody thinks of a tip, once; what is not a tip of ours is passed over.

        Args:
            surface: Where it stands.
            conversation: The channel or chat.
            receipts: The names that the platform may have given the message.
            person: Who tapped, as the surface names them; kept only as a hash together with the delivery's key.
            is_helpful: What they think.
            now: The instant, with a time zone.

        Raises:
            StoreError: If it could not be kept.
        """
        ...


@dataclass(slots=True)
class FeedbackInMemory:
    """A log that forgets when the process ends; for tests."""

    kept: dict[str, Feedback] = field(default_factory=dict)

    async def record(self, feedback: Feedback) -> str:
        """Keep a verdict and return its number."""
        number = uuid4().hex
        self.kept[number] = feedback
        return number

    async def explain(self, number: str, reason: Reason) -> None:
        """Add the reason to a verdict."""
        if number not in self.kept:
            raise InputError("There is no verdict with this number")
        self.kept[number] = replace(self.kept[number], reason=reason)

    async def counts(self) -> Sequence[FeedbackCount]:
        """Return what came in, by entry, in order of id."""
        return count(self.kept.values())

    async def by_version(self) -> Sequence[VersionFeedback]:
        """Return what came in, by entry and version."""
        groups: dict[tuple[str, str], list[Feedback]] = {}
        for one in self.kept.values():
            groups.setdefault((one.entry_id, one.version), []).append(one)
        return [
            VersionFeedback(
                entry, version, sum(one.verdict is Verdict.HELPFUL for one in some), sum(one.verdict is Verdict.NOT_HELPFUL for one in some),
                Counter(one.reason for one in some if one.reason), max(one.at for one in some),
            )
            for (entry, version), some in groups.items()
        ]  # fmt: skip


def count(verdicts: Iterable[Feedback]) -> list[FeedbackCount]:
    """Return verdicts counted by entry, in order of id."""
    by_entry: dict[str, list[Feedback]] = {}
    for given in verdicts:
        by_entry.setdefault(given.entry_id, []).append(given)
    return [
        FeedbackCount(
            entry_id,
            sum(given.verdict is Verdict.HELPFUL for given in some),
            sum(given.verdict is Verdict.NOT_HELPFUL for given in some),
            Counter(given.reason for given in some if given.reason),
        )
        for entry_id, some in sorted(by_entry.items())
    ]

"""One evidence gap: what the evidence base does not answer, the states it goes through, and how each is told."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from bot.errors import InputError

WORDS_MAX: Final = 600  # characters of a question, a reason, an outcome


class GapState(StrEnum):
    """Where a gap stands."""

    SUBMITTED = "submitted"
    CLARIFIED = "clarified"
    CHECKED = "checked"
    PRIORITISED = "prioritised"
    IN_PROGRESS = "in-progress"
    ANSWERED = "answered"
    WILL_NOT_ANSWER = "will-not-answer"
    DUPLICATE = "duplicate"


class Check(StrEnum):
    """What is known already, as a check found."""

    KNOWN = "known"
    PARTLY_KNOWN = "partly-known"
    UNKNOWN = "unknown"


class Concern(StrEnum):
    """Why a gap was flagged on an answer."""

    OTHER_QUESTION = "other-question"
    OUT_OF_DATE = "out-of-date"
    OTHER_SETTING = "other-setting"


_S = GapState
CLOSED: Final = frozenset({_S.ANSWERED, _S.WILL_NOT_ANSWER, _S.DUPLICATE})
OPEN: Final = frozenset(_S) - CLOSED
# Into `duplicate` only merging leads, and back to `submitted` only reopening.
MOVES: Final[Mapping[GapState, frozenset[GapState]]] = {
    _S.SUBMITTED: frozenset({_S.CLARIFIED, _S.CHECKED, _S.DUPLICATE}),
    _S.CLARIFIED: frozenset({_S.CHECKED, _S.DUPLICATE}),
    _S.CHECKED: frozenset({_S.PRIORITISED, _S.ANSWERED, _S.WILL_NOT_ANSWER, _S.DUPLICATE}),
    _S.PRIORITISED: frozenset({_S.IN_PROGRESS, _S.WILL_NOT_ANSWER, _S.DUPLICATE}),
    _S.IN_PROGRESS: frozenset({_S.ANSWERED, _S.WILL_NOT_ANSWER, _S.DUPLICATE}),
    _S.ANSWERED: frozenset({_S.SUBMITTED}),
    _S.WILL_NOT_ANSWER: frozenset({_S.SUBMITTED}),
    _S.DUPLICATE: frozenset(),
}

_SAID: Final[Mapping[GapState, str]] = {
    _S.SUBMITTED: "was opened again, and will be checked once more.",
    _S.CLARIFIED: "was made clearer, and will be checked next.",
    _S.PRIORITISED: "is on the list of what the centre will work on.",
    _S.IN_PROGRESS: "is being worked on.",
    _S.ANSWERED: "is answered.",
    _S.WILL_NOT_ANSWER: "will not be answered.",
}
_CHECKED: Final[Mapping[Check, str]] = {
    Check.KNOWN: "was checked: there is evidence on it.",
    Check.PARTLY_KNOWN: "was checked: there is evidence on a part of it.",
    Check.UNKNOWN: "was checked: nobody seems to have looked at it.",
}


class Place(NamedTuple):
    """Where a gap stands in a list, to go on after it."""

    votes: int
    number: int


@dataclass(frozen=True, slots=True)
class NewGap:
    """What a form gives of a gap, personal data removed.

    Attributes:
        question: What the evidence base does not answer.
        decision: What depends on the answer.
        for_whom: Which children, families or carers it is about.
        how_soon: When an answer is needed, in words.
        role: Of whoever asks.
        topics: Ids of topics.
        surface: Where it was flagged.
        about_entry: The entry that was on the screen; "" for none.
        about_version: Its version.
        concern: Why it was flagged on that entry, as a `Concern`; "" where it was not said.

    Raises:
        InputError: If a text is too short, too long or has characters that cannot be kept.
    """

    question: str
    decision: str = ""
    for_whom: str = ""
    how_soon: str = ""
    role: str = ""
    topics: tuple[str, ...] = ()
    surface: str = ""
    about_entry: str = ""
    about_version: str = ""
    concern: str = ""

    def __post_init__(self) -> None:
        _within("The question", self.question, 5, WORDS_MAX)
        _within("What depends on it", self.decision, 0, WORDS_MAX)
        _within("Whom it is about", self.for_whom, 0, 300)
        for what, text, longest in (
            ("When it is needed", self.how_soon, 60), ("The role", self.role, 60), ("The surface", self.surface, 20),
            ("The entry", self.about_entry, 80), ("The entry's version", self.about_version, 12), ("The concern", self.concern, 20),
            *(("A topic", topic, 60) for topic in self.topics),
        ):  # fmt: skip
            _within(what, text, 0, longest)
        if len(self.topics) > 10:
            raise InputError("A gap has at most ten topics")


@dataclass(frozen=True, slots=True)
class Gap:
    """One evidence gap.

    Attributes:
        check: What is known already; None until a check since it was last opened.
        outcome: What came of it, in plain words; "" while it is open.
        entry: The id of the entry that answers it.
        assigned_to: Who works on it: opaque, as `Voice.person`; "" for nobody.
        duplicate_of: The number of the gap that it was merged into.
        at: When it was flagged.
        changed: When it last changed; a voice is no change.
        since: When it came into its state.
        votes: How many persons have a voice.
        concern: As in `NewGap`.
    """

    number: int
    question: str
    decision: str
    for_whom: str
    how_soon: str
    role: str
    topics: tuple[str, ...]
    state: GapState
    check: Check | None
    outcome: str
    entry: str
    assigned_to: str
    duplicate_of: int | None
    surface: str
    about_entry: str
    about_version: str
    at: datetime
    changed: datetime
    since: datetime
    votes: int
    concern: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether something is still to come of it."""
        return self.state in OPEN

    @property
    def place(self) -> Place:
        """Return where it stands in a list."""
        return Place(self.votes, self.number)

    def moved(
        self, to: GapState, now: datetime, *, check: Check | None = None, outcome: str = "", entry: str = ""
    ) -> Gap:
        """Return it in another state.

        Raises:
            InputError: If that state may not follow, or what the state needs is missing.
        """  # fmt: skip
        if to not in MOVES[self.state] or to in {_S.DUPLICATE, _S.SUBMITTED}:
            may = ", ".join(sorted(MOVES[self.state] - {_S.DUPLICATE, _S.SUBMITTED}))
            follows = f"after {self.state} comes {may}" if may else f"nothing follows {self.state} by itself"
            raise InputError(f"Gap {self.number} cannot become {to}: {follows}")
        if (check is not None) is not (to is _S.CHECKED):
            raise InputError("A check, and nothing else, says what is known already: known, partly-known or unknown")
        if to in CLOSED:
            _within("The outcome", outcome, 1, WORDS_MAX)
        elif outcome:
            raise InputError("Only a gap that is closed has an outcome")
        if bool(entry) is not (to is _S.ANSWERED):
            raise InputError("An answer, and nothing else, names the entry that gives it")
        _within("The entry", entry, 0, 80)
        return replace(
            self, state=to, check=check or self.check, outcome=outcome.strip(), entry=entry, changed=now, since=now
        )

    def merged(self, into: Gap, now: datetime) -> Gap:
        """Return it closed as a duplicate of another.

        Raises:
            InputError: If it is closed, or the other is itself a duplicate, or they are one.
        """
        if self.number == into.number:
            raise InputError(f"Gap {self.number} cannot be merged into itself")
        if not self.is_open:
            raise InputError(f"Gap {self.number} is closed ({self.state}): only an open one can be merged into another")
        if into.duplicate_of is not None:
            raise InputError(f"Gap {into.number} is a duplicate of gap {into.duplicate_of}: merge into that one")
        outcome = f"Asks the same as gap {into.number}."
        return replace(
            self, state=_S.DUPLICATE, outcome=outcome, duplicate_of=into.number, changed=now, since=now, votes=0
        )

    def reopened(self, now: datetime) -> Gap:
        """Return it open again, to be checked anew.

        Raises:
            InputError: If it is open, or a duplicate.
        """
        if _S.SUBMITTED not in MOVES[self.state]:
            raise InputError(f"Gap {self.number} is {self.state}: only one with an outcome can be opened again")
        return replace(self, state=_S.SUBMITTED, check=None, outcome="", entry="", changed=now, since=now)

    def assigned(self, to: str, now: datetime) -> Gap:
        """Return it in somebody's hands, or with "" in nobody's; `InputError` if it is closed."""
        if not self.is_open:
            raise InputError(f"Gap {self.number} is closed ({self.state}): nobody works on it")
        return replace(self, assigned_to=to, changed=now)

    @property
    def heading(self) -> str:
        """Return how a sentence begins that tells of it."""
        return f"Evidence gap {self.number} (“{textwrap.shorten(self.question, 120, placeholder='…')}”)"

    def told(self) -> str:
        """Return in words what has just become of it, for a person who asked for it."""
        said = _CHECKED[self.check] if self.state is _S.CHECKED and self.check else _SAID.get(self.state, "")
        return " ".join(part for part in (self.heading, said, self.outcome) if part)

    def stands(self) -> str:
        """Return in words where it stands, for anybody who looks."""
        if self.state is _S.SUBMITTED:
            return f"{self.heading} waits for the centre to look at it."
        if self.duplicate_of is not None:
            return f"{self.heading} asks the same as gap {self.duplicate_of}."
        return self.told()

    def told_merged(self, into: Gap) -> str:
        """Return in words that it is a duplicate, and where the other stands."""
        stands = into.told() if into.state in CLOSED else into.heading
        return f"{self.heading} asks the same as another, where your voice counts from now on. {stands}"

    def told_split(self, new: Gap) -> str:
        """Return in words that a voice moved from it to a new one."""
        return f"Your voice on evidence gap {self.number} counts for a gap of its own from now on. {new.heading}"


def reason(why: str) -> str:
    """Return a reason as it is kept; `InputError` if there is none, or it is too long."""
    _within("The reason", why, 1, WORDS_MAX)
    return why.strip()


def _within(what: str, text: str, shortest: int, longest: int) -> None:
    if not shortest <= len(text.strip()) <= len(text) <= longest:
        raise InputError(f"{what} has {len(text.strip())} characters; it needs {shortest} to {longest}")
    # PostgreSQL keeps no NUL, and no database half a surrogate pair.
    if any(letter not in "\n\r\t" and unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        raise InputError(f"{what} has a character that cannot be kept")

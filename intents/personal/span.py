"""A stretch of a message that holds personal data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalType(StrEnum):
    """The kinds of personal data that are looked for."""

    NAME = "NAME"
    DOB = "DOB"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"
    POSTCODE = "POSTCODE"
    NHS_NUMBER = "NHS_NUMBER"
    NINO = "NINO"
    CASE_NUMBER = "CASE_NUMBER"
    URL = "URL"
    AGE_AND_PLACE = "AGE_AND_PLACE"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text: code point offsets, `end` exclusive, and the kind of personal data in it."""

    start: int
    end: int
    type: PersonalType

    def overlaps(self, other: Span) -> bool:
        """Return whether the two share a character."""
        return self.start < other.end and other.start < self.end

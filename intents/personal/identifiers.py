"""Personal data with a shape: numbers, dates, addresses, links, an age joined to a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

from intents.personal import addresses, ages, births, contacts, references
from intents.personal.span import Span

_HIDDEN: Final = "\x00"
_DIGIT: Final = re.compile(r"\d")
# Each finder with what a message must hold for it to find anything, which is much faster to see. The surest come first:
# what is found is hidden from the others, so that a year is not read as a child's age.
_FINDERS: Final[tuple[tuple[Callable[[str, Collection[str]], Iterable[Span]], re.Pattern[str]], ...]] = (
    (lambda text, _: contacts.emails(text), re.compile("@")),
    (lambda text, _: contacts.links(text), re.compile(r"[./]")),
    (lambda text, _: contacts.national_insurance_numbers(text), _DIGIT),
    (lambda text, _: contacts.nhs_numbers(text), _DIGIT),
    (lambda text, _: births.births(text), re.compile(r"\d|born|birth|\bb-?day|d\.?\s?o\.?\s?b", re.IGNORECASE)),
    (lambda text, _: contacts.phones(text), _DIGIT),
    (lambda text, _: contacts.postcodes(text), _DIGIT),
    (lambda text, _: addresses.addresses(text), re.compile(r"[\d,]|flat", re.IGNORECASE)),
    (ages.ages_and_places, re.compile("")),
    (lambda text, _: references.references(text), _DIGIT),
)


def find_identifiers(text: str, known_words: Collection[str] = ()) -> list[Span]:
    """Return the spans with a recognisable shape, not overlapping, in order.

    Args:
        text: A message.
        known_words: Lower-case words of the knowledge base; a "place" made of these alone is a programme, not a place.
    """
    found: list[Span] = []
    for finder, needed in _FINDERS:
        if not needed.search(text):
            continue
        for span in finder(text, known_words):
            if not any(span.overlaps(other) for other in found):
                found.append(span)
                text = text[: span.start] + _HIDDEN * (span.end - span.start) + text[span.end :]
    return sorted(found)

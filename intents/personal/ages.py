"""Find an age or a school year joined to a place or a school, such as `14yo at Larkhill High`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from intents.personal.places import Place, places_in
from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE
_NUMBER: Final = r"(?:1\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_SEVERAL: Final = rf"{_NUMBER}(?:\s*(?:and|&|n|\+|/|,)\s*(?:nearly\s+|almost\s+)?{_NUMBER}){{0,4}}"
_YEAR_NUMBER: Final = r"(?:1[0-3]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen)"
_SAID: Final = re.compile(
    rf"(?<![\w.,£/-])(?:(?:nearly|almost|just)\s+)?(?:{_SEVERAL}[\s-]*(?:yo|y/o|y\.\s?o\b\.?|(?:y|yrs?|years?|mths?|months?|mo|wks?|weeks?)[\s-]*old(?P<many>s)?|"
    rf"yr\b(?=\s+(?:girl|boy|lad|male|female|child)))(?!\w)|aged?\s+(?:just\s+|only\s+|nearly\s+)?{_SEVERAL}\b|(?:boy|girl|lad|lass|child|kid|son|daughter)\s+of\s+{_NUMBER}\b|{_NUMBER}\s?[fm]\b|{_NUMBER}\s+and\s+a\s+half\b|"
    rf"(?:year|yr|y)[\s-]?{_YEAR_NUMBER}\b|reception\b|sixth[\s-]?form(?:er)?\b|gcse\s+year\b)",
    _I,
)
_BARE: Final = re.compile(
    rf"(?<![\w.,£#/-])(?:(?:nearly|almost|just|only)\s+)?{_SEVERAL}\b(?!\s*[%:/]|[.,]\d|[-+])", _I
)
_NO_AGE_BEFORE: Final = re.compile(
    r"(?:\b(?:level|tier|stage|phase|round|wave|week|wk|day|part|chapter|ks|key\s+stage|section|(?<!['’])s|art|article|page|para|table|top|grade|rule|regulation|schedule|"
    r"step|band|cohort|no|number|number\s+of|to|by|than|over|under|below|above|least|between|up\s+to|about|around|from|within|after|before|flat|room|unit|plot|at|point|"
    r"score|scored|ng|cg|re|child|sibling|x|every|per|in|of|and|&)\.?|[£$#:+-]|\d,)\s*$",
    _I,
)
_FILLER: Final = r"(?:\s+(?!of\b|evaluation|results?\b|data\b|pilots?\b|stud(?:y|ies)\b)[a-z][a-z'’/-]*)"
_AT: Final = (
    r"(?:@|\bat|\bin|\bfrom|\bnear|\boutside|\bround|\battends|\battending|\bgo(?:es|ing)\s+to|\bwent\s+to|\boff\s+to|\bmoved\s+to|\bstart(?:s|ed|ing)(?:\s+at)?)"
    r"\s+(?:the\s+)?"
)
_STATE: Final = (
    r"(?:and|&|\+|n|but|both|all|still|now|just|about|currently|placed|living|lives|lived|staying|based|who|girl|boy|lad|male|female|yp|child|children|kids|is|are|hes|shes|"
    r"he's|she's|whos|who's|also|already|back|sofa|surfing)"
)
# From an age that is said to be one to a place: a few words, and "at" or the like.
_SAID_AT: Final = re.compile(rf"\)?{_FILLER}{{0,4}}\s*,?(?:{_FILLER}{{1,2}})?\s+{_AT}", _I)
_BARE_AT: Final = re.compile(rf"\)?(?:\s*,?\s*{_STATE})*\s*,?\s*{_AT}", _I)
_BESIDE: Final = re.compile(r"\s*[,(/|-]?\s*")
_BACK: Final = re.compile(
    r"\s*[,(/|:-]?\s*(?:(?:and|but|who|he|she|they|is|are|was|hes|shes|he's|she's|only|just|now|nearly|still|a|in|for|they're|theyre|both|all)\s+)*",
    _I,
)
_BETWEEN_AGES: Final = re.compile(r"\s*[,(/-]?\s*(?:(?:in|and|he's|she's|shes|hes|now)\s+)*", _I)
_ENDS: Final = re.compile(r"\s*(?:$|[,.;)!?/|-](?!\d)|\b(?:and|with|who|w|has|keeps|is|when|so)\b)", _I)
_BETWEEN_MAX: Final = 60  # characters between an age and its place


@dataclass(frozen=True, slots=True)
class _Age:
    start: int
    end: int
    is_said: bool
    is_plural: bool = False


def ages_and_places(text: str, known_words: Collection[str]) -> Iterator[Span]:
    """Yield an age with its place, in either order.

    Args:
        text: A message.
        known_words: Lower-case words of the knowledge base; a "place" made of these alone is a programme, not a place.
    """
    ages = _ages(text)
    if not ages:
        return
    places = places_in(text, known_words)
    for age in ages:
        after = next((place for place in places if _is_after(text, age, place)), None)
        place = after or next((place for place in places if _is_before(text, place, age)), None)
        if place:
            yield Span(min(age.start, place.start), max(age.end, place.end), PersonalType.AGE_AND_PLACE)


def _is_after(text: str, age: _Age, place: Place) -> bool:
    if not 0 <= place.start - age.end <= _BETWEEN_MAX or (age.is_plural and not place.is_school):
        return False
    between = text[age.end : place.start]
    if (_SAID_AT if age.is_said else _BARE_AT).fullmatch(between):
        return place.is_capital or place.is_school or (age.is_said and place.is_likely)
    if not _BESIDE.fullmatch(between) or not place.is_capital:
        return place.is_school and age.is_said and _BESIDE.fullmatch(between) is not None
    return place.is_school or place.is_likely or (age.is_said and place.is_unheard_of)


def _is_before(text: str, place: Place, age: _Age) -> bool:
    if not 0 <= age.start - place.end <= _BETWEEN_MAX:
        return False
    if not (place.is_school or (place.follows_at and (place.is_capital or place.is_likely))):
        return False
    return _BACK.fullmatch(text[place.end : age.start]) is not None and (
        age.is_said or _ENDS.match(text, age.end) is not None
    )


def _ages(text: str) -> list[_Age]:
    """Return the ages and school years of a text, in order; those that stand together as one."""
    found = [_Age(*match.span(), is_said=True, is_plural=bool(match["many"])) for match in _SAID.finditer(text)]
    for match in _BARE.finditer(text):
        is_free = not any(match.start() < age.end and age.start < match.end() for age in found)
        if is_free and not _NO_AGE_BEFORE.search(text[max(0, match.start() - 20) : match.start()]):
            found.append(_Age(*match.span(), is_said=False))
    merged: list[_Age] = []
    for age in sorted(found, key=lambda age: age.start):
        last = merged[-1] if merged else None
        if last and _BETWEEN_AGES.fullmatch(text, last.end, age.start):
            merged[-1] = _Age(last.start, age.end, last.is_said or age.is_said, age.is_plural)
        else:
            merged.append(age)
    return merged

"""Find what may be a school or a place: capitalised words, or words in lower case before a word for a school."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from intents.personal.gazetteer import first_names, folded, proper_nouns, towns
from intents.personal.lexicon import WORD_CLASSES
from intents.spelling import general_words

_I: Final = re.IGNORECASE
_SURE_SCHOOL: Final = (
    r"(?:primary|infants?|juniors?|secondary|academy|high|school|college|nursery|pre-?school|comp|grammar)"
)
_SCHOOL: Final = re.compile(
    rf"\b(?:{_SURE_SCHOOL}|junior|special|tech|boys|girls|rc|ce|pru|playgroup|sixth\s?form|university|uni|upper|middle)\b",
    _I,
)
_CAPITAL: Final = r"[A-Z](?:[^\W\d_]|['’&-])*(?!\w)"
_RUN: Final = re.compile(
    rf"(?:\b[Ss]t\.?\s+|\b)(?:{_CAPITAL})(?:\s+(?:(?:of|the|and|on|in|upon|under|le)\s+)?(?:St\.\s)?(?:{_CAPITAL}|(?i:{_SURE_SCHOOL})\b)){{0,6}}"
    rf"(?:(?:,|\s+(?:now\s+)?in)\s+{_CAPITAL}(?:\s+{_CAPITAL})?)?"
)
_LOWER_RUN: Final = re.compile(rf"\b(?:[a-z](?:[^\W\d_]|['’.])*\s+){{1,3}}?{_SURE_SCHOOL}(?:\s+{_SURE_SCHOOL})*\b")
_LOWER_WORD: Final = re.compile(r"(?<=\bin )[a-z]{4,}|(?<=\bfrom )[a-z]{4,}|(?<=\bnear )[a-z]{4,}")
_SAINT: Final = re.compile(r"st\.?\s")
_AT_BEFORE: Final = re.compile(r"\b(?:in|at|from|near|attends|to|of)\s+(?:the\s+)?$", _I)
# Words before "school" or "college" that name none.
_GENERIC: Final = frozenset(
    "a an the at in to from of his her hers their my our your its this that another any some no and or for with w about new old local special mainstream primary "
    "secondary high infant infants junior juniors nursery state private residential virtual boarding independent alternative faith same different whole after before "
    "sunday summer pre middle upper big little is are was has off into on out not still only just goes go going attends started starting year yr who every each between "
    "girls boys catholic provision day law medical art business further sixth form hates loves wont missing excluded refusing children's children kids".split()
)
_WIDE: Final = frozenset(
    "england wales scotland northern ireland uk britain great united kingdom europe us usa america australia africa asia sweden norway denmark netherlands germany canada "
    "north south east west midlands london boroughs borough greater care foster residential section police court i the what which how is does do can who why any has "
    "evidence research dr mr mrs ms home zealand finland france spain italy secure ehc plan afghanistan iran iraq syria eritrea sudan ethiopia somalia vietnam albania "
    "kurdistan turkey ukraine romania poland bulgaria hungary slovakia lithuania latvia portugal brazil jamaica nigeria ghana kenya uganda congo zimbabwe gambia china "
    "hong kong bangladesh pakistan india nepal lanka sri yemen kuwait egypt morocco algeria libya tunisia mali guinea chad russia israel gaza palestine lebanon school".split()
)
_PLACE_ENDING: Final = re.compile(
    r"(?:ton|ford|ham|ley|bury|mouth|field|wick|gate|mere|dale|combe|moor|thorpe|worth|chester|shaw|hurst|minster|borough|bridge|pool|port|stow|wood|ness|holme|brook|"
    r"cliffe?|stoke|clough|den|by|wold|fold|end|edge|haven|hill|side|ness|beck|head|firth)$"
)
_UNHEARD_OF: Final = 1e-6  # frequency in general English below which a word is not an everyday one
_ABBREVIATION: Final = re.compile(r"[A-Z]{2,6}s?(?:\d\w*)?")


@dataclass(frozen=True, slots=True)
class Place:
    """What may be a place.

    Attributes:
        start: Code point offset.
        end: Exclusive.
        is_capital: Whether it was written with capitals.
        is_school: Whether one of its words is a word for a school.
        is_likely: Whether it is a town, or ends as one and is nobody's first name.
        is_unheard_of: Whether its first word is neither an everyday word nor a first name.
        follows_at: Whether "in", "at" or the like stands before.
    """

    start: int
    end: int
    is_capital: bool
    is_school: bool
    is_likely: bool
    is_unheard_of: bool
    follows_at: bool


def places_in(text: str, known_words: Collection[str]) -> list[Place]:
    """Return what may be a place, in order.

    Args:
        text: A message.
        known_words: Lower-case words of the knowledge base; they alone make no place unless a town is among them.
    """
    found = [_place(text, match, known_words) for match in _RUN.finditer(text)]
    found += [_place(text, match, known_words) for match in _LOWER_RUN.finditer(text)]
    found += [_place(text, match, known_words) for match in _LOWER_WORD.finditer(text) if _is_likely(match.group())]
    return sorted((place for place in found if place), key=lambda place: place.start)


def _place(text: str, match: re.Match[str], known_words: Collection[str]) -> Place | None:
    written = match.group().rstrip(" .,'’&-")
    start = match.start()
    if written[0].islower() and not _SAINT.match(written):
        written, start = _without_generic(written, start)
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", written)]
    follows_at = _AT_BEFORE.search(text[max(0, start - 20) : start]) is not None
    is_capital = written[:1].isupper() or _SAINT.match(written) is not None
    is_school = _SCHOOL.search(written) is not None and _is_named(words, is_marked=is_capital or follows_at)
    is_likely = any(_is_likely(word) for word in re.findall(r"[^\W\d_]+", written))
    if not words or (not is_school and _is_no_place(written, words, known_words, is_likely=is_likely)):
        return None
    return Place(
        start,
        start + len(written),
        is_capital=is_capital,
        is_school=is_school,
        is_likely=is_likely,
        is_unheard_of=general_words().get(words[0], 0.0) < _UNHEARD_OF and not first_names().get(folded(words[0])),
        follows_at=follows_at,
    )


def _without_generic(written: str, start: int) -> tuple[str, int]:
    while (first := written.partition(" "))[0] in _GENERIC and first[2]:
        start += len(written) - len(first[2])
        written = first[2]
    return written, start


def _is_named(words: list[str], *, is_marked: bool) -> bool:
    """Return whether words with one for a school among them are its name; everyday ones only where capitals or "at" mark them."""
    own = [word for word in words if word not in _GENERIC and not _SCHOOL.fullmatch(word)]
    return bool(own) and (is_marked or any(word not in general_words() for word in own))


def _is_likely(written: str) -> bool:
    word = written.casefold()
    is_rare = general_words().get(word, 0.0) < _UNHEARD_OF
    if word in towns() or WORD_CLASSES.get(word) == "council":
        return is_rare or written[0].isupper() or word in proper_nouns()
    return is_rare and not first_names().get(folded(word)) and len(word) > 5 and _PLACE_ENDING.search(word) is not None


def _is_no_place(written: str, words: list[str], known_words: Collection[str], *, is_likely: bool) -> bool:
    if all(word in _WIDE or WORD_CLASSES.get(word) in ("calendar", "setting") for word in words):
        return True
    if _ABBREVIATION.fullmatch(written):
        return True
    return not is_likely and all(word in known_words for word in words)

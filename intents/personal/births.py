"""Find dates of birth: any full date that is not said to be of something else, and part of one after "born"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)"
)
_ORDINAL_WORD: Final = (
    r"(?:(?:twenty|thirty)[\s-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|"
    r"twentieth|thirtieth)"
)
_DAY: Final = rf"(?:(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:st|nd|rd|th))?|{_ORDINAL_WORD})"
_DAY_NUMBER: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NUMBER: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:(?:19|20)\d\d|['’]?\d\d)"
_FEAST: Final = r"(?:boxing|christmas|xmas|new\s+years?|new\s+year's|st\s+\w+'?s|valentine'?s|hallowe'?en|bonfire|easter)(?:\s+(?:day|eve|night))?"
_DATES: Final = tuple(
    re.compile(pattern, _I)
    for pattern in (
        rf"(?<![\d/-]){_DAY_NUMBER}\s?([./-])\s?{_MONTH_NUMBER}\s?\1\s?(?:(?:19|20)\d\d|\d\d)(?![\d/-]|\.\d)",
        rf"(?<!\d)(?:19|20)\d\d([./-]){_MONTH_NUMBER}\1{_DAY_NUMBER}(?!\d)",
        r"(?<!\d)(?:0[1-9]|[12]\d|3[01])\s(?:0[1-9]|1[0-2])\s(?:19|20)?\d\d(?!\d)",
        rf"(?<![\w/-]){_DAY}(?:\s+of)?[\s./-]*{_MONTH}[\s,./-]*{_YEAR}\b",
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY},?\s+(?:19|20)\d\d\b",
    )
)
_BIRTH: Final = (
    r"\b(?:d\.?\s?o\.?\s?b\b\.?(?:['’]?s)?|born|arrived|date\s+of\s+birth|birth\s?da(?:y|te)s?|b-?day|b\.)"
    r"(?:['’]s)?(?:\s+(?:is|are|on|was|in|the|of|as|system|around|about))*\W{0,3}"
)
_AFTER_BIRTH: Final = tuple(
    re.compile(_BIRTH + pattern, _I)
    for pattern in (
        rf"({_DAY}(?:(?:\s+of)?[\s./-]*{_MONTH}|[\s./-]+{_MONTH_NUMBER}\b)(?:[\s,./-]*{_YEAR})?\b)",
        rf"({_MONTH}(?:\s+(?:the\s+)?{_DAY}\b)?(?:[\s,]*{_YEAR})?\b)",
        rf"({_FEAST}[\s,]*{_YEAR}\b)",
        r"(\d{6}(?:\d\d)?\b)",
    )
)
_SAYS_BIRTH: Final = re.compile(r"\b(?:d\.?\s?o\.?\s?b|born|birth|b-?day)", _I)
# What has a date without being born.
_EVENT_BEFORE: Final = re.compile(
    r"\b(?:hearing|in\s+force|commence\w*|published|updated?|dated|date|since|from|until|till|to|by|before|after|between|deadline|due|conference|version|"
    r"issued|judgment|act|panel|meeting|review|court|visit\w*|starts?|starting|begins?|ends?|ending|ended|week|w/c|commencing|effective|launch\w*|closes?|"
    r"event|training|strat|icpc|rcpc|deadlines?|release\w*|approved|signed|inspection|seminar|webinar|expires?|accessed|retrieved|as\s+at|as\s+of|at|on|passed|enacted|paper|briefing|news|debate|superseded|appeal|march|evaluation|coming|booked|scheduled|arranged|happened|incident|missing|removed|moved|placed)"
    r"\W{1,3}(?:(?:is|was|on|as|the|held|listed|for|of|at|set)\W+){0,3}$",
    _I,
)
_EVENT_AFTER: Final = re.compile(
    r"\W{0,2}(?:hearing|panel|meeting|review|conference|deadline|judgment|version|edition|inspection|icpc|rcpc)\b", _I
)
_BEFORE_LENGTH: Final = 60


def births(text: str) -> Iterator[Span]:
    """Yield dates that may be of birth; `14/05/2026` stays in `panel 14/05/2026`."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _BEFORE_LENGTH) : match.start()]
            after = text[match.end() : match.end() + 8]
            is_event = _EVENT_BEFORE.search(before) or _EVENT_AFTER.match(text, match.end())
            if _SAYS_BIRTH.search(after) or not is_event:
                yield Span(*match.span(), PersonalType.DOB)
    for pattern in _AFTER_BIRTH:
        for match in pattern.finditer(text):
            yield Span(*match.span(1), PersonalType.DOB)

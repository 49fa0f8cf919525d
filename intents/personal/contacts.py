"""Find e-mail addresses, links, telephone numbers, postcodes, National Insurance and NHS numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import phonenumbers
from stdnum.gb import nhs

from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE
_EMAIL: Final = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>|]*[^\s<>|.,;:!?)'\"\]]|\b[\w-]+(?:\.[\w-]+)+/[^\s<>|]*[^\s<>|.,;:!?)'\"\]]", _I
)
# Hosts of public documents; a link to one is personal data only when it carries a query.
_PUBLIC_HOST: Final = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*(?:legislation\.gov\.uk|gov\.uk|nice\.org\.uk|doi\.org|foundations\.org\.uk|nspcc\.org\.uk|"
    r"parliament\.uk|bailii\.org|judiciary\.uk|researchinpractice\.org\.uk|basw\.co\.uk|communitycare\.co\.uk|youthendowmentfund\.org\.uk)"
    r"(?:/[^?]*)?$",
    _I,
)
_DOI: Final = re.compile(r"10\.\d{4,}/")
_POSTCODE: Final = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[A-Z]{2}\b", _I)
_NO_POSTCODE: Final = re.compile(r"s\d|.*(?:nd|rd|th|st|yo|yr|am|pm|wk|ks|mg|km|cm)$")  # `s47`, `y10 3rd`
_NINO: Final = re.compile(r"\b[A-Z]{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?[A-D]\b", _I)
_TEN_DIGITS: Final = re.compile(r"(?<![\d.,/-])\d{3}([\s-]?)\d{3}\1\d{4}(?![\d/-]|[.,]\d)")
_NHS_LABEL: Final = re.compile(r"\bNHS(?:\s+(?:no|number|num|id))?\W{0,3}(?:is\W{1,2})?$", _I)
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|00)?\(?\d[\d\s().-]{6,17}\d(?!\w)")
_MOBILE_WITHOUT_ZERO: Final = re.compile(r"7\d{3}[\s-]\d{3}[\s-]?\d{3}|7\d{9}")


def emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses."""
    return _matches(_EMAIL, text, PersonalType.EMAIL)


def links(text: str) -> Iterator[Span]:
    """Yield links, but for those to a public document."""
    return _matches(_LINK, text, PersonalType.URL, lambda link: not _PUBLIC_HOST.match(link) and not _DOI.match(link))


def postcodes(text: str) -> Iterator[Span]:
    """Yield postcodes."""
    return _matches(_POSTCODE, text, PersonalType.POSTCODE, lambda code: not _NO_POSTCODE.match(code))


def national_insurance_numbers(text: str) -> Iterator[Span]:
    """Yield National Insurance numbers."""
    return _matches(_NINO, text, PersonalType.NINO)


def nhs_numbers(text: str) -> Iterator[Span]:
    """Yield ten digits whose check digit is right, or that are called an NHS number."""
    for match in _TEN_DIGITS.finditer(text):
        if nhs.is_valid(match.group()) or _NHS_LABEL.search(text, 0, match.start()):
            yield Span(*match.span(), PersonalType.NHS_NUMBER)


def phones(text: str) -> Iterator[Span]:
    """Yield telephone numbers: possible ones of any country with its code, British ones without."""
    for match in _PHONE.finditer(text):
        if _is_phone(match.group()):
            yield Span(*match.span(), PersonalType.PHONE)


def _is_phone(written: str) -> bool:
    if ". " in written:
        return False
    digits = re.sub(r"\D", "", written)
    if not written.startswith(("+", "00", "(")) and not digits.startswith("0"):
        return _MOBILE_WITHOUT_ZERO.fullmatch(written) is not None
    try:
        number = phonenumbers.parse(written, "GB")
    except phonenumbers.NumberParseException:
        return False
    return len(digits) >= 9 and phonenumbers.is_possible_number(number)


def _matches(
    pattern: re.Pattern[str], text: str, kind: PersonalType, is_right: Callable[[str], bool] = bool
) -> Iterator[Span]:
    return (Span(*match.span(), kind) for match in pattern.finditer(text) if is_right(match.group()))

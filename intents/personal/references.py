"""Find what a system or a court numbers a person or a case by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE
_LABEL: Final = re.compile(
    r"\b(?:(?:case|file|client|child|family|record|court|crime|police|incident|occurrence|ref(?:erral)?|mosaic|liquid\s?logic|lcs|ehm|eha|carefirst|care\s?first|"
    r"azeus|icon?s?|pnc|cad|nrm|ho|home\s+office|upn|uprn|uln|urn|cms|yj|yjs|yot|youth\s+justice|marac|mash|lado|hospital|crn|pupil|person|service\s+user|"
    r"placement|niche|athena|rio|systmone|emis|passport|cafcass|ecms|docket|swift|frameworki|fwi|protocol|eclipse|system|log|wccis|prison|nomis|tenancy|contact|"
    r"early\s+help|visa|account|rent|student|candidate|ucas|laa|sims|arbor|cpoms)"
    r"(?:\s+(?:id|ids|no\.?|nos|number|num|ref\.?|reference|record|file|case|log))*|(?:id|ref\.?|reference|case\s*no\.?|record\s*no\.?))(?![A-Za-z])"
    r"\s*(?:is|was|=|:|#|no\.?|-)*\s*",
    _I,
)
_LABELLED: Final = re.compile(
    r"#?(?-i:[A-Z]{2,4}\s)?(?=[\w/-]*\d)[A-Z0-9]+(?:[/-][A-Z0-9]+)*(?:\s\d{3,})*(?![\w/-]|\s+words?\b)", _I
)
_LABELLED_DIGITS_MIN: Final = 4
_JOINED: Final = re.compile(r"(?<![\w/.-])[A-Za-z0-9]{1,12}(?:[/-][A-Za-z0-9]{1,12}){1,5}(?![\w/-])")
_ALONE: Final = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"(?<![\w/-])[A-Z]{1,5}\d{5,}[A-Z]?(?![\w/-])", _I),
        (r"(?<![\w/-])[A-Z]{2}\d{2}[A-Z]\d{4,5}(?![\w/-])", _I),
        (r"(?<![\w/-])[A-Z]\d{4}[A-Z]{2}(?![\w/-])", 0),
        (r"(?<![\w/-])[A-Z]{1,4}\s\d{2,4}/\d{3,}(?![\w/-])", 0),
        (r"(?<![\w/-])(?:YJ|LCS|ID|CL|CH|P|C|CP|SW|CS|LL|M|EH|EHA|UPN|CIN|LAC|CLA)\s?-?\d{4,}(?![\w/-])", 0),
        (r"(?<![\w.,/£$-])\d{7,16}(?![\w/-]|[.,]\d)", 0),
        (r"(?<=#)\d{4,}\b", 0),
        (r"(?<![\w/-])[A-HJ-NP-RT-Z]\d{11,12}[A-Z]?(?![\w/-])", _I),
    )
)
# Codes with a public meaning: guidelines, judgments, registrations of trials.
_PUBLIC_CODE: Final = re.compile(
    r"^(?:NG|CG|PH|QS|TA|IPG|ISRCTN|NCT|DRKS|PMC|PMID|SI|CM|HC|UKSC|EWCA|EWHC|EWFC|CRD|ISBN|SRC|HMSO|COVID|ICD|DSM|KS|DFE|SFR|RR)[\s/-]?\d|^10\.\d{4}",
    _I,
)
_PUBLIC_LABEL: Final = re.compile(r"\b(?:isbn|issn|pmid|pmcid|doi|charity\s+(?:no|number))\W{0,3}$", _I)
_YEARS: Final = re.compile(r"(?:19|20)\d\d(?:[/-](?:19|20)?\d\d)?")
_LETTERS_MAX: Final = 5  # letters in a row in a reference; more are a word


def references(text: str) -> Iterator[Span]:
    """Yield the numbers of cases and people: by their shape, after a label, or as long as one that was labelled."""
    for pattern in _ALONE:
        for match in pattern.finditer(text):
            is_public = _is_public(match.group()) or _PUBLIC_LABEL.search(
                text[max(0, match.start() - 12) : match.start()]
            )
            if not is_public:
                yield Span(*match.span(), PersonalType.CASE_NUMBER)
    for match in _JOINED.finditer(text):
        if _is_joined_reference(match.group()):
            yield Span(*match.span(), PersonalType.CASE_NUMBER)
    labelled = [Span(*match.span(), PersonalType.CASE_NUMBER) for match in _after_labels(text)]
    yield from labelled
    lengths = {span.end - span.start for span in labelled if text[span.start : span.end].isdigit()}
    for match in re.finditer(r"(?<![\w.,/£$-])\d{5,}(?![\w/-]|[.,]\d)", text):
        if len(match.group()) in lengths:
            yield Span(*match.span(), PersonalType.CASE_NUMBER)


def _after_labels(text: str) -> Iterator[re.Match[str]]:
    for label in _LABEL.finditer(text):
        value = _LABELLED.match(text, label.end())
        if value and _digits(value.group()) >= _LABELLED_DIGITS_MIN and not _is_public(value.group()):
            yield value


def _is_public(written: str) -> bool:
    return _PUBLIC_CODE.match(written) is not None or _YEARS.fullmatch(written.rpartition(" ")[2]) is not None


def _digits(written: str) -> int:
    return sum(ch.isdigit() for ch in written)


def _is_joined_reference(written: str) -> bool:
    """Return whether parts joined by strokes or hyphens are a reference: enough digits, no range of years, no word."""
    if _is_public(written):
        return False
    parts = re.split(r"[/-]", written)
    if any(len(run) > _LETTERS_MAX for part in parts for run in re.findall(r"[A-Za-z]+", part)):
        return False
    long_numbers = [part for part in parts if _digits(part) >= 3 and not _YEARS.fullmatch(part)]
    has_letters = any(ch.isalpha() for ch in written)
    return bool(long_numbers) and (has_letters or _digits(written) >= 6)

"""Personal data with a shape: numbers, dates, addresses, links, an age joined to a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

import phonenumbers
from stdnum.gb import nhs, upn

from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE

_EMAIL: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
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
_POSTCODE: Final = re.compile(r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[ABD-HJLNP-UW-Z]{2}|GIR\s?0AA)\b", _I)
_NINO: Final = re.compile(r"\b[A-Z]{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?\d{2}[\s-]?[A-D]\b", _I)
_TEN_DIGITS: Final = re.compile(r"(?<![\d.,/-])\d{3}([\s-]?)\d{3}\1\d{4}(?![\d/-]|[.,]\d)")
_NHS_LABEL: Final = re.compile(r"\bNHS(?:\s+(?:no|number|num|id))?\W{0,3}(?:is\W{1,2})?$", _I)
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|00)?\(?\d[\d\s().-]{6,17}\d(?!\w)")
_MONTH: Final = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DATES: Final = tuple(
    re.compile(pattern, _I)
    for pattern in (
        r"(?<![\d/-])(?:0?[1-9]|[12]\d|3[01])\s?([./-])\s?(?:0?[1-9]|1[0-2])\s?\1\s?(?:(?:19|20)\d\d|\d\d)(?![\d/-])",
        r"(?<!\d)(?:19|20)\d\d([./-])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)",
        r"(?<!\d)(?:0[1-9]|[12]\d|3[01])\s(?:0[1-9]|1[0-2])\s(?:19|20)?\d\d(?!\d)",
        rf"\b(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:\s+of)?[\s./-]*{_MONTH}[\s,./-]*(?:(?:19|20)\d\d|'?\d\d)\b",
        rf"\b{_MONTH}\s+(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b",
        r"(?<=\bdob)\W{0,3}\d{6}(?:\d\d)?\b",
    )
)
_PARTIAL_BIRTH: Final = re.compile(
    rf"\b(?:d\.?o\.?b\.?|born|date\s+of\s+birth|birthday|b\.)(?:\s+(?:is|on|was|in|the))*\W{{0,3}}"
    rf"((?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?:\s+of)?[\s./-]*(?:{_MONTH}|(?:0?[1-9]|1[0-2])\b)(?:[\s./-]*(?:(?:19|20)\d\d|\d\d))?)",
    _I,
)
_NOT_A_BIRTH: Final = re.compile(
    r"(?:hearing|in\s+force|commence\w*|published|updated?|dated|since|from|until|till|by|deadline|conference|version|issued|judgment|act)\W{1,3}(?:\w+\W+)?$",
    _I,
)

_REFERENCE_LABEL: Final = re.compile(
    r"\b(?:(?:case|file|client|child|family|record|court|crime|police|incident|ref(?:erral)?|mosaic|liquid\s?logic|lcs|ehm|carefirst|care\s?first|azeus|icon?s?|pnc|"
    r"cad|nrm|ho|home\s+office|upn|uprn|uln|urn|cms|yj|yjs|yot|youth\s+justice|marac|mash|lado|hospital|crn|pupil|person|service\s+user|placement|"
    r"niche|athena|rio|systmone|emis|passport|cafcass|ecms|docket|swift|frameworki|fwi|protocol|eclipse)"
    r"(?:\s+(?:id|ids|no\.?|nos|number|num|ref\.?|reference|record|file|case))*|(?:id|ref\.?|reference|case\s*no\.?|record\s*no\.?|urn|upn))"
    r"\s*(?:is|=|:|#|no\.?|-)*\s*",
    _I,
)
_REFERENCE_VALUE: Final = re.compile(r"#?(?=[\w/-]*\d{3})[A-Z0-9]+(?:[/-][A-Z0-9]+)*(?:\s\d{3,})*(?![\w/-])", _I)
_REFERENCE_ALONE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\w/-])[A-Z]{1,5}\d{0,2}[/-][A-Z0-9]{0,6}[/-]?\d{3,}(?:[/-][A-Z0-9]+)*(?![\w/-])",
        r"(?<![\w/-])[A-Z]{1,4}\d{5,}[A-Z]?(?![\w/-])",
        r"(?<![\w/-])[A-Z]{2}\d{2}[A-Z]\d{4,5}(?![\w/-])",
        r"(?<![\w/-])(?:YJ|LCS|ID|CL|CH|P|C|CP|SW|CS|LL|M)\s?-?\d{4,}(?![\w/-])",
        r"(?<![\w.,/£$-])\d{7,16}(?![\w/-]|[.,]\d)",
        r"(?<=#)\d{4,}\b",
        r"(?<![\w/-])[A-HJ-NP-RT-Z]\d{11,12}[A-Z]?(?![\w/-])",
        r"(?<![\w/-])\d{2,4}/\d{4,7}(?:/\d{2})?(?![\w/-])",
        r"(?<![\w/-])\d{3,}-\d{3,}(?:-\d+)*(?![\w/-])",
    )
)
# Codes with a public meaning: guidelines, judgments, registrations of trials.
_PUBLIC_CODE: Final = re.compile(
    r"^(?:NG|CG|PH|QS|TA|IPG|ISRCTN|NCT|DRKS|PMC|PMID|SI|CM|HC|UKSC|EWCA|EWHC|EWFC|CRD|ISBN|SRC|HMSO)[\s/-]?\d|^10\.\d{4}",
    _I,
)

_STREET_SURE: Final = (
    r"street|st\.?|road|rd\.?|lane|ln\.?|avenue|ave\.?|drive|close|crescent|cres\.?|terrace|gardens?|gdns|grove|mews|boulevard|"
    r"parkway|estate|cottages?|buildings?|maisonettes?|apartments|towers?"
)
_STREET_CAPITAL: Final = (
    r"Way|Place|Pl|Court|Ct|Row|Walk|Hill|Park|Square|Sq|Yard|Wharf|Fold|Rise|View|House|Green|Parade|Quay|Croft|Gate|"
    r"Meadows?|Bank|Side|End|Field|Fields|Vale|Dale|Heights|Lodge|Mill|Common|Heath|Orchard|Paddock|Loke|Brow|Bridge|Wynd|"
    r"Cross|Circus|Passage|Alley|Path|Wood|Copse|Chase|Drove|Hey|Nook|Spinney|Ropewalk|Villas?|Point|Reach|Ridge|Oval|Garth|"
    r"Mount|Dene|Clough|Ginnel|Leys|Lea|Approach|Arcade|Backs|Broadway|Corner|Crofts|Down|Downs|Esplanade|Ferry|Glade|Glen|Grange"
)
_UNIT: Final = r"(?:(?:flat|unit|apt\.?|apartment|room|studio|plot)\s*\w{1,4}\s*,?\s*)"
_AFTER_STREET: Final = r"(?:,\s*(?:flat|unit|apt\.?|apartment|room)\s+\w{1,4})?"
_ADDRESSES: Final = (
    re.compile(
        rf"\b(?i:{_UNIT})?\d{{1,4}}[A-Za-z]?(?:\s?[-/]\s?\d{{1,4}})?,?\s+(?:[A-Z][\w'’.-]*\s+){{1,4}}(?:(?i:{_STREET_SURE})|{_STREET_CAPITAL})\b(?i:{_AFTER_STREET})"
    ),
    re.compile(
        rf"\b(?i:{_UNIT})?\d{{1,4}}[A-Za-z]?,?\s+(?:The\s+)?[A-Z][\w'’-]*(?:{_STREET_CAPITAL.lower()}|gate|walk|field|fields|bank|side|mead|croft|wood|lea)\b(?i:{_AFTER_STREET})"
    ),
    re.compile(
        rf"\b{_UNIT}?\d{{1,4}}[a-z]?,?\s+(?:[a-z][\w'’-]*\s+){{1,3}}(?:street|road|rd|lane|avenue|ave|drive|close|crescent|terrace|gardens|grove|mews|court)\b{_AFTER_STREET}",
        _I,
    ),
    re.compile(r"\b\d{1,4}[A-Za-z]?\s+(?:The\s+)(?:[A-Z][\w'’-]*\s*){1,2}\b"),
    re.compile(
        rf"\b(?:[A-Z][\w'’-]*\s+){{1,3}}(?:House|Cottage|Lodge|Farm|Hall|Barn|Villa|Court|Tower),\s*(?:[A-Z][\w'’-]*\s+){{1,3}}(?:(?i:{_STREET_SURE})|{_STREET_CAPITAL})\b"
    ),
    re.compile(
        r"\b(?i:flat|unit|apartment|apt|room)\s+\d{1,4}[A-Za-z]?,?\s+(?:[A-Z][\w'’-]*\s*){1,3}(?:House|Court|Tower|Lodge|Building|Point|Heights)\b"
    ),
)
_NOT_AN_ADDRESS: Final = re.compile(
    r"^\d+\s+(?:\w+\s+)*?(?:years?|yrs?|months?|weeks?|days?|hours?|mins?|minutes|children|child|kids|people|families|visits?|times|working|percent|per|of|in|out|"
    r"and|or|to|the|a|is|who|for|with|at|on|from|social|foster|young|boys?|girls?|local|by|not|no|yo|year|old)\b",
    _I,
)

_NUMBER: Final = r"(?:\d{1,2}|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen))"
_AGE: Final = (
    rf"(?:(?<![\w.-])(?:aged?\s+)?{_NUMBER}(?:\s*(?:and|&|,)\s*{_NUMBER})*(?:[\s-]?(?:yo|y/o|yrs?|years?|months?|mths?|weeks?|wks?|mo)\b(?:[\s-]?old)?|(?:\s?[fm]\b)|(?=\s*(?:,|\bin\b|\bat\b|\bfrom\b)))"
    rf"|\b(?:year|yr|y)\s?(?:1[0-3]|[1-9])\b|\breception\s+(?:child|pupil|boy|girl)|\b[Ss]ixth\s?form(?:er)?)"
)
_PLACE_WORD: Final = r"(?:[A-Z][\w'’&.-]*)"
_PLACE: Final = rf"{_PLACE_WORD}(?:\s+(?:of|the|and|on|in|upon|under|le|St\.?)?\s*{_PLACE_WORD}){{0,5}}(?:,\s*{_PLACE_WORD}(?:\s+{_PLACE_WORD})?)?"
_AGE_AND_PLACE: Final = re.compile(
    rf"({_AGE})(\s*,?(?:\s+[a-z'-]+){{0,3}}?\s*,?\s*\b(?:placed\s+(?:in|at)|at|in|from|near|of|attends|attending|goes\s+to|living\s+in|lives\s+in|based\s+in|outside|round)\s+(?:the\s+)?)({_PLACE})"
)
_PLACE_THEN_AGE: Final = re.compile(
    rf"({_PLACE}\s+(?:Primary|Secondary|Academy|High|School|College|Juniors?|Infants?|Nursery|Comp|Grammar)(?:\s+(?:School|Academy|College))?),?\s+({_AGE})"
)
_AGE_IN_BRACKETS: Final = re.compile(rf"(?<=\()\s*{_NUMBER}\s*,\s*({_PLACE_WORD}(?:\s+{_PLACE_WORD}){{0,3}})(?=\s*\))")
_WIDE_PLACE: Final = re.compile(
    r"^(?:the\s+)?(?:England|Wales|Scotland|Northern\s+Ireland|Ireland|UK|U\.K\.|Britain|Great\s+Britain|United\s+Kingdom|Europe|US|USA|America|Australia|"
    r"Africa|Asia|Sweden|Norway|Denmark|Netherlands|Germany|Canada|Care|Foster|Residential|Section|Police|Court|January|February|March|April|May|June|July|"
    r"August|September|October|November|December|London|I|KS\d|[A-Z]{2,6}s?)\b(?!\s+[A-Z][a-z]+\s+(?:School|Academy|Primary|College))",
)
_AGE_RANGE_BEFORE: Final = re.compile(
    r"(?:\d\s*(?:to|-|and|or|–)\s*|under\s+|over\s+|up\s+to\s+|between\s+|below\s+|above\s+|least\s+|of\s+|NG|section\s+|s\.?\s?|chapter\s+|article\s+|rule\s+|page\s+)$",
    _I,
)


def find_identifiers(text: str, known_words: Collection[str] = ()) -> list[Span]:
    """Return the spans with a recognisable shape, not overlapping, in order.

    Args:
        text: A message.
        known_words: Lower-case words of the knowledge base; a "place" made of these alone is a programme, not a place.
    """
    found: list[Span] = []

    def add(spans: Iterator[Span]) -> None:
        found.extend(span for span in spans if not any(span.overlaps(other) for other in found))

    add(_matches(_EMAIL, text, PersonalType.EMAIL))
    add(_matches(_LINK, text, PersonalType.URL, lambda link: not _PUBLIC_HOST.match(link)))
    add(_matches(_NINO, text, PersonalType.NINO))
    add(_nhs_numbers(text))
    add(_births(text))
    add(_phones(text))
    add(_addresses(text))
    add(_matches(_POSTCODE, text, PersonalType.POSTCODE, lambda code: not re.match(r"s\d", code)))
    add(_references(text))
    add(_ages_and_places(text, known_words))
    return sorted(found)


def _matches(
    pattern: re.Pattern[str], text: str, kind: PersonalType, is_right: Callable[[str], bool] = bool
) -> Iterator[Span]:
    return (Span(*match.span(), kind) for match in pattern.finditer(text) if is_right(match.group()))


def _nhs_numbers(text: str) -> Iterator[Span]:
    for match in _TEN_DIGITS.finditer(text):
        if nhs.is_valid(match.group()) or _NHS_LABEL.search(text[: match.start()]):
            yield Span(*match.span(), PersonalType.NHS_NUMBER)


def _births(text: str) -> Iterator[Span]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if not _NOT_A_BIRTH.search(text[: match.start()]):
                start = match.start() + len(match.group()) - len(match.group().lstrip(" :.-=,"))
                yield Span(start, match.end(), PersonalType.DOB)
    for match in _PARTIAL_BIRTH.finditer(text):
        yield Span(*match.span(1), PersonalType.DOB)


def _phones(text: str) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if match.group().startswith(("+", "00")) or digits.startswith("0") or match.group().startswith("("):
            try:
                number = phonenumbers.parse(match.group(), "GB")
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_possible_number(number) and len(digits) >= 9:
                yield Span(*match.span(), PersonalType.PHONE)
        elif (
            len(digits) == 10 and digits[0] == "7" and re.match(r"7\d{3}[\s-]\d{3}[\s-]?\d{3}$|7\d{9}$", match.group())
        ):
            yield Span(*match.span(), PersonalType.PHONE)


def _addresses(text: str) -> Iterator[Span]:
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            if not _NOT_AN_ADDRESS.match(match.group()):
                end = match.start() + len(match.group().rstrip(" ,"))
                yield Span(match.start(), end, PersonalType.ADDRESS)


def _references(text: str) -> Iterator[Span]:
    for match in _REFERENCE_LABEL.finditer(text):
        value = _REFERENCE_VALUE.match(text, match.end())
        if value and not _PUBLIC_CODE.match(value.group()) and not re.fullmatch(r"(?:19|20)\d\d", value.group()):
            yield Span(*value.span(), PersonalType.CASE_NUMBER)
    for pattern in _REFERENCE_ALONE:
        for match in pattern.finditer(text):
            if _PUBLIC_CODE.match(match.group()) or re.fullmatch(r"(?:19|20)\d\d[/-](?:19|20)?\d\d+", match.group()):
                continue
            yield Span(*match.span(), PersonalType.CASE_NUMBER)
    for match in re.finditer(r"\b[A-Z]\d{12}\b", text):
        if upn.is_valid(match.group()):
            yield Span(*match.span(), PersonalType.CASE_NUMBER)


def _ages_and_places(text: str, known_words: Collection[str]) -> Iterator[Span]:
    for match in _AGE_AND_PLACE.finditer(text):
        place = match.group(3)
        if _AGE_RANGE_BEFORE.search(text[: match.start()]) or _WIDE_PLACE.match(place):
            continue
        if all(word.casefold() in known_words for word in re.findall(r"[^\W\d_]+", place)) and not re.search(
            r"School|Primary|Academy|College|Nursery", place
        ):
            continue
        yield Span(match.start(), match.start() + len(match.group().rstrip(" .,")), PersonalType.AGE_AND_PLACE)
    for match in _AGE_IN_BRACKETS.finditer(text):
        if not _WIDE_PLACE.match(match.group(1)):
            yield Span(*match.span(), PersonalType.AGE_AND_PLACE)
    for match in _PLACE_THEN_AGE.finditer(text):
        yield Span(*match.span(), PersonalType.AGE_AND_PLACE)

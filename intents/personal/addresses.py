"""Find addresses: a number or the name of a house before a street, a flat in a building, what follows "lives at"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from intents.personal.span import PersonalType, Span

_I: Final = re.IGNORECASE
# Words that end a street's name and little else.
_STREET: Final = (
    r"street|st\.?|road|rd\.?|lane|ln\.?|avenue|ave?\.?|close|crescent|cres\.?|terrace|gardens?|gdns|grove|mews|boulevard|parkway|"
    r"snicket|ginnel|wynd|loke|twitten|hythe|yard|wharf|quay|parade|row|maltings|cottages|villas|ropewalk"
)
# Words that end a street's name when they have a capital and a number or another name stands before.
_STREET_OR_WORD: Final = (
    r"Drive|Dr|Way|Place|Pl|Court|Ct|Walk|Hill|Park|Square|Sq|Fold|Rise|View|House|Green|Croft|Gate|Estate|Buildings?|Maisonettes?|Apartments|Towers?|"
    r"Meadows?|Bank|Side|End|Field|Fields|Vale|Dale|Heights|Lodge|Mill|Common|Heath|Orchard|Paddocks?|Brow|Bridge|Cut|Cutting|"
    r"Cross|Circus|Passage|Alley|Path|Wood|Woods|Copse|Chase|Drove|Hey|Nook|Spinney|Point|Reach|Ridge|Oval|Garth|Steps|Opening|Entry|"
    r"Mount|Dene|Clough|Leys|Lea|Approach|Arcade|Backs|Broadway|Corner|Crofts|Down|Downs|Esplanade|Ferry|Glade|Glen|Grange|Hollow|Hurst|Knoll|Brae|"
    r"Bottom|Bottoms|Burn|Causeway|Crossing|Embankment|Fosse|Holt|Jetty|Landing|Limes|Mead|Moor|Oaks|Pasture|Pightle|Rigg|Slip|Strand|Top|Turn|Warren"
)
_ANY_STREET: Final = rf"(?:(?i:{_STREET})|{_STREET_OR_WORD}|{_STREET_OR_WORD.upper()})"
_LOWER_STREET: Final = (
    rf"(?:{_STREET}|drive|court|hill|walk|place|square|rise|green|croft|estate|fold|way|view|gate|point|house|lodge|heights|park|grange|"
    r"mount|bank|meadows?|orchard|paddocks?)"
)
_BUILDING: Final = (
    r"(?:house|court|towers?|lodge|buildings?|point|heights|mill|vicarage|rectory|hall|barn|forge|farm|cottages?|villas?|wharf|yard|place|chapel|manor|"
    r"grange|works|maltings|school\s?house|stables|apartments|gardens|croft|lea|view|mews|close|block|tower)"
)
_NUMBER: Final = r"\d{1,4}[A-Za-z]?(?:\s?[-/]\s?\d{1,4}[A-Za-z]?)?"
_UNIT: Final = (
    r"(?:(?:(?:flat|unit|apt\.?|apartment|room|studio|plot|bedsit|caravan|pitch)\s?(?:no\.?\s?)?(?:\d{1,4}[a-z]?|[a-z])|(?:number|no\.?|house)\s?\d{1,4}[a-z]?|"
    r"(?:\d(?:st|nd|rd|th)|top|ground|first|second|third|basement|upper|lower)\s(?:floor\s)?flat)\b)"
)
_CAPITAL: Final = r"[A-Z][\w'’.-]*"
_WORD: Final = r"(?!\d)\w[\w'’.-]*"
_STREET_AFTER: Final = rf"(?:,\s*(?:{_CAPITAL}\s+){{1,3}}{_ANY_STREET}(?!\w))?"
_UNIT_AFTER: Final = rf"(?:,\s*(?i:{_UNIT}))?"
_HOUSE_NAME: Final = rf"(?:{_CAPITAL}\s+){{0,3}}{_CAPITAL}"
_NUMBERED: Final = (
    re.compile(
        rf"(?<![\w/£-])(?:{_CAPITAL}\s+(?:{_CAPITAL}\s+)?(?:House|Court|Lodge|Tower|Hall|Point|Mill|Place|Heights),\s*)?(?i:{_UNIT},?\s+)?{_NUMBER},?\s+"
        rf"(?:{_CAPITAL}\s+){{1,4}}{_ANY_STREET}(?!\w){_STREET_AFTER}{_UNIT_AFTER}"
    ),
    re.compile(
        rf"(?<![\w/£-])(?i:{_UNIT},?\s+)?{_NUMBER},?\s+(?:The\s+)?[A-Z][\w'’-]*(?:gate|walk|fields?|bank|side|mead|croft|wood|lea|way|garth|holme)\b{_UNIT_AFTER}"
    ),
    re.compile(
        rf"(?<![\w/£-]){_NUMBER},?\s+(?i:Heol|Ffordd|L[oô]n|Stryd|Maes|Clos|Rhodfa|Cwrt|Gerddi|Bryn|Cae|T[yŷ])\s+(?:yr?\s+)?{_CAPITAL}"
    ),
    re.compile(rf"(?<![\w/£-]){_NUMBER}\s+The\s+{_CAPITAL}(?:\s+{_CAPITAL})?"),
    re.compile(
        rf"(?<![\w/£-])(?:{_UNIT},?\s+)?{_NUMBER},?\s+(?:{_WORD}\s+){{1,3}}{_LOWER_STREET}(?!\w)(?:,\s*{_UNIT})?",
        _I,
    ),
)
_IN_A_BUILDING: Final = (
    # A flat or a room in a named building, perhaps with its street.
    re.compile(
        rf"\b{_UNIT},?\s+(?:the\s+)?(?:{_WORD}\s+){{1,3}}{_BUILDING}(?!\w)(?:,\s*(?:{_WORD}\s+){{1,3}}{_LOWER_STREET}(?!\w))?",
        _I,
    ),
    re.compile(rf"\b(?i:{_UNIT}),?\s+(?:{_CAPITAL}\s+){{1,3}}{_ANY_STREET}(?!\w){_STREET_AFTER}"),
)
_NAMED: Final = (
    re.compile(rf"\b(?:{_CAPITAL}\s+){{1,3}}{_ANY_STREET},?\s+(?i:no\.?|number)\s?\d{{1,4}}[a-z]?\b"),
    # A house with a name, and its street.
    re.compile(
        rf"\b(?i:the\s+)?{_HOUSE_NAME},\s*(?:{_CAPITAL}\s+){{1,3}}(?:(?i:{_STREET})|Drive|Way|Hill|Place|Walk|Fold|Cut|Bank|Gate|Rise|Green|Croft)(?!\w)"
    ),
    re.compile(
        rf"(?<![\w-])(?:the\s+(?:old\s+)?|old\s+)(?:{_WORD}\s+)?{_BUILDING},\s*(?:{_WORD}\s+){{1,2}}"
        r"(?:street|road|rd|lane|ln|avenue|ave|crescent|terrace|gardens|grove|mews|hill|cut|fold)(?!\w)",
        _I,
    ),
)
_LIVES_AT: Final = (
    r"\b(?:(?:liv(?:es?|ed|ing)|stay(?:s|ed|ing)?|placed|placement\s+is|mov(?:ed|es|ing)|based|bailed|back|visit(?:s|ed|ing)?|went|is|are|was|hes|shes|he's|she's|theyre|they're)"
    r"(?:\s+now)?\s+(?:at|to|on|nr)|(?:address|addy|home|house)(?:\s+is)?(?:\s+now)?)"
)
# "lives at 12 Elmfield": no word says that it is a street, but the words before do.
_AFTER_CUE: Final = tuple(
    re.compile(rf"{cue}:?\s+((?:(?i:number|no\.?)\s+)?\d{{1,4}}[A-Za-z]?\s+[A-Z][a-z][\w'’-]*{more})")
    for cue, more in (
        (_LIVES_AT, rf"(?:\s+{_CAPITAL}){{0,2}}"),
        (r"\bat", rf"\s+{_CAPITAL}"),
    )
)
# A number before these counts something; so "12 of the kids on the estate" is no address.
_COUNTS: Final = re.compile(
    r"^(?:19|20)\d\d\s+[a-z]|^[\w/-]*\d\w*,?\s+(?:[\w'’-]+\s+)*?(?:years?|yrs?|months?|mths?|weeks?|wks?|days?|hours?|hrs?|mins?|minutes|sessions?|children|child|kids?|people|families|family|visits?|times|"
    r"working|percent|per|of|in|out|and|or|but|to|the(?!\s+[A-Z])|a|is|are|was|were|who|for|with|w|at|on|from|by|not|no|yo|social|foster|young|boys?|girls?|"
    r"local|care|carers?|studies|study|trials?|adults?|parents?|mums?|dads?|teams?|workers?|sw|homes?|placements?|pilots?|councils?|las?|areas?|sites?|beds?|"
    r"participants?|cases?|referrals?|papers?|pages?|points?|programmes?|st\s+order|st\s+visit|did|does|do|have|has|had|can|will|that|this|these|their|his|her|my|our|it|any|each|every|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|plus|january|february|march|april|may|june|july|august|september|october|november|december|(?-i:Act|Inquiry|Order))\b",
    _I,
)
# Numbers after these are no houses.
_LABEL_BEFORE: Final = re.compile(
    r"(?:\b(?:year|yr|y|section|s|level|tier|stage|phase|round|wave|week|day|part|chapter|page|para|table|article|rule|regulation|reg|schedule|top|step|grade|aged?|unit|"
    r"version|no|ng|cg|over|under|than|least)\.?|[£$#])\s*$",
    _I,
)
_NOT_A_HOUSE: Final = re.compile(
    r"\b(?:evidence|research|stud(?:y|ies)|review|court|council|school|programme|project|trust|police|hi|hello|thanks|sibling|contact|family|"
    r"on|in|at|from|and|or|for|about|w|with|near|off)\b(?=.*,)",
    _I,
)
_SCHOOL_AFTER: Final = re.compile(
    r"\s+(?:[A-Z]\w+\s+)?(?:primary|infants?|juniors?|junior|secondary|academy|high|school|college|nursery|comp)\b", _I
)
_BEFORE_LENGTH: Final = 20


def addresses(text: str) -> Iterator[Span]:
    """Yield addresses without their postcodes."""
    for pattern in (*_IN_A_BUILDING, *_NAMED):
        for match in pattern.finditer(text):
            if not _NOT_A_HOUSE.search(match.group()):
                yield _span(match)
    for pattern in _NUMBERED:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _BEFORE_LENGTH) : match.start()]
            is_house = not _COUNTS.match(match.group()) and not _LABEL_BEFORE.search(before)
            if is_house and not _SCHOOL_AFTER.match(text, match.end()):
                yield _span(match)
    for pattern in _AFTER_CUE:
        for match in pattern.finditer(text):
            if not _COUNTS.match(match.group(1)) and not _SCHOOL_AFTER.match(text, match.end()):
                yield _span(match, 1)


def _span(match: re.Match[str], group: int = 0) -> Span:
    start = match.start(group)
    return Span(start, start + len(match.group(group).rstrip(" ,")), PersonalType.ADDRESS)

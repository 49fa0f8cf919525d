"""Find people's names in short messages: a gazetteer, the words around, and what is known not to be a person.

Recall comes first, since a name that slips through is stored or shown to others; but a programme, an author, a place or a
month is not a person, and taking those out would spoil the question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from intents.personal.gazetteer import first_names, folded, proper_nouns, surnames
from intents.personal.span import PersonalType, Span
from intents.spelling import general_words

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ORDINARY: Final = 3e-6  # frequency in general English from which a word is an everyday one
_RARE: Final = 4e-7  # frequency below which a lower-case first name is taken for one without more evidence
_STRUCTURAL: Final = 1e-4  # words so frequent (will, may, mark) that lower case never makes them a name

_TITLES: Final = frozenset(
    "mr mrs ms miss mx dr doctor pc dc ds sgt nurse auntie aunty uncle nanny sister imam rev reverend cllr".split()
)
_OFFICES: Final = frozenset(
    "judge justice lord lady sir dame professor prof hhj baroness mp minister president saint st".split()
)
_KIN: Final = frozenset(
    "mum mums mam mom mother dad dads father parent nan nana gran grandma granny grandmother grandad grandfather aunt sis sister "
    "brother bro sib sibling siblings son sons daughter daughters baby child kid boy girl lad lass teen teenager partner boyfriend girlfriend bf gf "
    "ex husband wife stepdad stepmum stepfather stepmother step-dad step-mum cousin twin twins niece nephew newborn toddler".split()
)
_ROLES: Final = frozenset(
    "carer carers foster guardian worker sw pa iro senco hv teacher ta student manager colleague client perp perpetrator victim yp person "
    "adviser advisor keyworker mentor coach tutor supervisor lawyer solicitor therapist nurse midwife gp psychologist clinician officer "
    "visitor neighbour friend friends boss tm psw dsl head paediatrician counsellor volunteer resident care-leaver leaver mate iv adopter adopters".split()
)
_NAMING: Final = frozenset(
    "called named name names known aka alias hi hiya hey dear re regards cheers thanks from with about for and meet ask asks asked is".split()
)
_NAMING_SURE: Final = frozenset("called named name aka alias".split())
_PLACE_BEFORE: Final = frozenset("in at near across around outside throughout within into to of through via".split())
_PUBLISHED_AFTER: Final = re.compile(
    r"^(?:['’]s)?\s*(?:,?\s*\(?(?:19|20)\d\d\b|,?\s*et\s+al|(?:and|&)\s+(?:colleagues|others)|(?:['’]s\s+)?"
    r"(?:approach|model|study|studies|report|review|research|findings|recommendations?|trial|theory|framework|scale|inquiry|paper|article|book|judgment|ruling|"
    r"competen\w+|guidelines?|principles?|said\s+chronolog\w+|evaluation|method|work\s+on|questionnaire|survey|inventory|test|parenting|training|programme|program|"
    r"programmes|foundation|trust|council|borough|university|college|hospital|charity|institute|pilot|project|house|centre|partnership|toolkit|conferenc\w+|"
    r"group|service|services|network|association|society|commission|consultation|strategy|review's|v\.?\s|versus|duty|method's|rating|ratings|act|links?|club)\b)",
    re.IGNORECASE,
)
_CASE_NAME_BEFORE: Final = re.compile(r"\b(?:Re|v|vs|case of|R \()\s*$")
_DOES_AFTER: Final = re.compile(
    r"^(?:['’]s\b|\s*\(?,?\s*(?:aged?\s+)?\d{1,2}\b(?!\s*(?:%|percent|to\b|-|days?|weeks?|working|per\b|:))|\s+(?:says?|said|told|tells|wants?|wanted|keeps?|kept|went|goes|got|gets|has|had|"
    r"hasn['’]?t|is|was|isn['’]?t|wasn['’]?t|asks?|asked|asking|needs?|needed|lives?|lived|stays?|left|came|comes|turned|disclosed|refuses|refused|hates|loves|likes|feels|felt|thinks|"
    r"moved|ran|hit|hits|cries|cried|won['’]?t|can['’]?t|cannot|doesn['’]?t|didn['’]?t|don['’]?t|and\s+(?:his|her|their)|who|whose|again|kicked|rang|called|texted|"
    r"will|would|might|may|should|could|does|did|been|being|born|dob|started|stopped|attends|struggles|looks|seems|misses|missed|talks|talked|knows|shows|showed|presents|turns|"
    r"supports|fosters|parents|thought|reckons|worries|worked|works|suggested|mentioned|emailed|wrote|sent)\b)",
    re.IGNORECASE,
)
_ORGANISATION: Final = frozenset(
    "council trust foundation university hospital school academy college primary house project centre center model programme program act court "
    "review report study scale toolkit guidelines guideline partnership service services team network association society commission inquiry street road "
    "lane avenue approach framework model's duty order orders bank park green family families valued safeguarding board police council's homes home kids hub".split()
)
_PARTICLES: Final = frozenset("de da dos van von bin ibn al el la le du ben abu ap mac mc o".split())
# What only a person does, so that even a first name that is an everyday word, at the start of a sentence, is a person.
_TELLS_AFTER: Final = re.compile(
    r"^(?:\s+(?:told|said|says|disclosed|wants|refuses|refused|hates|loves|keeps|kicked|lives|rang|called|texted|cries|cried|misses|stays|(?:is|was)\s+(?:\d|a\s+(?:boy|girl|child)|in\s+care|"
    r"placed|now\s+\d|my|her|his)|has\s+(?:been|asked|told|moved|said)|hasn['’]?t|isn['’]?t|won['’]?t\b|who)\b|\s*\(\s*\d{1,2}\s*\)|,\s*\d{1,2}\s*,|['’]s\s+(?:mum|dad|mother|father|nan|carer|foster|sister|"
    r"brother|teacher|school|social|bedroom|behaviour|placement))",
    re.IGNORECASE,
)
_CALENDAR: Final = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
    "mon tue tues wed thu thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec christmas easter eid ramadan diwali".split()
)
# Everyday capitalised words of the setting that no general word list has.
_SETTING: Final = frozenset(
    "ofsted cafcass nspcc barnardos barnardo's coram camhs nhs english british welsh scottish irish polish romanian somali muslim christian sikh hindu "
    "roma gypsy traveller google facebook instagram snapchat tiktok whatsapp teams slack excel zoom copilot mosaic liquidlogic eclipse netflix "
    "england wales scotland ireland britain europe london birmingham manchester leeds liverpool sheffield bristol newcastle hackney camden islington "
    "hertfordshire essex kent surrey sussex norfolk suffolk devon dorset cornwall yorkshire lancashire cheshire cumbria durham northumberland "
    "hampshire oxfordshire somerset wiltshire gloucestershire shropshire staffordshire warwickshire leicester leicestershire derby derbyshire nottingham "
    "nottinghamshire lincolnshire rotherham rochdale telford oldham bradford hull swindon luton croydon lambeth southwark merton burnley selby "
    "wolverhampton coventry stoke sunderland gateshead bolton wigan salford stockport tameside bury knowsley sefton wirral plymouth exeter torbay "
    "brighton hove portsmouth southampton reading slough oxford cambridge cambridgeshire peterborough ipswich norwich york doncaster barnsley "
    "wakefield kirklees calderdale darlington hartlepool middlesbrough redcar stockton blackpool blackburn preston lancaster tower hamlets newham "
    "haringey barnet brent ealing hounslow harrow hillingdon enfield redbridge havering bexley bromley greenwich lewisham wandsworth kensington "
    "chelsea westminster sutton kingston richmond cardiff swansea belfast glasgow edinburgh dutch american australian swedish german scandinavian".split()
)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    fold: str

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper() and not (self.text.isupper() and len(self.text) > 1)

    @property
    def is_shouted(self) -> bool:
        return self.text.isupper() and len(self.text) > 2


class PeopleFinder:
    """Finds people's names.

    Args:
        known_words: Lower-case words of the knowledge base (titles, aliases, texts): programmes, places, jargon.
        known_names: Folded names of authors and models of the knowledge base; not personal data unless the words around
            say that a person is meant.
    """

    def __init__(self, known_words: Collection[str] = (), known_names: Collection[str] = ()) -> None:
        self._known_words = frozenset(known_words)
        self._known_names = frozenset(known_names)

    def find(self, text: str) -> list[Span]:
        """Return the spans of names, in order; titles and possessive endings are left out."""
        tokens = [self._word(match) for match in _TOKEN.finditer(text)]
        spans: list[Span] = []
        at = 0
        while at < len(tokens):
            if self._starts_name(text, tokens, at):
                last = self._last_of_name(text, tokens, at)
                spans.append(Span(tokens[at].start, tokens[last].end, PersonalType.NAME))
                at = last + 1
            else:
                at += 1
        return spans

    @staticmethod
    def _word(match: re.Match[str]) -> _Word:
        word = re.sub(r"['’]s$", "", match.group())
        return _Word(word, match.start(), match.start() + len(word), folded(word))

    def _is_ordinary(self, word: _Word) -> bool:
        lower = word.text.casefold()
        return (
            (general_words().get(lower, 0.0) >= _ORDINARY and word.fold not in proper_nouns())
            or lower in self._known_words
            or lower in _CALENDAR
            or lower in _SETTING
            or ("-" in lower and all(general_words().get(part, 0.0) >= _ORDINARY for part in lower.split("-")))
        )

    @staticmethod
    def _is_first_name(word: _Word) -> bool:
        names = first_names()
        return word.fold in names or ("-" in word.fold and word.fold.split("-")[0] in names)

    def _cue(self, text: str, tokens: Sequence[_Word], at: int) -> str:
        """Return "title", "sure", "weak", "place", "office" or "" for what stands before a word."""
        if at == 0:
            return ""
        before = tokens[at - 1]
        between = text[before.end : tokens[at].start]
        lower = before.text.casefold()
        if lower in _TITLES and re.fullmatch(r"\.?\s+", between):
            return "title"
        if lower in _OFFICES and re.fullmatch(r"\.?\s+", between):
            return "office"
        if re.fullmatch(r"\s*[\s:=,-]\s*", between) or re.fullmatch(r"['’]s\s+(?:is\s+)?", between):
            plural_or_kin = lower in _KIN or lower in _ROLES
            if lower in _NAMING_SURE and "," not in between:
                return "sure"
            if plural_or_kin:
                return "sure" if "," not in between else "weak"
        if re.fullmatch(r"\s+", between):
            if lower in ("is", "are") and at > 1 and tokens[at - 2].text.casefold() in (_KIN | _ROLES | _NAMING_SURE):
                return "sure"
            if lower in _PLACE_BEFORE:
                return "place"
            if lower in _NAMING:
                return "weak"
        return ""

    def _starts_name(self, text: str, tokens: Sequence[_Word], at: int) -> bool:
        word, cue = tokens[at], self._cue(text, tokens, at)
        if (
            len(word.text) < 2
            or cue == "office"
            or word.text.casefold() in _CALENDAR - {"april", "june", "may", "august"}
        ):
            return False
        after = text[word.end : word.end + 60]
        following = (
            tokens[at + 1]
            if at + 1 < len(tokens) and re.fullmatch(r"\s", text[word.end : tokens[at + 1].start])
            else None
        )
        if not word.is_capital:
            if word.is_shouted and not text.isupper():
                return self._is_first_name(word) and not self._is_ordinary(word) and len(word.text) > 3
            return self._starts_lower_name(word, cue, after, following)
        if cue == "title":
            return True
        if _PUBLISHED_AFTER.match(after) or _CASE_NAME_BEFORE.search(text[: word.start]):
            return False
        if following and following.is_capital and self._is_published(text, tokens, at):
            return False
        if following and following.text.casefold() in _ORGANISATION and following.is_capital:
            return False
        known = word.fold in self._known_names or word.fold in self._known_words
        first, ordinary = self._is_first_name(word), self._is_ordinary(word)
        starts_sentence = at == 0 or bool(re.search(r"[.!?:;|/\n]\s*$", text[: word.start]))
        does = bool(_DOES_AFTER.match(after))
        surname_follows = bool(following and following.is_capital and self._is_surname(following))
        if cue == "sure":
            return not ordinary or first
        if first and not ordinary:
            if known:
                return cue == "weak" or surname_follows
            return cue != "place" or surname_follows or does
        if first:
            if surname_follows and following and not (self._is_ordinary(following) and known):
                return True
            if _TELLS_AFTER.match(after):
                return cue != "place"
            if cue == "weak" and not starts_sentence and not known:
                return not self._is_plain_word(word) or bool(re.match(r"\s+(?:and|&)\s+(?:her|his|their)\b", after))
            return does and not starts_sentence and cue != "place" and not self._is_plain_word(word)
        if ordinary or known:
            return False
        return (surname_follows and cue != "place") or (does and word.fold in surnames() and cue in ("weak", ""))

    @staticmethod
    def _is_plain_word(word: _Word) -> bool:
        return general_words().get(word.text.casefold(), 0.0) >= _STRUCTURAL

    def _starts_lower_name(self, word: _Word, cue: str, after: str, following: _Word | None) -> bool:
        if (
            not self._is_first_name(word)
            or len(word.text) < 3
            or word.fold in self._known_words
            or word.text.casefold() in _SETTING
        ):
            return False
        frequency = general_words().get(word.text, 0.0)
        if cue in ("sure", "title"):
            return frequency < _STRUCTURAL and word.text not in (_KIN | _ROLES)
        if frequency >= _RARE or len(word.text) < 4 or word.fold in self._known_names:
            return False
        surname = following is not None and following.fold in surnames()
        return cue == "weak" or surname or bool(_DOES_AFTER.match(after)) or (frequency == 0.0 and cue != "place")

    def _is_surname(self, word: _Word) -> bool:
        lower = word.text.casefold()
        if lower in _ORGANISATION or lower in _CALENDAR or lower in _SETTING or lower in self._known_words:
            return False
        return word.fold in surnames() or self._is_first_name(word) or not self._is_ordinary(word)

    def _is_published(self, text: str, tokens: Sequence[_Word], at: int) -> bool:
        """Return whether a run of capitalised words ends as a publication, a body or a programme does."""
        last = at
        while (
            last + 1 < len(tokens)
            and tokens[last + 1].is_capital
            and re.fullmatch(r"\s", text[tokens[last].end : tokens[last + 1].start])
        ):
            last += 1
        run = tokens[at : last + 1]
        if any(word.text.casefold() in _ORGANISATION for word in run):
            return True
        if _PUBLISHED_AFTER.match(text[tokens[last].end : tokens[last].end + 60]):
            return True
        return all(word.fold in self._known_names or word.text.casefold() in self._known_words for word in run)

    def _last_of_name(self, text: str, tokens: Sequence[_Word], at: int) -> int:
        last = at
        shouted = tokens[at].is_capital
        while last + 1 < len(tokens) and last - at < 3:
            word = tokens[last + 1]
            if (
                not re.fullmatch(r"\s", text[tokens[last].end : word.start])
                or text[tokens[last].end : word.start] == "\n"
            ):
                break
            lower = word.text.casefold()
            if (
                shouted
                and word.is_capital
                and lower not in _CALENDAR
                and lower not in _ORGANISATION
                and (self._is_surname(word) or not self._is_ordinary(word))
            ):
                last += 1
            elif (
                lower in _PARTICLES
                and last + 2 < len(tokens)
                and tokens[last + 2].is_capital
                and not word.text.isupper()
            ):
                last += 2
            elif (
                not shouted
                and word.fold in surnames()
                and general_words().get(lower, 0.0) < _ORDINARY
                and lower not in self._known_words
            ):
                last += 1
            else:
                break
        return last


def names_in(credit_lines: Collection[str]) -> Iterator[str]:
    """Yield the folded names in authors' credit_lines, such as `Taylor, Blackshaw (British Journal of Social Work)`."""
    for credit in credit_lines:
        for match in _TOKEN.finditer(credit):
            if match.group()[0].isupper() and len(match.group()) > 1:
                yield folded(re.sub(r"['’]s$", "", match.group()))

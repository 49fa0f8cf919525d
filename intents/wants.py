"""What a practitioner wants with a message: a closed set, told apart by examples and, where the words leave no doubt, by rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from intents.matcher import Matcher, Read
from intents.text import WORD, words


class Want(StrEnum):
    """The closed set."""

    ASK = "ask"
    BROWSE = "browse"
    COMPARE = "compare"
    SUBSCRIBE = "subscribe"
    FLAG_GAP = "flag-gap"
    FOLLOW_UP = "follow-up"
    HELP = "help"
    ABOUT_ME = "about-me"
    SMALL_TALK = "small-talk"
    OUT_OF_REMIT = "out-of-remit"
    NO_ENTRY = "no-entry"


_GREETING: Final = re.compile(
    r"^(?:hi+|hiya|hello+|hey+|yo|good\s*(?:morning|afternoon|evening)|morning|afternoon|evening|greetings)(?:\s+(?:there|bot|all|team|everyone|again))*[\s!.,?]*$",
    re.IGNORECASE,
)
_THANKS: Final = re.compile(
    r"^(?:ok(?:ay)?|great|perfect|brilliant|lovely|amazing|super|that'?s|that\s+is|this\s+is|really|very|so|helpful|useful|good|cheers|thanks|thank|you|u|ta|thx|nice|one|a\s+lot|much|many|"
    r"for|the|your|that|help|all|bot|everyone|fab|fantastic|just\s+what\s+i\s+needed|appreciated|x+|\W)+$",
    re.IGNORECASE,
)
_THANKED: Final = re.compile(r"\b(?:thanks|thank|cheers|ta|thx|helpful|great|perfect|brilliant)\b", re.IGNORECASE)
_HELP: Final = re.compile(
    r"^/?(?:help|menu|commands?|options|start|about|\?+|what\s+(?:can|do)\s+(?:you|u|this(?:\s+bot)?)\s+do|what\s+are\s+you(?:\s+for)?|how\s+(?:do|does|to)\s+(?:i\s+)?(?:use\s+)?(?:you|this|it)"
    r"(?:\s+(?:bot|work|thing))*|who\s+are\s+you|instructions|how\s+does\s+this\s+(?:bot\s+)?work)[\s?!.]*$",
    re.IGNORECASE,
)
_ABOUT_ME: Final = re.compile(
    r"^/?(?:about\s+me|my\s+data|privacy|what\s+(?:do(?:es)?|have|has|is)\s+(?:you|this(?:\s+bot)?|it)?\s*(?:got\s+)?(?:store|stored|keep|kept|know|hold|held|record|recorded|save|saved|remember)(?:\s+(?:on|about|of)\s+me)?)[\s?!.]*$",
    re.IGNORECASE,
)
_TIPS: Final = re.compile(r"^/?(?:weekly\s+)?tips?[\s?!.]*$", re.IGNORECASE)
_BROWSE: Final = re.compile(
    r"^(?:so\s+)?(?:what(?:'s|\s+is|\s+else)?\s+(?:have\s+you(?:\s+guys)?\s+got|do\s+you(?:\s+guys)?\s+(?:have|know|hold|cover)|(?:evidence\s+|research\s+|topics\s+|stuff\s+)?(?:is|are)?\s*there|is\s+in\s+here)\b.*?\b(?:on|about|for|around)"
    r"|(?:show|list|browse|give)\s+(?:me\s+)?(?:everything|all|what\s+you\s+have|topics?|entries|what'?s\s+there|the\s+list|a\s+list)\b.*?(?:\b(?:on|about|for|around|of|under)|:)"
    r"|(?:browse|list|topic|topics)\s*:?|everything\s+(?:on|about|you\s+have\s+on))\s+(?P<topic>.+?)[\s?!.]*$",
    re.IGNORECASE,
)
_BROWSE_ALL: Final = re.compile(
    r"^(?:(?:show|list|browse|give|see)\s+(?:me\s+)?(?:all\s+|the\s+|your\s+)*(?:topics|entries|everything|contents)|topics|browse|what\s+topics.*|what\s+(?:do\s+you\s+cover|can\s+i\s+ask(?:\s+about)?))[\s?!.]*$",
    re.IGNORECASE,
)
_SUBSCRIBE: Final = re.compile(
    r"\b(?:(?:un)?subscribe|sign\s+(?:me|us|my\s+team)\s+up\s+(?:for|to)|(?:send|get|stop|start|pause|want|have|turn\s+(?:on|off)|push|set\s+up|switch\s+(?:on|off))\b[^.?!]{0,30}\b(?:weekly|tips?|tip\s+of\s+the\s+week))\b",
    re.IGNORECASE,
)
_FLAG: Final = re.compile(
    r"^/?(?:flag|report|log|raise)\b[^.?!]{0,25}\b(?:gap|missing|mistake)\b|\bflag\s+(?:a|this|it|that)\b.{0,20}\bgap\b|^/?gap\b|\bevidence\s+gap\b.{0,20}\b(?:flag|report|log|raise)\b",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(
    r"\b(?:vs\.?|versus|or|compared?(?:\s+(?:to|with))?|difference\s+between|better\s+than|rather\s+than|against)\b",
    re.IGNORECASE,
)
_CONNECTORS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\s+(?:vs\.?|versus)\s+",
        r"\s+or\s+",
        r"\s+(?:compared?\s+(?:to|with)|better\s+than|rather\s+than|against)\s+",
        r"\s+and\s+",
    )
)
FACET_PATTERNS: Final = {
    "cost": r"costs?|price|money|expensive|cheap|value\s+for\s+money|cost[\s-]effective\w*|savings?|afford\w*|£",
    "limits": r"limits?|limitations?|caveats?|downsides?|drawbacks?|harms?|risks?|weakness\w*|catch|problems?|negatives?|any\s+buts|criticisms?|side\s+effects?|how\s+sure|certain",
    "sources": r"sources?|references?|refs?|citations?|cite|links?|papers?|report|where(?:'s|\s+(?:is|does|did))\s+(?:this|that|it)\s+(?:come\s+)?from|doi|read\s+more|who\s+says|author",
    "who": r"who\s+(?:was|were|is|are|did|does)|for\s+whom|whom|tested\s+on|ages?|teen\w*|babies|toddlers|under\s*\d+s?|over\s*\d+s?|\d+\s*(?:to|-)\s*\d+|boys|girls|adolescents?|"
    r"older|younger|siblings|dads|fathers|mums|disabled|setting|where\s+was|which\s+(?:kids|children|families|countr\w+)|sample|in\s+england|in\s+the\s+uk|uk|black|ethnic\w*|minority",
    "doing-it-well": r"how\s+(?:do|should|can|to|would)\b|doing\s+it\s+well|in\s+practice|practical|implement\w*|deliver\w*|set\s+(?:it|this|one)\s+up|tips|what\s+makes\s+it|training|who\s+runs|do\s+it\s+(?:well|right)",
    "findings": r"numbers?|figures?|findings?|results?|stats?|statistics|data|percent\w*|effect\s+size|how\s+(?:big|much|many)|outcomes?|detail\w*|more|evidence|how\s+strong|trial|studies|study",
}
_FOLLOW_UP: Final = re.compile(
    r"^(?:and|but|so|ok|also|what\s+about|how\s+about|any|is\s+there|are\s+there|does\s+(?:it|that|this)|did\s+(?:it|that|this|they)|is\s+(?:it|that|this)|was\s+(?:it|that|this)|can\s+(?:it|i|we)|"
    r"who|where|numbers?|figures?|costs?|sources?|refs?|links?|limits?|findings?|results?|more|tell\s+me\s+more|details?|for\s+whom|why|how|what(?:'s|\s+are|\s+is|\s+were|\s+was)\s+the)\b",
    re.IGNORECASE,
)
FOLLOW_UP_WORDS_MAX: Final = 9
# "And what about X?" says nothing but X: it cannot be told from such words that it is about something else.
_BARE_FOLLOW_UP: Final = re.compile(r"^(?:(?:and|or|but|so|ok)\W+)?(?:what|how)\s+about\b|^and\b", re.IGNORECASE)
BARE_WORDS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class WantFinder:
    """Tells what a message wants.

    Attributes:
        matcher: Fitted on `intents/data/intents.jsonl` and examples of questions.
    """

    matcher: Matcher

    def find(self, text: str, read: Read) -> Want:
        """Return what a plain text without politeness wants, judged without what was said before."""
        if self.is_formula(text):
            return Want.HELP if _HELP.match(text) else Want.SMALL_TALK
        if _ABOUT_ME.match(text):
            return Want.ABOUT_ME
        if _TIPS.match(text):
            return Want.SUBSCRIBE
        if _BROWSE_ALL.match(text):
            return Want.BROWSE
        if _FLAG.search(text):
            return Want.FLAG_GAP
        if _BROWSE.match(text):
            return Want.BROWSE
        best = self.matcher.rank_read(read, limit=1)
        want = Want(best[0].id) if best and best[0].confidence >= 0.5 else Want.ASK
        if want is Want.SUBSCRIBE and not _SUBSCRIBE.search(text):
            return Want.ASK
        if want is Want.COMPARE and not _TELLING.search(text):
            return Want.ASK
        if want is Want.OUT_OF_REMIT and _BARE_FOLLOW_UP.match(text) and len(words(text)) <= BARE_WORDS_MAX:
            return Want.ASK
        if want in (Want.BROWSE, Want.FOLLOW_UP):
            return Want.ASK
        return want

    @staticmethod
    def is_formula(text: str) -> bool:
        """Return whether a message is nothing but a greeting, thanks or a call for help with the bot."""
        return bool(_HELP.match(text) or _GREETING.match(text) or (_THANKS.match(text) and _THANKED.search(text)))

    @staticmethod
    def topic_of(text: str) -> str:
        """Return what a message that browses wants to browse; "" for everything."""
        found = _BROWSE.match(text)
        return found["topic"] if found else ""

    @staticmethod
    def is_thanks(text: str) -> bool:
        """Return whether small talk thanks."""
        return bool(_THANKED.search(text)) and not _GREETING.match(text)

    @staticmethod
    def compares(text: str) -> bool:
        """Return whether the words set two things side by side."""
        return bool(_TELLING.search(text))

    @staticmethod
    def sides(text: str) -> list[tuple[str, str]]:
        """Return the ways to read a message as "this or that": what stands on either side."""
        parts = [connector.split(text, maxsplit=1) for connector in _CONNECTORS]
        return [(part[0], part[1]) for part in parts if len(part) == 2 and all(WORD.search(side) for side in part)]

    @staticmethod
    def facet_of(text: str) -> str | None:
        """Return the part of an entry that a short message asks for, if it reads like a follow-up."""
        if len(words(text)) > FOLLOW_UP_WORDS_MAX:
            return None
        if re.fullmatch(
            r"(?:" + "|".join(re.escape(facet) for facet in FACET_PATTERNS) + r")", text.strip().casefold()
        ):
            return text.strip().casefold()
        if not _FOLLOW_UP.match(text) and len(words(text)) > 3:
            return None
        for facet, pattern in FACET_PATTERNS.items():
            if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE):
                return facet
        return None

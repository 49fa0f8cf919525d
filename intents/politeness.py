"""Take the greeting, small talk and thanks from round a question, so that they cannot change the answer.

The patterns read plain text (`intents.text.plain`), in which one space is the only white space.
"""

from __future__ import annotations

import re
from typing import Final

from intents.text import WORD

_AFTER: Final = r"(?=$|[ ,.!?:;-])[ ,.!?:;-]*"
_HELLO: Final = "|".join(
    (
        "hi+",
        "hiya+",
        "hello+",
        "hey+",
        "heya",
        "helo",
        "hullo",
        "yo",
        "dear",
        "greetings",
        "good (?:morning|afternoon|evening|day)",
        "morning",
        "afternoon",
        "evening",
    )
)
_WHO: Final = "(?: (?:there|bot|all|team|everyone|everybody|folks|guys|both|colleagues|ladies|what ?works(?: ?bot)?|again|lovely|hun|mate))*"
_YOU_ALL: Final = "(?:you(?:'?re| are| all)?|u|ur|all|this|your|everyone|everything)"
_ARE_WELL: Final = "(?:is|are|finds? you|had|have|having|keeping|doing|a|an|day|week|weekend|going|very|ok|okay|well|good|great|lovely|fine|nice|all)"
_SORRY_FOR: Final = "|".join(
    (
        r"to (?:bother|trouble|bug|ask|interrupt)(?: you(?: all)?)?(?: (?:again|so early|so late|on a \w+))?",
        r"if (?:this|it)(?: is|'s|s)? (?:a )?(?:silly|stupid|daft|been asked(?: before)?|obvious)(?: (?:question|one|q))?",
        r"for (?:the )?(?:bother|trouble|asking|random question|long message)",
    )
)
_SOMEONE: Final = "(?:you|u|anyone|anybody|someone|somebody)"
_COULD: Final = "(?:could|can|knows?|would|might|had|have)"
_TELL: Final = "(?:tell|help|advise|let|point|show|explain|know|remind|give|find)"
_ME: Final = " (?:me|us)(?: (?:know|with|to|towards|understand|out|on|in the direction of|find))?"
_KINDLY: Final = "(?:(?:please|pls|plz|kindly|possibly) )*"

_OPENINGS: Final = tuple(
    re.compile(pattern + _AFTER, re.IGNORECASE)
    for pattern in (
        f"(?:{_HELLO}){_WHO}",
        f"(?:i )?(?:hope|trust) (?:{_YOU_ALL} ){{1,3}}(?:{_ARE_WELL}(?: |(?=[^a-z])|$))+",
        "how are (?:you|things)(?: (?:today|doing|all))?",
        f"(?:(?:so )?sorry|apologies) (?:{_SORRY_FOR})",
        "(?:just )?(?:a )?(?:quick|random|silly|daft|stupid|general|small) (?:one|question|query|q|thing)(?: (?:for|from) (?:you|me|the team))?",
        f"(?:just |i was (?:just )?|was )?wondering(?: (?:if|whether) {_SOMEONE} {_COULD}(?: (?:be able to )?{_KINDLY}{_TELL}(?:{_ME})?)?)?",
        f"{_KINDLY}(?:can|could|would|will|cud) {_SOMEONE} {_KINDLY}{_TELL}{_ME}",
        "(?:please|pls|plz|kindly)",
        "(?:thanks|thank you|ta|cheers) (?:in advance|for (?:your|the|any) (?:help|time|support|last answer|that))",
        "(?:ok|okay|right|so|um+|erm+|er+|well|oh)(?= ?,)",
        "(?:i )?(?:hope|trust) that makes sense",
    )
)
_THANKS: Final = "thanks|thank you|thx|thankyou|ta|cheers|tia|tnx|much appreciated|appreciate it|thanking you"
_FOR_HELP: Final = "for (?:your|the|any|all your) (?:help|time|support|advice)"
_CLOSINGS: Final = tuple(
    re.compile(rf"(?:^|(?<=[ ,.!?:;-])){pattern}[ ,.!?:;-]*$", re.IGNORECASE)
    for pattern in (
        f"(?:many |with )?(?:{_THANKS})(?: (?:in advance|so much|very much|a lot|a million|a bunch|all|again|everyone|team|{_FOR_HELP}))*",
        "(?:please|pls|plz)",
        "x{1,3}",
        "(?:(?:kind|best|warm) (?:regards|wishes)|regards)",
        "(?:any )?(?:help|advice|pointers) (?:(?:would be|is|much|greatly|gratefully) )*(?:appreciated|received|welcome|great|lovely|amazing)",
        "have a (?:good|great|lovely|nice) (?:day|evening|weekend|one|week)",
        "(?:i )?hope (?:that|this) makes sense",
        "[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+",
    )
)


def without_politeness(text: str) -> str:
    """Return a plain text without the greeting, small talk and thanks round it; what is only those stays as it is."""
    core, before = text, ""
    while core != before:
        before = core
        core = core.lstrip(" ,.!?:;-")
        for pattern in _OPENINGS:
            if (found := pattern.match(core)) and found.end() < len(core):
                core = core[found.end() :]
        for pattern in _CLOSINGS:
            if (found := pattern.search(core)) and found.start() > 0:
                core = core[: found.start()].rstrip(" ,;:-")
    return core if WORD.search(core) else text

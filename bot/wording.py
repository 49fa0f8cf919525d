"""The product's own words, in one place. Sentences about evidence are not here: those stand in the sheets."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.feedback import Reason
from bot.reply import Facet, Occasion
from knowledge.entry import Answer, Direction, Effect, EvidenceEntry, Kind, OutcomeArea, SourceType, Strength

EFFECT_SYMBOLS: Final = {
    Effect.POSITIVE: "▲▲",
    Effect.TENDS_POSITIVE: "▲",
    Effect.MIXED: "▲▼",
    Effect.NO_EFFECT: "=",
    Effect.TENDS_NEGATIVE: "▼",
    Effect.NEGATIVE: "▼▼",
    Effect.NOT_RATED: "–",
}
STRENGTH_SYMBOLS: Final = {
    Strength.HIGH: "●●●●",
    Strength.MODERATE: "●●●○",
    Strength.LOW: "●●○○",
    Strength.VERY_LOW: "●○○○",
    Strength.NOT_RATED: "○○○○",
}
STRENGTH_WORDS: Final = {
    Strength.HIGH: "High",
    Strength.MODERATE: "Moderate",
    Strength.LOW: "Low",
    Strength.VERY_LOW: "Very low",
    Strength.NOT_RATED: "Not rated",
}
_EFFECT_WORDS: Final = {
    Effect.POSITIVE: "Positive: the findings favour it",
    Effect.TENDS_POSITIVE: "Tends to be positive",
    Effect.MIXED: "Mixed: some findings for, some against",
    Effect.TENDS_NEGATIVE: "Tends to be negative",
    Effect.NEGATIVE: "Negative: the findings speak against it",
    Effect.NOT_RATED: "Not rated: the findings describe, they do not test an effect",
}
EFFECT_SHORT: Final = {
    Effect.POSITIVE: "Positive",
    Effect.TENDS_POSITIVE: "Tends to be positive",
    Effect.MIXED: "Mixed",
    Effect.NO_EFFECT: "No effect",
    Effect.TENDS_NEGATIVE: "Tends to be negative",
    Effect.NEGATIVE: "Negative",
    Effect.NOT_RATED: "Not rated",
}
KIND_WORDS: Final = {
    Kind.INTERVENTION: "Intervention",
    Kind.PRACTICE_SYSTEM: "Practice system",
    Kind.PRACTICE_METHOD: "Practice method",
    Kind.GUIDANCE: "Law and guidance",
}
DIRECTION_WORDS: Final = {
    Direction.BETTER: "better",
    Direction.NO_DIFFERENCE: "no difference shown",
    Direction.WORSE: "worse",
    Direction.MIXED: "mixed",
    Direction.DESCRIPTIVE: "descriptive",
}
DIRECTION_SYMBOLS: Final = {
    Direction.BETTER: "▲",
    Direction.NO_DIFFERENCE: "=",
    Direction.WORSE: "▼",
    Direction.MIXED: "▲▼",
    Direction.DESCRIPTIVE: "–",
}
SOURCE_TYPE_WORDS: Final = {
    SourceType.SYSTEMATIC_REVIEW: "systematic review",
    SourceType.RCT: "randomised trial",
    SourceType.QED: "comparison study",
    SourceType.EVALUATION: "evaluation",
    SourceType.REVIEW: "review",
    SourceType.TOOLKIT: "toolkit",
    SourceType.GUIDELINE: "guideline",
    SourceType.STATUTE: "statute",
    SourceType.OTHER: "other",
}
AREA_WORDS: Final = {area: area.value.replace("-", " ").capitalize() for area in OutcomeArea}
FACET_WORDS: Final = {
    Facet.FINDINGS: "Findings",
    Facet.DOING_IT_WELL: "Doing it well",
    Facet.WHO: "Who it was tested on",
    Facet.LIMITS: "Limits",
    Facet.COST: "Cost",
    Facet.SOURCES: "Sources",
}

SITE_NAME: Final = "Evidence for children's social care"
DANGER_LINE: Final = "If someone may be in danger now, call 999 and follow your local safeguarding procedures."
PRIVATE_LINE: Final = "Please leave out names and anything that could identify a family."
THANKS_HELPFUL: Final = "Thank you. That helps the centre to see which entries are of use."
THANKS_NOT_HELPFUL: Final = "Thank you. What was the matter? One tap is enough; nothing else is kept."
THANKS_REASON: Final = "Thank you. The centre sees the reason beside the entry, and nothing else."

REASON_WORDS: Final = {
    Reason.NOT_MY_QUESTION: "It answers another question",
    Reason.NOT_MY_SETTING: "It does not fit my setting",
    Reason.HARD_TO_READ: "It is hard to read",
    Reason.NOTHING_TO_USE: "There is nothing I can use",
    Reason.LOOKS_WRONG: "It looks wrong or out of date",
}

DERIVED_RATING: Final = "Rated by the compilers of this knowledge base from the sources, not by a What Works Centre."
CHECK_IN_FORCE: Final = "Some of this law may not be in force yet: check whether it is in force before you rely on it."
NO_COST: Final = "No cost figure was found in the sources."
UNSIGNED: Final = "Not yet signed off by the centre's reviewers."
NOT_ADVICE: Final = "Evidence informs a decision; it does not make it."

CHOICES_HEADING: Final = "Did you mean one of these?"
NONE_OF_THESE: Final = "None of these"
NO_ENTRY_HEADING: Final = "Nothing on that yet"
NO_ENTRY: Final = "The knowledge base has no entry that answers this, and the bot does not guess. That nothing is here does not mean that nobody has studied it."
NO_ENTRY_NEXT: Final = "The question can be flagged as an evidence gap, so that the centre hears of it."
COMPARE_HEADING: Final = "Side by side"
CANNOT_COMPARE: Final = "The two cannot be compared: no outcome was measured for both. Each stands on its own studies."
COMPARE_NOTE: Final = (
    "From different studies, with different people: a larger figure on one side does not mean that it works better."
)

NOT_CONFIRMED: Final = "An answer to your last message was sent, but it was not confirmed that it arrived. If you do not see it, please ask again."
NOT_NOW: Final = "That did not work just now. Please try again in a minute."
GONE: Final = "That entry is not in use any more."
DESK_FOR_STAFF: Final = "The desk is for the centre's staff, and no role of theirs is known for you. An administrator of the centre can give you one."
DESK_CODE_UNKNOWN: Final = "Nobody waits with this code. It may be mistyped, older than ten minutes, or given by somebody else. Open the sign-in page again for a new one."
DESK_LINK: Final = "This link lets you into the desk: once, within ten minutes of the code, and only in the browser that shows the code. Do not pass it on."
DESK_OPEN: Final = "Open the desk"
DESK_ALONE: Final = "Please write that to me in a chat of our own: the link is for you alone."
DESK_SIGNED_OUT: Final = "You are signed out. Sign in, and then send the form again."
DESK_OTHER_ROLE: Final = "Your role does not reach that far. An administrator can give you another."
DESK_OTHER_FORM: Final = (
    "This form is of another session, or was changed on the way. Open its page again, and send it from there."
)
DESK_LINK_USED: Final = (
    "This link was used already, or a newer one has taken its place. Open the sign-in page for a new code."
)
DESK_LINK_EXPIRED: Final = "This link is more than ten minutes old. Open the sign-in page for a new code."
SURFACE_WORDS: Final = {"slack": "Slack", "teams": "Teams", "openid": "your organisation's sign-in service"}
OPENID_REFUSED: Final = (
    "Your organisation's sign-in service did not let you in, or you turned back. Please try again, or use the code."
)
OPENID_SILENT: Final = (
    "Your organisation's sign-in service does not answer just now. Please try again in a minute, or use the code."
)
OPENID_UNPROVEN: Final = "What came from your organisation's sign-in service does not prove who you are. Please try again; if it stays so, tell whoever runs this site."
OPENID_NOT_BEGUN: Final = (
    "This sign-in was not begun in this browser, or more than ten minutes ago. Please begin again here."
)
DESK_OTHER_BROWSER: Final = "This link only works in the browser that shows its code. Open it there, or open the sign-in page here for a code of this browser."
WELCOME_TEAM: Final = "Mention me with a question, and the answer comes in the thread."
WELCOME_PERSON: Final = "Ask me here, in your own words."

TIP_HEADING: Final = "Evidence tip of the week"
PREVIEW: Final = "As it stands today, this comes next:"
FLAG_ON_ENTRY: Final = "Does it not answer your question, or not fit your setting, or is it out of date? Flag a gap"
TOO_MANY: Final = (
    "Many messages came in a short time, so this one is not answered. Please ask again in a minute. If someone may be in danger now, call 999 and tell "
    "your manager."
)
NOTICE_HEADING: Final = "From the What Works Centre"
NOTICE_NOTE: Final = "The centre sends this to channels that have a weekly evidence tip."
CORRECTION_HEADING: Final = "Correction"
FOLLOW: Final = "Tell me if this changes"
FOLLOWED: Final = (
    "You will get a short message if the effect, the strength of evidence or the line in brief of this entry changes."
)
TIP_DRAWN: Final = "Let the bot choose"
TIP_TERM_TIME: Final = "No tip in school holidays"
ONLY_MANAGERS: Final = "Only a manager can change the weekly tip of a channel. Ask whoever looks after this bot to run:"
TIP_FORM_NOTE: Final = "At most one tip a week. A bank holiday of England moves it to the next working day of the week, or the last one before."
NO_TIP_HERE: Final = "No weekly tip comes here yet."
TIPS_HOW: Final = "A weekly evidence tip can be posted in your team's Slack or Teams channel: use /evidence tips there in Slack, or write tips in Teams."

STORED: Final = (
    "What you write is not kept with you. On Slack and Teams a message waits encrypted, with personal data taken out, until it is answered; a "
    "question that nothing answers is kept after that, encrypted and cleaned, with the day and the platform alone and nothing about you, so that "
    "the centre sees what is missing: for 90 days unless your organisation has set another time, or none. "
    "For a week the bot remembers which entry a conversation was about, so that you can follow up. If you say whether an answer was "
    "helpful, the entry, your verdict and the time are kept, without you. If you set up a channel's weekly tip, the channel and you are kept, "
    "encrypted, until it is stopped, so that somebody can be told when it cannot be posted. If you flag an evidence gap, its cleaned words are "
    "kept; of you, and of whoever adds a voice, a hash, and, encrypted, where to tell you, until you write gap, its number and forget."
)
REMIT: Final = "This bot answers questions about evidence, guidance and law in children's social care in England, from a curated knowledge base."
EXAMPLES_LEAD: Final = "Try, for example:"
EXAMPLES: Final = (
    "does family group conferencing keep children out of care?",
    "what have you got on kinship care?",
    "how long have we got for a section 47 enquiry?",
)
OCCASION_WORDS: Final = {
    Occasion.OTHER: "That is not a question for an evidence base.",
    Occasion.NOTHING_ASKED: "There was no question in that message that could be read.",
    Occasion.GREETING: "Hello.",
    Occasion.THANKS: "You're welcome.",
    Occasion.HELP: "Ask in your own words; abbreviations and slips of typing are fine. Please leave out names and details of families.",
    Occasion.SUBSCRIBE: TIPS_HOW,
    Occasion.ABOUT_ME: STORED,
}

URGENT_HEADING: Final = "If someone may be in danger now, act first"
URGENT_LINES: Final = (
    "Immediate danger to life or safety: call 999.",
    "Tell your manager or the duty manager now, and follow your local safeguarding procedures. Out of hours: the emergency duty team.",
    "If it is you who is at risk: leave, get somewhere safe, call 999, then tell your manager.",
    "This bot cannot assess risk or pass a message on to anyone.",
)
URGENT_THEN: Final = "On the question you asked besides:"

_PERSONAL_WORDS: Final = {
    "NAME": "a name",
    "DOB": "a date of birth",
    "PHONE": "a phone number",
    "EMAIL": "an email address",
    "ADDRESS": "an address",
    "POSTCODE": "a postcode",
    "NHS_NUMBER": "an NHS number",
    "NINO": "a National Insurance number",
    "CASE_NUMBER": "a case or record number",
    "URL": "a link to a record",
    "AGE_AND_PLACE": "an age together with a place",
}


def effect_words(entry: EvidenceEntry) -> str:
    """Return an entry's effect in words.

    "No effect" is told apart by how well it was tested; "not rated" by whether anybody was to show an effect at all.
    """
    effect, strength = entry.rating.effect, entry.rating.strength
    if effect is Effect.NO_EFFECT:
        if strength in {Strength.HIGH, Strength.MODERATE}:
            return "No effect: tested well, and no difference was found"
        return "No effect shown so far: the tests were too weak to be sure"
    if effect is Effect.NOT_RATED and entry.answer is Answer.NO_EVIDENCE_YET:
        return "Not rated: nobody has shown an effect either way"
    return _EFFECT_WORDS[effect]


def effect_short(entry: EvidenceEntry) -> str:
    """Return an entry's effect in a word or two, for lists; "no effect" is told apart as in `effect_words`."""
    effect, strength = entry.rating.effect, entry.rating.strength
    if effect is Effect.NO_EFFECT and strength not in {Strength.HIGH, Strength.MODERATE}:
        return "No effect shown"
    return EFFECT_SHORT[effect]


def rated_by(entry: EvidenceEntry) -> str:
    """Return who made an entry's ratings, as a sentence."""
    if entry.rating.is_official:
        return f"Rating: {entry.rating.by.removeprefix('official: ')}."
    return DERIVED_RATING


def citation(entry: EvidenceEntry, address: str) -> str:
    """Return how to cite an entry in a report."""
    return (
        f"{entry.title}. Evidence entry, version {entry.version}, checked {day(entry.checked)}. {address}. "
        "Please cite the sources for their findings."
    )


def day(when: date) -> str:
    """Return a day as people write it: 23 November 2026."""
    return f"{when.day} {when:%B %Y}"


def removed(types: tuple[str, ...]) -> str:
    """Return the sentence that tells which kinds of personal data were taken out; "" for none."""
    if not types:
        return ""
    kinds = [_PERSONAL_WORDS[kind] for kind in types]
    listed = kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"
    return f"What looked like {listed} was taken out of your message before it was read, and is not kept."


def desk_for_staff(surface: str, person: str) -> str:
    """Return what somebody without a role is told, with the ID to grant one to: they may see it nowhere else."""
    return f"{DESK_FOR_STAFF} They need this ID: {surface} {person}"


def desk_how(address: str) -> str:
    """Return how to get into the desk, for those who may."""
    return f"Open {address} in your browser. It shows a code; write it here, as it says there."

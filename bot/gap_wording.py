"""The product's own words about evidence gaps, for those who flag them and for the centre, in one place."""

from __future__ import annotations

from typing import Final

from bot.gap import Concern

FLAG_SAYS: Final = "flag a gap"
FLAG_HEADING: Final = "Flag an evidence gap"
FLAG: Final = "Thank you: knowing what is missing matters. Leave out names and anything that could identify a family."
FLAG_WHERE: Final = "Gaps are flagged in Slack (/evidence gap), in Teams (write gap), and on the page of evidence gaps."
FLAG_HOW: Final = "To flag what the evidence does not answer, use /evidence gap in Slack, or write gap in Teams."
NEWS_HEADING: Final = "News of an evidence gap"
GAP_LABELS: Final = {
    "question": "Your question, in your own words", "decision": "What decision is it for?", "for_whom": "For whom: age, setting",
    "concern": "What about the answer?", "how_soon": "How soon would an answer help?", "role": "Your role, if you like",
}  # fmt: skip
CONCERNS: Final = {
    Concern.OTHER_QUESTION.value: "It does not answer my question", Concern.OUT_OF_DATE.value: "It is out of date",
    Concern.OTHER_SETTING.value: "It is not for my setting",
}  # fmt: skip
GAP_FROM_MESSAGE: Final = "The question is a message that somebody wrote, without what looked like personal data. Please put it into your own words."
GAP_BELOW: Final = "If it answers another question, flag what you wanted to know with “Flag a gap” below the answer."
GAP_INSTEAD: Final = "Flag what you wanted to know"
GAP_ON_WEB: Final = (
    "Thank you. It is evidence gap {number} now. Nothing here knows where to tell you what becomes of it: once the centre has looked at it, it "
    "stands in the register. To be told, write gap {number} me too to the bot in Slack or Teams."
)
VOICE_ON_WEB: Final = "Your voice counts for evidence gap {number}. To be told what becomes of it, write gap {number} me too to the bot in Slack or Teams."
GAP_WORDS: Final = frozenset({"gap", FLAG_SAYS, "flag gap"})  # what opens the form
GAP_NO_NAMES: Final = "No names of children, families or colleagues, please. The centre sees your words and not who you are; you hear what becomes of it."
GAP_WEB_NO_NAMES: Final = (
    "No names of children, families or colleagues, please. The centre sees your words and not who you are."
)
GAP_LOOK: Final = "This is what the centre would get. Nothing has been sent yet."
GAP_SEND, GAP_CHANGE, GAP_REVIEW = "Send it", "Change it", "Look at it first"
LIKE_GAPS: Final = (
    "Others have asked something like it. One question with many voices is heard sooner than many with one:"
)
LIKE_ANSWERED: Final = "Somebody asked something like it, and it was answered:"
GAP_CLOSED: Final = "It is closed. If it does not help, write gap {number} reopen, and why."
VOICE_COUNTS: Final = "Your voice counts for evidence gap {number}. You will hear here what becomes of it."
VOICE_COUNTED: Final = "Your voice counts for evidence gap {number} already."
GAP_WANTS: Final = {
    "each": "You will hear of each change of evidence gap {number}.",
    "digest": "News of evidence gap {number} will come together with others, on Mondays.",
    "none": "You will hear no more of evidence gap {number}. Your voice still counts.",
}
GAP_FORGOTTEN: Final = "Where to tell you of evidence gap {number} was erased. Your voice still counts."
REOPEN_WHY: Final = (
    "Please say why, so that the centre knows what was missing: write gap {number} reopen, and then the reason."
)
TRIAGE: Final = "triage"
TRIAGE_HEADING: Final = "Evidence gaps that wait"
ONLY_TRIAGERS: Final = (
    "Only a triager of the centre can do that. Whoever looks after this bot gives the role: whatworks roles grant"
)
SAY_QUESTION: Final = "Please say what these voices ask: write {said}: and then their question."
SPLIT_WHY: Final = "These voices ask something of their own: {question}"
SPLIT_HOW: Final = "Nobody sees whose voices they are. To give some of them a gap of their own, write gap {number} split, the letters before them, a colon and their question."
WHY: Final = "Why"
OUTCOME: Final = "What came of it"
SEND: Final = "Send"
LATE: Final = "Waits longer than promised"
LATE_HEADING: Final = "These gaps wait longer than promised"
TRIAGE_HERE: Final = (
    "From now on a card for each gap that is flagged or moved is posted here and kept up to date, on Mondays one with what waits, and a line "
    "when gaps wait longer than promised. To end that, write: triage stop"
)
TRIAGE_HERE_ALREADY: Final = "Cards of evidence gaps are posted here already."
TRIAGE_STOPPED: Final = "No more cards of evidence gaps are posted here. Those that are here stay as they are."
TRIAGE_NONE: Final = "No cards of evidence gaps are posted here."
TRIAGE_NOT_HERE: Final = "Write that in the channel or chat where the cards are wanted."
SAY_WHY: Final = "Please say why, for the history: write {said}: and then the reason."
SAY_OUTCOME: Final = (
    "Please say what came of it, in plain words for those who asked: write {said}: and then the outcome."
)


def gap_flagged(number: int) -> str:
    """Return what whoever flagged a gap is told."""
    return f"Thank you. It is evidence gap {number} now. You will hear from this bot what becomes of it."

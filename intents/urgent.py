"""Notice messages that speak of someone in danger now: a child, an adult or the worker.

Two things speak for it: wording that leaves no doubt (patterns), and likeness to written-out examples of understated,
misspelt and third-person messages (a matcher with two intents, trained on `intents/data/urgent.jsonl`). It never scores
risk and never blocks an answer; a false alarm costs a reader three lines, a missed one may cost a child.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from intents.matcher import Matcher, Read

NOW: Final = "now"
NOT_NOW: Final = "not-now"


@dataclass(frozen=True, slots=True)
class UrgentDetector:
    """Says whether a message speaks of danger now.

    Attributes:
        matcher: Fitted on the intents `now` and `not-now`.
        threshold: The confidence of `now` from which a message counts; fitted (docs/matching.md).
    """

    matcher: Matcher
    threshold: float

    def urgency(self, text: str, read: Read) -> float:
        """Return how much a plain text, and its reading, resemble the examples of danger now, from 0 to 1."""
        if UNMISTAKABLE.search(text):
            return 1.0
        found = {match.id: match.confidence for match in self.matcher.rank_read(read, limit=2)}
        total = sum(found.values())
        return found.get(NOW, 0.0) / total if total else 0.0


UNMISTAKABLE: Final = re.compile(
    r"\b(?:"
    r"(?:has|have|he'?s|she'?s|they'?ve|i'?ve|just)\s+(?:just\s+)?(?:taken|swallowed)\s+(?:an\s+overdose|(?:all\s+)?(?:her|his|their|my|the)\s+(?:tablets|pills|meds))"
    r"|(?:he|she|they|dad|mum|child)(?:'s|\s+is|\s+are)?\s+(?:not|isn'?t|aren'?t)\s+breathing"
    r"|(?:holding|got|has)\s+a\s+(?:knife|gun|machete)\s+(?:to|at|and\s+(?:is|won'?t))\s"
    r"|(?:i'?m|i\s+am|we'?re|we\s+are)\s+(?:locked|trapped)\s+in\s+(?:the|a|his|her|their)\b"
    r")",
    re.IGNORECASE,
)

"""The golden set: questions whose right answers are known, which no change of the knowledge base may answer worse than before."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from bot.errors import InputError
from bot.evaluate import Scores, evaluate
from bot.turn import Bot

GOLDEN: Final = Path(__file__).parent / "golden"
# By how much a measure may fall: two questions of 432, since learning anew moves single ones either way.
TOLERANCE: Final = 0.005
BETTER_HIGH: Final = ("top_1", "top_3", "precision", "shown", "urgent_recall")
BETTER_LOW: Final = ("out_of_scope_answered", "urgent_false_alarms")


def regressions(before: Scores, after: Scores) -> list[str]:
    """Return the measures that are worse by more than the tolerance, in words: name, before, after. None of urgent recall may be lost."""
    found = []
    for name in (*BETTER_HIGH, *BETTER_LOW):
        was, now = getattr(before, name), getattr(after, name)
        if was is None or now is None:
            continue
        lost = was - now if name in BETTER_HIGH else now - was
        if lost > (0 if name == "urgent_recall" else TOLERANCE):
            found.append(f"{name.replace('_', ' ')}: {was:.4f} before, {now:.4f} after")
    return found


def taken(before: Scores, after: Scores, entry: str) -> list[str]:
    """Return whose questions an entry takes that it did not take before, in words; within the tolerance or not."""
    earlier = {one.right: one.times for one in before.confusions if one.first == entry}
    return [
        f"{one.right}: {entry} comes first for {earlier.get(one.right, 0)} of its questions before, {one.times} after"
        for one in after.confusions
        if one.first == entry and one.times > earlier.get(one.right, 0)
    ]


def check_no_worse(before: Bot, after: Bot, folder: Path, entry: str, today: date) -> Scores:
    """Return how a bot does on a golden set after the sheet of an entry was changed.

    Raises:
        InputError: If it does worse than another, or the entry takes another's questions, saying in what; or the folder holds no question sets.
    """
    earlier, scores = evaluate(before, folder, today), evaluate(after, folder, today)
    if worse := [*regressions(earlier, scores), *taken(earlier, scores, entry)]:
        raise InputError("It would answer the golden set worse than before:\n" + "\n".join(f"  {one}" for one in worse))
    return scores

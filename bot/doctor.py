"""What `whatworks doctor` finds: each part that has to work, whether it does, and what to do if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from bot.turn import Bot

WARN_DAYS: Final = (30, 7, 1)  # before something runs out


class Level(IntEnum):
    """How a part is; the highest of all is the exit code, as monitors read it."""

    OK = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        part: What it is of.
        said: How it is; no secret and no person.
        to_do: What to do; "" if nothing.
    """

    level: Level
    part: str
    said: str
    to_do: str = ""


def worst(findings: Sequence[Finding]) -> Level:
    """Return the level of the worst finding."""
    return max((one.level for one in findings), default=Level.OK)


def running_out(part: str, what: str, last: date, today: date, to_do: str) -> Finding:
    """Return how long something lasts still: a warning 30 days before its last day, louder 7 days and 1 day before."""
    left = (last - today).days
    if left < 0:
        return Finding(Level.BROKEN, part, f"{what} ran out on {last}", to_do)
    if left <= WARN_DAYS[0]:
        near = next(days for days in reversed(WARN_DAYS) if left <= days)
        how = {30: "soon", 7: "this week", 1: "at once"}[near]
        return Finding(Level.WARNING, part, f"{what} runs out on {last}, in {left} days", f"{to_do} ({how})")
    return Finding(Level.OK, part, f"{what} lasts until {last}")


def of_knowledge(bot: Bot, today: date) -> list[Finding]:
    """Return how fresh the knowledge is."""
    part, shown = "knowledge", bot.shown.values()
    overdue = [entry for entry in shown if entry.is_overdue(today)]
    soon = [entry for entry in shown if not entry.is_overdue(today) and entry.review_due <= today + timedelta(days=30)]
    unsigned = sum(not entry.sign_off.is_complete for entry in shown)
    found = [Finding(Level.OK, part, f"{len(bot.shown)} entries, content hash {bot.knowledge.content_hash[:12]}")]
    if not bot.shown:
        return [
            Finding(
                Level.BROKEN,
                part,
                "no entry is shown",
                "build the knowledge base, or look at WHATWORKS_REQUIRE_SIGN_OFF",
            )
        ]
    if overdue:
        names = ", ".join(sorted(entry.id for entry in overdue)[:5])
        found.append(
            Finding(
                Level.WARNING, part, f"{len(overdue)} entries are past their review: {names}", "review their sheets"
            )
        )
    if soon:
        found.append(Finding(Level.OK, part, f"{len(soon)} entries are due for review within 30 days"))
    if unsigned:
        found.append(
            Finding(Level.OK, part, f"{unsigned} entries are not signed off by both reviewers; each card says so")
        )
    return found


def of_clock(seconds_ahead: float) -> Finding:
    """Return how our clock stands against another's: signatures and tokens are refused when it is minutes wrong."""
    said = f"{abs(seconds_ahead):.0f} s {'ahead of' if seconds_ahead > 0 else 'behind'} the platform's"
    if abs(seconds_ahead) > 60:
        return Finding(Level.BROKEN, "clock", said, "set the clock, and have it kept (NTP)")
    return Finding(Level.OK, "clock", said)

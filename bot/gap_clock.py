"""How long a gap may wait where it stands before it is late: what the centre promises, in working days of England."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import InputError
from bot.gap import OPEN, Gap, GapState
from bot.schedule import bank_holidays

LONDON: Final = ZoneInfo("Europe/London")
DAYS_MAX: Final = 500
PROMISED: Final[Mapping[GapState, int]] = {
    GapState.SUBMITTED: 5, GapState.CLARIFIED: 10, GapState.CHECKED: 10, GapState.PRIORITISED: 60, GapState.IN_PROGRESS: 90,
}  # fmt: skip

Late = tuple[tuple[GapState, datetime], ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """For how many working days a gap may stand in each state; one that is not named may for ever."""

    days: Mapping[GapState, int] = field(default_factory=lambda: PROMISED)

    @classmethod
    def read(cls, written: str) -> Promise:
        """Return what words like "submitted=5, checked=10" promise; nothing if there are none.

        Raises:
            InputError: Saying what to write instead.
        """
        days: dict[GapState, int] = {}
        for one in filter(None, (one.strip() for one in written.split(","))):
            state, _, number = one.partition("=")
            if state.strip() not in OPEN or not number.strip().isdecimal() or not 0 < int(number) <= DAYS_MAX:
                raise InputError(
                    f"{one!r} is no promise; write it like submitted=5: an open state, and 1 to {DAYS_MAX} working days"
                )
            days[GapState(state.strip())] = int(number)
        return cls(days)

    def waits(self, gap: Gap, now: datetime) -> int:
        """Return for how many working days a gap has stood where it stands; the day it came there does not count."""
        day, last, count = gap.since.astimezone(LONDON).date(), now.astimezone(LONDON).date(), 0
        while day < last:
            day += timedelta(days=1)
            count += is_working(day)
        return count

    def late_by(self, gap: Gap, now: datetime) -> int:
        """Return by how many working days a gap is late; 0 for one that is in time, or that waits for nobody."""
        if gap.state not in self.days:
            return 0
        return max(0, self.waits(gap, now) - self.days[gap.state])

    def late(self, now: datetime) -> Late:
        """Return since before which instant a gap in each state is late."""
        today = now.astimezone(LONDON).date()
        return tuple((state, _begins(_back(today, days + 1) + timedelta(days=1))) for state, days in self.days.items())


def is_working(day: date) -> bool:
    """Return whether people work on a day in England."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def _back(day: date, count: int) -> date:
    """Return the last day before so many working days, the last of which is no later than a day."""
    while count:
        count -= is_working(day)
        day -= timedelta(days=1)
    return day


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)

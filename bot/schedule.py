"""When a weekly tip is due: the right local time, through both clock changes, moved for bank holidays, once in each ISO week.

Rules, where the calendar leaves a choice:

- A bank holiday of England moves the tip to the next working day of the same ISO week or, where there is none, to the last one before it: so that no
  week has two, and none has none while it has a working day.
- A local time that a clock change skips is taken as much later as the clock jumps; one that happens twice is taken the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import InputError

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
EARLIEST, LATEST = time(8, 0), time(18, 0)  # outside of them it is quiet
Span = tuple[date, date]
WEEKS_AHEAD: Final = 60  # looked through for the next one; a pause may be long


@dataclass(frozen=True, slots=True)
class Schedule:
    """A weekly time.

    Attributes:
        day: 0 for Monday to 4 for Friday.
        at: Local time, from 08:00 to before 18:00.
        zone: A name of the IANA time zone database, such as "Europe/London".
        closed: Spans of days, both included, in which no tip comes: school holidays.
    """

    day: int
    at: time
    zone: str = "Europe/London"
    closed: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no time for a tip.

        Raises:
            InputError: Saying what to choose instead.
        """
        if not 0 <= self.day < len(DAYS):
            raise InputError("Choose a day from Monday to Friday")
        if not EARLIEST <= self.at < LATEST:
            raise InputError("Choose a time from 08:00 to 17:59: no tip is posted at night")
        zone_of(self.zone)

    def in_week(self, week: Week) -> datetime | None:
        """Return the instant of the tip in a week, in the schedule's zone; None in a week without an open day."""
        nominal = week.monday + timedelta(days=self.day)
        later = [nominal + timedelta(days=n) for n in range(len(DAYS) - self.day)]
        before = [nominal - timedelta(days=n) for n in range(1, self.day + 1)]
        for candidate in (*later, *before):
            is_closed = any(first <= candidate <= last for first, last in self.closed)
            if not is_closed and candidate not in bank_holidays(candidate.year):
                return _at(candidate, self.at, zone_of(self.zone))
        return None

    def after(self, instant: datetime, not_before: date | None = None, without: frozenset[str] = frozenset()) -> Due:
        """Return the next tip after an instant.

        Args:
            instant: With a time zone.
            not_before: The first local day on which a tip may come again, in a pause.
            without: Weeks to pass over, as "2026-W48".

        Raises:
            InputError: If there is none within a year.
        """
        start = instant.astimezone(zone_of(self.zone)).date()
        for week in Week.of(max(start, not_before or start)).and_later(WEEKS_AHEAD):
            due = self.in_week(week)
            is_open = due and due > instant and (not_before is None or due.date() >= not_before)
            if due and is_open and str(week) not in without:
                return Due(due.astimezone(UTC), str(week))
        raise InputError("There is no tip within a year of that day")

    def in_words(self, due: Due) -> str:
        """Return when a tip is due, as people say it: "Monday 30 November at 09:00, London time"."""
        local = due.at.astimezone(zone_of(self.zone))
        return (
            f"{local:%A} {local.day} {local:%B} at {local:%H:%M}, {self.zone.rpartition('/')[2].replace('_', ' ')} time"
        )


@dataclass(frozen=True, slots=True)
class Due:
    """When one tip is due: the instant, in UTC, and the ISO week it is for, as "2026-W48"."""

    at: datetime
    week: str


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week, told by its Monday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Week:
        """Return the week of a day."""
        return cls(day - timedelta(days=day.weekday()))

    def and_later(self, count: int) -> Iterator[Week]:
        """Yield this week and those after it."""
        for n in range(count):
            yield Week(self.monday + timedelta(weeks=n))

    def __str__(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"


def in_hours(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant, or the first one after it that is no night, weekend or bank holiday in a zone, in UTC."""
    local = instant.astimezone(zone)
    day = local.date() if local.time() < LATEST else local.date() + timedelta(days=1)
    is_moved = day != local.date() or local.time() < EARLIEST
    while day.weekday() >= len(DAYS) or day in bank_holidays(day.year):
        day, is_moved = day + timedelta(days=1), True
    return _at(day, EARLIEST, zone).astimezone(UTC) if is_moved else instant.astimezone(UTC)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Return the bank holidays of England in a year, substitute days included."""
    from holidays import country_holidays  # noqa: PLC0415 - 0.1 s, and only needed here

    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        InputError: If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"{name!r} is not a time zone; write it like Europe/London") from error


def spans_of(written: str) -> tuple[Span, ...]:
    """Return spans of days from words like 2026-12-19/2027-01-03, separated by commas.

    Raises:
        InputError: If one is of another form, or ends before it begins.
    """
    spans = []
    for one in filter(None, (one.strip() for one in written.split(","))):
        first, _, last = one.partition("/")
        try:
            spans.append((date.fromisoformat(first.strip()), date.fromisoformat(last.strip())))
        except ValueError as error:
            raise InputError(f"{one!r} is not a span of days; write it like 2026-12-19/2027-01-03") from error
        if spans[-1][1] < spans[-1][0]:
            raise InputError(f"{one!r} ends before it begins")
    return tuple(spans)


def day_of(written: str) -> int:
    """Return a working day from its name or the beginning of it.

    Raises:
        InputError: If it is none.
    """
    found = [n for n, name in enumerate(DAYS) if len(written) >= 3 and name.startswith(written.strip().casefold())]
    if not found:
        raise InputError(f"{written!r} is not a day from Monday to Friday")
    return found[0]


def time_of(written: str) -> time:
    """Return a time of day from words like 9:00, 09.30 or 14:05.

    Raises:
        InputError: If it is none.
    """
    try:
        return time.fromisoformat(written.strip().replace(".", ":").zfill(5))
    except ValueError as error:
        raise InputError(f"{written!r} is not a time; write it like 09:00") from error


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    # To UTC and back: a time that does not exist becomes one that does, later by as much as the clock jumps.
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC).astimezone(zone)

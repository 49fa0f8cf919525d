"""A weekly tip comes once a week at its local time: through clock changes, bank holidays and pauses, for years on end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InputError
from bot.schedule import DAYS, EARLIEST, LATEST, Schedule, Week, _at, bank_holidays, day_of, time_of, zone_of

ZONES = ["Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe"]
schedules = st.builds(
    Schedule, st.integers(0, 4), st.times(EARLIEST, time(17, 59)).map(lambda at: at.replace(microsecond=0, fold=0)), st.sampled_from(ZONES)
)  # fmt: skip
instants = st.integers(0, 9 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
LONDON = zone_of("Europe/London")


@settings(max_examples=60, deadline=None)
@given(schedules)
def test_from_2024_to_2032_each_week_has_one_tip_at_its_local_time(schedule: Schedule) -> None:
    instant, weeks = datetime(2024, 1, 1, tzinfo=UTC), []
    while instant < datetime(2033, 1, 1, tzinfo=UTC):
        due = schedule.after(instant)
        local = due.at.astimezone(zone_of(schedule.zone))
        assert local.time() == schedule.at
        assert str(Week.of(local.date())) == due.week
        assert local.weekday() < 5
        assert local.date() not in bank_holidays(local.year)
        weeks.append(due.week)
        instant = due.at
    expected = [str(week) for week in Week.of(date(2024, 1, 1)).and_later(len(weeks))]
    assert weeks == expected


@settings(max_examples=300, deadline=None)
@given(schedules, instants)
def test_the_next_one_lies_ahead_and_asking_again_changes_nothing(schedule: Schedule, instant: datetime) -> None:
    due = schedule.after(instant)
    assert instant < due.at <= instant + timedelta(days=14)
    assert schedule.after(due.at - timedelta(microseconds=1)) == due
    assert schedule.after(due.at).week != due.week


@settings(max_examples=200, deadline=None)
@given(schedules, instants, st.integers(0, 300))
def test_in_a_pause_nothing_comes(schedule: Schedule, instant: datetime, days: int) -> None:
    until = (instant + timedelta(days=days)).astimezone(zone_of(schedule.zone)).date()
    due = schedule.after(instant, not_before=until)
    assert due.at.astimezone(zone_of(schedule.zone)).date() >= until


@pytest.mark.parametrize(
    ("day", "nominal", "moved"),
    [
        ("monday", date(2026, 5, 25), date(2026, 5, 26)),  # the spring bank holiday
        ("friday", date(2026, 4, 3), date(2026, 4, 2)),  # Good Friday: no working day is left in that week
        ("monday", date(2026, 4, 6), date(2026, 4, 7)),  # Easter Monday
        ("friday", date(2026, 12, 25), date(2026, 12, 24)),
        ("monday", date(2026, 12, 28), date(2026, 12, 29)),  # the substitute for a Boxing Day on a Saturday
        ("thursday", date(2025, 12, 25), date(2025, 12, 24)),  # and Friday is Boxing Day
        ("wednesday", date(2026, 4, 1), date(2026, 4, 1)),
    ],
)
def test_a_bank_holiday_moves_the_tip_within_its_week(day: str, nominal: date, moved: date) -> None:
    due = Schedule(day_of(day), time(9)).in_week(Week.of(nominal))
    assert due is not None
    assert due.date() == moved


@pytest.mark.parametrize(
    ("instant", "utc"),
    [
        (datetime(2026, 3, 25, tzinfo=UTC), datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),  # summer time has begun
        (datetime(2026, 10, 21, tzinfo=UTC), datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),  # and ended
    ],
)
def test_nine_in_the_morning_is_nine_in_the_morning_on_both_sides_of_a_clock_change(
    instant: datetime, utc: datetime
) -> None:
    assert Schedule(0, time(9)).after(instant).at == utc


def test_a_time_that_is_skipped_comes_later_and_one_that_comes_twice_the_first_time() -> None:
    assert _at(date(2026, 3, 29), time(1, 30), LONDON).isoformat() == "2026-03-29T02:30:00+01:00"
    assert _at(date(2026, 10, 25), time(1, 30), LONDON).isoformat() == "2026-10-25T01:30:00+01:00"


def test_a_week_that_is_to_be_skipped_is_passed_over() -> None:
    schedule, now = Schedule(0, time(9)), datetime(2026, 11, 25, tzinfo=UTC)
    assert schedule.after(now, without=frozenset({"2026-W49"})).week == "2026-W50"


def test_when_is_said_as_people_say_it() -> None:
    schedule = Schedule(0, time(9))
    due = schedule.after(datetime(2026, 11, 25, tzinfo=UTC))
    assert schedule.in_words(due) == "Monday 30 November at 09:00, London time"
    assert "New York time" in Schedule(0, time(9), "America/New_York").in_words(due)


@pytest.mark.parametrize("written", ["mon", "Monday", "MONDAY ", "Mond"])
def test_a_day_is_read_from_its_name(written: str) -> None:
    assert DAYS[day_of(written)] == "monday"


@pytest.mark.parametrize(("written", "at"), [("9:00", time(9)), ("09.30", time(9, 30)), (" 14:05 ", time(14, 5))])
def test_a_time_is_read_as_people_write_it(written: str, at: time) -> None:
    assert time_of(written) == at


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Schedule(5, time(9)), lambda: Schedule(0, time(7, 59)), lambda: Schedule(0, LATEST),
        lambda: Schedule(0, time(9), "Europe/Atlantis"), lambda: Schedule(0, time(9), "../etc/passwd"), lambda: day_of("sunday"),
        lambda: day_of("m"), lambda: time_of("noonish"), lambda: time_of("25:00"),
        lambda: Schedule(0, time(9)).after(datetime(2026, 1, 1, tzinfo=UTC), not_before=date(2026, 1, 1), without=frozenset(
            str(week) for week in Week.of(date(2026, 1, 1)).and_later(70))),
    ],
)  # fmt: skip
def test_what_is_no_time_for_a_tip_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(InputError, match=r"^[A-Z'].{10,}"):
        wrong()  # type: ignore[operator]  # a lambda of the list above

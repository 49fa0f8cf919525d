"""How long a gap may wait before it is late, in working days of England."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.gap import OPEN, GapState
from bot.gap_clock import PROMISED, Promise
from bot.settings import Settings
from tests.builders import a_gap

FIVE: Final = Promise({GapState.SUBMITTED: 5})
FRIDAY_NIGHT: Final = datetime(2026, 12, 18, 22, 0, tzinfo=UTC)  # two bank holidays and a weekend follow


@pytest.mark.parametrize(
    ("now", "waits", "late"),
    [
        (FRIDAY_NIGHT, 0, 0),
        (datetime(2026, 12, 20, 12, 0, tzinfo=UTC), 0, 0),  # a Sunday
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), 4, 0),
        (
            datetime(2026, 12, 28, 12, 0, tzinfo=UTC),
            4,
            0,
        ),  # Christmas is a Friday, and Boxing Day is kept on the Monday
        (datetime(2026, 12, 29, 12, 0, tzinfo=UTC), 5, 0),
        (datetime(2026, 12, 29, 23, 59, tzinfo=UTC), 5, 0),
        (datetime(2026, 12, 30, 0, 0, tzinfo=UTC), 6, 1),
        (datetime(2027, 1, 4, 9, 0, tzinfo=UTC), 8, 3),
    ],
)
def test_only_working_days_count(now: datetime, waits: int, late: int) -> None:
    gap = a_gap(state=GapState.SUBMITTED, since=FRIDAY_NIGHT)
    assert (FIVE.waits(gap, now), FIVE.late_by(gap, now)) == (waits, late)


@given(
    since=st.timedeltas(timedelta(days=-400), timedelta(days=400)).map(lambda after: FRIDAY_NIGHT + after),
    wait=st.timedeltas(timedelta(0), timedelta(days=200)),
    state=st.sampled_from(sorted(OPEN)),
    days=st.integers(1, 90),
)
def test_what_is_listed_as_late_is_what_is_said_to_be_late(
    since: datetime, wait: timedelta, state: GapState, days: int
) -> None:
    promise = Promise({state: days})
    gap = a_gap(state=state, since=since)
    ((_, before),) = promise.late(since + wait)
    assert (gap.since < before) is (promise.late_by(gap, since + wait) > 0)


def test_a_state_without_a_promise_is_never_late() -> None:
    years = FRIDAY_NIGHT + timedelta(days=3_000)
    assert FIVE.late_by(a_gap(state=GapState.CHECKED, since=FRIDAY_NIGHT), years) == 0
    assert Promise({}).late(years) == ()


def test_the_setting_says_what_is_promised() -> None:
    assert Promise.read(" checked = 7,submitted=5 ").days == {GapState.CHECKED: 7, GapState.SUBMITTED: 5}
    assert Promise.read("").days == {}
    assert Promise.read(str(Settings.model_fields["gap_days"].default)).days == PROMISED


@pytest.mark.parametrize(
    "written", ["submitted", "submitted=0", "answered=5", "submitted=five", "=5", "submitted=-1", "submitted=501"]
)
def test_a_setting_that_promises_nothing_that_can_be_kept_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="write it like submitted=5"):
        Promise.read(written)

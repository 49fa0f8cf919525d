"""Questions that nothing answered, on SQLite and on PostgreSQL: kept without who or when, and gone in time."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from adapters.store.gaps import StoredGaps
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.tables import unanswered
from adapters.store.unanswered import StoredUnanswered
from bot.gap import NewGap
from bot.gaps import Voice
from bot.unanswered import Unanswered, UnansweredInMemory, UnansweredQuestions, oldest_day

DAY = date(2026, 11, 25)
SEALER = Sealer([key_from("a secret")])
QUESTION = Unanswered("Does a dog help someone settle?", DAY, "web", bytes([1, 2, 255]))
ALL = date(2026, 1, 1)


@pytest.fixture(params=["memory", "store"])
def kept(request: pytest.FixtureRequest, store: Store) -> UnansweredQuestions:
    return UnansweredInMemory() if request.param == "memory" else StoredUnanswered(store, SEALER)


@pytest.fixture
async def gap(store: Store) -> int:
    """The number of a gap."""
    voice = Voice("0" * 16)
    made = await StoredGaps(store, SEALER, lambda *_: None).flag(
        NewGap("Is there anything on dogs?"), voice, datetime(2026, 11, 25, tzinfo=UTC)
    )
    return made.number


async def texts(kept: UnansweredQuestions, oldest: date = ALL) -> list[str]:
    return [one.text for one in await kept.listed(oldest)]


async def test_a_question_comes_back_as_it_was_kept_as_often_as_it_was_asked(kept: UnansweredQuestions) -> None:
    for _ in range(2):
        await kept.keep(QUESTION, ALL)
    found = await kept.listed(ALL)
    assert [replace(one, key="") for one in found] == [QUESTION, QUESTION]
    assert len({one.key for one in found}) == 2


async def test_the_newest_day_comes_first(kept: UnansweredQuestions) -> None:
    for back in (3, 1, 2):
        await kept.keep(replace(QUESTION, text=f"{back} days ago", day=DAY - timedelta(days=back)), ALL)
    assert await texts(kept) == ["1 days ago", "2 days ago", "3 days ago"]


async def test_a_question_is_gone_when_its_days_are_over_by_keeping_by_listing_and_by_erasing(
    kept: UnansweredQuestions,
) -> None:
    async def old() -> None:
        await kept.keep(replace(QUESTION, text="old", day=DAY - timedelta(days=90)), ALL)

    await old()
    assert await texts(kept, oldest_day(DAY - timedelta(days=1), 90)) == ["old"]
    assert await texts(kept, oldest_day(DAY, 90)) == []
    assert await texts(kept) == []  # erased, not hidden
    await old()
    await kept.keep(QUESTION, oldest_day(DAY, 90))
    assert await texts(kept) == [QUESTION.text]
    await old()
    await kept.erase(oldest_day(DAY, 90))
    assert await texts(kept) == [QUESTION.text]
    await kept.erase(oldest_day(DAY, 0))
    assert await texts(kept) == []


async def test_nothing_is_kept_for_no_days(kept: UnansweredQuestions) -> None:
    await kept.keep(QUESTION, oldest_day(DAY, 0))
    assert await texts(kept) == []


async def test_a_question_stays_with_the_gap_that_it_was_flagged_in_first(kept: UnansweredQuestions, gap: int) -> None:
    await kept.keep(QUESTION, ALL)
    await kept.keep(replace(QUESTION, text="another one entirely"), ALL)
    (key,) = [one.key for one in await kept.listed(ALL) if one.text == QUESTION.text]
    await kept.flagged([key, "of nothing"], gap)
    await kept.flagged([key], gap + 1)
    assert {one.text: one.gap for one in await kept.listed(ALL)} == {QUESTION.text: gap, "another one entirely": None}


async def test_a_flood_of_one_surface_ends_for_the_day_and_touches_no_other(
    kept: UnansweredQuestions, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("bot.unanswered", "adapters.store.unanswered"):
        monkeypatch.setattr(f"{module}.A_DAY_MAX", 2)
    for _ in range(4):
        await kept.keep(QUESTION, ALL)
    await kept.keep(replace(QUESTION, surface="slack"), ALL)
    await kept.keep(replace(QUESTION, day=DAY + timedelta(days=1)), ALL)
    found = [(one.surface, one.day.day) for one in await kept.listed(ALL)]
    assert sorted(found) == [("slack", 25), ("web", 25), ("web", 25), ("web", 26)]


async def test_neither_the_text_nor_the_time_of_day_stands_in_the_table(store: Store) -> None:
    await StoredUnanswered(store, SEALER).keep(QUESTION, ALL)
    row = await store.read(lambda connection: connection.execute(sa.select(unanswered)).one())
    assert "dog" not in str(tuple(row))
    assert (row.day, row.surface) == (DAY, "web")
    # https://github.com/fernet/spec/blob/master/Spec.md: one byte of version, then eight of seconds.
    seconds = int.from_bytes(base64.urlsafe_b64decode(row.sealed)[1:9], "big")
    assert datetime.fromtimestamp(seconds, UTC) == datetime(2026, 11, 25, tzinfo=UTC)


async def test_what_no_key_opens_any_more_is_left_out_and_said_without_its_text(store: Store) -> None:
    await StoredUnanswered(store, SEALER).keep(QUESTION, ALL)
    other = StoredUnanswered(store, Sealer([key_from("another secret")]))
    await other.keep(replace(QUESTION, text="another one entirely"), ALL)
    with capture_logs() as logged:
        assert await texts(other) == ["another one entirely"]
    (line,) = logged
    assert (line["log_level"], line["questions"]) == ("warning", 1)

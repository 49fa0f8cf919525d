"""What every log of verdicts does; run on the fake, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.feedback import StoredFeedback
from adapters.store.store import Store
from bot.errors import InputError
from bot.feedback import Feedback, FeedbackCount, FeedbackInMemory, FeedbackLog, Reason, Verdict, VersionFeedback

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def given(entry_id: str = "kite-flying", verdict: Verdict = Verdict.HELPFUL, reason: Reason | None = None) -> Feedback:
    return Feedback(entry_id, "0123456789ab", verdict, reason, "web", AT)


class FeedbackLogContract:
    async def test_nothing_came_in_yet(self, log: FeedbackLog) -> None:
        assert await log.counts() == []

    async def test_verdicts_are_counted_by_entry(self, log: FeedbackLog) -> None:
        await log.record(given())
        await log.record(given(verdict=Verdict.NOT_HELPFUL, reason=Reason.HARD_TO_READ))
        await log.record(given("bread-baking"))
        assert await log.counts() == [
            FeedbackCount("bread-baking", 1, 0, {}),
            FeedbackCount("kite-flying", 1, 1, {Reason.HARD_TO_READ: 1}),
        ]

    async def test_a_reason_is_added_to_its_own_verdict(self, log: FeedbackLog) -> None:
        first = await log.record(given(verdict=Verdict.NOT_HELPFUL))
        await log.record(given(verdict=Verdict.NOT_HELPFUL))
        await log.explain(first, Reason.LOOKS_WRONG)
        assert await log.counts() == [FeedbackCount("kite-flying", 0, 2, {Reason.LOOKS_WRONG: 1})]

    async def test_verdicts_are_counted_by_version_with_the_newest(self, log: FeedbackLog) -> None:
        assert await log.by_version() == []
        later = AT + timedelta(days=1)
        for one in (
            given(), given(verdict=Verdict.NOT_HELPFUL, reason=Reason.NOT_MY_QUESTION), given(verdict=Verdict.NOT_HELPFUL),
            replace(given(verdict=Verdict.NOT_HELPFUL, reason=Reason.LOOKS_WRONG), at=later), replace(given(), version="another"),
        ):  # fmt: skip
            await log.record(one)
        found = {one.version: one for one in await log.by_version()}
        reasons = {Reason.NOT_MY_QUESTION: 1, Reason.LOOKS_WRONG: 1}
        assert found["0123456789ab"] == VersionFeedback("kite-flying", "0123456789ab", 1, 3, reasons, later)
        assert (found["0123456789ab"].wrong_matches, found["0123456789ab"].on_content) == (1, 1)
        assert found["another"] == VersionFeedback("kite-flying", "another", 1, 0, {}, AT)

    async def test_a_reason_for_no_verdict_is_refused(self, log: FeedbackLog) -> None:
        with pytest.raises(InputError, match="no verdict"):
            await log.explain("0" * 32, Reason.LOOKS_WRONG)

    async def test_many_at_once_are_all_kept(self, log: FeedbackLog) -> None:
        numbers = await asyncio.gather(*(log.record(given()) for _ in range(40)))
        assert len(set(numbers)) == 40
        assert await log.counts() == [FeedbackCount("kite-flying", 40, 0, {})]


class TestInMemory(FeedbackLogContract):
    @pytest.fixture
    def log(self) -> FeedbackLog:
        return FeedbackInMemory()


class TestStored(FeedbackLogContract):
    @pytest.fixture
    def log(self, store: Store) -> FeedbackLog:
        return StoredFeedback(store)

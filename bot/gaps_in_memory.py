"""Evidence gaps in memory: the double of what reads and counts them, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.demand import COUNTED, Standing, TopicGaps
from bot.errors import InputError
from bot.gap import Gap, GapState, Place
from bot.gaps import Change, Filters, Order, Voice
from bot.register import floor, is_public


class GapsInMemory:
    """`bot.gaps.GapReading` and `bot.demand.GapCounting`. Keeps no history and no voices."""

    def __init__(self, gaps: Sequence[Gap] = ()) -> None:
        self.kept = list(gaps)

    async def get(self, number: int) -> Gap:
        """Return a gap; `InputError` if there is none with this number."""
        for gap in self.kept:
            if gap.number == number:
                return gap
        raise InputError(f"There is no gap {number}")

    async def listed(self, filters: Filters, order: Order, limit: int, after: Place | None = None) -> Sequence[Gap]:
        """Return gaps in an order; those after a place of the same list."""
        found = [gap for gap in self.kept if _passes(gap, filters)]
        if order is Order.OLDEST:
            found = [gap for gap in found if after is None or gap.number > after.number]
            return sorted(found, key=lambda gap: gap.number)[:limit]
        if order is Order.NEWEST:
            found = [gap for gap in found if after is None or gap.number < after.number]
            return sorted(found, key=lambda gap: -gap.number)[:limit]
        found = [gap for gap in found if after is None or gap.place < after]
        return sorted(found, key=lambda gap: gap.place, reverse=True)[:limit]

    async def history(self, number: int) -> Sequence[Change]:
        """Return nothing, for a gap that is there."""
        await self.get(number)
        return []

    async def voices(self, number: int) -> Sequence[Voice]:
        """Return nobody, for a gap that is there."""
        await self.get(number)
        return []

    async def by_topic(self) -> Sequence[TopicGaps]:
        """Return the counts of open, public gaps; a gap on two topics counts in both."""
        counted = Counter(
            (topic, floor(gap.votes)) for gap in self.kept if gap.state in COUNTED for topic in set(gap.topics)
        )
        return [TopicGaps(topic, low, gaps) for (topic, low), gaps in counted.items()]

    async def waiting(self) -> int:
        """Return how many gaps nobody at the centre has looked at yet."""
        return sum(gap.state is GapState.SUBMITTED for gap in self.kept)

    async def standing(self) -> Standing:
        """Return where the register stands."""
        public = [gap for gap in self.kept if is_public(gap)]
        changed = max((gap.changed for gap in public), default=None)
        return Standing(changed, dict(Counter(floor(gap.votes) for gap in public)))


def _passes(gap: Gap, filters: Filters) -> bool:
    return (
        (not filters.states or gap.state in filters.states)
        and filters.topic in {"", *gap.topics}
        and filters.assigned in {None, gap.assigned_to}
        and filters.about in {"", gap.about_entry}
        and (not filters.late or any(gap.state is state and gap.since < before for state, before in filters.late))
    )

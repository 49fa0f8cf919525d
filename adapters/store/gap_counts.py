"""Evidence gaps, counted by band in the store: no number of voices leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import gap_topics, gaps
from bot.demand import COUNTED, Standing, TopicGaps
from bot.gap import GapState
from bot.register import BANDS, PUBLIC


class StoredGapCounts:
    """`bot.demand.GapCounting` in the store.

    Args:
        store: Where the gaps are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def by_topic(self) -> Sequence[TopicGaps]:
        """Return the counts of open, public gaps; a gap on two topics counts in both."""
        low = _floor()
        wanted = (
            sa.select(gap_topics.c.topic, low, sa.func.count())
            .join(gaps, gaps.c.number == gap_topics.c.gap)
            .where(gaps.c.state.in_([state.value for state in COUNTED]))
            .group_by(gap_topics.c.topic, low)
        )
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [TopicGaps(*row) for row in rows]

    async def standing(self) -> Standing:
        """Return where the register stands."""
        low = _floor()
        waiting = sa.select(sa.func.count()).where(gaps.c.state == GapState.SUBMITTED.value)
        public = sa.select(low, sa.func.count(), sa.func.max(gaps.c.changed)).where(
            gaps.c.state.in_([state.value for state in PUBLIC])
        )

        def run(connection: sa.Connection) -> Standing:
            rows = connection.execute(public.group_by(low)).all()
            newest = max((changed for _, _, changed in rows), default=None)
            return Standing(connection.scalar(waiting) or 0, newest, {floor: count for floor, count, _ in rows})

        return await self._store.read(run)


def _floor() -> sa.ColumnElement[Any]:
    # The ends are written into the statement: PostgreSQL takes two parameters of the same value for different ones.
    ends = [sa.literal_column(str(low), sa.Integer) for low in sorted(BANDS, reverse=True)]
    return sa.case(*((gaps.c.votes >= end, end) for end in ends), else_=ends[-1]).label("floor")

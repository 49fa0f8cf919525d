"""Evidence gaps, counted by band in the store: no number of voices leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import gap_topics, gap_voices, gaps
from bot.centre_demand import Asked, CentreDemand
from bot.demand import COUNTED, Standing, TopicGaps
from bot.gap import GapState
from bot.register import BANDS, PUBLIC


class StoredGapCounts:
    """`bot.demand.GapCounting` and `bot.centre_demand.DemandReading` in the store.

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

    async def waiting(self) -> int:
        """Return how many gaps nobody at the centre has looked at yet."""
        wanted = sa.select(sa.func.count()).where(gaps.c.state == GapState.SUBMITTED.value)
        return await self._store.read(lambda connection: connection.scalar(wanted)) or 0

    async def standing(self) -> Standing:
        """Return where the register stands."""
        lows = sorted(BANDS)
        # Counted in one pass over the table: grouping would sort it first.
        reached = [sa.func.count().filter(gaps.c.votes >= low) for low in lows[1:]]
        hidden = [state.value for state in GapState if state not in PUBLIC]
        wanted = sa.select(sa.func.max(gaps.c.changed), sa.func.count(), *reached).where(gaps.c.state.not_in(hidden))
        changed, *counts = (await self._store.read(lambda connection: connection.execute(wanted).all()))[0]
        within = [count - above for count, above in zip(counts, [*counts[1:], 0], strict=True)]
        return Standing(changed, {low: count for low, count in zip(lows, within, strict=True) if count})

    async def demand(self) -> CentreDemand:
        """Return what is asked for, by topic, role and month."""
        own = gaps.c.state != GapState.DUPLICATE.value
        role = sa.func.lower(sa.func.trim(gaps.c.role))
        by_topic = _asked(gap_topics.c.topic).join(gaps, gaps.c.number == gap_topics.c.gap).where(own)
        by_role = _asked(role).where(own)
        flagged = _by_month(gaps.c.at).where(own)
        came = _by_month(gap_voices.c.at)

        def run(connection: sa.Connection) -> CentreDemand:
            new = {_month(*row[:2]): row.times for row in connection.execute(flagged)}
            voices = {_month(*row[:2]): row.times for row in connection.execute(came)}
            months = [
                Asked(month, new.get(month, 0), voices.get(month, 0)) for month in sorted(new | voices, reverse=True)
            ]
            topics, roles = ([Asked(*row) for row in connection.execute(wanted)] for wanted in (by_topic, by_role))
            return CentreDemand(topics, roles, months)

        return await self._store.read(run)


def _asked(of: sa.ColumnElement[str]) -> sa.Select[str, int, Any]:
    voices = sa.func.sum(gaps.c.votes)
    return sa.select(of, sa.func.count(), voices).group_by(of).order_by(voices.desc(), of)


def _by_month(at: sa.Column[Any]) -> sa.Select[int, int, int]:
    year, month = sa.extract("year", at).label("year"), sa.extract("month", at).label("month")
    return sa.select(year, month, sa.func.count().label("times")).group_by(year, month)


def _month(year: int, month: int) -> str:
    return f"{int(year):04}-{int(month):02}"  # PostgreSQL gives decimals


def _floor() -> sa.ColumnElement[Any]:
    # The ends are written into the statement: PostgreSQL takes two parameters of the same value for different ones.
    ends = [sa.literal_column(str(low), sa.Integer) for low in sorted(BANDS, reverse=True)]
    return sa.case(*((gaps.c.votes >= end, end) for end in ends), else_=ends[-1]).label("floor")

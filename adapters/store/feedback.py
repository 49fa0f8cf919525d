"""Verdicts on answers, kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import feedback
from bot.errors import InputError
from bot.feedback import Feedback, FeedbackCount, Reason, Verdict, VersionFeedback, count


class StoredFeedback:
    """A `bot.feedback.FeedbackLog` in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, given: Feedback) -> str:
        """Keep a verdict and return its number."""
        number = uuid4().hex
        row = {
            "number": number,
            "entry_id": given.entry_id,
            "version": given.version,
            "verdict": given.verdict.value,
            "reason": given.reason and given.reason.value,
            "surface": given.surface,
            "at": given.at,
        }
        await self._store.write(lambda connection: connection.execute(sa.insert(feedback), row))
        return number

    async def explain(self, number: str, reason: Reason) -> None:
        """Add the reason to a verdict."""
        change = sa.update(feedback).where(feedback.c.number == number).values(reason=reason.value)
        changed = await self._store.write(lambda connection: connection.execute(change).rowcount)
        if changed == 0:
            raise InputError("There is no verdict with this number")

    async def counts(self) -> Sequence[FeedbackCount]:
        """Return what came in, by entry, in order of id."""
        rows = await self._store.read(lambda connection: connection.execute(sa.select(feedback)).all())
        return count(
            Feedback(
                row.entry_id, row.version, Verdict(row.verdict), row.reason and Reason(row.reason), row.surface, row.at
            )
            for row in rows
        )

    async def by_version(self) -> Sequence[VersionFeedback]:
        """Return what came in, by entry and version."""
        table = feedback.c
        wanted = sa.select(
            table.entry_id, table.version, table.verdict, table.reason, sa.func.count().label("times"), sa.func.max(table.at).label("last")
        ).group_by(table.entry_id, table.version, table.verdict, table.reason)  # fmt: skip
        groups: dict[tuple[str, str], list[sa.Row[Any]]] = {}
        for row in await self._store.read(lambda connection: connection.execute(wanted).all()):
            groups.setdefault((row.entry_id, row.version), []).append(row)
        return [
            VersionFeedback(entry, version, _times(rows, Verdict.HELPFUL), _times(rows, Verdict.NOT_HELPFUL),
                            {Reason(row.reason): row.times for row in rows if row.reason}, max(row.last for row in rows))
            for (entry, version), rows in groups.items()
        ]  # fmt: skip


def _times(rows: Sequence[sa.Row[Any]], verdict: Verdict) -> int:
    return sum(row.times for row in rows if row.verdict == verdict)

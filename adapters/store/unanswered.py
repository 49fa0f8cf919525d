"""Questions that nothing answered, kept in the store: encrypted, with the day alone, and erased in time."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
import structlog

from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import unanswered
from bot.errors import StoreError
from bot.unanswered import A_DAY_MAX, LISTED_MAX, Unanswered

LOG: Final = structlog.get_logger("whatworks.unanswered")
AT_ONCE: Final = 500  # rows changed in one statement; databases limit how many values it may have


class StoredUnanswered:
    """`bot.unanswered.UnansweredQuestions` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def keep(self, question: Unanswered, oldest: date) -> None:
        """Keep a question, unless its surface had enough that day, and erase those of days before the oldest to keep."""
        told = {"text": question.text, "vector": base64.b64encode(question.vector).decode(), "model": question.model}
        sealed = self._sealer.seal(told, day=question.day)
        row = {"key": uuid4().hex, "day": question.day, "surface": question.surface, "sealed": sealed, "gap": None}
        same = (unanswered.c.day == question.day, unanswered.c.surface == question.surface)
        counted = sa.select(sa.func.count()).select_from(unanswered).where(*same)

        def run(connection: sa.Connection) -> None:
            connection.execute(_erase(oldest))
            if question.day >= oldest and connection.execute(counted).scalar_one() < A_DAY_MAX:
                connection.execute(sa.insert(unanswered), row)

        await self._store.write(run)

    async def listed(self, oldest: date) -> Sequence[Unanswered]:
        """Erase those of days before the oldest to keep, and return the rest; those that no key opens any more are left out."""
        wanted = sa.select(unanswered).order_by(unanswered.c.day.desc(), unanswered.c.key).limit(LISTED_MAX)

        def run(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
            connection.execute(_erase(oldest))
            return connection.execute(wanted).all()

        rows = await self._store.write(run)
        found = [one for one in map(self._opened, rows) if one is not None]
        if len(found) < len(rows):
            LOG.warning("encrypted with a key that is no longer set", questions=len(rows) - len(found))
        return found

    async def flagged(self, keys: Sequence[str], gap: int) -> None:
        """Note the gap in which questions were flagged; those that were flagged in another stay with that."""

        def run(connection: sa.Connection) -> None:
            for start in range(0, len(keys), AT_ONCE):
                which = (unanswered.c.key.in_(keys[start : start + AT_ONCE]), unanswered.c.gap.is_(None))
                connection.execute(sa.update(unanswered).where(*which).values(gap=gap))

        await self._store.write(run)

    async def erase(self, oldest: date) -> None:
        """Erase those of days before the oldest to keep."""
        await self._store.write(lambda connection: connection.execute(_erase(oldest)))

    def _opened(self, row: sa.Row[Any]) -> Unanswered | None:
        try:
            told = self._sealer.open(row.sealed)
        except StoreError:
            return None
        vector = base64.b64decode(told["vector"])
        return Unanswered(told["text"], row.day, row.surface, vector, told["model"], row.key, row.gap)


def _erase(oldest: date) -> sa.Delete:
    return sa.delete(unanswered).where(unanswered.c.day < oldest)

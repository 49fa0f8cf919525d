"""Which entry a message of ours showed, kept in the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import answers
from bot.answers import Shown

KEPT_FOR: Final = timedelta(days=30)  # who has not judged an answer by then will not


class StoredAnswers:
    """`bot.answers.Answers` in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, key: str, shown: Shown, at: datetime) -> None:
        """Remember what a message shows now; what is older than a month is forgotten."""
        values = {"entry_id": shown.entry_id, "version": shown.version, "at": at}
        insert = self._store.insert(answers).values(key=key, **values)
        keep = insert.on_conflict_do_update(index_elements=["key"], set_=values)
        forget = sa.delete(answers).where(answers.c.at < at - KEPT_FOR)

        def run(connection: sa.Connection) -> None:
            connection.execute(keep)
            connection.execute(forget)

        await self._store.write(run)

    async def find(self, key: str) -> Shown | None:
        """Return what a message shows; None if it is not known."""
        wanted = sa.select(answers.c.entry_id, answers.c.version).where(answers.c.key == key)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        return Shown(*row) if row else None

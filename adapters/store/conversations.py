"""Where conversations stand, kept in the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import conversations
from bot.turn import Conversation

KEPT_FOR: Final = timedelta(days=7)


class StoredConversations:
    """`bot.conversations.Conversations` in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, key: str) -> Conversation:
        """Return where a conversation stands; an empty one if it is not known."""
        wanted = sa.select(conversations).where(conversations.c.key == key)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        return Conversation(row.entry, tuple(row.options)) if row else Conversation()

    async def keep(self, key: str, conversation: Conversation, at: datetime) -> None:
        """Remember where a conversation stands; those that have not been taken up for a week are forgotten."""
        values = {"entry": conversation.entry, "options": list(conversation.options), "at": at}
        insert = self._store.insert(conversations).values(key=key, **values)
        keep = insert.on_conflict_do_update(index_elements=["key"], set_=values)
        forget = sa.delete(conversations).where(conversations.c.at < at - KEPT_FOR)

        def run(connection: sa.Connection) -> None:
            connection.execute(keep)
            connection.execute(forget)

        await self._store.write(run)

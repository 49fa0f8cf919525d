"""How to reach conversations, encrypted in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import conversation_references as table
from bot.conversations import key_of
from bot.references import Reference


class StoredReferences:
    """`bot.references.References` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def keep(self, reference: Reference, at: datetime) -> None:
        """Keep a reference, or what has changed of it."""
        team = key_of(reference.team) if reference.team else ""
        values = {"team": team, "sealed": self._sealer.seal(asdict(reference)), "at": at}
        insert = self._store.insert(table).values(key=key_of(reference.conversation), **values)
        keep = insert.on_conflict_do_update(index_elements=["key"], set_=values)
        await self._store.write(lambda connection: connection.execute(keep))

    async def forget(self, conversation: str) -> None:
        """Forget a conversation."""
        await self._delete(table.c.key == key_of(conversation))

    async def forget_team(self, team: str) -> None:
        """Forget every channel of a team."""
        await self._delete(table.c.team == key_of(team))

    async def all(self) -> Sequence[Reference]:
        """Return every reference, in order of conversation."""
        sealed = await self._store.read(lambda connection: connection.scalars(sa.select(table.c.sealed)).all())
        return sorted((Reference(**self._sealer.open(one)) for one in sealed), key=lambda one: one.conversation)

    async def _delete(self, which: sa.ColumnElement[bool]) -> None:
        delete = sa.delete(table).where(which)
        await self._store.write(lambda connection: connection.execute(delete))

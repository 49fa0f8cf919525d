"""Gaps by what they ask: their vectors are kept in the store, and held by each process that looks for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from adapters.store import gap_rows
from adapters.store.store import Store
from adapters.store.tables import gap_vectors, gaps
from bot.clustering import packed
from bot.gap import Gap
from bot.like_gaps import LIKE, OF_USE, SHOWN_MAX
from bot.nearest import Nearest, Vector

AT_ONCE: Final = 5_000  # gaps read at a time
NEW_AT_ONCE: Final = 200  # of those without a vector that one search waits for
LOOKED_BACK: Final = 200  # numbers below the newest known that are looked at again: a lower one may be committed later
SPARE: Final = 20  # more than are wanted: merged ones among them are of no use


class StoredLikeGaps:
    """`bot.like_gaps.LikeGaps` over the store.

    Args:
        store: Where gaps are kept, and their vectors.
        encode: Returns a text's vector, of length one.
        mark: Tells the encoder from every other; vectors of another are made anew.
        least: The cosine from which two questions count as alike.
    """

    def __init__(self, store: Store, encode: Callable[[str], Vector], mark: str, least: float = LIKE) -> None:
        self._store, self._encode, self._mark, self._least = store, encode, mark, least
        self._nearest = Nearest()
        self._known: set[int] = set()
        self._newest = 0
        self._reading = asyncio.Lock()

    async def like(self, question: str, limit: int = SHOWN_MAX) -> Sequence[Gap]:
        """Return open and answered gaps that ask something like a question, most alike first."""
        async with self._reading:
            await self._catch_up()
        found = await asyncio.to_thread(lambda: self._nearest.near(self._encode(question), limit + SPARE, self._least))
        numbers = [number for number, _ in found]
        wanted = sa.select(gaps).where(
            gaps.c.number.in_(numbers), gaps.c.state.in_(sorted(state.value for state in OF_USE))
        )
        rows = await self._store.read(lambda connection: connection.execute(wanted).all()) if numbers else []
        kept = {row.number: gap_rows.read(row) for row in rows}
        return [kept[number] for number in numbers if number in kept][:limit]

    async def _catch_up(self) -> None:
        """Learn of gaps that came since the last search, from whichever process."""
        made = 0
        after = self._newest - LOOKED_BACK
        while made < NEW_AT_ONCE:
            rows = await self._store.read(partial(self._later, after))
            if not rows:
                return
            new = [row for row in rows if row.number not in self._known]
            missing = [row for row in new if row.vector is None][: NEW_AT_ONCE - made]
            vectors = {row.number: row.vector for row in new if row.vector is not None}
            if missing:
                vectors |= await self._made(missing)
                made += len(missing)
            self._nearest.add(list(vectors), list(vectors.values()))
            self._known |= vectors.keys()
            if len(vectors) < len(new):
                return  # the rest with the next search: a great many came at once
            self._newest = max(self._newest, rows[-1].number)
            after = rows[-1].number

    def _later(self, after: int, connection: sa.Connection) -> Sequence[Any]:
        # The second bound says nothing new, but PostgreSQL would read all vectors without it.
        ours = sa.and_(
            gap_vectors.c.gap == gaps.c.number, gap_vectors.c.gap > after, gap_vectors.c.encoder == self._mark
        )
        wanted = (
            sa.select(gaps.c.number, gaps.c.question, gap_vectors.c.vector).select_from(gaps.outerjoin(gap_vectors, ours))
            .where(gaps.c.number > after).order_by(gaps.c.number).limit(AT_ONCE)
        )  # fmt: skip
        return connection.execute(wanted).all()

    async def _made(self, missing: Sequence[Any]) -> dict[int, bytes]:
        vectors = await asyncio.to_thread(
            lambda: {row.number: packed(self._encode(str(row.question))) for row in missing}
        )
        rows = [{"gap": number, "encoder": self._mark, "vector": vector} for number, vector in vectors.items()]
        insert = self._store.insert(gap_vectors)
        kept = insert.on_conflict_do_update(
            index_elements=["gap"], set_={"encoder": insert.excluded.encoder, "vector": insert.excluded.vector}
        )
        await self._store.write(lambda connection: connection.execute(kept, rows))
        return vectors

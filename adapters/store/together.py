"""Many small writes in one transaction: those that come while one is under way wait for the next, and share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import sqlalchemy as sa

from adapters.store.store import Store

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
MOST: Final = 200  # in one transaction


class Together(Generic[T]):
    """Does pieces of work in as few transactions as there is time for.

    Args:
        store: Where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Work[T], asyncio.Future[T]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, work: Work[T]) -> T:
        """Return what comes of a piece of work, once its transaction is kept.

        Raises:
            StoreError: If the transaction that it shared could not be kept; nothing was.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._share(batch)
        finally:
            self._writing = None

    async def _share(self, batch: list[tuple[Work[T], asyncio.Future[T]]]) -> None:
        try:
            came = await self._store.write(lambda connection: [work(connection) for work, _ in batch])
        except Exception as error:  # noqa: BLE001 - each of those who wait hears of it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), value in zip(batch, came, strict=True):
                if not future.done():
                    future.set_result(value)

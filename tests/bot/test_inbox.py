"""The worker: what waits long for its turn is not answered twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.inbox import AT_ONCE_MAX, HOLD_AFTER, LEASE, InboxInMemory, Item, Worker


@dataclass
class Clock:
    """A clock that is set by hand."""

    at: datetime = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, some: timedelta) -> None:
        self.at += some


@dataclass
class Desk:
    """Answers nothing before it is opened."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    answered: list[str] = field(default_factory=list)

    async def answer(self, item: Item) -> None:
        await self.opened.wait()
        self.answered.append(item.key)


async def many_waiting() -> tuple[InboxInMemory, Desk, Clock, Worker]:
    inbox, desk, clock = InboxInMemory(), Desk(), Clock()
    worker = Worker(inbox, {"slack": desk.answer}, clock, "me")
    for number in range(AT_ONCE_MAX + 1):
        await worker.take(Item(f"slack:{number}", "slack", {}))
    await asyncio.sleep(0)
    return inbox, desk, clock, worker


async def test_what_waited_so_long_that_another_took_it_is_left_to_them() -> None:
    inbox, desk, clock, worker = await many_waiting()
    clock.pass_by(LEASE)
    assert f"slack:{AT_ONCE_MAX}" in {item.key for item in await inbox.claim("another", clock(), 100)}
    desk.opened.set()
    await worker.drain(5)
    assert f"slack:{AT_ONCE_MAX}" not in desk.answered


async def test_what_waited_long_has_its_lease_begun_again_when_its_turn_comes() -> None:
    inbox, desk, clock, worker = await many_waiting()
    clock.pass_by(HOLD_AFTER)
    desk.opened.set()
    await worker.drain(5)
    assert desk.answered == [f"slack:{number}" for number in range(AT_ONCE_MAX + 1)]
    assert await inbox.claim("another", clock(), 100) == []

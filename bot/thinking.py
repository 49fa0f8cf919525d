"""Answer messages on a few threads, so that an event loop stays free for everybody else meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Final, TypeAlias

from bot.turn import Bot, Conversation, Turn

THREADS: Final = 2  # a turn is a few milliseconds of computing

Think: TypeAlias = Callable[[str, Conversation], Awaitable[Turn]]


class Thinker:
    """Takes turns for every surface of one process.

    Args:
        bot: Answers.
        today: Returns the day to judge review dates by.
    """

    def __init__(self, bot: Bot, today: Callable[[], date]) -> None:
        self._bot, self._today = bot, today
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="turn")

    async def turn(self, message: str, conversation: Conversation) -> Turn:
        """Return what comes of a message."""
        work = partial(self._bot.turn, message, conversation, self._today())
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let the threads end when they have answered."""
        self._threads.shutdown()

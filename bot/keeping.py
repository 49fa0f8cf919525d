"""Keep what no surface could answer: after the answer, and never in its way. The one place that does; whoever answers goes through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Final

import structlog

from bot.errors import WhatworksError
from bot.inbox import IS_REPEATED
from bot.thinking import Think
from bot.turn import Bot, Conversation, Turn
from bot.unanswered import UnansweredQuestions, oldest_day, question_of, to_keep

AT_ONCE_MAX: Final = 50  # under way in one process; what comes beyond is not kept
ERASE_EVERY: Final = 24 * 3600.0  # seconds between looks for what is too old

LOG: Final = structlog.get_logger("whatworks.unanswered")


class Keeper:
    """Keeps questions that were not answered, and erases them in time, until told to stop.

    Args:
        bot: Cleans them once more.
        questions: Where they are kept.
        days: For how many days, the first one counted; 0 keeps none, and erases what is there.
        today: Returns the day.
    """

    def __init__(self, bot: Bot, questions: UnansweredQuestions, days: int, today: Callable[[], date]) -> None:
        self._bot, self._questions, self._days, self._today = bot, questions, days, today
        self._under_way: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    @property
    def keeps(self) -> bool:
        """Return whether anything is kept at all."""
        return self._days > 0

    def on(self, surface: str, think: Think) -> Think:
        """Return what answers a surface's messages as `think` does, and keeps what it could not answer."""

        async def think_and_keep(message: str, conversation: Conversation) -> Turn:
            turn = await think(message, conversation)
            question = question_of(turn)
            # An event that is worked on again is no second question.
            if question and not IS_REPEATED.get() and len(self._under_way) < AT_ONCE_MAX:
                self._begin(question, surface)
            return turn

        return think_and_keep if self.keeps else think

    async def run(self) -> None:
        """Erase what is too old, once a day."""
        while not self._stop.is_set():
            try:
                await self._questions.erase(oldest_day(self._today(), self._days))
            except WhatworksError as error:
                LOG.warning("old questions not erased", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the boundary of this loop: it has to go on, and values may reach no log
                LOG.error("old questions not erased", error=type(error).__name__)  # noqa: TRY400 - the same
            with suppress(TimeoutError):
                async with asyncio.timeout(ERASE_EVERY):
                    await self._stop.wait()

    def stop(self) -> None:
        """Let `run` end by itself."""
        self._stop.set()

    async def drain(self, seconds: float) -> None:
        """Return when everything under way is kept, or after so many seconds."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    def _begin(self, question: str, surface: str) -> None:
        task = asyncio.create_task(self._keep(question, surface))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _keep(self, question: str, surface: str) -> None:
        day = self._today()
        try:
            kept = await asyncio.to_thread(to_keep, self._bot, question, day, surface)
            if kept is not None:
                await self._questions.keep(kept, oldest_day(day, self._days))
        except WhatworksError as error:
            LOG.warning("a question was not kept", surface=surface, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the boundary of this work: neither question nor values may reach a log
            LOG.error("a question was not kept", surface=surface, error=type(error).__name__)  # noqa: TRY400 - the same

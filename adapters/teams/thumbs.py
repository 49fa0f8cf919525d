"""Teams' own thumbs under an answer: up or down, with a reason of a closed set behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from adapters.teams import cards
from adapters.teams.courier import THREAD
from adapters.teams.extension import form
from adapters.teams.inbound import Json
from adapters.teams.parts import TeamsParts
from bot.answers import Shown
from bot.conversations import key_of
from bot.feedback import Feedback, Reason, Verdict

SURFACE: Final = "teams"
LOG: Final = structlog.get_logger("whatworks.teams")


class Thumbs:
    """Takes thumbs."""

    def __init__(self, parts: TeamsParts) -> None:
        self._parts = parts

    async def ask_why(self, _context: TurnContext, value: Mapping[str, Any]) -> Json:
        """Return the form behind a thumb."""
        data = value.get("data")
        given = data.get("actionValue") if isinstance(data, Mapping) else None
        reaction = str(given.get("reaction") or "") if isinstance(given, Mapping) else ""
        return form("Feedback", cards.reasons(reaction))

    async def take(self, context: TurnContext, value: Mapping[str, Any]) -> Json:
        """Keep a thumb.

        Raises:
            ValueError: If it is neither up nor down.
            StoreError: If it could not be kept.
        """
        await self._tap(context.activity, verdict_of(value)[0])
        shown = await self._judged(context.activity)
        if shown is None:
            LOG.info("a thumb for what is not remembered any more")
            return {}
        verdict, reason = verdict_of(value)
        await self.keep(shown, verdict, reason)
        return {}

    async def _tap(self, activity: Activity, verdict: Verdict) -> None:
        conversation = str(activity.conversation.id)
        receipts = (conversation, str(activity.reply_to_id or ""))
        await self._parts.taps.tap(
            SURFACE, conversation.partition(THREAD)[0], receipts, str(activity.from_property.id), is_helpful=verdict is Verdict.HELPFUL,
            now=self._parts.now(),
        )  # fmt: skip

    async def keep(self, shown: Shown, verdict: Verdict, reason: Reason | None) -> None:
        """Keep a verdict on an entry as it was shown."""
        await self._parts.feedback.record(Feedback(*shown, verdict, reason, SURFACE, self._parts.now()))

    async def _judged(self, activity: Activity) -> Shown | None:
        """Return what a thumb is about: the message it was given to, or, where that is not said, what was shown last."""
        conversation = activity.conversation.id
        if activity.reply_to_id:
            return await self._parts.answers.find(key_of(SURFACE, conversation, activity.reply_to_id))
        last = await self._parts.conversations.find(key_of(SURFACE, conversation))
        entry = self._parts.bot.shown.get(last.entry or "")
        return Shown(entry.id, entry.version) if entry else None


def verdict_of(value: Mapping[str, Any]) -> tuple[Verdict, Reason | None]:
    """Return what a thumb and its form say; words that somebody wrote are not read.

    Raises:
        ValueError: If it is neither up nor down.
    """
    given = value.get("actionValue")
    given = given if isinstance(given, Mapping) else {}
    reaction = given.get("reaction")
    if reaction not in {"like", "dislike"}:
        raise ValueError("neither up nor down")
    verdict = Verdict.HELPFUL if reaction == "like" else Verdict.NOT_HELPFUL
    said = given.get("feedback")
    with suppress(ValueError):
        said = json.loads(said) if isinstance(said, str) else said
    reason = said.get(cards.REASON) if isinstance(said, Mapping) else None
    is_known = verdict is Verdict.NOT_HELPFUL and reason in set(Reason)
    return verdict, Reason(str(reason)) if is_known else None

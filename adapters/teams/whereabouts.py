"""Where the bot is: it remembers how to reach conversations, and forgets those that it was removed from or that are gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from botbuilder.core import TurnContext
from botbuilder.core.teams import TeamsActivityHandler

from adapters.teams.adapter import PAYLOAD
from adapters.teams.inbound import reference_of
from bot.errors import StoreError
from bot.references import Reference, References

TEAM_GONE: Final = {"teamDeleted", "teamHardDeleted", "teamArchived"}
REMEMBERED_MAX: Final = 10_000


class Whereabouts(TeamsActivityHandler):  # type: ignore[misc]  # botbuilder ships no types
    """Takes what tells where the bot is.

    Args:
        references: Keeps how conversations are reached.
        now: Returns the instant, with a time zone.
    """

    def __init__(self, references: References, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._references, self._now = references, now
        self._remembered: set[Reference] = set()

    async def on_installation_update_remove(self, turn_context: TurnContext) -> None:
        """Forget where the bot was removed from."""
        await self.forget(reference_of(turn_context.turn_state[PAYLOAD]))

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Forget channels and teams that are gone; names change without us, because none is kept."""
        payload = turn_context.turn_state[PAYLOAD]
        reference = reference_of(payload)
        data = payload.get("channelData") or {}
        what = data.get("eventType")
        gone = {str(one.get("id")) for one in payload.get("membersRemoved") or ()}
        if reference.bot in gone or what in TEAM_GONE:
            await self.forget(reference)
        elif what == "channelDeleted":
            channel = data.get("channel") or {}
            await self._references.forget(str(channel.get("id") or reference.conversation))
        else:
            await self.remember(reference)

    async def remember(self, reference: Reference, *, again: bool = False) -> None:
        """Keep how to reach a conversation, unless it is kept; again, if that may have changed."""
        if reference in self._remembered and not again:
            return
        with suppress(StoreError):  # kept with the next activity
            await self._references.keep(reference, self._now())
            if len(self._remembered) >= REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered.add(reference)

    async def forget(self, reference: Reference) -> None:
        """Forget how to reach a conversation, or all of a team."""
        self._remembered.clear()
        if reference.team:
            await self._references.forget_team(reference.team)
        else:
            await self._references.forget(reference.conversation)

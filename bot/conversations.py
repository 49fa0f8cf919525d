"""Where conversations stand on platforms that only tell who writes where: the entry and the options, never what was typed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.turn import Conversation

HELD_FOR: Final = timedelta(hours=1)
HELD_MAX: Final = 1_000  # conversations


def key_of(*parts: str) -> str:
    """Return an opaque key for a place of a platform: a channel, a thread."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


class Conversations(Protocol):
    """Remembers conversations. Each method raises `StoreError` if it could not be done."""

    async def find(self, key: str) -> Conversation:
        """Return where a conversation stands; an empty one if it is not known."""
        ...

    async def keep(self, key: str, conversation: Conversation, at: datetime) -> None:
        """Remember where a conversation stands, without the question."""
        ...


@dataclass(slots=True)
class ConversationsInMemory:
    """Conversations that are forgotten when the process ends; for tests."""

    kept: dict[str, Conversation] = field(default_factory=dict)

    async def find(self, key: str) -> Conversation:
        """Return where a conversation stands."""
        return self.kept.get(key, Conversation())

    async def keep(self, key: str, conversation: Conversation, at: datetime) -> None:  # noqa: ARG002 - nothing grows old here
        """Remember where a conversation stands."""
        self.kept[key] = replace(conversation, question="")


@dataclass(slots=True)
class RecentQuestions:
    """Conversations with the question behind the choices that were offered last, for whoever writes "none of these".

    It is held in this process alone, cleaned, for an hour and for `HELD_MAX` conversations; another process does not know it.

    Attributes:
        conversations: Keep the rest.
        now: Returns the instant, with a time zone.
    """

    conversations: Conversations
    now: Callable[[], datetime]
    held: dict[str, tuple[Conversation, datetime]] = field(default_factory=dict)

    async def find(self, key: str) -> Conversation:
        """Return where a conversation stands, with its question if that is held for what was offered last."""
        found = await self.conversations.find(key)
        asked, since = self.held.get(key, (Conversation(), self.now()))
        is_of_these = asked.options == found.options and self.now() - since < HELD_FOR
        return replace(found, question=asked.question) if is_of_these else found

    async def keep(self, key: str, conversation: Conversation, at: datetime) -> None:
        """Remember where a conversation stands."""
        self.held.pop(key, None)
        for old in [one for one, (_, since) in self.held.items() if at - since >= HELD_FOR]:
            del self.held[old]
        if conversation.options and conversation.question and len(self.held) < HELD_MAX:
            self.held[key] = (conversation, at)
        await self.conversations.keep(key, conversation, at)

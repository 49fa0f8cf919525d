"""Where conversations stand on platforms that only tell who writes where: the entry and the options, never what was typed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.turn import Conversation


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

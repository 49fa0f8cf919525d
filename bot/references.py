"""How to reach a conversation later, on platforms where one can write only to what has been heard of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation, as its platform names it.

    Attributes:
        conversation: Its id; of a channel, without the thread.
        tenant: The organisation that it is in.
        kind: "personal", "groupChat" or "channel".
        service_url: Where to send to; may change with any activity.
        bot: The bot's id there.
        team: The team of a channel; "" for others.
        person: Whom a personal conversation is with; "" for others.
    """

    conversation: str
    tenant: str
    kind: str
    service_url: str
    bot: str
    team: str = ""
    person: str = ""


class References(Protocol):
    """Keeps references. Each method raises `StoreError` if it could not be done."""

    async def keep(self, reference: Reference, at: datetime) -> None:
        """Keep a reference, or what has changed of it."""
        ...

    async def forget(self, conversation: str) -> None:
        """Forget a conversation."""
        ...

    async def forget_team(self, team: str) -> None:
        """Forget every channel of a team."""
        ...

    async def all(self) -> Sequence[Reference]:
        """Return every reference, in order of conversation."""
        ...


@dataclass(slots=True)
class ReferencesInMemory:
    """References that are forgotten when the process ends; for tests."""

    kept: dict[str, Reference] = field(default_factory=dict)

    async def keep(self, reference: Reference, at: datetime) -> None:  # noqa: ARG002 - nothing grows old here
        """Keep a reference."""
        self.kept[reference.conversation] = reference

    async def forget(self, conversation: str) -> None:
        """Forget a conversation."""
        self.kept.pop(conversation, None)

    async def forget_team(self, team: str) -> None:
        """Forget every channel of a team."""
        self.kept = {key: one for key, one in self.kept.items() if one.team != team}

    async def all(self) -> Sequence[Reference]:
        """Return every reference."""
        return [self.kept[key] for key in sorted(self.kept)]

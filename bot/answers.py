"""Which entry a message of ours showed: on Teams a thumb tells only which message it was given to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


class Shown(NamedTuple):
    """An entry as it was shown."""

    entry_id: str
    version: str


class Answers(Protocol):
    """Remembers answers by the opaque key of `bot.conversations.key_of`. Each method raises `StoreError` if it could not be done."""

    async def keep(self, key: str, shown: Shown, at: datetime) -> None:
        """Remember what a message shows now."""
        ...

    async def find(self, key: str) -> Shown | None:
        """Return what a message shows; None if it is not known."""
        ...


@dataclass(slots=True)
class AnswersInMemory:
    """Answers that are forgotten when the process ends; for tests."""

    kept: dict[str, Shown] = field(default_factory=dict)

    async def keep(self, key: str, shown: Shown, at: datetime) -> None:  # noqa: ARG002 - nothing grows old here
        """Remember what a message shows now."""
        self.kept[key] = shown

    async def find(self, key: str) -> Shown | None:
        """Return what a message shows."""
        return self.kept.get(key)

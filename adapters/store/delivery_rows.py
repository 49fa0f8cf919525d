"""How a message that is to be sent stands in the outbox when it is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.outbox import DeliveryState, Kind


def due_row(
    key: str, place: str, sealed: str, kind: Kind, due: datetime, now: datetime, **more: object
) -> dict[str, Any]:
    """Return the row of a delivery that is due.

    Args:
        key: Tells it from every other.
        place: The hash of the surface and the conversation.
        sealed: Where that is, and whom to tell of trouble, encrypted.
        kind: What is sent.
        due: When.
        now: The instant.
        more: What else the row has, by column.
    """
    return {
        "key": key, "subscription": "", "place": place, "sealed": sealed, "tip": None, "version": "", "why": "", "due": due,
        "state": DeliveryState.DUE.value, "until": due, "owner": "", "attempts": 0, "reason": "", "receipt": "", "at": now,
        "kind": kind.value, "batch": "", "text": "", "entry": "", "note": "", **more,
    }  # fmt: skip

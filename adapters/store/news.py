"""Write news of evidence gaps into the outbox, in the transaction of the change that they tell of: so each is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from adapters.store.gaps import Tell
from adapters.store.sealing import Sealer
from adapters.store.tables import deliveries
from bot.conversations import key_of
from bot.gaps import News
from bot.outbox import DeliveryState, Kind


def into_outbox(sealer: Sealer, now: Callable[[], datetime]) -> Tell:
    """Return what writes news down.

    Args:
        sealer: Encrypts where they go.
        now: Returns the instant, with a time zone.
    """

    def tell(connection: sa.Connection, news: Sequence[News]) -> None:
        at = now()
        rows = [
            {
                "key": one.key, "subscription": "", "place": key_of(one.address.surface, one.address.conversation),
                "sealed": sealer.seal(one.address.to_dict() | {"manager": ""}), "tip": None, "version": "", "why": "", "due": at,
                "state": DeliveryState.DUE.value, "until": at, "owner": "", "attempts": 0, "reason": "", "receipt": "", "at": at,
                "kind": Kind.NEWS.value, "batch": f"gap-{one.gap}", "text": one.sentence, "entry": one.entry, "note": "",
            }
            for one in news
        ]  # fmt: skip
        connection.execute(sa.insert(deliveries), rows)

    return tell

"""Write news of evidence gaps into the outbox, in the transaction of the change that they tell of: so each is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.delivery_rows import due_row
from adapters.store.gaps import Tell
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import deliveries
from bot.conversations import key_of
from bot.gaps import News, Wants
from bot.outbox import DeliveryState, Kind
from bot.schedule import Due, Schedule

DIGEST: Final = Schedule(0, time(9, 0))  # Mondays, or the next working day of that week
DIGEST_MAX: Final = 3_000  # letters of one digest; what is more goes into the next


def into_outbox(store: Store, sealer: Sealer, now: Callable[[], datetime]) -> Tell:
    """Return what writes news down.

    Args:
        store: Where the outbox is.
        sealer: Encrypts where they go.
        now: Returns the instant, with a time zone.
    """

    def tell(connection: sa.Connection, news: Sequence[News]) -> None:
        at = now()
        rows = [_row(sealer, one, one.key, at, at) for one in news if one.wants is not Wants.DIGEST]
        if rows:
            connection.execute(sa.insert(deliveries), rows)
        for one in news:
            if one.wants is Wants.DIGEST:
                _into_digest(connection, store, sealer, one, at)

    return tell


def _row(sealer: Sealer, one: News, key: str, due: datetime, at: datetime) -> dict[str, Any]:
    place = key_of(one.address.surface, one.address.conversation)
    sealed = sealer.seal(one.address.to_dict() | {"manager": ""})
    batch = f"gap-{one.gap}"
    return due_row(key, place, sealed, Kind.NEWS, due, at, batch=batch, text=one.sentence, entry=one.entry)


def _into_digest(connection: sa.Connection, store: Store, sealer: Sealer, one: News, at: datetime) -> None:
    """Add a sentence to the digest that waits for Monday, or begin it; one that is full, or on its way, is left alone."""
    due = DIGEST.after(at)
    while not _is_added(connection, store, _row(sealer, one, _key(one, due), due.at, at) | {"entry": ""}):
        due = DIGEST.after(due.at)


def _is_added(connection: sa.Connection, store: Store, row: dict[str, Any]) -> bool:
    insert = store.insert(deliveries).values(row | {"batch": ""})
    waits = sa.and_(
        deliveries.c.state == DeliveryState.DUE.value,
        deliveries.c.attempts == 0,
        sa.func.length(deliveries.c.text) + len(row["text"]) < DIGEST_MAX,
    )
    added = {"text": deliveries.c.text + "\n" + insert.excluded.text}
    kept = insert.on_conflict_do_update(index_elements=["key"], set_=added, where=waits)
    return connection.execute(kept.returning(deliveries.c.key)).first() is not None


def _key(one: News, due: Due) -> str:
    return f"d{due.week}-{key_of(one.address.surface, one.address.conversation)[:32]}"

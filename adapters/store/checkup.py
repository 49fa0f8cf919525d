"""Look whether the store works, as `whatworks doctor` shows it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from adapters.store.outbox import StoredOutbox
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from bot.doctor import Finding, Level
from bot.errors import StoreError

PART: Final = "store"
ROOM_LEAST: Final = 1 << 30  # bytes


async def examine(store: Store, sealer: Sealer, url: str) -> list[Finding]:
    """Return how the store is: reachable, up to date, with room, and what waits or failed in the outbox."""
    try:
        await store.ping()
    except StoreError as error:
        return [Finding(Level.BROKEN, PART, str(error), "look at WHATWORKS_DATABASE, then: whatworks database upgrade")]
    found = [Finding(Level.OK, PART, f"{store.name} answers, and its tables are up to date")]
    found += _room(store, url)
    counts = await StoredOutbox(store, sealer).counts()
    said = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "nothing yet"
    failed = counts.get("failed", 0) + counts.get("unknown", 0)
    to_do = "whatworks tips deliveries says why" if failed else ""
    found.append(Finding(Level.WARNING if failed else Level.OK, "outbox", said, to_do))
    return found


def _room(store: Store, url: str) -> list[Finding]:
    """Return how much room a database in a file has; nothing for one on a server."""
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return []
    free = shutil.disk_usage(Path(address.database).absolute().parent).free
    room = f"{free / (1 << 30):.1f} GiB free beside {store.name}"
    if free < ROOM_LEAST:
        return [Finding(Level.WARNING, PART, room, "make room: nothing can be kept on a full disk")]
    return [Finding(Level.OK, PART, room)]

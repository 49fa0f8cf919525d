"""The audit in the store: lines are only ever added, each in the transaction of the change that it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.store import Store
from adapters.store.tables import audit
from bot.audit import Checked, Line

LOCK: Final = 7_202_612  # any number but the migrations', the same for every process that writes into the audit
AT_ONCE: Final = 1_000  # lines held in memory while all are checked


def note(
    connection: sa.Connection, *, at: datetime, actor: str, what: str, about: str, details: Mapping[str, Any]
) -> None:
    """Add a line to the audit; the last thing to do in a transaction.

    On PostgreSQL whoever else adds a line waits until the transaction is over. One that added its line first and then
    waited for a row could wait for somebody who waits for it.

    Args:
        connection: In a transaction that writes, as `Store.write` begins it.
        at: The instant, with a time zone.
        actor: Who made the change: a hash, as `bot.conversations.key_of` makes it.
        what: What was done; at most 40 characters.
        about: To what: a number or a key; at most 60 characters.
        details: What the change was; nothing of a person.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    # On SQLite the transaction was begun with the lock for writing.
    newest = sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    last = connection.execute(newest).first()
    # As they will be read: JSON has neither tuples nor keys that are numbers.
    line = Line(last.number + 1 if last else 1, at, actor, what, about, json.loads(json.dumps(details)))
    row = {
        "number": line.number, "at": line.at, "actor": line.actor, "what": line.what, "about": line.about,
        "details": line.details, "hash": line.hash_after(last.hash if last else ""),
    }  # fmt: skip
    connection.execute(sa.insert(audit), row)


def verify(connection: sa.Connection, head: str = "") -> Checked:
    """Return whether every line fits, oldest first, up to the first that does not.

    Args:
        connection: In any transaction.
        head: The hash of the last line, as somebody noted it earlier; "" if nobody did.
    """
    count, number, previous, has_head = 0, 0, "", not head
    rows = connection.execution_options(yield_per=AT_ONCE).execute(sa.select(audit).order_by(audit.c.number))
    reading = iter(rows)
    while True:
        try:
            row = next(reading, None)
            fits = row is None or _line(row).hash_after(previous) == row.hash
        except (TypeError, ValueError, AttributeError):  # what stands in a column is not what belongs there
            row, fits = None, False
        if not fits:
            rows.close()
            after = sa.select(sa.func.min(audit.c.number)).where(audit.c.number > number)
            return Checked(count, connection.execute(after).scalar_one(), previous, has_head)
        if row is None:
            return Checked(count, None, previous, has_head)
        count, number, previous = count + 1, row.number, row.hash
        has_head = has_head or row.hash == head


class StoredAudit:
    """The audit of a store, for whoever looks into it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def verify(self, head: str = "") -> Checked:
        """Return whether every line fits; `head` is the hash of the last line, as somebody noted it earlier.

        Raises:
            StoreError: If the store could not be read.
        """
        return await self._store.read(lambda connection: verify(connection, head))

    async def newest(self, limit: int) -> Sequence[Line]:
        """Return the newest lines, newest first.

        Raises:
            StoreError: If the store could not be read.
        """
        wanted = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [_line(row) for row in rows]


def _line(row: sa.Row[Any]) -> Line:
    return Line(row.number, row.at, row.actor, row.what, row.about, row.details)

"""Who waits to be let into the desk and who is in, kept in the store; whoever comes, goes or is refused has a line in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.audit import note
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import sessions, sign_ins
from bot.conversations import key_of
from bot.roles import Person, Role
from bot.sign_in import Opened, Waiting

KEPT_FOR: Final = timedelta(hours=1)  # after its end, to say of a link that it is too old


class StoredSignIns:
    """`bot.sign_in.SignIns` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def begin(self, waiting: Waiting, now: datetime) -> bool:
        """Keep that a browser waits; those that gave up an hour ago are forgotten."""
        row = {
            "code": waiting.code, "browser": waiting.browser, "goes_to": waiting.goes_to, "until": waiting.until, "person": "",
            "sealed": None, "link": None,
        }  # fmt: skip
        over = sa.delete(sign_ins).where(sign_ins.c.until < now - KEPT_FOR)
        same = sa.delete(sign_ins).where(sign_ins.c.code == waiting.code, sign_ins.c.until <= now)
        insert = self._store.insert(sign_ins).values(row).on_conflict_do_nothing(index_elements=["code"])

        def run(connection: sa.Connection) -> bool:
            connection.execute(over)
            connection.execute(same)
            return connection.execute(insert.returning(sign_ins.c.code)).first() is not None

        return await self._store.write(run)

    async def answer(self, code: str, person: Person, link: str, now: datetime) -> bool:
        """Note who gave a code, and the link that they get."""
        key = key_of(*person)
        change = (
            sa.update(sign_ins)
            .where(sign_ins.c.code == code, sign_ins.c.until > now, sign_ins.c.person.in_(["", key]))
            .values(person=key, sealed=self._sealer.seal(person._asdict()), link=link)
        )
        returned = change.returning(sign_ins.c.code)
        return await self._store.write(lambda connection: connection.execute(returned).first() is not None)

    async def find(self, link: str) -> Waiting | None:
        """Return who waits for a link."""
        wanted = sa.select(sign_ins).where(sign_ins.c.link == link)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        if row is None:
            return None
        return Waiting(row.code, row.browser, row.goes_to, row.until, Person(**self._sealer.open(row.sealed)))

    async def enter(self, link: str, browser: str, opened: Opened, now: datetime) -> bool:
        """Use a link up and open the session; of many at once one finds the row."""
        used = sa.delete(sign_ins).where(
            sign_ins.c.link == link, sign_ins.c.browser == browser, sign_ins.c.until > now,
            sign_ins.c.person == key_of(*opened.person),
        )  # fmt: skip

        def run(connection: sa.Connection) -> bool:
            if connection.execute(used.returning(sign_ins.c.code)).first() is None:
                return False
            _open(connection, self._sealer, opened, now)
            return True

        return await self._store.write(run)


class StoredSessions:
    """`bot.sign_in.Sessions` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def open(self, opened: Opened, now: datetime) -> None:
        """Keep a session."""
        await self._store.write(lambda connection: _open(connection, self._sealer, opened, now))

    async def find(self, key: str, now: datetime) -> Opened | None:
        """Return a session that has not ended."""
        wanted = sa.select(sessions).where(sessions.c.key == key, sessions.c.until > now)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        if row is None:
            return None
        claimed = frozenset(Role(one) for one in row.claimed if one in set(Role))
        return Opened(row.key, Person(**self._sealer.open(row.sealed)), row.until, claimed)

    async def end(self, key: str, now: datetime) -> None:
        """End a session."""
        gone = sa.delete(sessions).where(sessions.c.key == key, sessions.c.until > now).returning(sessions.c.person)

        def run(connection: sa.Connection) -> None:
            if row := connection.execute(gone).first():
                note(connection, at=now, actor=row.person, what="signed out", about=row.person, details={})

        await self._store.write(run)

    async def refuse(self, person: Person, why: str, now: datetime) -> None:
        """Note in the audit that somebody was not let in."""
        await self._store.write(lambda connection: _note(connection, person, "sign-in refused", now, {"why": why}))


def _open(connection: sa.Connection, sealer: Sealer, opened: Opened, now: datetime) -> None:
    """Keep a session and note it; the last thing to do in a transaction, as `note` is."""
    person = opened.person
    connection.execute(sa.delete(sessions).where(sessions.c.until <= now))
    row = {
        "key": opened.key, "person": key_of(*person), "sealed": sealer.seal(person._asdict()), "claimed": sorted(opened.claimed),
        "until": opened.until,
    }  # fmt: skip
    connection.execute(sa.insert(sessions), row)
    details = {"surface": person.surface, "claimed": sorted(opened.claimed)}
    _note(connection, person, "signed in", now, details)


def _note(connection: sa.Connection, person: Person, what: str, now: datetime, details: Mapping[str, Any]) -> None:
    note(connection, at=now, actor=key_of(*person), what=what, about=key_of(*person), details=details)

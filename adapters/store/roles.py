"""Roles, kept in the store; every change with a line in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from adapters.store.audit import note
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import roles
from bot.conversations import key_of
from bot.roles import Granted, Person, Role


class StoredRoles:
    """`bot.roles.Roles` in the store. A person's id is kept as a hash, and encrypted to show who it is."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def grant(self, person: Person, role: Role, actor: str, now: datetime) -> bool:
        """Give somebody a role; return False, and change nothing, if they have it."""
        row = {
            "person": key_of(*person), "role": role.value, "surface": person.surface, "sealed": self._sealer.seal(person._asdict()), "at": now,
        }  # fmt: skip
        insert = self._store.insert(roles).values(row).on_conflict_do_nothing(index_elements=["person", "role"])
        return await self._change(insert.returning(roles.c.person), "role granted", person, role, actor, now)

    async def revoke(self, person: Person, role: Role, actor: str, now: datetime) -> bool:
        """Take a role from somebody; return False, and change nothing, if they do not have it."""
        delete = sa.delete(roles).where(roles.c.person == key_of(*person), roles.c.role == role.value)
        return await self._change(delete.returning(roles.c.person), "role revoked", person, role, actor, now)

    async def of(self, person: Person) -> frozenset[Role]:
        """Return somebody's roles."""
        wanted = sa.select(roles.c.role).where(roles.c.person == key_of(*person))
        found = await self._store.read(lambda connection: connection.scalars(wanted).all())
        return frozenset(map(Role, found))

    async def all(self) -> Sequence[Granted]:
        """Return every role that was granted, oldest first."""
        wanted = sa.select(roles).order_by(roles.c.at, roles.c.person, roles.c.role)
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [Granted(Person(**self._sealer.open(row.sealed)), Role(row.role), row.at) for row in rows]

    async def _change(
        self, change: sa.Executable, what: str, person: Person, role: Role, actor: str, now: datetime
    ) -> bool:  # fmt: skip
        def run(connection: sa.Connection) -> bool:
            if connection.execute(change).first() is None:
                return False
            note(
                connection, at=now, actor=key_of(actor), what=what, about=key_of(*person), details={"role": role.value}
            )
            return True

        return await self._store.write(run)

"""Roles and the audit, on SQLite and on PostgreSQL: who may do what, and a record that shows when it was changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time

import pytest
import sqlalchemy as sa

from adapters.store.audit import StoredAudit
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.subscriptions import StoredSubscriptions
from adapters.store.tables import audit, roles
from bot.roles import Granted, Person, Role, Roles, RolesInMemory
from bot.schedule import Schedule
from bot.subscriptions import Address, Subscription

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SEALER = Sealer([key_from("a secret")])
ANN, BOB = Person("slack", "U0ANN"), Person("teams", "29:bob")


@pytest.fixture(params=["memory", "store"])
def kept(request: pytest.FixtureRequest, store: Store) -> Roles:
    return RolesInMemory() if request.param == "memory" else StoredRoles(store, SEALER)


async def test_a_role_is_granted_once_and_revoked_once(kept: Roles) -> None:
    assert [await kept.grant(ANN, Role.MANAGER, "me", NOW) for _ in range(2)] == [True, False]
    assert await kept.grant(ANN, Role.CURATOR, "me", NOW)
    assert await kept.of(ANN) == {Role.MANAGER, Role.CURATOR}
    assert await kept.of(Person("teams", ANN.person)) == frozenset()
    assert [await kept.revoke(ANN, Role.MANAGER, "me", NOW) for _ in range(2)] == [True, False]
    assert await kept.all() == [Granted(ANN, Role.CURATOR, NOW)]


async def test_who_has_a_role_stands_nowhere_in_clear(store: Store) -> None:
    await StoredRoles(store, SEALER).grant(ANN, Role.MANAGER, "U0CHIEF", NOW)

    def run(connection: sa.Connection) -> str:
        return str([tuple(row) for table in (roles, audit) for row in connection.execute(sa.select(table))])

    found = await store.read(run)
    assert "manager" in found
    assert "U0ANN" not in found
    assert "U0CHIEF" not in found


async def written(store: Store, count: int = 6) -> StoredAudit:
    """Write lines of several kinds, and return the audit."""
    kept = StoredRoles(store, SEALER)
    for number in range(count - 1):
        await kept.grant(Person("slack", f"U{number}"), Role.TRIAGER, "me", NOW)
    one = Subscription("s1", Address("slack", "C1", "T1"), Schedule(0, time(9)))
    await StoredSubscriptions(store, SEALER).keep(one, NOW, "me")
    return StoredAudit(store)


async def test_an_untouched_audit_fits_and_tells_its_head(store: Store) -> None:
    kept = await written(store)
    before = await kept.verify()
    assert (before.lines, before.is_whole) == (6, True)
    await StoredRoles(store, SEALER).grant(BOB, Role.CURATOR, "me", NOW)
    assert (await kept.verify(before.head)).is_whole


@pytest.mark.parametrize(
    ("column", "value"),
    [("at", NOW.replace(year=2025)), ("actor", "f" * 40), ("what", "role revoked"), ("about", "somebody"), ("details", {"role": "curator"}), ("hash", "0" * 64)],
)  # fmt: skip
async def test_a_changed_line_is_found(store: Store, column: str, value: object) -> None:
    kept = await written(store)
    await store.write(lambda c: c.execute(sa.update(audit).where(audit.c.number == 3).values({column: value})))
    found = await kept.verify()
    assert (found.lines, found.broken) == (2, 3)


async def test_a_removed_line_is_found_and_the_newest_by_the_head_that_was_noted(store: Store) -> None:
    kept = await written(store)
    head = (await kept.verify()).head
    await store.write(lambda c: c.execute(sa.delete(audit).where(audit.c.number == 6)))
    assert (await kept.verify()).is_whole
    assert not (await kept.verify(head)).is_whole
    await store.write(lambda c: c.execute(sa.delete(audit).where(audit.c.number == 2)))
    assert (await kept.verify()).broken == 3


async def test_many_who_write_at_once_make_one_chain(store: Store) -> None:
    kept = StoredRoles(store, SEALER)
    await asyncio.gather(*(kept.grant(Person("slack", f"U{n}"), Role.TRIAGER, "me", NOW) for n in range(40)))
    found = await StoredAudit(store).verify()
    assert (found.lines, found.is_whole) == (40, True)

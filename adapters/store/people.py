"""What the store keeps of one person, found by the hashes that it is kept under, and erased in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.audit import note
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import (
    deliveries,
    follows,
    gap_changes,
    gap_voices,
    gaps,
    roles,
    sessions,
    sign_ins,
    subscriptions,
    taps,
    triage_places,
)
from bot.conversations import key_of
from bot.errors import WhatworksError
from bot.outbox import Kind
from bot.people import Kept, KeptVoice
from bot.roles import Person

CENTRES: Final = (Kind.TRIAGE.value, Kind.GAP_CARD.value)
OWN: Final = (Kind.NEWS.value, Kind.CORRECTION.value)  # what goes to a person alone
NOBODY: Final = "Assigned to somebody of whom nothing is kept."


class StoredPeople:
    """`bot.people.People` in the store."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    async def kept(self, person: Person) -> Kept:
        """Return what is kept of somebody."""
        return await self._store.read(lambda connection: self._found(connection, person))

    async def erase(self, person: Person, actor: str, now: datetime) -> Kept:
        """Erase it, whole or not at all, and return what there was."""

        def run(connection: sa.Connection) -> Kept:
            found, key = self._found(connection, person), key_of(*person)
            places = self._places(connection, person)
            voices = connection.scalars(sa.select(gap_voices.c.gap).where(gap_voices.c.person == key)).all()
            for gap in voices:  # another hash for each: they are not to be one person's any more
                which = (gap_voices.c.gap == gap, gap_voices.c.person == key)
                connection.execute(
                    sa.update(gap_voices).where(*which).values(person=secrets.token_hex(20), sealed=None)
                )
            connection.execute(sa.delete(roles).where(roles.c.person == key))
            connection.execute(sa.delete(sessions).where(sessions.c.person == key))
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.person == key))
            connection.execute(sa.delete(follows).where(follows.c.place.in_(places)))
            own = (deliveries.c.place.in_(places), deliveries.c.kind.in_(OWN))
            connection.execute(sa.delete(deliveries).where(*own))
            for tapped in self._tapped(connection, person):
                connection.execute(sa.delete(taps).where(taps.c.key == tapped.key, taps.c.person == tapped.person))
            connection.execute(sa.update(gap_changes).where(gap_changes.c.actor == key).values(actor=""))
            connection.execute(
                sa.update(gap_changes).where(gap_changes.c.why == f"Assigned to {key}.").values(why=NOBODY)
            )
            connection.execute(sa.update(gaps).where(gaps.c.assigned_to == key).values(assigned_to=""))
            for table, looked_after in self._managed(connection, person):
                self._without_manager(connection, table, looked_after, person)
            note(connection, at=now, actor=key_of(actor), what="person erased", about="", details=dict(found.counts))
            return found

        return await self._store.write(run)

    def _found(self, connection: sa.Connection, person: Person) -> Kept:
        key, places = key_of(*person), self._places(connection, person)
        voices = connection.execute(
            sa.select(gap_voices).where(gap_voices.c.person == key).order_by(gap_voices.c.gap)
        ).all()
        count = sa.select(sa.func.count())
        own = (deliveries.c.place.in_(places), deliveries.c.kind.in_(OWN))
        return Kept(
            tuple(KeptVoice(row.gap, row.at, row.is_flagger, row.sealed is not None) for row in voices),
            tuple(connection.scalars(sa.select(roles.c.role).where(roles.c.person == key).order_by(roles.c.role))),
            tuple(
                connection.scalars(
                    sa.select(follows.c.entry).where(follows.c.place.in_(places)).order_by(follows.c.entry)
                )
            ),
            tuple(self._looked_after(connection, subscriptions, person)),
            len(list(self._looked_after(connection, triage_places, person))),
            connection.scalar(count.where(sessions.c.person == key)) or 0,
            connection.scalar(count.where(*own)) or 0,
            len(list(self._tapped(connection, person))),
            connection.scalar(count.where(gap_changes.c.actor == key)) or 0,
        )

    def _places(self, connection: sa.Connection, person: Person) -> list[str]:
        """Return the hashes of the conversations in which somebody is told things alone."""
        wanted = sa.select(gap_voices.c.sealed).where(
            gap_voices.c.person == key_of(*person), gap_voices.c.sealed.is_not(None)
        )
        told = (opened for sealed in connection.scalars(wanted) if (opened := self._opened(sealed)))
        places = {key_of(str(one.get("surface")), str(one.get("conversation"))) for one in told}
        return sorted(places | {key_of(*person)})

    def _looked_after(
        self, connection: sa.Connection, table: sa.Table, person: Person, *which: sa.ColumnElement[bool]
    ) -> Iterator[str]:
        """Yield the keys of rows whose troubles somebody is told, in order."""
        (key,) = table.primary_key.columns
        for row in connection.execute(sa.select(key, table.c.sealed).where(*which).order_by(key)).all():
            opened = self._opened(row.sealed)
            if opened and (opened.get("surface"), opened.get("manager")) == (person.surface, person.person):
                yield row[0]

    def _managed(self, connection: sa.Connection, person: Person) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
        """Return where somebody may stand as whoever is told of troubles: what they look after, and what is sent of it."""
        of = list(self._looked_after(connection, subscriptions, person))
        places = list(self._looked_after(connection, triage_places, person))
        cards = sa.and_(deliveries.c.place.in_(places), deliveries.c.kind.in_(CENTRES))
        return [
            (subscriptions, subscriptions.c.number.in_(of)), (triage_places, triage_places.c.place.in_(places)),
            (deliveries, sa.or_(deliveries.c.subscription.in_(of), cards)),
        ]  # fmt: skip

    def _tapped(self, connection: sa.Connection, person: Person) -> Iterator[sa.Row[Any, Any]]:
        for row in connection.execute(sa.select(taps.c.key, taps.c.person)).all():
            if row.person == key_of(row.key, person.person):
                yield row

    def _without_manager(
        self, connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool], person: Person
    ) -> None:
        (key,) = table.primary_key.columns
        for found in self._looked_after(connection, table, person, which):
            opened = self._sealer.open(str(connection.scalar(sa.select(table.c.sealed).where(key == found))))
            sealed = self._sealer.seal(opened | {"manager": ""})
            connection.execute(sa.update(table).where(key == found).values(sealed=sealed))

    def _opened(self, sealed: str) -> dict[str, Any] | None:
        try:
            return self._sealer.open(sealed)
        except (WhatworksError, ValueError):
            return None  # its key is not set any more: nobody can read it

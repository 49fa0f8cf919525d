"""Evidence gaps, kept in the store: each change with its line of history and its news, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
import structlog

from adapters.store import gap_rows
from adapters.store.audit import note
from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import gap_changes, gap_voices, gaps
from bot.errors import InputError, WhatworksError
from bot.gap import WORDS_MAX, Check, Gap, GapState, NewGap, Place, reason
from bot.gaps import FLAGGED, Change, Filters, News, Order, Voice, Wants, key_of_news
from bot.subscriptions import Address

SOMEBODY: Final = ""  # who does it is not in the audit: whoever has a voice, who may want to be forgotten
LOG: Final = structlog.get_logger("whatworks.gaps")

Tell = Callable[[sa.Connection, Sequence[News]], None]
Show = Callable[[sa.Connection, Gap], None]


class StoredGaps:
    """`bot.gaps.Gaps` in the store.

    Args:
        store: Where they are kept.
        sealer: Encrypts where a voice is told.
        tell: Writes news down, in the transaction of the change that they tell of; if it raises, nothing of the change is kept.
        show: Has the centre's own cards of a gap brought up to date, in the same transaction; nothing does unless given.
    """

    def __init__(self, store: Store, sealer: Sealer, tell: Tell, show: Show = lambda _connection, _gap: None) -> None:
        self._store, self._sealer, self._tell, self._show = store, sealer, tell, show

    async def flag(self, new: NewGap, voice: Voice, now: datetime, why: str = FLAGGED) -> Gap:
        """Keep a new gap, with the voice of whoever flags it. Nobody is told: they see it."""

        def run(connection: sa.Connection) -> Gap:
            gap = gap_rows.insert_gap(connection, new, voice.person, reason(why), 1, now)
            row = self._voice_row(gap.number, replace(voice, is_flagger=True), now)
            connection.execute(sa.insert(gap_voices), row)
            self._note(connection, "gap flagged", gap, 1, SOMEBODY)
            return gap

        return await self._store.write(run)

    async def get(self, number: int) -> Gap:
        """Return a gap; `InputError` if there is none with this number."""
        return await self._store.read(lambda connection: gap_rows.read(gap_rows.find(connection, number)))

    async def listed(self, filters: Filters, order: Order, limit: int, after: Place | None = None) -> Sequence[Gap]:
        """Return gaps in an order; those after a place of the same list."""
        wanted = gap_rows.listed(filters, order, limit, after)
        rows = await self._store.read(lambda connection: connection.execute(wanted).all())
        return [gap_rows.read(row) for row in rows]

    async def history(self, number: int) -> Sequence[Change]:
        """Return a gap's changes, oldest first."""
        wanted = sa.select(gap_changes).where(gap_changes.c.gap == number).order_by(gap_changes.c.place)

        def run(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
            gap_rows.find(connection, number)
            return connection.execute(wanted).all()

        return [gap_rows.read_change(row) for row in await self._store.read(run)]

    async def voices(self, number: int) -> Sequence[Voice]:
        """Return who wants a gap answered, who flagged it first."""
        table = gap_voices.c
        wanted = (
            sa.select(gap_voices).where(table.gap == number).order_by(table.is_flagger.desc(), table.at, table.person)
        )

        def run(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
            gap_rows.find(connection, number)
            return connection.execute(wanted).all()

        return [
            Voice(row.person, self._address(row.sealed), row.is_flagger, Wants(row.wants), row.at)
            for row in await self._store.read(run)
        ]

    async def add_voice(self, number: int, voice: Voice, now: datetime) -> bool:
        """Count a person in; return False, and change nothing, if they have a voice already."""

        def run(connection: sa.Connection) -> bool:
            gap = gap_rows.meant(connection, number)
            row = self._voice_row(gap.number, replace(voice, is_flagger=False), now)
            insert = self._store.insert(gap_voices).values(row)
            insert = insert.on_conflict_do_nothing(index_elements=["gap", "person"])
            if connection.execute(insert.returning(gap_voices.c.person)).first() is None:
                return False
            counted = sa.update(gaps).where(gaps.c.number == gap.number).values(votes=gaps.c.votes + 1)
            connection.execute(counted)
            self._show(connection, replace(gap, votes=gap.votes + 1))
            return True

        return await self._store.write(run)

    async def reopen(self, number: int, person: str, why: str, now: datetime) -> Gap:
        """Open a closed gap again, for a person with a voice, and tell its voices."""
        why = reason(why)

        def run(connection: sa.Connection) -> Gap:
            gap = gap_rows.meant(connection, number)
            gap_rows.check_voices(connection, gap.number, [person])
            return self._change(connection, gap, gap.reopened(now), person, why, "gap reopened", by=SOMEBODY)

        return await self._store.write(run)

    async def follow(self, number: int, person: str, wants: Wants) -> None:
        """Note what a person wants to hear."""
        await self._set(number, person, {"wants": wants.value})

    async def forget(self, number: int, person: str) -> None:
        """Erase where a person is told; the voice still counts."""
        await self._set(number, person, {"sealed": None})

    async def _set(self, number: int, person: str, values: dict[str, Any]) -> None:
        def run(connection: sa.Connection) -> None:
            gap = gap_rows.meant(connection, number)
            gap_rows.check_voices(connection, gap.number, [person])
            which = (gap_voices.c.gap == gap.number, gap_voices.c.person == person)
            connection.execute(sa.update(gap_voices).where(*which).values(values))

        await self._store.write(run)

    async def move(
        self, number: int, to: GapState, actor: str, why: str, now: datetime, *, check: Check | None = None,
        outcome: str = "", entry: str = "",
    ) -> Gap:  # fmt: skip
        """Move a gap to another state, and tell its voices."""
        why = reason(why)

        def run(connection: sa.Connection) -> Gap:
            gap = gap_rows.locked(connection, number)
            after = gap.moved(to, now, check=check, outcome=outcome, entry=entry)
            return self._change(connection, gap, after, actor, why, "gap moved", by=actor)

        return await self._store.write(run)

    async def merge(self, duplicate: int, into: int, actor: str, why: str, now: datetime) -> Gap:
        """Close a gap as the duplicate of another, which gets its voices, and tell them; return the other."""
        why = reason(why)

        def run(connection: sa.Connection) -> Gap:
            # In the order of their numbers: two that merge the same two would otherwise wait for each other.
            both = {one: gap_rows.locked(connection, one) for one in sorted({duplicate, into})}
            gap, other = both[duplicate], both[into]
            closed = gap.merged(other, now)
            place = gap_rows.keep(connection, gap, closed, actor, why)
            self._tell_voices(connection, gap.number, place, other, gap.told_merged(other))
            votes = other.votes + gap_rows.move_voices(connection, gap.number, other.number)
            got = f"Gap {gap.number} was merged into this one: {why}"[:WORDS_MAX]
            after = replace(other, changed=now, votes=votes)
            got_place = gap_rows.keep(connection, other, after, actor, got)
            self._note(connection, "gap merged", closed, place, actor, into=other.number)
            self._note(connection, "gap got voices", after, got_place, actor, of=gap.number)
            return after

        return await self._store.write(run)

    async def split(self, number: int, persons: Sequence[str], new: NewGap, actor: str, why: str, now: datetime) -> Gap:
        """Give some of a gap's voices a new gap, and tell them; at least one voice stays."""
        why, leaving = reason(why), sorted(set(persons))

        def run(connection: sa.Connection) -> Gap:
            gap = gap_rows.locked(connection, number)
            gap_rows.check_voices(connection, number, leaving)
            if not 0 < len(leaving) < gap.votes:
                raise InputError(
                    "A part of the voices can get a gap of its own: at least one goes, and at least one stays"
                )
            made = gap_rows.insert_gap(
                connection, new, actor, f"Split from gap {number}: {why}"[:WORDS_MAX], len(leaving), now
            )
            which = (gap_voices.c.gap == number, gap_voices.c.person.in_(leaving))
            connection.execute(sa.update(gap_voices).where(*which).values(gap=made.number))
            left = replace(gap, changed=now, votes=gap.votes - len(leaving))
            place = gap_rows.keep(connection, gap, left, actor, f"Split, into gap {made.number}: {why}"[:WORDS_MAX])
            self._tell_voices(connection, made.number, 1, made, gap.told_split(made))
            self._note(connection, "gap split", left, place, actor, into=made.number)
            self._note(connection, "gap made by a split", made, 1, actor, of=number)
            return made

        return await self._store.write(run)

    async def assign(self, number: int, to: str, actor: str, now: datetime) -> Gap:
        """Put a gap into somebody's hands, or with "" into nobody's; that is no news for its voices."""

        def run(connection: sa.Connection) -> Gap:
            gap = gap_rows.locked(connection, number)
            after = gap.assigned(to, now)
            if to == gap.assigned_to:
                return gap
            why = f"Assigned to {to}." if to else "Assigned to nobody."
            self._note(connection, "gap assigned", after, gap_rows.keep(connection, gap, after, actor, why), actor)
            return after

        return await self._store.write(run)

    def _change(
        self, connection: sa.Connection, before: Gap, after: Gap, actor: str, why: str, what: str, *, by: str
    ) -> Gap:
        place = gap_rows.keep(connection, before, after, actor, why)
        self._tell_voices(connection, after.number, place, after, after.told())
        self._note(connection, what, after, place, by)
        return after

    def _tell_voices(self, connection: sa.Connection, number: int, place: int, about: Gap, sentence: str) -> None:
        """Tell the voices of a gap about a change of it; what they can look up is another gap where it was merged."""
        table = gap_voices.c
        wanted = (
            sa.select(table.person, table.sealed, table.wants)
            .where(table.gap == number, table.sealed.is_not(None), table.wants != Wants.NONE.value)
            .order_by(table.at, table.person)
        )
        news = [
            News(key_of_news(number, place, row.person), address, Wants(row.wants), about.number, sentence, about.entry)
            for row in connection.execute(wanted).all()
            if (address := self._address(row.sealed))
        ]
        if news:
            self._tell(connection, news)

    def _address(self, sealed: str | None) -> Address | None:
        if sealed is None:
            return None
        try:
            return Address.from_dict(self._sealer.open(sealed))
        except (WhatworksError, ValueError, KeyError):
            # Its encryption key is not set any more, or it was changed by hand: it is in nobody's way.
            LOG.warning("a voice cannot be told", why="its address cannot be read")
            return None

    def _voice_row(self, number: int, voice: Voice, now: datetime) -> dict[str, Any]:
        return {
            "gap": number, "person": voice.person, "sealed": self._sealer.seal(voice.address.to_dict()) if voice.address else None,
            "is_flagger": voice.is_flagger, "wants": voice.wants.value, "at": now,
        }  # fmt: skip

    def _note(self, connection: sa.Connection, what: str, gap: Gap, place: int, actor: str, **details: int) -> None:
        """Show a change to the centre and note it in the audit, with the place of its line in the gap's history; the last thing to do."""
        self._show(connection, gap)
        stands = {"state": gap.state.value, "place": place, **details}
        note(connection, at=gap.changed, actor=actor, what=what, about=f"gap {gap.number}", details=stands)

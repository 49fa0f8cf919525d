"""How evidence gaps and their history stand in the tables; everything here is done in a transaction that it is handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from adapters.store.tables import gap_changes, gap_topics, gap_voices, gaps
from bot.errors import InputError
from bot.gap import Check, Gap, GapState, NewGap, Place
from bot.gap_clock import Late
from bot.gaps import Change, Filters, Order

NUMBER_MAX: Final = 2**63 - 1  # of a number that the databases can compare


def insert_gap(connection: sa.Connection, new: NewGap, actor: str, why: str, votes: int, now: datetime) -> Gap:
    """Write a new gap down, with its topics and the first line of its history, and return it."""
    row = asdict(new) | {
        "topics": list(new.topics), "state": GapState.SUBMITTED.value, "outcome": "", "entry": "", "assigned_to": "",
        "at": now, "changed": now, "since": now, "is_nudged": False, "votes": votes, "changes": 1,
    }  # fmt: skip
    gap = read(connection.execute(sa.insert(gaps).values(row).returning(*gaps.c)).one())
    if new.topics:
        topics = [{"topic": topic, "gap": gap.number} for topic in dict.fromkeys(new.topics)]
        connection.execute(sa.insert(gap_topics), topics)
    connection.execute(sa.insert(gap_changes), _change_row(gap, None, 1, actor, why))
    return gap


def keep(connection: sa.Connection, before: Gap, after: Gap, actor: str, why: str) -> int:
    """Keep a changed gap, with a line of history; return that line's place."""
    values = _came(after) | {
        "state": after.state.value, "assigned_to": after.assigned_to, "duplicate_of": after.duplicate_of,
        "changed": after.changed, "since": after.since, "votes": after.votes, "changes": gaps.c.changes + 1,
    }  # fmt: skip
    if after.state is not before.state:
        values["is_nudged"] = False
    kept = sa.update(gaps).where(gaps.c.number == after.number).values(values)
    place: int = connection.execute(kept.returning(gaps.c.changes)).scalar_one()
    connection.execute(sa.insert(gap_changes), _change_row(after, before.state, place, actor, why))
    return place


def _came(gap: Gap) -> dict[str, Any]:
    return {"check": gap.check.value if gap.check else None, "outcome": gap.outcome, "entry": gap.entry}


def _change_row(after: Gap, from_state: GapState | None, place: int, actor: str, why: str) -> dict[str, Any]:
    return _came(after) | {
        "gap": after.number, "place": place, "at": after.changed, "actor": actor, "why": why,
        "from_state": from_state.value if from_state else None, "to_state": after.state.value,
    }  # fmt: skip


def find(connection: sa.Connection, number: int, *, is_locked: bool = False) -> sa.Row[Any]:
    """Return a gap's row, where wanted locked until the transaction ends; `InputError` if there is none with this number."""
    wanted = sa.select(gaps).where(gaps.c.number == number)
    row = None
    if 0 < number <= NUMBER_MAX:
        row = connection.execute(wanted.with_for_update() if is_locked else wanted).first()
    if row is None:
        raise InputError(f"There is no gap {number}")
    return row


def locked(connection: sa.Connection, number: int) -> Gap:
    """Return a gap that nobody else changes until the transaction ends."""
    return read(find(connection, number, is_locked=True))


def meant(connection: sa.Connection, number: int) -> Gap:
    """Return a gap, or the one that it was merged into, which nobody else changes until the transaction ends."""
    while (into := find(connection, number).duplicate_of) is not None:
        number = into
    gap = locked(connection, number)  # it may have been merged while somebody else had it
    return gap if gap.duplicate_of is None else meant(connection, gap.duplicate_of)


def check_voices(connection: sa.Connection, number: int, persons: Sequence[str]) -> None:
    """Raise `InputError` if any of some persons has no voice on a gap."""
    table = gap_voices.c
    counted = sa.select(sa.func.count()).where(table.gap == number, table.person.in_(persons))
    if connection.scalar(counted) != len(persons):
        raise InputError(f"Only somebody with a voice on gap {number} can do that")


def move_voices(connection: sa.Connection, number: int, into: int) -> int:
    """Give a gap's voices to another, once for each person, and return how many are new there."""
    table, there = gap_voices.c, gap_voices.alias()
    known = sa.select(there.c.person).where(there.c.gap == into)
    moved = connection.execute(
        sa.update(gap_voices).where(table.gap == number, table.person.not_in(known)).values(gap=into)
    ).rowcount
    connection.execute(sa.delete(gap_voices).where(table.gap == number))
    return moved


def listed(filters: Filters, order: Order, limit: int, after: Place | None) -> sa.Select[Any]:
    """Return what asks for gaps in an order; of as many votes, the newest stand first."""
    table = gaps.c
    wanted = sa.select(gaps).limit(limit)
    if filters.states:
        states = [state.value for state in filters.states]
        others = [state.value for state in GapState if state not in filters.states]
        if len(states) == 1:
            wanted = wanted.where(table.state == states[0])
        else:
            # Most of the gaps are in most of the states: SQLite would find them by an index, and then sort them all.
            is_few = len(states) < len(others)
            wanted = wanted.where(table.state.in_(states) if is_few else table.state.not_in(others))
    if filters.about:
        wanted = wanted.where(table.about_entry == filters.about)
    if filters.late:
        wanted = wanted.where(is_late(filters.late))
    if filters.assigned is not None:
        wanted = wanted.where(table.assigned_to == filters.assigned)
    number = gap_topics.c.gap if filters.topic else table.number  # the same; but what is found by topic is in its order
    if filters.topic:
        wanted = wanted.join(gap_topics, gap_topics.c.gap == table.number).where(gap_topics.c.topic == filters.topic)
    if order is Order.MOST_WANTED:
        ranks = sa.tuple_(table.votes, table.number)
        wanted = wanted.where(ranks < sa.tuple_(*after)) if after else wanted
        return wanted.order_by(table.votes.desc(), table.number.desc())
    if order is Order.NEWEST:
        wanted = wanted.where(number < after.number) if after else wanted
        return wanted.order_by(number.desc())
    wanted = wanted.where(number > after.number) if after else wanted
    return wanted.order_by(number)


def is_late(late: Late) -> sa.ColumnElement[bool]:
    """Return what is true of a gap that has stood in a state since before the instant beside it."""
    return sa.or_(*(sa.and_(gaps.c.state == state.value, gaps.c.since < before) for state, before in late))


def read(row: sa.Row[Any]) -> Gap:
    """Return a gap from how it is kept."""
    kept = dict(row._mapping) | {"topics": tuple(row.topics), "state": GapState(row.state)}
    kept["check"] = Check(row.check) if row.check else None
    del kept["changes"], kept["is_nudged"]
    return Gap(**kept)


def read_change(row: sa.Row[Any]) -> Change:
    """Return a line of history from how it is kept."""
    return Change(
        row.gap, row.place, row.at, row.actor, GapState(row.from_state) if row.from_state else None, GapState(row.to_state),
        row.why, Check(row.check) if row.check else None, row.outcome, row.entry,
    )  # fmt: skip

"""Signing in to the desk, on SQLite and on PostgreSQL and in memory: a code, a link that lets one in once, a session that ends."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from adapters.store.audit import StoredAudit
from adapters.store.sealing import Sealer, key_from
from adapters.store.sign_in import StoredSessions, StoredSignIns
from adapters.store.store import Store
from adapters.store.tables import audit, sessions, sign_ins
from bot.roles import Person, Role
from bot.sign_in import (
    LETTERS,
    Opened,
    Sessions,
    SessionsInMemory,
    SignIns,
    SignInsInMemory,
    Waiting,
    code_in,
    new_code,
)
from bot.turn import Bot

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=10), NOW + timedelta(hours=8)
SEALER = Sealer([key_from("a secret")])
ANN, BOB = Person("slack", "U0ANN"), Person("teams", "29:bob")
WAITING = Waiting("code", "browser", "/desk/gaps", SOON)
OPENED = Opened("session", ANN, LATER, frozenset({Role.CURATOR}))


class Kept(NamedTuple):
    sign_ins: SignIns
    sessions: Sessions


@pytest.fixture(params=["memory", "store"])
def kept(request: pytest.FixtureRequest, store: Store) -> Kept:
    if request.param == "memory":
        inside = SessionsInMemory()
        return Kept(SignInsInMemory(inside), inside)
    return Kept(StoredSignIns(store, SEALER), StoredSessions(store, SEALER))


async def begun(kept: Kept) -> None:
    assert await kept.sign_ins.begin(WAITING, NOW)
    assert await kept.sign_ins.answer("code", ANN, "link", NOW)


async def test_a_link_finds_the_browser_that_waits_with_whoever_gave_the_code(kept: Kept) -> None:
    await begun(kept)
    assert await kept.sign_ins.find("link") == Waiting("code", "browser", "/desk/gaps", SOON, ANN)
    assert await kept.sign_ins.find("another") is None


async def test_a_code_is_one_browsers_until_its_time_is_over(kept: Kept) -> None:
    assert await kept.sign_ins.begin(WAITING, NOW)
    other = Waiting("code", "another browser", "/desk", SOON + timedelta(minutes=10))
    assert not await kept.sign_ins.begin(other, NOW)
    assert await kept.sign_ins.begin(other, SOON)
    assert await kept.sign_ins.answer("code", ANN, "link", SOON)
    assert (await kept.sign_ins.find("link") or WAITING).browser == "another browser"


async def test_a_code_is_given_by_one_person_alone_whose_newest_link_counts(kept: Kept) -> None:
    await begun(kept)
    assert not await kept.sign_ins.answer("code", BOB, "bobs", NOW)
    assert await kept.sign_ins.answer("code", ANN, "newer", NOW)
    assert await kept.sign_ins.find("link") is None
    assert (await kept.sign_ins.find("newer") or WAITING).person == ANN


async def test_a_code_that_nobody_waits_with_is_nobodys(kept: Kept) -> None:
    assert not await kept.sign_ins.answer("code", ANN, "link", NOW)
    await kept.sign_ins.begin(WAITING, NOW)
    assert not await kept.sign_ins.answer("code", ANN, "link", SOON)


async def test_a_link_lets_in_once(kept: Kept) -> None:
    await begun(kept)
    assert await kept.sign_ins.enter("link", "browser", OPENED, NOW)
    assert await kept.sessions.find("session", NOW) == OPENED
    assert not await kept.sign_ins.enter("link", "browser", Opened("second", ANN, LATER), NOW)
    assert await kept.sessions.find("second", NOW) is None
    assert await kept.sign_ins.find("link") is None


async def test_of_many_at_once_one_is_let_in(kept: Kept) -> None:
    await begun(kept)
    tries = [Opened(f"s{number}", ANN, LATER) for number in range(12)]
    let_in = await asyncio.gather(*(kept.sign_ins.enter("link", "browser", one, NOW) for one in tries))
    assert sum(let_in) == 1
    assert [one for one in tries if await kept.sessions.find(one.key, NOW)] == [tries[let_in.index(True)]]


async def test_two_replicas_let_one_in(empty_url: str) -> None:
    stores = [Store(empty_url) for _ in range(2)]
    try:
        await stores[0].upgrade()
        replicas = [Kept(StoredSignIns(one, SEALER), StoredSessions(one, SEALER)) for one in stores]
        await begun(replicas[0])
        tries = [
            one.sign_ins.enter("link", "browser", Opened(f"s{n}", ANN, LATER), NOW)
            for n, one in enumerate(replicas * 4)
        ]
        assert sum(await asyncio.gather(*tries)) == 1
    finally:
        for one in stores:
            await one.close()


async def test_neither_another_browser_nor_a_late_one_uses_a_link_up(kept: Kept) -> None:
    await begun(kept)
    assert not await kept.sign_ins.enter("link", "another", OPENED, NOW)
    assert not await kept.sign_ins.enter("link", "browser", OPENED, SOON)
    assert await kept.sessions.find("session", NOW) is None
    assert await kept.sign_ins.enter("link", "browser", OPENED, NOW)


async def test_a_session_ends_by_itself_or_when_it_is_told_to(kept: Kept) -> None:
    await kept.sessions.open(OPENED, NOW)
    assert await kept.sessions.find("session", LATER - timedelta(seconds=1)) == OPENED
    assert await kept.sessions.find("session", LATER) is None
    await kept.sessions.end("session", NOW)
    await kept.sessions.end("session", NOW)
    assert await kept.sessions.find("session", NOW) is None


async def test_who_comes_goes_and_is_refused_stands_in_the_audit(store: Store) -> None:
    kept = Kept(StoredSignIns(store, SEALER), StoredSessions(store, SEALER))
    await begun(kept)
    await kept.sessions.refuse(ANN, "another browser", NOW)
    await kept.sign_ins.enter("link", "browser", OPENED, NOW)
    for _ in range(2):
        await kept.sessions.end("session", NOW)
    lines = await StoredAudit(store).newest(10)
    assert [line.what for line in lines] == ["signed out", "signed in", "sign-in refused"]
    assert {line.actor for line in lines} == {lines[0].about}
    assert (lines[1].details, lines[2].details) == (
        {"surface": "slack", "claimed": ["curator"]},
        {"why": "another browser"},
    )
    assert (await StoredAudit(store).verify()).is_whole


async def test_who_signs_in_stands_nowhere_in_clear(store: Store) -> None:
    kept = Kept(StoredSignIns(store, SEALER), StoredSessions(store, SEALER))
    await begun(kept)
    await kept.sessions.open(OPENED, NOW)

    def run(connection: sa.Connection) -> str:
        tables = (sign_ins, sessions, audit)
        return str([tuple(row) for table in tables for row in connection.execute(sa.select(table))])

    found = await store.read(run)
    assert "/desk/gaps" in found
    assert "U0ANN" not in found


async def test_what_is_long_over_is_forgotten(store: Store) -> None:
    kept = Kept(StoredSignIns(store, SEALER), StoredSessions(store, SEALER))
    await begun(kept)
    await kept.sessions.open(OPENED, NOW)
    await kept.sign_ins.begin(Waiting("new", "browser", "/desk", LATER), SOON + timedelta(hours=2))
    await kept.sessions.open(Opened("new", BOB, LATER + timedelta(hours=8)), LATER)

    def run(connection: sa.Connection) -> list[str]:
        return [*connection.scalars(sa.select(sign_ins.c.code)), *connection.scalars(sa.select(sessions.c.key))]

    assert await store.read(run) == ["new", "new"]


def test_no_code_looks_like_personal_data_however_it_is_written(bot: Bot) -> None:
    choose = random.Random(9).choice  # noqa: S311 - the same codes in every run
    for _ in range(300):
        code = new_code(choose)
        for said in (f"desk {code}", f"desk {code.casefold()}", f"desk {code.replace('-', '')}"):
            assert bot.recogniser.personal.redact(said).text == said
            assert code_in(said) == code.replace("-", "")
    assert not set(LETTERS) & set("AEIOU0123456789")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("desk", ""), ("Desk ", ""), ("desk KQWP-DM", "KQWPDM"), ("DESK kqwp-dm", "KQWPDM"), ("desk K7QP-3M", "K7QP3M"),
        ("desk review", None), ("what is a desk", None), ("desk KQWP-DM please", None), ("desk based research", None), ("", None),
    ],
)  # fmt: skip
def test_a_code_is_told_from_a_question(said: str, code: str | None) -> None:
    assert code_in(said) == code

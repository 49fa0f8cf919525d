"""What every inbox does; run on the fake, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from adapters.store.inbox import KNOWN_FOR, StoredInbox
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.store.tables import inbox as table
from bot.errors import StoreError
from bot.inbox import LEASE, Inbox, InboxInMemory, Item

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LATER = AT + LEASE + timedelta(seconds=1)
ITEM = Item("slack:Ev1", "slack", {"event": {"text": "does fgc work?", "nested": [1, None]}})


class InboxContract:
    async def test_what_is_new_is_kept_once(self, inbox: Inbox) -> None:
        assert await inbox.put(ITEM, "me", AT)
        assert not await inbox.put(ITEM, "another", AT)

    async def test_what_somebody_works_on_is_not_taken_from_them(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        assert await inbox.claim("another", AT + LEASE / 2, 10) == []

    async def test_what_was_left_behind_is_taken_up_whole(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        assert await inbox.claim("another", LATER, 10) == [Item(ITEM.key, "slack", ITEM.payload, 2)]
        assert await inbox.claim("a third", LATER, 10) == []

    async def test_what_is_done_is_known_and_never_taken_up(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        await inbox.finish(ITEM.key, AT)
        assert await inbox.claim("another", LATER, 10) == []
        assert not await inbox.put(ITEM, "another", LATER)

    async def test_what_was_put_back_is_taken_up_when_it_is_due(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        await inbox.put_back(ITEM.key, AT + timedelta(seconds=4))
        assert await inbox.claim("me", AT + timedelta(seconds=3), 10) == []
        assert [one.attempts for one in await inbox.claim("me", AT + timedelta(seconds=4), 10)] == [2]

    async def test_no_more_are_taken_up_than_asked_for(self, inbox: Inbox) -> None:
        for number in range(5):
            await inbox.put(Item(f"slack:Ev{number}", "slack", {}), "me", AT)
        assert len(await inbox.claim("another", LATER, 3)) == 3
        assert len(await inbox.claim("another", LATER, 3)) == 2

    async def test_a_lease_that_is_held_runs_anew(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        assert await inbox.hold(ITEM, "me", AT + LEASE / 2)
        assert await inbox.claim("another", LATER, 10) == []

    async def test_what_another_has_taken_up_cannot_be_held(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        (taken,) = await inbox.claim("another", LATER, 10)
        assert not await inbox.hold(ITEM, "me", LATER)
        assert await inbox.hold(taken, "another", LATER)

    async def test_what_is_done_cannot_be_held(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        await inbox.finish(ITEM.key, AT)
        assert not await inbox.hold(ITEM, "me", AT)


class TestInMemory(InboxContract):
    @pytest.fixture
    def inbox(self) -> Inbox:
        return InboxInMemory()


class TestStored(InboxContract):
    @pytest.fixture
    def inbox(self, store: Store) -> Inbox:
        return StoredInbox(store, Sealer([key_from("a secret")]))

    async def test_one_of_many_who_put_the_same_at_once_has_it(self, inbox: Inbox) -> None:
        puts = await asyncio.gather(*(inbox.put(ITEM, f"replica {n}", AT) for n in range(20)))
        assert puts.count(True) == 1

    async def test_no_two_who_claim_at_once_have_the_same(self, inbox: Inbox) -> None:
        for number in range(30):
            await inbox.put(Item(f"slack:Ev{number}", "slack", {}), "dead", AT)
        claims = await asyncio.gather(*(inbox.claim(f"replica {n}", LATER, 10) for n in range(6)))
        taken = [item.key for items in claims for item in items]
        assert sorted(taken) == sorted(set(taken))
        assert len(taken) == 30

    async def test_what_was_sent_is_unreadable_while_it_waits_and_gone_when_it_is_done(
        self, inbox: Inbox, store: Store
    ) -> None:
        async def kept() -> list[str | None]:
            return await store.read(lambda connection: list(connection.scalars(sa.select(table.c.sealed))))

        await inbox.put(ITEM, "me", AT)
        (sealed,) = await kept()
        assert sealed
        assert "does fgc work" not in sealed
        await inbox.finish(ITEM.key, AT)
        assert await kept() == [None]

    async def test_a_new_key_reads_what_an_old_one_wrote(self, inbox: Inbox, store: Store) -> None:
        await inbox.put(ITEM, "me", AT)
        rotated = StoredInbox(store, Sealer([Fernet.generate_key().decode(), key_from("a secret")]))
        assert [one.payload for one in await rotated.claim("me", LATER, 10)] == [ITEM.payload]

    async def test_a_key_that_was_taken_away_is_an_error_of_ours(self, inbox: Inbox, store: Store) -> None:
        await inbox.put(ITEM, "me", AT)
        with pytest.raises(StoreError, match="no longer set"):
            await StoredInbox(store, Sealer([Fernet.generate_key().decode()])).claim("me", LATER, 10)

    async def test_keys_are_forgotten_after_a_week(self, inbox: Inbox) -> None:
        await inbox.put(ITEM, "me", AT)
        await inbox.finish(ITEM.key, AT)
        await inbox.claim("me", AT + KNOWN_FOR + timedelta(seconds=1), 1)
        assert await inbox.put(ITEM, "me", AT)


@pytest.mark.parametrize("keys", [[], ["short"], [""]])
def test_a_key_of_another_form_is_refused(keys: list[str]) -> None:
    with pytest.raises(StoreError):
        Sealer(keys)

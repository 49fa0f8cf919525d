"""What every memory of conversations does; run on the fake, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.store.conversations import KEPT_FOR, StoredConversations
from adapters.store.store import Store
from bot.conversations import Conversations, ConversationsInMemory, key_of
from bot.turn import Conversation

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HERE, ELSEWHERE = key_of("slack", "C1", ""), key_of("slack", "C1", "1.1")


class ConversationsContract:
    async def test_a_conversation_begins_empty(self, conversations: Conversations) -> None:
        assert await conversations.find(HERE) == Conversation()

    async def test_the_last_turn_is_remembered_without_the_question(self, conversations: Conversations) -> None:
        await conversations.keep(HERE, Conversation("kite-flying", (), "what about kites?"), AT)
        await conversations.keep(HERE, Conversation(None, ("bread-baking", "kite-flying"), "what else?"), AT)
        await conversations.keep(ELSEWHERE, Conversation("bread-baking"), AT)
        assert await conversations.find(HERE) == Conversation(None, ("bread-baking", "kite-flying"))
        assert await conversations.find(ELSEWHERE) == Conversation("bread-baking")


class TestInMemory(ConversationsContract):
    @pytest.fixture
    def conversations(self) -> Conversations:
        return ConversationsInMemory()


class TestStored(ConversationsContract):
    @pytest.fixture
    def conversations(self, store: Store) -> Conversations:
        return StoredConversations(store)

    async def test_a_conversation_is_forgotten_after_a_week(self, conversations: Conversations) -> None:
        await conversations.keep(HERE, Conversation("kite-flying"), AT)
        await conversations.keep(ELSEWHERE, Conversation("bread-baking"), AT + KEPT_FOR + timedelta(seconds=1))
        assert await conversations.find(HERE) == Conversation()
        assert await conversations.find(ELSEWHERE) == Conversation("bread-baking")


def test_a_key_says_nothing_of_the_place() -> None:
    assert HERE != ELSEWHERE
    assert "C1" not in HERE
    assert len(HERE) == 40

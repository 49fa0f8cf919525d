"""What is kept of a question that nothing answered, and when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.conversations import HELD_MAX, ConversationsInMemory, RecentQuestions
from bot.errors import DeliveryError
from bot.inbox import InboxInMemory, Item, Worker
from bot.keeping import AT_ONCE_MAX, Keeper
from bot.turn import Bot, Conversation, Turn
from bot.unanswered import TEXT_MAX, UnansweredInMemory, question_of, to_keep
from tests.builders import TODAY

QUESTION = "Does pet ownership help children settle?"
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["zorbing rafts", "", "someone", "a 6yo just told me her stepdad hits her, she is scared to go home tonight"],
)
def test_what_is_short_or_urgent_is_not_kept(bot: Bot, text: str) -> None:
    assert to_keep(bot, text, TODAY, "web") is None


def test_what_comes_back_from_a_page_is_cleaned_again(bot: Bot) -> None:
    found = to_keep(bot, "Does a llama help Maisie sleep? ring 020 7946 0018", TODAY, "web")
    assert found is not None
    assert "Maisie" not in found.text
    assert "7946" not in found.text


def test_a_long_question_is_cut_between_words(bot: Bot) -> None:
    found = to_keep(bot, "llamas for foster carers " * 40, TODAY, "web")
    assert found is not None
    assert len(found.text) <= TEXT_MAX
    assert found.text.endswith("…")


def test_a_wish_to_flag_a_gap_is_no_question(ask: Callable[..., Turn]) -> None:
    assert question_of(ask("flag a gap", Conversation(question=QUESTION))) == ""
    assert question_of(ask(QUESTION)) == QUESTION


def unanswering(bot: Bot) -> Callable[[str, Conversation], asyncio.Future[Turn]]:
    def think(message: str, conversation: Conversation) -> asyncio.Future[Turn]:
        made: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        made.set_result(bot.turn(message, conversation, TODAY))
        return made

    return think


async def test_an_event_that_is_worked_on_again_counts_once(bot: Bot) -> None:
    questions = UnansweredInMemory()
    keeper = Keeper(bot, questions, 90, lambda: TODAY)
    think = keeper.on("slack", unanswering(bot))
    clock = [NOW]

    async def handle(item: Item) -> None:
        await think(QUESTION, Conversation())
        if item.attempts == 1:
            raise DeliveryError("not now", retryable=True)

    worker = Worker(InboxInMemory(), {"slack": handle}, lambda: clock[0], "me")
    await worker.take(Item("1", "slack", {}))
    await worker.drain(10)
    clock[0] += timedelta(minutes=5)
    assert await worker.look() == 1
    await worker.drain(10)
    await keeper.drain(10)
    assert [one.text for one in await questions.listed(date.min)] == [QUESTION]


async def test_what_is_too_old_is_erased_when_the_process_begins(bot: Bot) -> None:
    questions = UnansweredInMemory()
    keeper = Keeper(bot, questions, 90, lambda: TODAY)
    await keeper.on("web", unanswering(bot))(QUESTION, Conversation())
    await keeper.drain(10)
    for after, left in ((89, 1), (90, 0)):
        later = Keeper(bot, questions, 90, lambda after=after: TODAY + timedelta(days=after))  # type: ignore[misc]  # the default is the value
        running = asyncio.create_task(later.run())
        await asyncio.sleep(0)
        later.stop()
        await running
        assert len(questions.kept) == left


async def test_a_flood_is_answered_and_not_kept_beyond_what_is_under_way(bot: Bot) -> None:
    questions = UnansweredInMemory()
    keeper = Keeper(bot, questions, 90, lambda: TODAY)
    turn = bot.turn(QUESTION, Conversation(), TODAY)

    async def known(_message: str, _conversation: Conversation) -> Turn:
        return turn

    think = keeper.on("web", known)
    for _ in range(AT_ONCE_MAX + 20):
        await think(QUESTION, Conversation())
    await keeper.drain(60)
    assert len(questions.kept) == AT_ONCE_MAX


async def test_the_question_behind_choices_is_held_for_an_hour_and_for_those_choices() -> None:
    inner, clock = ConversationsInMemory(), [NOW]
    recent = RecentQuestions(inner, lambda: clock[0])
    offered = Conversation(None, ("a", "b"), QUESTION)
    await recent.keep("key", offered, NOW)
    assert await recent.find("key") == offered
    assert (await recent.find("another")).question == ""
    assert inner.kept["key"].question == ""
    clock[0] += timedelta(hours=1)
    assert (await recent.find("key")).question == ""
    clock[0] = NOW
    await recent.keep("key", Conversation("a", (), "something else"), NOW)
    assert (await recent.find("key")).question == ""
    assert recent.held == {}


async def test_no_more_questions_are_held_than_were_agreed() -> None:
    recent = RecentQuestions(ConversationsInMemory(), lambda: NOW)
    for number in range(HELD_MAX + 5):
        await recent.keep(str(number), Conversation(None, ("a", "b"), QUESTION), NOW)
    assert len(recent.held) == HELD_MAX
    await recent.keep("later", Conversation(None, ("a", "b"), QUESTION), NOW + timedelta(hours=1))
    assert list(recent.held) == ["later"]

"""What operators look at is true, and a fault is told without telling what was asked."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, NoReturn

from adapters.web.parts import Parts
from bot import __version__
from bot.errors import StoreError
from bot.feedback import Feedback, FeedbackInMemory
from bot.turn import Bot, Conversation
from knowledge.base import KnowledgeBase
from tests.adapters.web.conftest import Visitor, parts_of, visit

MARK = "zebrafish"


async def test_a_live_process_says_so(visitor: Visitor) -> None:
    assert json.loads((await visitor.get("/health")).body) == {"status": "alive", "version": __version__}


async def test_a_site_is_ready_with_its_knowledge(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.get("/ready")
    assert (page.status, json.loads(page.body)) == (200, {"status": "ready", "knowledge": knowledge.content_hash[:12]})


async def test_a_site_whose_store_does_not_answer_is_not_ready_but_alive_and_answers(small_bot: Bot) -> None:
    async def check() -> NoReturn:
        raise StoreError("The database cannot be reached", retryable=True)

    async for one in visit(replace(parts_of(small_bot), checks={"store": check})):
        page = await one.get("/ready")
        assert (page.status, json.loads(page.body)["failing"]) == (503, {"store": "StoreError"})
        assert (await one.get("/health")).status == 200
        assert "card--" in (await one.ask("does flying kites with foster carers help?")).body


async def test_turns_and_verdicts_are_counted(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    page = await visitor.ask("does fgc keep kids out of care?")
    await visitor.post("/feedback", {"answer": page.field("answer"), "verdict": "helpful"})
    lines = (await visitor.get("/metrics")).body.splitlines()
    assert 'whatworks_turns_total{ending="evidence",surface="web"} 1.0' in lines
    assert 'whatworks_verdicts_total{verdict="helpful"} 1.0' in lines
    assert f"whatworks_entries {len(knowledge.entries)}.0" in lines


class BrokenLog(FeedbackInMemory):
    """A log whose store is gone."""

    async def record(self, feedback: Feedback) -> str:
        raise StoreError(f"cannot keep {feedback} {MARK}", retryable=True)


async def test_a_verdict_that_cannot_be_kept_is_said_to_be_lost(small_bot: Bot) -> None:
    async for one in visit(replace(parts_of(small_bot), feedback=BrokenLog())):
        page = await one.ask("does flying kites with foster carers help?")
        lost = await one.post("/feedback", {"answer": page.field("answer"), "verdict": "helpful"})
        assert lost.status == 503
        assert "the store does not answer" in lost.words


async def test_a_fault_is_told_to_the_person_and_the_operator_without_what_was_asked(
    small_bot: Bot, logged: list[MutableMapping[str, Any]]
) -> None:
    async def fail(_message: str, _conversation: Conversation) -> NoReturn:
        raise RuntimeError(f"could not handle {MARK}")

    parts: Parts = replace(parts_of(small_bot), think=fail)
    async for one in visit(parts):
        page = await one.ask(f"about {MARK}")
        assert page.status == 500
        assert "The fault is on our side" in page.words
        assert MARK not in page.body
    (line,) = [line for line in logged if line["event"] == "failed"]
    assert line["error"] == "RuntimeError"
    assert any("test_operations.py" in place for place in line["at"])
    assert MARK not in repr(logged)

"""Play the conversation scripts on the core; each platform's adapter plays the same ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.card import Card
from bot.layout import lay_out
from bot.reply import Answered
from bot.turn import Conversation, Turn

SCRIPTS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("scripts.yaml").read_text(encoding="utf-8")
)


KEYS = {"type", "ending", "entry", "facet", "says"}


def came_of(turn: Turn, card: Card) -> dict[str, str | None]:
    facet = turn.reply.facet if isinstance(turn.reply, Answered) else None
    return {"ending": card.ending.value, "entry": card.entry_id, "facet": facet and facet.value}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_conversation_goes_as_written(ask: Callable[..., Turn], name: str) -> None:
    conversation = Conversation()
    for line in SCRIPTS[name]:
        turn = ask(line["type"], conversation)
        card = lay_out(turn.reply, removed=turn.recognition.removed)
        came = came_of(turn, card)
        assert {key: came[key] for key in came.keys() & line.keys()} == {k: line[k] for k in came.keys() & line.keys()}
        assert line.get("says", "") in card.to_text(), line
        conversation = turn.conversation


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_expects_something_of_each_turn(name: str) -> None:
    for line in SCRIPTS[name]:
        assert {"type"} < line.keys() <= KEYS, line

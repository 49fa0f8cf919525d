"""The terminal: a card says everything at any width and without colour, and what is typed is kept nowhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from adapters.console.chat import HELP, WELCOME, chat
from adapters.console.render import console, render
from bot.card import Card
from bot.compare import compare
from bot.layout import lay_out
from bot.reply import ChoicesReply, Facet, NoEntryReply, Occasion, OutOfRemitReply, UrgentReply, answered
from tests.builders import an_entry

ENTRY, OTHER = an_entry(), an_entry("bread-baking")
LONG_ADDRESS = "https://example.org/" + "a-long-path-segment/" * 8
CARDS = {
    "evidence": lay_out(answered(ENTRY)),
    "overdue": lay_out(answered(ENTRY, is_overdue=True)),
    **{facet.value: lay_out(answered(ENTRY, facet=facet)) for facet in Facet},
    "comparison": lay_out(compare(ENTRY, OTHER)),
    "choices": lay_out(ChoicesReply((ENTRY, OTHER))),
    "no-entry": lay_out(NoEntryReply("what helps")),
    "out-of-remit": lay_out(OutOfRemitReply(Occasion.OTHER)),
    "urgent": lay_out(UrgentReply(answered(ENTRY)), removed=("NAME",)),
}


def printed(card: Card, width: int = 80, *, colour: bool = False) -> str:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=colour, color_system="standard" if colour else None).print(
        render(card)
    )
    return file.getvalue()


def letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


@pytest.mark.parametrize("width", [40, 80, 96])
@pytest.mark.parametrize("name", CARDS)
def test_no_word_of_a_card_is_dropped(name: str, width: int) -> None:
    card = CARDS[name]
    # A button is the word to type for it; its label may be longer.
    words = set(replace(card, buttons=()).to_text().split()) | {word for b in card.buttons for word in b.says.split()}
    shown = letters(printed(card, width))
    missing = {word for word in words - {"!!"} if letters(word) not in shown}
    # Side by side, the lines of two columns stand beside each other and part each other's words.
    assert missing == set() or (name == "comparison" and width == 40)


def test_a_long_address_is_broken_and_never_cut() -> None:
    content = ENTRY.model_copy(update={"sources": (ENTRY.sources[0].model_copy(update={"url": LONG_ADDRESS}),)})
    shown = printed(lay_out(answered(content, facet=Facet.SOURCES)), 60)
    assert "…" not in shown
    assert LONG_ADDRESS in "".join(line.strip("│ ") for line in shown.splitlines())


def test_plain_output_has_no_escape_codes_and_says_the_same() -> None:
    assert "\x1b" not in printed(CARDS["evidence"])
    assert "\x1b" in printed(CARDS["evidence"], colour=True)
    assert "Tends to be positive" in printed(CARDS["evidence"])


def test_a_plain_console_writes_no_escape_codes_even_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    console(plain=True).print(render(CARDS["urgent"]))
    assert "\x1b" not in capsys.readouterr().out
    console().print(render(CARDS["urgent"]))
    assert "\x1b" in capsys.readouterr().out


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("300", 96)])
def test_a_console_is_never_too_wide_to_read(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == width


def test_danger_is_the_first_thing_on_the_screen() -> None:
    first = printed(CARDS["urgent"]).strip().splitlines()[0]
    assert "DANGER NOW" in first


def talk(monkeypatch: pytest.MonkeyPatch, typed: str, answer: Callable[[str], Card]) -> tuple[str, int]:
    forgotten = 0

    def forget() -> None:
        nonlocal forgotten
        forgotten += 1

    file = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    chat(Console(file=file, width=90), answer, forget)
    return file.getvalue(), forgotten


def test_a_conversation_answers_line_by_line_until_quit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(message: str) -> Card:
        asked.append(message)
        return replace(CARDS["no-entry"], heading=f"Answer to {message}")

    shown, forgotten = talk(monkeypatch, "first\n/help\n/NEW\n\nsecond\n/quit\nthird\n", answer)
    assert asked == ["first", "", "second"]
    assert forgotten == 1
    assert WELCOME.split(".")[0] in shown
    assert HELP.splitlines()[0] in shown


def test_a_conversation_ends_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _ = talk(monkeypatch, "", lambda _message: CARDS["no-entry"])
    assert shown.startswith(WELCOME.split(".")[0])

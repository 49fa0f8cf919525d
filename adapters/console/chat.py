"""A conversation in the terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.text import Text

from adapters.console.render import render
from bot.card import Card

WELCOME = (
    "Ask about evidence, guidance or law in children's social care. Leave out names. /help for help, /quit to leave."
)
HELP = """\
Type a question in your own words; abbreviations and slips of typing are fine.
After an answer: findings, doing-it-well, who, limits, cost or sources shows that part; "and for teenagers?" works too.
After choices: type the number, or the words.
/help    this help
/new     forget what was said so far
/quit    leave (or Ctrl-D)
The arrow keys bring back what you typed in this conversation; nothing is kept when you leave."""

Answer = Callable[[str], Card]


def chat(console: Console, answer: Answer, forget: Callable[[], None]) -> None:
    """Talk until the practitioner leaves.

    Args:
        console: Where to print.
        answer: Returns the card for a message and remembers the conversation.
        forget: Starts the conversation anew.
    """
    console.print(Text(WELCOME, style="dim"))
    for typed in _lines():
        match typed.strip().casefold():
            case "/quit" | "/exit" | "/q":
                return
            case "/help":
                console.print(Text(HELP))
            case "/new":
                forget()
                console.print(Text("A new conversation.", style="dim"))
            case _:
                console.print(render(answer(typed)))


def _lines() -> Iterator[str]:
    if not sys.stdin.isatty():
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(
                errors="replace"
            )  # bytes that are no text are read as a mark, and the rest is answered
        yield from (line.rstrip("\n") for line in sys.stdin)
        return
    from prompt_toolkit import PromptSession  # noqa: PLC0415 - a quarter of a second to import; only a terminal needs it

    session: PromptSession[str] = PromptSession()  # what was typed is kept in memory only: it may hold a name
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return

"""Render a card in the terminal. What colour says is said in words too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.card import (
    Alert,
    Block,
    Bullets,
    Card,
    Labelled,
    Lead,
    Note,
    Paragraph,
    Picture,
    Rating,
    References,
    SideBySide,
    Write,
)

WIDTH_MAX = 96  # longer lines are hard to read
STAGES = 5  # of building the knowledge base


def render(card: Card) -> RenderableType:
    """Return a card as something that Rich prints."""
    parts: list[RenderableType] = []
    for block in card.blocks:
        parts += [_block(block), Text()]
    if card.buttons:
        parts.append(_buttons(card))
    elif parts:
        parts.pop()
    if not card.heading:
        return Padding(Group(*parts), (0, 1))
    return Panel(Group(*parts), title=Text(card.heading, style="bold"), title_align="left", padding=(1, 2))


def _block(block: Block) -> RenderableType:
    match block:
        case Lead(text):
            return Text(text, style="bold")
        case Paragraph(text):
            return Text(text)
        case Note(text) | Picture(_, text) | Write(text):
            return Text(text, style="dim")
        case Alert(heading, lines):
            body = Group(Text(heading, style="bold"), *(Text(f"• {line}") for line in lines))
            return Panel(body, border_style="red", title=Text("DANGER NOW", style="bold red"), title_align="left")
        case Labelled(label, text):
            return Text.assemble((f"{label}: ", "bold"), text)
        case Rating():
            return _rating(block)
        case Bullets(heading, lines):
            return Group(Text(heading, style="bold"), *(_item("•", Text(line)) for line in lines))
        case References(heading, items):
            listed = [
                _item(f"[{item.number}]", Text.assemble(f"{item.text} ", (item.link, "underline"))) for item in items
            ]
            return Group(Text(heading, style="bold"), *listed)
        case SideBySide():
            return _side_by_side(block)


def _rating(rating: Rating) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_row(Text("Effect", style="bold"), Text(rating.effect_symbol), Text(rating.effect))
    table.add_row(Text("Strength of evidence", style="bold"), Text(rating.strength_symbol), Text(rating.strength))
    return Group(table, Text(rating.by, style="dim"))


def _side_by_side(block: SideBySide) -> RenderableType:
    table = Table(title=Text(block.heading, style="bold"), title_justify="left", expand=True)
    for heading in (block.left_heading, block.right_heading):
        table.add_column(Text(heading), ratio=1)
    table.add_row(Text("\n\n".join(block.left)), Text("\n\n".join(block.right)))
    return table


def _item(mark: str, text: Text) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")  # a long address is broken, never cut
    row.add_row(Text(mark), text)
    return row


def _buttons(card: Card) -> RenderableType:
    if not any(button.hint for button in card.buttons):
        return Text.assemble(
            ("Type to see more: ", "dim"), (" · ".join(button.says for button in card.buttons), "cyan")
        )
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for button in card.buttons:
        table.add_row(
            Text(button.says), Text.assemble((button.label, "bold"), f"\n{button.hint}" if button.hint else "")
        )
    return table


def console(*, plain: bool = False) -> Console:
    """Return a console of a readable width; colour is used only where the terminal has it and NO_COLOR is not set."""
    colours: Literal["auto"] | None = None if plain else "auto"  # without a system, bold and dim are left out as well
    made = Console(color_system=colours, highlight=False)
    if made.width > WIDTH_MAX:
        made = Console(color_system=colours, highlight=False, width=WIDTH_MAX)
    return made


def progress() -> Callable[[str], None]:
    """Return a reporter of stages: a bar on a terminal, a line for each stage elsewhere."""
    terminal = Console(stderr=True, highlight=False)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=terminal,
        transient=True,
    )
    if not terminal.is_terminal:
        return lambda stage: terminal.print(stage) if stage else None
    task = bar.add_task("", total=STAGES)
    bar.start()

    def report(stage: str) -> None:
        if stage:
            bar.update(task, description=stage, advance=1)
        else:
            bar.stop()

    return report

"""The commands of `whatworks gaps`."""

from __future__ import annotations

import asyncio
import getpass
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli_errors import says_errors

if TYPE_CHECKING:  # imported late, where it is needed: the command line starts quickly
    from bot.gap import Gap
    from bot.gap_desk import GapDesk
    from bot.gaps import Change
    from bot.proposals import Proposal
    from bot.turn import Bot
    from bot.unanswered_desk import UnansweredDesk

T = TypeVar("T")
STATES = ("submitted", "clarified", "checked", "prioritised", "in-progress", "answered", "will-not-answer", "duplicate")


@click.group()
def gaps() -> None:
    """Look after evidence gaps: what staff flagged, what was found, and what they are told."""


@says_errors
def _with_desk(work: Callable[[GapDesk], Awaitable[T]]) -> T:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_gap_desk(load_settings(), work))


def _by(command: Callable[..., None]) -> Callable[..., None]:
    said = "Who does it, for the history; the name that you are signed in with, unless told."
    return click.option("--by", default=getpass.getuser, show_default="your name here", help=said)(command)


@gaps.command("list")
@click.option(
    "--state", "states", type=click.Choice(STATES), multiple=True, help="Only in this state; several times the same."
)
@click.option("--topic", default="", help="Only on this topic.")
@click.option("--order", type=click.Choice(("oldest", "newest", "most-wanted")), default="most-wanted", show_default=True, help="What comes first.")  # fmt: skip
@click.option("--late", is_flag=True, help="Only what waits longer than WHATWORKS_GAP_DAYS promises.")
@click.option("--limit", default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def list_(states: tuple[str, ...], topic: str, order: str, limit: int, *, late: bool, as_json: bool) -> None:
    """List gaps: number, voices, state, by how much it is late, and question."""
    from bot.gap import GapState
    from bot.gaps import Filters, Order
    from bot.register import row

    async def work(desk: GapDesk) -> list[tuple[Gap, str]]:
        lates = desk.promise.late(desk.now()) if late else ()
        if late and not lates:
            return []  # nothing is promised
        wanted = Filters(frozenset(map(GapState, states)), topic, late=lates)
        return [(one, desk.late(one)) for one in await desk.gaps.listed(wanted, Order(order), limit)]

    found = _with_desk(work)
    if as_json:
        click.echo(
            json.dumps(
                [row(one) | {"question": one.question, "votes": one.votes, "late": said} for one, said in found],
                ensure_ascii=False,
            )
        )
        return
    for one, said in found:
        stands = f"{one.state}, {said}" if said else one.state
        click.echo(f"{one.number:>5}  {one.votes:>4} voices  {stands:15}  {one.question}")
    if not found:
        click.echo("There is no such gap.")


@gaps.command()
@click.argument("number", type=int)
def show(number: int) -> None:
    """Show one gap with its history."""

    async def work(desk: GapDesk) -> tuple[Gap, Sequence[Change]]:
        return await desk.gaps.get(number), await desk.gaps.history(number)

    gap, history = _with_desk(work)
    click.echo(f"Gap {gap.number}, {gap.state}, {gap.votes} voices: {gap.question}")
    for label, said in (("Decision", gap.decision), ("For whom", gap.for_whom), ("How soon", gap.how_soon), ("Role", gap.role),
                        ("Flagged on", gap.about_entry), ("Concern", gap.concern), ("Topics", ", ".join(gap.topics)), ("Check", gap.check), ("Outcome", gap.outcome), ("Entry", gap.entry)):  # fmt: skip
        if said:
            click.echo(f"  {label}: {said}")
    for line in history:
        click.echo(f"  {line.at:%Y-%m-%d %H:%M}  {line.from_state or 'new'} -> {line.to_state}  {line.why}")


@gaps.command()
@click.argument("number", type=int)
@click.argument("to", type=click.Choice(STATES[1:-1]))
@click.option("--why", required=True, help="The reason, for the history.")
@click.option(
    "--check", type=click.Choice(("known", "partly-known", "unknown")), help="What a check found; with checked."
)
@click.option("--outcome", default="", help="What came of it, in plain words; with answered and will-not-answer.")
@click.option("--entry", default="", help="The entry that answers it; with answered.")
@_by
def move(number: int, to: str, why: str, check: str | None, outcome: str, entry: str, by: str) -> None:
    """Move a gap on; whoever wants to know is told."""
    from bot.conversations import key_of
    from bot.gap import Check, GapState

    gap = _with_desk(
        lambda desk: desk.move(
            number, GapState(to), key_of(by), why, check=Check(check) if check else None, outcome=outcome, entry=entry
        )
    )
    click.echo(gap.told())


@gaps.command()
@click.argument("duplicate", type=int)
@click.argument("into", type=int)
@click.option("--why", required=True, help="The reason, for the history.")
@_by
def merge(duplicate: int, into: int, why: str, by: str) -> None:
    """Close a gap as the duplicate of another, which gets its voices."""
    from bot.conversations import key_of

    gap = _with_desk(lambda desk: desk.gaps.merge(duplicate, into, key_of(by), why, desk.now()))
    click.echo(f"Gap {gap.number} has {gap.votes} voices now.")


@gaps.command()
@click.argument("number", type=int)
def voices(number: int) -> None:
    """List a gap's voices: the letters to name each by, since when, and whether they flagged it; nobody sees whose they are."""
    for one in _with_desk(lambda desk: desk.gaps.voices(number)):
        since = f"{one.at:%Y-%m-%d}" if one.at else ""
        click.echo(f"{one.mark}  {since}  {'flagged it' if one.is_flagger else ''}".rstrip())


@gaps.command()
@click.argument("number", type=int)
@click.argument("marks", nargs=-1, required=True)
@click.option("--question", required=True, help="What these voices ask.")
@click.option("--why", required=True, help="The reason, for the history.")
@_by
def split(number: int, marks: tuple[str, ...], question: str, why: str, by: str) -> None:
    """Give some of a gap's voices a gap of their own, by the letters that `voices` lists; they are told."""
    from bot.conversations import key_of

    gap = _with_desk(lambda desk: desk.split(number, marks, question, key_of(by), why))
    click.echo(f"Gap {gap.number} has {gap.votes} of the voices now: {gap.question}")


@gaps.command()
@click.argument("number", type=int)
@click.argument("to", default="")
@_by
def assign(number: int, to: str, by: str) -> None:
    """Put a gap into somebody's hands; into nobody's without a name. Only a hash of the name is kept."""
    from bot.conversations import key_of

    _with_desk(lambda desk: desk.gaps.assign(number, key_of(to) if to else "", key_of(by), desk.now()))
    click.echo("Assigned." if to else "Assigned to nobody.")


@gaps.command()
@click.argument("number", type=int)
@click.option(
    "--write",
    is_flag=True,
    help="Change the sheet if nothing gets worse by it, and have the question asked in every test run.",
)
@click.option(
    "--sheets",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of sheets; the product's own unless told.",
)
@click.option(
    "--evaluate",
    "golden",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Another golden set, by which it is judged whether anything gets worse.",
)
def propose(number: int, sheets: Path | None, golden: Path | None, *, write: bool) -> None:
    """Show how a sheet would change so that a gap that was known after all finds its entry; and change it, if nothing gets worse."""
    from bot import proposals
    from bot.golden import GOLDEN
    from knowledge.sheet import SHEETS

    folder = sheets or SHEETS

    async def work(desk: GapDesk) -> tuple[proposals.Proposal, Path, str, str, Bot]:
        proposal = proposals.proposal_of(await desk.gaps.get(number))
        sheet = proposals.sheet_of(proposal, folder)
        before = sheet.read_text(encoding="utf-8")
        return proposal, sheet, before, proposals.with_example(before, proposal.question), desk.bot

    proposal, sheet, before, after, bot = _with_desk(work)
    click.echo(proposals.difference(before, after, f"knowledge/sheets/{sheet.name}"), nl=False)
    if write:
        _judge(proposal, sheet, after, bot, golden or GOLDEN)
        sheet.write_text(after, encoding="utf-8")
        with (folder.parent / proposals.ASKED.name).open("a", encoding="utf-8") as file:
            file.write(proposal.line())
        click.echo("Written. Next: whatworks knowledge build.")


@says_errors
def _judge(proposal: Proposal, sheet: Path, after: str, before: Bot, golden: Path) -> None:
    """Build a knowledge base with the changed sheet aside, and refuse the change if the golden set is answered worse with it."""
    from bot import bootstrap, proposals
    from bot.build import build_knowledge
    from bot.errors import InputError
    from bot.golden import check_no_worse
    from bot.settings import load_settings

    today = bootstrap.today()
    with tempfile.TemporaryDirectory() as aside:
        sheets, compiled = Path(aside) / "sheets", Path(aside) / "knowledge.sqlite"
        shutil.copytree(sheet.parent, sheets)
        (sheets / sheet.name).write_text(after, encoding="utf-8")
        build_knowledge(compiled, today, bootstrap.progress(), sheets)
        bot = bootstrap.make_bot(load_settings().model_copy(update={"knowledge": compiled}))
        scores = check_no_worse(before, bot, golden, proposal.entry, today)
        if proposals.not_found(bot, [proposal], today):
            raise InputError("The question would still not find its entry: other examples of it may help")
    click.echo(f"The golden set is answered no worse: first answer right {scores.top_1}, precision {scores.precision}.")


@gaps.command()
@click.option(
    "--format", "kind", type=click.Choice(("csv", "json")), default="csv", show_default=True, help="How it is written."
)
def export(kind: str) -> None:
    """Write the public register of gaps: what anybody may know, with demand in bands."""
    from bot.register import as_csv, as_json

    async def work(desk: GapDesk) -> None:
        async for part in (as_json if kind == "json" else as_csv)(desk.gaps):
            click.echo(part, nl=False)

    _with_desk(work)


@says_errors
def _with_unanswered(work: Callable[[UnansweredDesk], Awaitable[T]]) -> T:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_unanswered_desk(load_settings(), work))


@gaps.command()
@click.option("--least", default=1, show_default=True, help="Only what was asked so often.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def unanswered(least: int, *, as_json: bool) -> None:
    """List what was asked and never answered or flagged, most asked first: key, how often, when and the question."""
    found = _with_unanswered(lambda desk: desk.clusters(least))
    if as_json:
        rows = [asdict(one) | {"first": one.first.isoformat(), "last": one.last.isoformat()} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.key}  {one.count:>4} times  {one.first} to {one.last}  {one.question}")
        for example in one.examples:
            click.echo(f"    also: {example}")
        for what, numbers in (("flagged before, as", one.flagged), ("like it:", one.like)):
            if numbers:
                click.echo(f"    {what} gap {', '.join(map(str, numbers))}")
    if not found:
        click.echo("Nothing was asked in vain, or nothing is kept.")


@gaps.command("flag-unanswered")
@click.argument("key")
@_by
def flag_unanswered(key: str, by: str) -> None:
    """Turn unanswered questions into a gap, by the key that `unanswered` lists; its history says how often they were asked."""
    from bot.conversations import key_of

    gap = _with_unanswered(lambda desk: desk.to_gap(key, key_of(by)))
    click.echo(f"Gap {gap.number}: {gap.question}")

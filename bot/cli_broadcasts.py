"""The commands of `whatworks broadcasts` and `whatworks trials`."""

from __future__ import annotations

import asyncio
import csv
import getpass
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from bot.cli_errors import says_errors
from bot.cli_tips import tip_of
from bot.errors import InputError

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
COLUMNS = (
    "subscription",
    "surface",
    "conversation",
    "due",
    "state",
    "reason",
    "what_to_do",
    "tip",
    "attempts",
    "helpful",
)


@click.group()
def broadcasts() -> None:
    """Send one tip or notice to many channels: drafted, approved, sent, followed and recalled."""


@click.group()
def trials() -> None:
    """Compare two tips of one entry: planned, sent as a broadcast, and judged once, at the end."""


@says_errors
def _with_desk(work: Callable[[Any, Any], Awaitable[T]]) -> T:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_broadcast_desk(load_settings(), work))


def _says(work: Callable[[Any, Any], Awaitable[str]]) -> None:
    click.echo(_with_desk(work))


def _by(command: Callable[..., None]) -> Callable[..., None]:
    said = "Who does it, for the audit; the name that you are signed in with, unless told."
    return click.option("--by", default=getpass.getuser, show_default="your name here", help=said)(command)


def _audience(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--at", default="", help="When, in London time, as 2026-12-01T10:00; at once, unless told."),
        click.option("--topic", "topics", multiple=True, help="Only channels that want this topic; may be given several times."),
        click.option("--organisation", "organisations", multiple=True, help="Only this workspace or tenant, by its ID; several times the same."),
    ):  # fmt: skip
        command = option(command)
    return command


@broadcasts.command()
@click.option("--tip", default="", help="What to send: a tip, as kinship-care-outcomes#1.")
@click.option("--notice", default="", help="Or the words of a notice.")
@_audience
@_by
def new(tip: str, notice: str, organisations: tuple[str, ...], topics: tuple[str, ...], at: str, by: str) -> None:
    """Draft a broadcast and show exactly whom it is for. Nothing is sent."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - a BroadcastDesk, imported late
        wanted = tip_of(tip) if tip else None
        made, audience = await desk.draft(
            by, tip=wanted, text=notice, organisations=organisations, topics=topics, at=_instant(at)
        )
        return _drafted(made, audience)

    _says(work)


@broadcasts.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def list_(*, as_json: bool) -> None:
    """List the broadcasts: number, state, when, and what."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        rows = [
            {"number": one.number, "state": one.state.value, "at": f"{one.at:%Y-%m-%dT%H:%MZ}", "what": _what(one)}
            for one in await desk.broadcasts.all()
        ]
        if as_json:
            return json.dumps(rows, ensure_ascii=False)
        lines = [f"{row['number']}  {row['state']:9}  {row['at']}  {row['what']}" for row in rows]
        return "\n".join(lines) or "There is no broadcast yet."

    _says(work)


@broadcasts.command()
@click.argument("number")
@_by
def approve(number: str, by: str) -> None:
    """Approve a draft of somebody else; above 25 conversations that is needed."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        await desk.approve(number, by)
        return f"Approved. Send it with: whatworks broadcasts send {number} --count N"

    _says(work)


@broadcasts.command()
@click.argument("number")
@click.option("--count", required=True, type=int, help="How many conversations it is for: typed, so that it was read.")
@_by
def send(number: str, count: int, by: str) -> None:
    """Write a broadcast into the outbox, for its time; a running `serve` or `work` brings it."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        return f"{await desk.send(number, count, by)} deliveries are in the outbox."

    _says(work)


@broadcasts.command()
@click.argument("number")
@_by
def cancel(number: str, by: str) -> None:
    """Give up a broadcast that was not sent yet."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        await desk.cancel(number, by)
        return "Cancelled."

    _says(work)


@broadcasts.command()
@click.argument("number")
@click.option("--follow", is_flag=True, help="Print a line whenever something changes, until everything is final.")
def progress(number: str, *, follow: bool) -> None:
    """Say how many deliveries are in each state."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        said = ""
        while True:
            counts = await desk.progress(number)
            line = (
                ", ".join(f"{state} {count}" for state, count in sorted(counts.items())) or "nothing is in the outbox"
            )
            if not follow or not set(counts) & {"due", "claimed", "sending"}:
                return line
            if line != said:
                click.echo(said := line)
            await asyncio.sleep(1.0)

    _says(work)


@broadcasts.command()
@click.argument("number")
@click.option("--csv", "to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write to; standard output, unless told.")  # fmt: skip
def report(number: str, to: Path | None) -> None:
    """Write what became of each delivery, why, and what to do, as CSV."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        from bot.broadcasts import what_to_do

        await desk.broadcasts.get(number)
        rows = await desk.broadcasts.report(number)
        with to.open("w", newline="", encoding="utf-8") if to else _stdout() as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(row | {"what_to_do": what_to_do(str(row["state"]))} for row in rows)
        return f"{len(rows)} deliveries are in {to}." if to else ""

    _says(work)


@broadcasts.command()
@click.argument("number")
@click.option("--note", required=True, help="What stands in its place: what was wrong, or what it should have said.")
@_by
def recall(number: str, note: str, by: str) -> None:
    """Take a broadcast back, or correct it: every copy is replaced by a note, and what is not sent yet is not sent."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        return f"{await desk.recall(number, note, by)} copies are being replaced."

    _says(work)


@broadcasts.command("correct-entry")
@click.argument("entry")
def correct_entry(entry: str) -> None:
    """Tell everybody who was told something else of an entry what it says now; otherwise done when a new version is first served."""

    async def work(desk: Any, corrections: Any) -> str:  # noqa: ANN401 - the same
        from bot.corrections import current

        if entry not in desk.bot.shown:
            raise InputError(f"There is no entry {entry!r}")
        count = await corrections.note(current([desk.bot.shown[entry]]), desk.now(), only=entry)
        return f"{count} corrections are in the outbox."

    _says(work)


@trials.command("new")
@click.option("--name", required=True, help="What the trial is called.")
@click.option("--a", "first", required=True, help="The one tip, as kinship-care-outcomes#1.")
@click.option("--b", "second", required=True, help="The other, of the same entry.")
@click.option("--difference", required=True, type=float, help="The smallest difference worth knowing, in helpful taps for each conversation.")  # fmt: skip
@click.option("--deviation", required=True, type=float, help="How much conversations are expected to differ: a standard deviation.")  # fmt: skip
@click.option("--days", default=14, show_default=True, help="After how many days the taps are counted.")
@click.option("--seed", required=True, help="Decides which conversation gets which; write it into the protocol.")
@_audience
@_by
def new_trial(
    name: str, first: str, second: str, difference: float, deviation: float, days: int, seed: str, organisations: tuple[str, ...],
    topics: tuple[str, ...], at: str, by: str,
) -> None:  # fmt: skip
    """Plan a trial: how many conversations it needs, how many there are, and who would take part. Nothing is sent."""

    async def work(desk: Any, _corrections: Any) -> str:  # noqa: ANN401 - the same
        from bot.trials import OUTCOME, TrialPlan

        plan = TrialPlan(name, tip_of(first), tip_of(second), seed, difference, deviation, days)
        made, audience = await desk.draft(by, trial=plan, organisations=organisations, topics=topics, at=_instant(at))
        reached = sum(not one.left_out for one in audience)
        verdict = "enough" if reached >= 2 * plan.needed else "too few: a difference of that size may be missed"
        lead = f"Outcome: {OUTCOME}, after {days} days.\nNeeded: {plan.needed} in each arm; there are {reached} in all: {verdict}."
        return f"{lead}\n{_drafted(made, audience)}"

    _says(work)


@trials.command("result")
@click.argument("number")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="An SVG file to draw the result in.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def result(number: str, picture: Path | None, *, as_json: bool) -> None:
    """Say what came of a trial, at its end: by intention to treat, conversation by conversation."""
    from bot.trial_picture import draw

    plan, found = _with_desk(lambda desk, _corrections: desk.result(number))
    if picture:
        picture.write_text(draw(plan, found), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    click.echo(f"{plan.name}: {found.sentence}")
    for letter, tip, arm in (("A", plan.a, found.a), ("B", plan.b, found.b)):
        mean = "hidden" if arm.mean is None else f"{arm.mean:.2f}"
        click.echo(f"  {letter}  {tip}: {arm.allocated} conversations, {arm.sent} were sent it, mean {mean}")


def _drafted(made: Any, audience: Sequence[Any]) -> str:  # noqa: ANN401 - a Broadcast and its Recipients, imported late
    from bot.broadcasts import ALONE_MAX

    reached = [one for one in audience if not one.left_out]
    lines = [
        f"  {one.subscription}  {one.surface}  {one.organisation}  {one.due.astimezone(LONDON):%a %d %b %H:%M}{f'  left out: {one.left_out}' if one.left_out else ''}"
        for one in audience
    ]
    first = f"Draft {made.number}: {_what(made)}"
    counted = f"For {len(reached)} conversations; {len(audience) - len(reached)} are left out."
    approval = (
        f"A second person approves it first: whatworks broadcasts approve {made.number}\n"
        if len(reached) > ALONE_MAX
        else ""
    )
    return "\n".join(
        [first, counted, *lines, f"{approval}Then: whatworks broadcasts send {made.number} --count {len(reached)}"]
    )


def _what(broadcast: Any) -> str:  # noqa: ANN401 - the same
    if broadcast.trial:
        return f"trial {broadcast.trial.name!r} of {broadcast.trial.a} and {broadcast.trial.b}"
    return str(broadcast.tip) if broadcast.tip else f"notice {broadcast.text!r}"


def _instant(written: str) -> datetime | None:
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)
    except ValueError as error:
        raise InputError(f"{written!r} is not a time; write it like 2026-12-01T10:00") from error


class _stdout:  # noqa: N801 - reads as a function: with _stdout() as file:
    def __enter__(self) -> Any:  # noqa: ANN401 - a text file
        return sys.stdout

    def __exit__(self, *_: object) -> None: ...

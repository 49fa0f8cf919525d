"""The commands of `whatworks tips`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from bot.cli_errors import says_errors
from bot.errors import InputError
from bot.schedule import DAYS

T = TypeVar("T")
ACTOR = "the command line"


@click.group()
def tips() -> None:
    """Look after weekly tips: who gets them, when, and what was sent."""


@says_errors
def _with_desk(work: Callable[[Any], Awaitable[T]]) -> T:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_tip_desk(load_settings(), work))


def _says(work: Callable[[Any], Awaitable[str]]) -> None:
    click.echo(_with_desk(work))


async def _applied(desk: Any, number: str, form: dict[str, object]) -> str:  # noqa: ANN401 - a TipDesk, imported late
    subscription = await desk.subscriptions.get(number)
    said, _ = await desk.apply(subscription.address, form, subscription.manager or ACTOR)
    return str(said)


def tip_of(written: str) -> Any:  # noqa: ANN401 - a TipId, imported late
    """Return a tip's id from its written form; `InputError` for anything else."""
    from bot.tips import TipId

    try:
        return TipId.read(written)
    except ValueError as error:
        raise InputError(f"{written!r} is not a tip; write it like kinship-care-outcomes#1") from error


def _when(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--topic", "topics", multiple=True, help="A topic, such as fostering; may be given several times. All, unless told."),
        click.option("--zone", default=None, help="A time zone, such as Europe/London."),
        click.option("--time", "at", default=None, help="Local time, from 08:00 to 17:59."),
        click.option("--day", type=click.Choice(DAYS), default=None, help="A working day."),
    ):  # fmt: skip
        command = option(command)
    return command


def _form(day: str | None, at: str | None, zone: str | None, topics: tuple[str, ...]) -> dict[str, object]:
    given: dict[str, object] = {"day": day, "at": at, "zone": zone, "topics": list(topics) or None}
    return {name: value for name, value in given.items() if value is not None}


@tips.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def list_(*, as_json: bool) -> None:
    """List the subscriptions: number, surface, when, topics and how they stand."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        now = desk.now()
        rows = [
            {
                "number": one.number, "surface": one.address.surface, "day": DAYS[one.schedule.day], "time": f"{one.schedule.at:%H:%M}",
                "zone": one.schedule.zone, "topics": list(one.topics), "state": one.state.value, "next": one.confirmed(now),
            }
            for one in await desk.subscriptions.all()
        ]  # fmt: skip
        if as_json:
            return json.dumps(rows, ensure_ascii=False)
        lines = [
            f"{row['number']}  {row['surface']}  {row['day']} {row['time']}, {', '.join(row['topics']) or 'all topics'}. {row['next']}"
            for row in rows
        ]
        return "\n".join(lines) or "Nobody has subscribed yet."

    _says(work)


@tips.command()
@click.argument("channel")
@click.option("--workspace", default="", help="The workspace's ID, where the app is installed on many.")
@_when
def subscribe(
    channel: str, workspace: str, day: str | None, at: str | None, zone: str | None, topics: tuple[str, ...]
) -> None:
    """Have a tip posted in a Slack channel, by the channel's ID. In Teams, write "tips" in the channel instead."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        from bot.subscriptions import Address

        said, _ = await desk.apply(Address("slack", channel, workspace), _form(day, at, zone, topics), ACTOR)
        return str(said)

    _says(work)


@tips.command()
@click.argument("number")
@_when
def change(number: str, day: str | None, at: str | None, zone: str | None, topics: tuple[str, ...]) -> None:
    """Change when a tip comes, or its topics."""
    _says(lambda desk: _applied(desk, number, {"what": "save"} | _form(day, at, zone, topics)))


@tips.command()
@click.argument("number")
@click.option(
    "--until", default=None, help="The first day on which tips come again, as 2027-01-11; until resumed, unless told."
)
def pause(number: str, until: str | None) -> None:
    """Let no tip come for a while."""
    _says(lambda desk: _applied(desk, number, {"what": "pause", "until": until}))


@tips.command()
@click.argument("number")
def resume(number: str) -> None:
    """Let tips come again."""
    _says(lambda desk: _applied(desk, number, {"what": "save"}))


@tips.command()
@click.argument("number")
def skip(number: str) -> None:
    """Leave the next tip out."""
    _says(lambda desk: _applied(desk, number, {"what": "skip"}))


@tips.command()
@click.argument("number")
def send(number: str) -> None:
    """Send this week's tip now, if none was sent this week; `serve` or `work` brings it."""
    _says(lambda desk: _applied(desk, number, {"what": "send"}))


@tips.command()
@click.argument("number")
def stop(number: str) -> None:
    """End a subscription."""
    _says(lambda desk: _applied(desk, number, {"what": "stop"}))


@tips.command()
@click.argument("number")
@click.argument("tip")
def pick(number: str, tip: str) -> None:
    """Choose the next tip by hand, as kinship-care-outcomes#1."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        return str(await desk.pick(await desk.subscriptions.get(number), tip_of(tip), ACTOR))

    _says(work)


@tips.command()
@click.argument("number")
def preview(number: str) -> None:
    """Show the card that comes next, as far as can be said today."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        card = await desk.preview(await desk.subscriptions.get(number))
        return card.to_text() if card else "There is no tip on these topics that may be sent."

    _says(work)


@tips.command()
@click.argument("tip")
@click.option("--note", required=True, help="What stands in its place: what was wrong, and what holds.")
@click.option("--yes", is_flag=True, help="Do it; without this, only say how many copies there are.")
def recall(tip: str, note: str, *, yes: bool) -> None:
    """Put a note in the place of every copy of a tip that was sent; a running `serve` or `work` does it."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        wanted = tip_of(tip)
        if not yes:
            copies = [
                row
                for row in await desk.outbox.listed(1_000_000)
                if row["tip"] == str(wanted) and row["state"] == "sent"
            ]
            return f"{len(copies)} copies would be replaced. Add --yes to do it."
        return f"{await desk.outbox.recall(wanted, note, desk.now())} copies are being replaced."

    _says(work)


@tips.command()
@click.option("--limit", default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def deliveries(*, limit: int, as_json: bool) -> None:
    """List the newest deliveries: when due, what became of them, and why."""

    async def work(desk: Any) -> str:  # noqa: ANN401 - the same
        rows = await desk.outbox.listed(limit)
        if as_json:
            return json.dumps([{name: str(value) for name, value in row.items()} for row in rows], ensure_ascii=False)
        return "\n".join(
            f"{row['due']:%Y-%m-%d %H:%M}  {row['state']:8}  {row['tip']}  {row['reason']}" for row in rows
        )

    _says(work)

"""The commands of `whatworks people`."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from bot.cli_errors import says_errors

if TYPE_CHECKING:
    from bot.people import Kept, People

SURFACES = click.Choice(("slack", "teams", "openid"))


@click.group()
def people() -> None:
    """Show and erase what is kept of one person."""


@says_errors
def _with(work: Callable[[People], Awaitable[Kept]]) -> Kept:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_part(load_settings(), "people", work))


@people.command()
@click.argument("surface", type=SURFACES)
@click.argument("person")
def export(surface: str, person: str) -> None:
    """Print what is kept of somebody, by the ID that the platform has for them, as JSON."""
    from bot.roles import Person

    found = _with(lambda kept: kept.kept(Person(surface, person)))
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))


@people.command()
@click.argument("surface", type=SURFACES)
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@click.option(
    "--by",
    default=getpass.getuser,
    show_default="your name here",
    help="Who does it, for the audit; the name that you are signed in with, unless told.",
)
def erase(surface: str, person: str, by: str, *, yes: bool) -> None:
    """Erase what is kept of somebody; their voices on gaps still count, as nobody's."""
    from bot.bootstrap import now
    from bot.roles import Person

    if not yes:
        click.confirm("Erase what is kept of this person?", abort=True)
    found = _with(lambda kept: kept.erase(Person(surface, person), by, now()))
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.counts.items() if count)
    click.echo(f"Erased: {said}." if said else "Nothing was kept of them.")

"""The commands of `whatworks roles` and `whatworks audit`."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click

from bot.cli_errors import says_errors

T = TypeVar("T")
NAMES = ("curator", "triager", "manager", "administrator")
SURFACES = click.Choice(("slack", "teams", "openid"))


@click.group()
def roles() -> None:
    """Say who may do what."""


@click.group()
def audit() -> None:
    """Look into the record of who changed what, and check that nobody changed the record."""


@says_errors
def _with(part: str, work: Callable[[Any], Awaitable[T]]) -> T:
    from bot import bootstrap
    from bot.settings import load_settings

    return asyncio.run(bootstrap.with_part(load_settings(), part, work))


def _changed(way: str, surface: str, person: str, role: str, by: str) -> bool:
    from bot.bootstrap import now
    from bot.roles import Person, Role

    return bool(_with("roles", lambda kept: getattr(kept, way)(Person(surface, person), Role(role), by, now())))


def _by(command: Callable[..., None]) -> Callable[..., None]:
    said = "Who does it, for the audit; the name that you are signed in with, unless told."
    return click.option("--by", default=getpass.getuser, show_default="your name here", help=said)(command)


@roles.command()
@click.argument("surface", type=SURFACES)
@click.argument("person")
@click.argument("role", type=click.Choice(NAMES))
@_by
def grant(surface: str, person: str, role: str, by: str) -> None:
    """Give somebody a role, by the ID that Slack or Teams has for them; of an OpenID provider, "ISSUER|SUBJECT"."""
    click.echo("Granted." if _changed("grant", surface, person, role, by) else "They have this role already.")


@roles.command()
@click.argument("surface", type=SURFACES)
@click.argument("person")
@click.argument("role", type=click.Choice(NAMES))
@_by
def revoke(surface: str, person: str, role: str, by: str) -> None:
    """Take a role from somebody."""
    click.echo("Revoked." if _changed("revoke", surface, person, role, by) else "They do not have this role.")


@roles.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def list_(*, as_json: bool) -> None:
    """List who has which role, and since when."""
    rows = [
        {
            "surface": one.person.surface,
            "person": one.person.person,
            "role": one.role.value,
            "since": f"{one.at:%Y-%m-%d}",
        }
        for one in _with("roles", lambda kept: kept.all())
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    click.echo("\n".join("  ".join(row.values()) for row in rows) or "Nobody has a role yet.")


@audit.command()
@click.option("--head", default="", help="The hash that an earlier check printed: it has to be there still.")
def verify(head: str) -> None:
    """Check that no line of the audit was changed, removed or moved."""
    found = _with("audit", lambda kept: kept.verify(head))
    if found.broken is not None:
        raise click.ClickException(f"Line {found.broken} does not fit; the {found.lines} before it do")
    if not found.has_head:
        raise click.ClickException(
            "The hash that was noted earlier is not there any more: newer lines were removed, or all were written anew"
        )
    click.echo(f"{found.lines} lines fit. Note this hash elsewhere, for the next check: {found.head or '(none yet)'}")


@audit.command("list")
@click.option("--limit", default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def list_lines(*, limit: int, as_json: bool) -> None:
    """List the newest lines: when, what, about what, and a hash of who."""
    lines = _with("audit", lambda kept: kept.newest(limit))
    if as_json:
        rows = [{"number": one.number, "at": one.at.isoformat(), "actor": one.actor, "what": one.what, "about": one.about,
                 "details": one.details} for one in lines]  # fmt: skip
        click.echo(json.dumps(rows))
        return
    for one in lines:
        click.echo(f"{one.number:>6}  {one.at:%Y-%m-%d %H:%M}  {one.what}  {one.about}  by {one.actor[:8]}")

"""The commands of `whatworks desk`."""

from __future__ import annotations

import asyncio

import click

from bot.cli_errors import says_errors


@click.group()
def desk() -> None:
    """Get into the desk, the centre's own pages."""


@desk.command()
@click.argument("code")
@click.option("--as", "person", type=(click.Choice(("slack", "teams", "openid")), str), required=True, metavar="SURFACE PERSON",
              help="Who enters, by the surface and the ID there; they need a role.")  # fmt: skip
@says_errors
def enter(code: str, person: tuple[str, str]) -> None:
    """Print the link for somebody who has a role, by the code that the desk's sign-in page shows."""
    from bot import bootstrap, sites
    from bot.roles import Person
    from bot.settings import load_settings

    settings = load_settings()
    address = sites.address(settings, settings.port)
    link = asyncio.run(
        bootstrap.with_sign_in_desk(settings, address, lambda opened: opened.answer(code, Person(*person)))
    )
    if not link.address:
        raise click.ClickException(link.said)
    click.echo(f"{link.said}\n{link.address}")

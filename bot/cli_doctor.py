"""The command `whatworks doctor`."""

from __future__ import annotations

import asyncio
import json
import sys

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an array of objects.")
def doctor(*, as_json: bool) -> None:
    """Look whether everything that has to work does, and say what to do; exit code 0 if it does, 1 with warnings, 2 if not."""
    from bot.doctor import Finding, Level, worst
    from bot.errors import SettingsError
    from bot.examining import examine
    from bot.settings import load_settings

    try:
        found = asyncio.run(examine(load_settings()))
    except SettingsError as error:
        found = [Finding(Level.BROKEN, "settings", str(error), "mend them, and look again")]
    if as_json:
        rows = [
            {"level": one.level.name.lower(), "part": one.part, "said": one.said, "to_do": one.to_do} for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in found:
            click.echo(
                f"{one.level.name.lower():8}{one.part:10} {one.said}" + (f"\n{'':19}{one.to_do}" if one.to_do else "")
            )
    sys.exit(worst(found))

"""Draw an icon array as SVG, for a page, and as PNG, for a chat card: both from one template."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Final

import resvg_py
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.picture import Group, RiskPicture

FOLDER: Final = Path(__file__).parent
FONTS: Final = [str(FOLDER / "fonts" / f"OpenSans-{weight}.ttf") for weight in ("Regular", "Bold")]
PNG_WIDTH: Final = 1_200  # pixels: sharp on a screen of double density at the 600 that chat shows
PANEL: Final = 280  # width of one group's field
GAP: Final = 40
TITLE_LETTERS, NAME_LETTERS = 58, 30  # that fit a line

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class _Field:
    """One group's people in rows: whole rows filled in, then part of one, then the rest."""

    group: Group
    x: int
    name: list[str]
    columns: int
    rows: int

    def filled(self) -> list[tuple[int, int, int, int]]:
        """Return the filled part as rectangles: column, row, columns, rows."""
        rows, over = divmod(self.group.count, self.columns)
        return _not_empty((0, 0, self.columns, rows), (0, rows, over, 1))

    def hollow(self) -> list[tuple[int, int, int, int]]:
        """Return the rest in the same way."""
        rows, over = divmod(self.group.count, self.columns)
        if over == 0:
            return _not_empty((0, rows, self.columns, self.rows - rows))
        return _not_empty((over, rows, self.columns - over, 1), (0, rows + 1, self.columns, self.rows - rows - 1))


def _not_empty(*rectangles: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
    return [one for one in rectangles if one[2] > 0 and one[3] > 0]


def svg_of(picture: RiskPicture, number: int = 0) -> Markup:
    """Return a picture as SVG.

    Args:
        picture: What it shows.
        number: Tells the pictures of one page apart.
    """
    columns = 10 if picture.of == 100 else 40
    rows = picture.of // columns
    names = [wrap(group.name[:1].upper() + group.name[1:], NAME_LETTERS) for group in picture.groups]
    fields = [
        _Field(group, n * (PANEL + GAP), name, columns, rows)
        for n, (group, name) in enumerate(zip(picture.groups, names, strict=True))
    ]
    text = _ENVIRONMENT.get_template("icon_array.svg.jinja").render(
        picture=picture,
        title=wrap(picture.event[:1].upper() + picture.event[1:], TITLE_LETTERS),
        fields=fields,
        cell=PANEL / columns,
        name_lines=max(map(len, names)),
        width=2 * PANEL + GAP,
        number=number,
    )
    return Markup(text)  # noqa: S704 - filled by a template that escapes


@cache
def png_of(picture: RiskPicture) -> bytes:
    """Return a picture as PNG, 1,200 pixels wide, on white; drawn once."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=str(svg_of(picture)),
            background="#ffffff",
            width=PNG_WIDTH,
            skip_system_fonts=True,  # the same on every machine
            font_files=FONTS,
            font_family="Open Sans",
            sans_serif_family="Open Sans",
        )
    )

"""Build the app package that an administrator uploads to Teams: the manifest with the settings' ids, its strings and icons."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import urlsplit

import resvg_py

from adapters.teams.parts import TeamsSite
from bot import __version__
from bot.errors import SettingsError

FOLDER: Final = Path(__file__).parent / "manifest"
ICONS: Final = {"color": 192, "outline": 32}  # pixels
MOMENT: Final = (1980, 1, 1, 0, 0, 0)  # the same package from the same settings


def package_of(site: TeamsSite) -> bytes:
    """Return the package, a zip file.

    Raises:
        SettingsError: If the bot's registration or a public address is missing.
    """
    if not site.app_id or not site.pages:
        raise SettingsError(
            "The package needs WHATWORKS_TEAMS_APP_ID, and WHATWORKS_PUBLIC_URL with https:// (docs/settings.md)"
        )
    ids = {
        "APP_ID": site.app_id, "SITE": site.pages, "HOST": urlsplit(site.pages).netloc, "VERSION": __version__.split("+")[0],
    }  # fmt: skip
    manifest = Template((FOLDER / "manifest.json").read_text(encoding="utf-8")).safe_substitute(ids)
    files = {"manifest.json": manifest.encode(), "en-us.json": (FOLDER / "en-us.json").read_bytes()}
    files |= {f"{name}.png": _icon(name, pixels) for name, pixels in ICONS.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, MOMENT), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _icon(name: str, pixels: int) -> bytes:
    drawing = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=pixels, height=pixels))

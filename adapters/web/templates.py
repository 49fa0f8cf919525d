"""Fill the templates: one environment, everything escaped, the product's words at hand."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.web.parts import PARTS, Site
from bot import __version__, gap_wording, wording
from knowledge.entry import EvidenceEntry

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
_MARK: Final = re.compile(r"\[(\d+)\]")


class Templates:
    """The templates of one site.

    Args:
        site: How it is reached.
        takes_gaps: Whether evidence gaps can be flagged on it.
    """

    def __init__(self, site: Site, *, takes_gaps: bool = False) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters.update(day=wording.day, linked=linked, words=lambda value: value.replace("-", " "))
        self._environment.globals.update(
            wording=wording,
            gap_wording=gap_wording,
            site=site,
            takes_gaps=takes_gaps,
            product_version=__version__,
            asset=asset,
            kind=lambda block: type(block).__name__,
            effect_of={symbol: effect for effect, symbol in wording.EFFECT_SYMBOLS.items()},
            strength_of={symbol: strength for strength, symbol in wording.STRENGTH_SYMBOLS.items()},
        )

    def fill(self, name: str, **values: Any) -> str:  # noqa: ANN401 - a template takes anything
        """Return a filled template."""
        return self._environment.get_template(f"{name}.jinja").render(values)


TEMPLATES = web.AppKey("templates", Templates)


def page(request: web.Request, name: str, *, status: int = 200, path: str | None = None, **values: Any) -> web.Response:  # noqa: ANN401 - a template takes anything
    """Return a whole page.

    Args:
        request: What is answered.
        name: The template.
        status: The HTTP status.
        path: The page's lasting address; pages without one are not to be indexed.
        values: What the template shows.
    """
    canonical = None if path is None else request.app[PARTS].site.public_url + path
    text = request.app[TEMPLATES].fill(f"{name}.html", canonical=canonical, **values)
    headers = {"Content-Language": "en-GB"} | ({} if path else {"X-Robots-Tag": "noindex", "Cache-Control": "no-store"})
    response = web.Response(text=text, status=status, content_type="text/html", headers=headers)
    if path is not None:
        # Not what answers a form: squeezed, its length could tell what is in it (https://www.breachattack.com).
        response.enable_compression()
    return response


def linked(text: str, entry: EvidenceEntry) -> Markup:
    """Return a sheet's text with its source marks, like `[2]`, as links to the sources of the page.

    A number in brackets that is no source's, like the year of a law report, stays as it is.
    """
    numbers = {source.n for source in entry.sources}

    def link(mark: re.Match[str]) -> str:
        number = int(mark[1])
        return f'<a class="mark" href="#source-{number}">[{number}]</a>' if number in numbers else mark[0]

    return Markup(_MARK.sub(link, str(escape(text))))  # noqa: S704 - escaped here


def _hashes() -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir() if file.is_file()
    }


_ASSETS: Final = _hashes()


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so that a browser may keep it."""
    return f"/static/{name}?v={_ASSETS[name]}"

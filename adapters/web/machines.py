"""What other programs read: all entries as a table, the site map, and what robots may fetch."""

from __future__ import annotations

import csv
import io
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from adapters.web.parts import PARTS
from bot.cells import no_formula
from knowledge.entry import EvidenceEntry

COLUMNS: Final = (
    "id", "title", "kind", "topics", "effect", "strength", "rated_by", "in_brief", "tested_on", "main_limit", "ages", "setting",
    "sources", "checked", "review_due", "version", "url",
)  # fmt: skip
routes = web.RouteTableDef()


def row(entry: EvidenceEntry, url: str) -> dict[str, str]:
    """Return an entry as a row; no cell can be taken for a formula by a spreadsheet."""
    cells = {
        "id": entry.id,
        "title": entry.title,
        "kind": entry.kind.value,
        "topics": "; ".join(entry.topics),
        "effect": entry.rating.effect.value,
        "strength": entry.rating.strength.value,
        "rated_by": entry.rating.by,
        "in_brief": entry.texts.in_brief,
        "tested_on": entry.texts.tested_on,
        "main_limit": entry.texts.main_limit,
        "ages": entry.ages,
        "setting": entry.setting,
        "sources": "; ".join(source.link for source in entry.sources),
        "checked": entry.checked.isoformat(),
        "review_due": entry.review_due.isoformat(),
        "version": entry.version,
        "url": url,
    }
    return {name: no_formula(cell) for name, cell in cells.items()}


@routes.get("/evidence.csv")
async def table(request: web.Request) -> web.Response:
    """Return every entry that practitioners may see, a row each."""
    parts = request.app[PARTS]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(row(e, f"{parts.site.public_url}/evidence/{e.id}") for e in parts.bot.shown.values())
    headers = {"Content-Disposition": 'attachment; filename="evidence.csv"'}
    response = web.Response(text=text.getvalue(), content_type="text/csv", charset="utf-8", headers=headers)
    response.enable_compression()
    return response


@routes.get("/sitemap.xml")
async def sitemap(request: web.Request) -> web.Response:
    """Return the lasting addresses (https://www.sitemaps.org/protocol.html)."""
    parts = request.app[PARTS]
    pages = [
        "/",
        "/evidence",
        "/topics",
        "/map",
        "/gaps",
        "/gaps/map",
        "/gaps/data-dictionary",
        "/about",
        *(f"/topics/{topic}" for topic in parts.bot.knowledge.topics),
    ]
    lines = [f"<url><loc>{escape(parts.site.public_url + path)}</loc></url>" for path in pages]
    lines += [
        f"<url><loc>{escape(f'{parts.site.public_url}/evidence/{e.id}')}</loc><lastmod>{e.checked.isoformat()}</lastmod></url>"
        for e in parts.bot.shown.values()
    ]
    body = "\n".join(lines)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}\n</urlset>\n'
    return web.Response(text=text, content_type="application/xml")


@routes.get("/robots.txt")
async def robots(request: web.Request) -> web.Response:
    """Say what robots may fetch."""
    site = request.app[PARTS].site
    text = f"User-agent: *\nDisallow: /metrics\nDisallow: /desk\nSitemap: {site.public_url}/sitemap.xml\n"
    return web.Response(text=text, content_type="text/plain")

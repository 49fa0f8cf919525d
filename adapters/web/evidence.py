"""Evidence pages: one for each entry, for readers with two more minutes, and the same for machines."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from adapters.web.caching import kept
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.pictures import png_of, svg_of
from adapters.web.templates import page
from bot import wording
from bot.picture import risk_pictures
from knowledge.entry import EvidenceEntry, Source, SourceType, Status

NOT_IN_JSON: Final = {"examples"}  # what the matcher learns from says nothing about the evidence
_SCHOLARLY: Final = {SourceType.SYSTEMATIC_REVIEW, SourceType.RCT, SourceType.QED, SourceType.REVIEW}
routes = web.RouteTableDef()


@routes.get(r"/evidence/{id:[a-z0-9-]+}.json")
async def as_json(request: web.Request) -> web.Response:
    """Return an entry for machines."""
    entry = _entry(request)
    body = entry.model_dump(mode="json", exclude=NOT_IN_JSON)
    url = _url(request, entry)
    return _kept(request, web.json_response(body | {"version": entry.version, "url": url}), entry)


@routes.get(r"/evidence/{id:[a-z0-9-]+}/figure.png")
async def picture(request: web.Request) -> web.Response:
    """Return the picture of an entry's main finding, for chat cards."""
    entry = _entry(request)
    pictures = risk_pictures(entry)
    if not pictures:
        raise PageError(404, "This entry has no picture: it holds no two absolute risks to draw.", link=_link(entry))
    response = web.Response(body=png_of(pictures[0]), content_type="image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # chat cards show it
    return _kept(request, response, entry)


@routes.get(r"/evidence/{id:[a-z0-9-]+}")
async def entry_page(request: web.Request) -> web.Response:
    """Show one entry, whole."""
    entry = _entry(request)
    parts = request.app[PARTS]
    pictures = risk_pictures(entry)
    shown = parts.bot.shown
    values: dict[str, Any] = {
        "entry": entry,
        "topics": [parts.bot.knowledge.topics[topic] for topic in entry.topics],
        "related": [shown[other] for other in entry.related if other in shown],
        "pictures": [(one, svg_of(one, number)) for number, one in enumerate(pictures)],
        "is_overdue": entry.is_overdue(parts.today()),
        "citation": wording.citation(entry, _url(request, entry)),
        "described": described(entry, _url(request, entry)),
    }
    return _kept(request, page(request, "evidence", path=f"/evidence/{entry.id}", **values), entry)


def _entry(request: web.Request) -> EvidenceEntry:
    entry_id, bot = request.match_info["id"], request.app[PARTS].bot
    if entry := bot.shown.get(entry_id):
        return entry
    known = bot.knowledge.entries.get(entry_id)
    if known is None or known.status is not Status.RETIRED:
        raise PageError(404, "There is no entry with this name. The evidence index has every entry.", link=_INDEX)
    successor = bot.shown.get(known.superseded_by or "")
    sentence = f"“{known.title}” was taken out of use."
    if successor:
        raise PageError(410, f"{sentence} It was replaced by “{successor.title}”.", link=_link(successor))
    raise PageError(410, f"{sentence} No other entry replaces it.", link=_INDEX)


_INDEX: Final = ("/evidence", "All evidence")


def _link(entry: EvidenceEntry) -> tuple[str, str]:
    return f"/evidence/{entry.id}", entry.title


def _url(request: web.Request, entry: EvidenceEntry) -> str:
    return f"{request.app[PARTS].site.public_url}/evidence/{entry.id}"


def _kept(request: web.Request, response: web.Response, entry: EvidenceEntry) -> web.Response:
    """Let a browser keep what it has as long as nothing changed; return 304 if it has this already."""
    parts = request.app[PARTS]
    # Whatever can change a page: the entry, those it names, the day (overdue or not), and the code.
    return kept(request, response, f"{entry.version}-{parts.bot.knowledge.content_hash[:12]}-{parts.today():%Y%m%d}")


def described(entry: EvidenceEntry, url: str) -> dict[str, Any]:
    """Return an entry in schema.org's words: a summary of studies, each of them cited (https://schema.org/Article)."""
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": entry.title,
        "abstract": entry.texts.in_brief,
        "inLanguage": "en-GB",
        "url": url,
        "version": entry.version,
        "dateModified": entry.checked.isoformat(),
        "expires": entry.review_due.isoformat(),
        "keywords": [topic.replace("-", " ") for topic in entry.topics],
        "isAccessibleForFree": True,
        "citation": [_cited(source) for source in entry.sources],
    }


def _cited(source: Source) -> dict[str, Any]:
    kind = "ScholarlyArticle" if source.type in _SCHOLARLY else "CreativeWork"
    cited: dict[str, Any] = {"@type": kind, "name": source.title, "creditText": source.by, "url": source.link}
    return cited | ({"datePublished": str(source.year)} if source.year else {})

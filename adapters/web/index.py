"""Ways to find an entry: the index with its search and filters, the topics, and the map of where evidence is thin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from adapters.web.chat import FRAGMENT
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import TEMPLATES, page
from knowledge.entry import Effect, EvidenceEntry, Kind, Strength
from knowledge.glossary import Topic

FOUND_MAX: Final = 50
FILTERS: Final = ("topic", "kind", "effect", "strength")
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Filters:
    """What an index is narrowed down to; "" for anything."""

    topic: str = ""
    kind: str = ""
    effect: str = ""
    strength: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any], topics: Mapping[str, Topic]) -> Filters:
        """Return the filters of a form or an address; a word that is not one of the choices filters nothing."""
        choices: dict[str, set[str]] = {
            "topic": set(topics),
            "kind": set(Kind),
            "effect": set(Effect),
            "strength": set(Strength),
        }
        return cls(**{name: str(given.get(name, "")) for name in FILTERS if given.get(name, "") in choices[name]})

    def keep(self, entry: EvidenceEntry) -> bool:
        """Return whether an entry passes."""
        return (
            self.topic in {"", *entry.topics}
            and self.kind in {"", entry.kind}
            and self.effect in {"", entry.rating.effect}
            and self.strength in {"", entry.rating.strength}
        )


def _listed(request: web.Request, filters: Filters, words: str = "") -> dict[str, Any]:
    bot = request.app[PARTS].bot
    if words.strip():
        # All entries are searched before they are filtered: the best may not be among those kept.
        found = [
            e for e, _ in bot.knowledge.search(words, len(bot.knowledge.entries), as_typed=True) if e.id in bot.shown
        ]
    else:
        found = sorted(bot.shown.values(), key=lambda entry: entry.title.casefold())
    kept = [entry for entry in found if filters.keep(entry)]
    return {
        "entries": kept[:FOUND_MAX] if words.strip() else kept,
        "total": len(kept),
        "filters": filters,
        "typed": words,
        "topics": {topic.id: topic.name for topic in bot.knowledge.topics.values()},
    }


@routes.get("/evidence")
async def index(request: web.Request) -> web.Response:
    """List the entries; filters may stand in the address, words to search for may not (they would reach a log)."""
    filters = Filters.of(request.query, request.app[PARTS].bot.knowledge.topics)
    return page(request, "index", path="/evidence", **_listed(request, filters))


@routes.post("/evidence")
async def search(request: web.Request) -> web.Response:
    """List the entries whose words fit what was typed."""
    form = await request.post()
    words = form.get("words")
    filters = Filters.of({k: v for k, v in form.items() if isinstance(v, str)}, request.app[PARTS].bot.knowledge.topics)
    listed = _listed(request, filters, words if isinstance(words, str) else "")
    if FRAGMENT in request.headers:
        text = request.app[TEMPLATES].fill("found.html", **listed)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
    return page(request, "index", **listed)


@routes.get("/topics")
async def topics(request: web.Request) -> web.Response:
    """List the topics with how many entries each has."""
    bot = request.app[PARTS].bot
    counted = [
        (topic, sum(topic.id in e.topics for e in bot.shown.values())) for topic in bot.knowledge.topics.values()
    ]
    return page(request, "topics", path="/topics", topics=counted)


@routes.get(r"/topics/{id:[a-z0-9-]+}")
async def topic_page(request: web.Request) -> web.Response:
    """Show one topic's entries, the best-supported first."""
    bot = request.app[PARTS].bot
    topic = bot.knowledge.topics.get(request.match_info["id"])
    if topic is None:
        raise PageError(404, "There is no topic with this name.", link=("/topics", "All topics"))
    entries = [entry for entry in bot.shown.values() if topic.id in entry.topics]
    groups = [(strength, _by_title(e for e in entries if e.rating.strength is strength)) for strength in Strength]
    values: dict[str, Any] = {"topic": topic, "groups": [group for group in groups if group[1]], "total": len(entries)}
    return page(request, "topic", path=f"/topics/{topic.id}", **values)


@routes.get("/map")
async def evidence_map(request: web.Request) -> web.Response:
    """Show topics by strength of evidence, a mark for each entry, shaped by its effect."""
    bot = request.app[PARTS].bot
    rows = [
        (topic, [_by_effect(e for e in on_topic if e.rating.strength is strength) for strength in Strength])
        for topic in bot.knowledge.topics.values()
        if (on_topic := [entry for entry in bot.shown.values() if topic.id in entry.topics])
    ]
    return page(request, "map", path="/map", rows=rows, strengths=list(Strength), effects=list(Effect))


def _by_title(entries: Iterable[EvidenceEntry]) -> list[EvidenceEntry]:
    return sorted(entries, key=lambda entry: entry.title.casefold())


def _by_effect(entries: Iterable[EvidenceEntry]) -> list[EvidenceEntry]:
    order = list(Effect)
    return sorted(_by_title(entries), key=lambda entry: order.index(entry.rating.effect))

"""The register of evidence gaps as pages: all of them, one of them, what the columns mean, and demand against strength."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from adapters.web.caching import kept
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.demand import demand_map
from bot.errors import InputError
from bot.gap import Gap, GapState, Place
from bot.gaps import Filters, Order
from bot.register import BAND_WORDS, BANDS, CHECKS, COLUMNS, PUBLIC, STATES, band, is_public, row
from knowledge.entry import Strength

SHOWN: Final = 50  # gaps on a page
NUMBER_LETTERS: Final = 18  # of a number that every database can compare
LEVELS: Final = len(BANDS)
_ALL: Final = ("/gaps", "All evidence gaps")
routes = web.RouteTableDef()


@routes.get("/gaps")
async def register(request: web.Request) -> web.StreamResponse:
    """List the gaps of the register, the newest first: an order by demand would tell more than its bands."""
    parts = request.app[PARTS]
    topic, status, after = (request.query.get(name, "") for name in ("topic", "status", "after"))
    topic = topic if topic in parts.bot.knowledge.topics else ""
    status = status if status in PUBLIC else ""
    states = frozenset({GapState(status)}) if status else PUBLIC
    place = Place(0, int(after)) if _is_number(after) else None
    found = await parts.gaps.listed(Filters(states, topic), Order.NEWEST, SHOWN + 1, place)
    gaps = [gap for gap in found if is_public(gap)]
    waiting = await parts.counts.waiting()
    chosen = {name: value for name, value in (("topic", topic), ("status", status)) if value}
    further = urlencode(chosen | {"after": str(gaps[SHOWN - 1].number)}) if len(gaps) > SHOWN else ""
    return _kept(
        request,
        page(
            request,
            "gaps",
            path="/gaps",
            rows=[_words(request, gap) for gap in gaps[:SHOWN]],
            waiting=BAND_WORDS[band(waiting)],
            topic=topic,
            state=status,
            topics={one.id: one.name for one in parts.bot.knowledge.topics.values()},
            states={state.value: words for state, (words, _) in STATES.items()},
            first=f"/gaps?{urlencode(chosen)}" if place and chosen else "/gaps" if place else "",
            further=f"/gaps?{further}" if further else "",
        ),
    )


@routes.get(rf"/gaps/{{number:[1-9][0-9]{{0,{NUMBER_LETTERS - 1}}}}}")
async def one_gap(request: web.Request) -> web.StreamResponse:
    """Show one gap of the register."""
    parts = request.app[PARTS]
    number = int(request.match_info["number"])
    try:
        gap = await parts.gaps.get(number)
    except InputError:
        gap = None
    if gap is None or not is_public(gap):
        # The same for both: whether a gap waits for a look is nobody's business.
        sentence = f"Evidence gap {number} is not in the register. A gap comes in once the centre has looked at it."
        raise PageError(404, sentence, link=_ALL)
    values = _words(request, gap) | {"entry": parts.bot.shown.get(gap.entry), "duplicate_of": gap.duplicate_of}
    return _kept(request, page(request, "gap", path=f"/gaps/{number}", **values))


@routes.get("/gaps/data-dictionary")
async def dictionary(request: web.Request) -> web.StreamResponse:
    """Say what each column of the register means."""
    return _kept(request, page(request, "gap_dictionary", path="/gaps/data-dictionary", columns=COLUMNS))


@routes.get("/gaps/map")
async def demand(request: web.Request) -> web.StreamResponse:
    """Show demand against strength of evidence, topic by topic."""
    parts = request.app[PARTS]
    topics = {topic.id: topic.name for topic in parts.bot.knowledge.topics.values()}
    rows = demand_map(topics, parts.bot.shown.values(), await parts.counts.by_topic())
    values: dict[str, Any] = {
        "rows": rows, "topics": topics, "strengths": list(Strength), "levels": LEVELS, "most": max((one.entries for one in rows), default=0) or 1,
    }  # fmt: skip
    return _kept(request, page(request, "gap_map", path="/gaps/map", **values))


def _words(request: web.Request, gap: Gap) -> dict[str, Any]:
    """Return a gap's public row, with words for people where it has ids."""
    topics = request.app[PARTS].bot.knowledge.topics
    return {
        "gap": row(gap),
        "heading": gap.outcome if gap.state is GapState.DUPLICATE else gap.question,
        "on": [(topic, topics[topic].name) for topic in gap.topics if topic in topics],
        "demand": BAND_WORDS[band(gap.votes)],
        "flagged": gap.at.date(),
        "changed": gap.changed.date(),
        "check": CHECKS[gap.check][0] if gap.check else "",
        "stands": STATES[gap.state],
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= NUMBER_LETTERS


def _kept(request: web.Request, response: web.Response) -> web.StreamResponse:
    return kept(request, response, hashlib.sha256((response.text or "").encode()).hexdigest()[:16])

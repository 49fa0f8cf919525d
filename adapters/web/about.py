"""What the site is, how to read a rating, what is kept, and how accessible it is."""

from __future__ import annotations

from aiohttp import web

from adapters.web.parts import PARTS
from adapters.web.templates import page
from knowledge.entry import Effect, Strength

routes = web.RouteTableDef()


@routes.get("/about")
async def about(request: web.Request) -> web.Response:
    """Say what the site is, how to read a rating, what is kept and for how long."""
    shown = request.app[PARTS].bot.shown
    return page(
        request,
        "about",
        path="/about",
        entries=len(shown),
        signed_off=sum(entry.sign_off.is_complete for entry in shown.values()),
        effects=list(Effect),
        strengths=list(Strength),
        unanswered_days=request.app[PARTS].site.unanswered_days,
    )

"""Put the pages together: one aiohttp application."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from adapters.web import (
    about,
    chat,
    desk,
    desk_demand,
    desk_entry,
    desk_feedback,
    desk_gaps,
    desk_unanswered,
    evidence,
    flagging,
    index,
    machines,
    operations,
    register,
    register_files,
)
from adapters.web.chat import TOKENS
from adapters.web.desk_access import OPENID_BACK, let_in
from adapters.web.desk_entry import OPEN_ID
from adapters.web.openid import OpenId
from adapters.web.operations import METRICS, UNDER_WAY, Metrics, UnderWay, observe
from adapters.web.parts import PARTS, Parts
from adapters.web.security import BODY_MAX, LIMIT, RateLimit, guard, protect_forms
from adapters.web.templates import STATIC, TEMPLATES, Templates
from adapters.web.tokens import Tokens

STATIC_DAYS: Final = 365


def make_app(parts: Parts) -> web.Application:
    """Return the application that serves the pages of one site."""
    app = web.Application(middlewares=[observe, protect_forms, let_in], client_max_size=BODY_MAX)
    app[PARTS] = parts
    app[TEMPLATES] = Templates(parts.site, takes_gaps=parts.gap_desk is not None)
    app[TOKENS] = Tokens(parts.site.secret)
    app[LIMIT] = RateLimit(parts.site.asks_per_minute)
    app[METRICS] = Metrics(parts)
    app[UNDER_WAY] = UnderWay()
    for pages in (chat, evidence, index, flagging, register, register_files, machines, about, operations):
        app.add_routes(pages.routes)
    if parts.desk is not None:
        for pages in (desk, desk_entry, desk_gaps, desk_unanswered, desk_feedback, desk_demand):
            app.add_routes(pages.routes)
        if parts.provider is not None:
            app[OPEN_ID] = OpenId(parts.provider, parts.site.public_url + OPENID_BACK)
            app.cleanup_ctx.append(app[OPEN_ID].connected)
    app.router.add_get("/static/{name}", _static)
    app.on_response_prepare.append(guard)
    return app


async def _static(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    if name not in {file.name for file in STATIC.iterdir()}:
        raise web.HTTPNotFound
    headers = {"Cache-Control": f"public, max-age={STATIC_DAYS * 86_400}, immutable"}
    return web.FileResponse(STATIC / name, headers=headers)

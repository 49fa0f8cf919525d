"""The desk: what was asked in vain and never flagged, put together; one button makes a gap of it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from adapters.web.desk_access import DESK, GAPS, SESSION, UNANSWERED
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.conversations import key_of
from bot.errors import InputError
from bot.roles import Role
from bot.unanswered_desk import UnansweredDesk

SHOWN: Final = 50
routes = web.RouteTableDef()


@routes.get(UNANSWERED)
async def listed(request: web.Request) -> web.Response:
    """List what was asked in vain, most asked first."""
    return await _shown(request)


@routes.post(f"{UNANSWERED}/flag")
async def flag(request: web.Request) -> web.Response:
    """Make a gap of what was asked, and go there."""
    key = (await request.post()).get("key")
    session = request[SESSION]
    try:
        gap = await _desk_of(request).to_gap(key if isinstance(key, str) else "", key_of(*session.person))
    except InputError as error:
        return await _shown(request, str(error))
    raise web.HTTPSeeOther(f"{GAPS}/{gap.number}")


async def _shown(request: web.Request, told: str = "") -> web.Response:
    desk, session = _desk_of(request), request[SESSION]
    found = await desk.clusters(most=SHOWN + 1)
    return page(
        request, "desk_unanswered", status=400 if told else 200, told=told, clusters=found[:SHOWN], more=len(found) > SHOWN, days=desk.days,
        may_flag=Role.TRIAGER in session.roles, session=session,
    )  # fmt: skip


def _desk_of(request: web.Request) -> UnansweredDesk:
    desk = request.app[PARTS].unanswered
    if desk is None:
        raise PageError(404, "No questions are kept here.", link=(DESK, "The desk"))
    return desk

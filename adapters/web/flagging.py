"""Flag an evidence gap in the browser: a form, a look at what the centre would get beside what others asked, and a word on what comes of it.

Nobody in a browser can be told later. One voice counts for each browser: a secret in a cookie, made only when somebody sends something.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from adapters.web.desk_access import cookie, set_cookie
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot import gap_wording, wording
from bot.conversations import key_of
from bot.errors import InputError, StoreError
from bot.gap import Gap
from bot.gap_desk import FIELDS, HOW_SOON, GapDesk
from bot.gaps import Voice
from bot.layout import lay_out
from bot.reply import UrgentReply, answered
from bot.subscriptions import Address

FLAG, VOICE = "/gaps/flag", "/gaps/voice"
SURFACE: Final = "web"
NAMES: Final = (*FIELDS, "how_soon", "concern", "entry")
OPEN, LOOK, SEND = "open", "look", "send"  # what a form asks for
COOKIE: Final = "voice"
YEAR: Final = 365 * 86_400.0  # seconds
routes = web.RouteTableDef()


@routes.get(FLAG)
async def empty(request: web.Request) -> web.Response:
    """Show the form; about an entry, if the address names one."""
    return _form(request, {"entry": request.query.get("entry", "")})


@routes.post(FLAG)
async def flag(request: web.Request) -> web.Response:
    """Show the form again, or what the centre would get, or keep it."""
    desk, form = _desk_of(request), await request.post()
    filled = {name: value for name in NAMES if isinstance(value := form.get(name), str)}
    step = form.get("step")
    try:
        if step == SEND:
            secret = _secret(request)
            number = await desk.keep(filled, Address(SURFACE, ""), secret, is_told=False)
            return _thanks(request, gap_wording.GAP_ON_WEB.format(number=number), secret)
        if step == LOOK:
            return await _look(request, desk, filled)
    except InputError as error:
        return _form(request, filled, str(error))
    return _form(request, filled)


@routes.post(VOICE)
async def voice(request: web.Request) -> web.Response:
    """Add a voice to a gap that asks something like it."""
    number = (await request.post()).get("number")
    if not isinstance(number, str) or not number.isascii() or not number.isdigit() or len(number) > 12:
        raise PageError(400, "That is not the number of a gap.", link=(FLAG, "Flag a gap"))
    desk, secret = _desk_of(request), _secret(request)
    try:
        is_new = await desk.gaps.add_voice(int(number), Voice(key_of(SURFACE, secret)), desk.now())
    except InputError as error:
        raise PageError(404, f"{error}.", link=(FLAG, "Flag a gap")) from error
    said = gap_wording.VOICE_ON_WEB if is_new else gap_wording.VOICE_COUNTED
    return _thanks(request, said.format(number=number), secret)


def _form(request: web.Request, filled: Mapping[str, str], told: str = "") -> web.Response:
    entry = _desk_of(request).bot.shown.get(filled.get("entry", ""))
    typed = {name: filled.get(name, "") for name in NAMES} | {"entry": entry.id if entry else ""}
    return page(
        request, "flag", status=400 if told else 200, typed=typed, told=told, entry=entry, most=FIELDS, soon=HOW_SOON, title=gap_wording.FLAG_HEADING,
    )  # fmt: skip


async def _look(request: web.Request, desk: GapDesk, filled: Mapping[str, str]) -> web.Response:
    cleaned, site = desk.cleaned(filled), request.app[PARTS].site
    like: list[Gap] = []
    with suppress(StoreError):  # to see what others asked is a courtesy
        like = list(await desk.like.like(cleaned.form["question"]))
    done = next((desk.bot.shown[gap.entry] for gap in like if gap.entry in desk.bot.shown), None)
    values: dict[str, Any] = {
        "form": cleaned.form, "lines": list(cleaned.lines), "removed": wording.removed(cleaned.removed), "like": like,
        "alert": lay_out(UrgentReply(), safeguarding_text=site.safeguarding_text).blocks if cleaned.is_urgent else (),
        "done": lay_out(answered(done, is_overdue=done.is_overdue(request.app[PARTS].today()))) if done else None,
    }  # fmt: skip
    return page(request, "flag_look", **values)


def _thanks(request: web.Request, said: str, secret: str) -> web.Response:
    response = page(request, "flag_thanks", said=said)
    set_cookie(request, response, COOKIE, secret, YEAR)
    return response


def _secret(request: web.Request) -> str:
    return cookie(request, COOKIE) or secrets.token_urlsafe(24)


def _desk_of(request: web.Request) -> GapDesk:
    desk = request.app[PARTS].gap_desk
    if desk is None:
        raise PageError(404, "No gaps are taken here.", link=("/gaps", "Evidence gaps"))
    return desk

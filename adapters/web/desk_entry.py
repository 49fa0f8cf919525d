"""The way into the desk and out of it: the page with the code, the page behind the link, and the identity provider."""

from __future__ import annotations

import hmac
from dataclasses import astuple
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from itsdangerous import BadData, URLSafeTimedSerializer

from adapters.web.desk_access import (
    ENTER,
    OPENID,
    OPENID_BACK,
    SESSION_COOKIE,
    SIGN_IN,
    SIGN_OUT,
    check_form,
    cookie,
    drop_cookie,
    safe_path,
    set_cookie,
)
from adapters.web.errors import PageError
from adapters.web.openid import OpenId, Trip
from adapters.web.parts import PARTS
from adapters.web.security import LIMIT, client_of
from adapters.web.templates import page
from bot import wording
from bot.errors import SignInError
from bot.sign_in_desk import WAITS, Entered, SignInDesk, form_token

BROWSER_COOKIE, TRIP_COOKIE = "desk-browser", "desk-openid"
BROWSER_SECONDS: Final = 3_600.0  # longer than a code lives, so that a page opened again is the same browser's
TRIP_MAX: Final = 2_000  # letters

OPEN_ID = web.AppKey("open_id", OpenId)
routes = web.RouteTableDef()


def desk_of(request: web.Request) -> SignInDesk:
    """Return what lets people in."""
    desk = request.app[PARTS].desk
    if desk is None:
        raise web.HTTPNotFound
    return desk


@routes.get(SIGN_IN)
async def sign_in(request: web.Request) -> web.Response:
    """Show a code to whoever wants to be let in."""
    await request.app[LIMIT].spend(client_of(request))
    return await _code_page(request, safe_path(request.query.get("next", "")))


async def _code_page(request: web.Request, goes_to: str, told: str = "", status: int = 200) -> web.Response:
    desk = desk_of(request)
    browser = cookie(request, BROWSER_COOKIE) or desk.chance.secret()
    code = await desk.begin(browser, goes_to)
    openid = f"{OPENID}?{urlencode({'next': goes_to})}" if OPEN_ID in request.app else ""
    minutes = int(WAITS.total_seconds() // 60)
    response = page(request, "desk_sign_in", status=status, code=code, told=told, openid=openid, minutes=minutes)
    set_cookie(request, response, BROWSER_COOKIE, browser, BROWSER_SECONDS)
    return response


@routes.get(ENTER)
async def look(request: web.Request) -> web.Response:
    """Show a button: whatever looks at links before a person does uses nothing up."""
    browser = cookie(request, BROWSER_COOKIE)
    person = await desk_of(request).who(request.match_info["token"], browser) if browser else None
    token = form_token(browser) if browser else ""
    return page(request, "desk_enter", action=request.path, person=person, form_token=token)


@routes.post(ENTER)
async def enter(request: web.Request) -> web.Response:
    """Let somebody in: once, in the browser that showed the code."""
    browser = cookie(request, BROWSER_COOKIE)
    if browser:
        await check_form(request, form_token(browser))
    try:
        entered = await desk_of(request).enter(request.match_info["token"], browser)
    except SignInError as error:
        raise PageError(403, str(error), link=(SIGN_IN, "Sign in")) from error
    return await _let_in(request, entered, BROWSER_COOKIE)


@routes.get(OPENID)
async def leave_for_provider(request: web.Request) -> web.Response:
    """Send the browser to the identity provider."""
    openid, desk = _openid_of(request), desk_of(request)
    await request.app[LIMIT].spend(client_of(request))
    goes_to = safe_path(request.query.get("next", ""))
    trip = Trip(desk.chance.secret(), desk.chance.secret(), desk.chance.secret(), goes_to)
    try:
        address = await openid.address(trip)
    except SignInError as error:
        return await _code_page(request, goes_to, str(error), 503)
    response = web.Response(status=302, headers={"Location": address, "Cache-Control": "no-store"})
    set_cookie(request, response, TRIP_COOKIE, str(_trips(desk).dumps(astuple(trip))), WAITS.total_seconds())
    return response


@routes.get(OPENID_BACK)
async def back_from_provider(request: web.Request) -> web.Response:
    """Let somebody in whom the identity provider names, in the browser that was sent there."""
    openid, desk = _openid_of(request), desk_of(request)
    await request.app[LIMIT].spend(client_of(request))
    goes_to = safe_path("")
    try:
        trip = _trip_of(request, desk)
        goes_to = safe_path(trip.goes_to)
        named = await openid.named(request.query, trip)
        entered = await desk.enter_named(named.person, named.roles, goes_to)
    except SignInError as error:
        response = await _code_page(request, goes_to, str(error), 403)
        drop_cookie(request, response, TRIP_COOKIE)
        return response
    return await _let_in(request, entered, TRIP_COOKIE)


@routes.post(SIGN_OUT)
async def sign_out(request: web.Request) -> web.Response:
    """End a session."""
    await desk_of(request).leave(cookie(request, SESSION_COOKIE))
    response = page(request, "desk_signed_out")
    drop_cookie(request, response, SESSION_COOKIE)
    return response


async def _let_in(request: web.Request, entered: Entered, used: str) -> web.Response:
    """Return the way to the page that was wanted, with a new session; the one before, if any, is over."""
    if before := cookie(request, SESSION_COOKIE):
        await desk_of(request).leave(before)
    where = {"Location": safe_path(entered.goes_to), "Cache-Control": "no-store"}
    response = web.Response(status=303, headers=where)
    set_cookie(request, response, SESSION_COOKIE, entered.secret)
    drop_cookie(request, response, used)
    return response


def _openid_of(request: web.Request) -> OpenId:
    if OPEN_ID not in request.app:
        raise web.HTTPNotFound
    return request.app[OPEN_ID]


def _trips(desk: SignInDesk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.secret, salt="desk openid")


def _trip_of(request: web.Request, desk: SignInDesk) -> Trip:
    """Return what the browser took along to the provider.

    Raises:
        SignInError: If it took nothing, or the answer is one to another question.
    """
    try:
        trip = Trip(*_trips(desk).loads(cookie(request, TRIP_COOKIE, TRIP_MAX), max_age=int(WAITS.total_seconds())))
    except (BadData, TypeError) as error:
        raise SignInError(wording.OPENID_NOT_BEGUN) from error
    if not hmac.compare_digest(trip.state.encode(), request.query.get("state", "").encode()):
        raise SignInError(wording.OPENID_NOT_BEGUN)
    return trip

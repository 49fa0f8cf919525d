"""Who may use which page of the desk: one table, and what holds every request against it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from bot import wording
from bot.roles import Role
from bot.sign_in_desk import STAYS, Session

DESK, SIGN_IN, SIGN_OUT, ROLES = "/desk", "/desk/sign-in", "/desk/sign-out", "/desk/roles"
GAPS, GAP = "/desk/gaps", "/desk/gaps/{number}"
UNANSWERED, FEEDBACK, DEMAND = "/desk/unanswered", "/desk/feedback", "/desk/demand"
ENTER, OPENID, OPENID_BACK = "/desk/enter/{token}", "/desk/openid", "/desk/openid/back"
EVERYBODY: Final = "everybody"  # signed in or not
SIGNED_IN: Final = "signed in"  # with any role or none
STAFF: Final = frozenset(Role)
CENTRE: Final = frozenset({Role.CURATOR, Role.TRIAGER, Role.ADMINISTRATOR})
TRIAGERS: Final = frozenset({Role.TRIAGER})
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})

# The method and the path of each page and action, as its route has it, and who may use it. What is not here is refused.
ACCESS: Final[Mapping[tuple[str, str], frozenset[Role] | str]] = {
    ("GET", SIGN_IN): EVERYBODY,
    ("GET", ENTER): EVERYBODY,
    ("POST", ENTER): EVERYBODY,  # proves itself by the link and the browser's cookie
    ("GET", OPENID): EVERYBODY,
    ("GET", OPENID_BACK): EVERYBODY,
    ("GET", DESK): STAFF,
    ("POST", SIGN_OUT): SIGNED_IN,
    ("GET", GAPS): CENTRE,
    ("GET", f"{GAPS}/board"): CENTRE,
    ("GET", GAP): CENTRE,
    ("POST", f"{GAP}/assign"): TRIAGERS,
    ("POST", f"{GAP}/move"): TRIAGERS,
    ("POST", f"{GAP}/split"): TRIAGERS,
    ("POST", f"{GAP}/merge"): TRIAGERS,
    ("GET", UNANSWERED): CENTRE,
    ("POST", f"{UNANSWERED}/flag"): TRIAGERS,
    ("GET", FEEDBACK): CENTRE,
    ("GET", DEMAND): CENTRE,
    ("GET", f"{DEMAND}.csv"): CENTRE,
    ("GET", ROLES): ADMINISTRATORS,
    ("POST", f"{ROLES}/grant"): ADMINISTRATORS,
    ("POST", f"{ROLES}/revoke"): ADMINISTRATORS,
}

SESSION = web.RequestKey("session", Session)
SESSION_COOKIE: Final = "desk"
FORM_TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
COOKIE_MAX: Final = 200  # letters
# No dot, no backslash, no second slash at the start and no scheme: nothing that leads anywhere else.
_OURS: Final = re.compile(r"/desk(?:/[A-Za-z0-9_-]+)*(?:\?[A-Za-z0-9_=&%+-]*)?")
_WAYS_IN: Final = re.compile(r"/desk/(?:sign-in|sign-out|enter|openid)\b.*")
_GOES_TO_MAX: Final = 300


@web.middleware
async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request for the desk through if the table says so; a handler finds who it is in `request[SESSION]`."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else request.path
    desk = request.app[PARTS].desk
    if not is_desk(path) or desk is None:
        return await handler(request)
    method = "GET" if request.method == "HEAD" else request.method
    rule = ACCESS.get((method, path))
    if rule == EVERYBODY:
        return await handler(request)
    secret = cookie(request, SESSION_COOKIE)
    session = await desk.session(secret)
    if session is None:
        if method != "GET":
            raise PageError(403, wording.DESK_SIGNED_OUT, link=(SIGN_IN, "Sign in"))
        where = urlencode({"next": safe_path(request.path_qs)})
        return web.Response(status=302, headers={"Location": f"{SIGN_IN}?{where}", "Cache-Control": "no-store"})
    if resource is None:
        return await handler(request)  # there is no such page, as everywhere
    if not _may(rule, session):
        sentence = wording.DESK_OTHER_ROLE if session.roles else wording.DESK_FOR_STAFF
        raise PageError(
            403, sentence, link=(DESK, "The desk") if session.roles else (SIGN_IN, "Sign in as somebody else")
        )
    if method != "GET":
        await check_form(request, session.form_token)
    request[SESSION] = session
    return await handler(request)


def _may(rule: frozenset[Role] | str | None, session: Session) -> bool:
    return rule == SIGNED_IN or (isinstance(rule, frozenset) and bool(rule & session.roles))


def may_open(path: str, session: Session) -> bool:
    """Return whether somebody may open a page of the desk, to show them a link to it or not."""
    return _may(ACCESS.get(("GET", path)), session)


def is_desk(path: str) -> bool:
    """Return whether a path, or the pattern of a route, is of the desk."""
    return path == DESK or path.startswith(f"{DESK}/")


def safe_path(wanted: str) -> str:
    """Return a page of the desk to go to after signing in: the one that is wanted, or the first if that is none."""
    is_ours = len(wanted) <= _GOES_TO_MAX and _OURS.fullmatch(wanted) and not _WAYS_IN.fullmatch(wanted)
    return wanted if is_ours else DESK


async def check_form(request: web.Request, token: str) -> None:
    """Return if a form is from a page that was made for this session.

    Raises:
        PageError: 403, if it is not.
    """
    given = (await request.post()).get(FORM_TOKEN)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise PageError(403, wording.DESK_OTHER_FORM, link=(DESK, "The desk"))


def cookie(request: web.Request, name: str, most: int = COOKIE_MAX) -> str:
    """Return what a cookie of ours holds; "" if there is none, or it holds what we would never have set."""
    found = request.cookies.get(_named(request, name), "")
    return found if len(found) <= most and found.isascii() else ""


def set_cookie(
    request: web.Request, response: web.Response, name: str, value: str, seconds: float = STAYS.total_seconds()
) -> None:
    """Set a cookie that scripts and other sites cannot read, nor a neighbouring site write where there is encryption."""
    response.set_cookie(
        _named(request, name), value, max_age=int(seconds), path="/", httponly=True, samesite="Lax",
        secure=request.app[PARTS].site.is_encrypted,
    )  # fmt: skip


def drop_cookie(request: web.Request, response: web.Response, name: str) -> None:
    """Take a cookie back."""
    response.del_cookie(
        _named(request, name), path="/", httponly=True, samesite="Lax", secure=request.app[PARTS].site.is_encrypted
    )


def _named(request: web.Request, name: str) -> str:
    # https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
    return f"__Host-{name}" if request.app[PARTS].site.is_encrypted else name

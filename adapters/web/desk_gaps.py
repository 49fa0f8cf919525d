"""The desk: evidence gaps in a list, on a board and one by one, with what can be done with them. Plain forms; every key of a keyboard will do."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Final, TypeVar

from aiohttp import web

from adapters.web.desk_access import DESK, GAPS, SESSION
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.conversations import key_of
from bot.errors import InputError
from bot.gap import MOVES, OPEN, Check, Gap, GapState, Place
from bot.gap_desk import GapDesk
from bot.gaps import Filters, Order
from bot.roles import Role

ONE: Final = rf"{GAPS}/{{number:\d{{1,12}}}}"
PAGE: Final = 50
ON_BOARD: Final = 8  # gaps of each state on the board
LIKE: Final = 5
TYPED: Final = ("to", "why", "check", "outcome", "entry", "into", "merge_why", "question", "split_why")
VOICES: Final = 100  # that can be chosen from
STATES: Final = {state: state.value.replace("-", " ").capitalize() for state in GapState}
CHECKS: Final = {Check.KNOWN: "Known", Check.PARTLY_KNOWN: "Partly known", Check.UNKNOWN: "Unknown"}
ORDERS: Final = {Order.MOST_WANTED: "Most wanted", Order.OLDEST: "Oldest first", Order.NEWEST: "Newest first"}
HANDS: Final = {"": "Anybody's", "mine": "Mine", "nobody": "Nobody's"}
LATES: Final = {"": "Any", "late": "Longer than promised"}
# Into these leads something of its own: merging, and opening again.
NOT_MOVED_TO: Final = frozenset({GapState.DUPLICATE, GapState.SUBMITTED})
routes = web.RouteTableDef()

T = TypeVar("T", GapState, Check, Order)


@routes.get(GAPS)
async def listed(request: web.Request) -> web.Response:
    """List gaps: those that are open, unless a state is chosen."""
    desk, query = _desk_of(request), request.query
    chosen = {name: query.get(name, "") for name in ("state", "topic", "order", "hands", "late", "about")}
    order = _one_of(Order, chosen["order"]) or Order.MOST_WANTED
    state = _one_of(GapState, chosen["state"])
    hands = {"mine": _me(request), "nobody": ""}.get(chosen["hands"])
    late = desk.promise.late(desk.now()) if chosen["late"] else ()
    filters = Filters(frozenset({state}) if state else OPEN, chosen["topic"][:60], hands, chosen["about"][:80], late)
    is_none = chosen["late"] and not late  # nothing is promised
    found = [] if is_none else await desk.gaps.listed(filters, order, PAGE + 1, _place(query))
    more = {**chosen, "votes": found[PAGE - 1].votes, "number": found[PAGE - 1].number} if len(found) > PAGE else None
    topic_names = [(one.id, one.name) for one in desk.bot.knowledge.topics.values()]
    return page(
        request, "desk_gaps", gaps=found[:PAGE], more=more, filters=chosen, topic_names=topic_names, states=STATES, orders=ORDERS,
        hands=HANDS, about=desk.bot.shown.get(chosen["about"]), lates=LATES, waits={gap.number: desk.promise.waits(gap, desk.now()) for gap in found}, late={gap.number: desk.late(gap) for gap in found},
    )  # fmt: skip


@routes.get(f"{GAPS}/board")
async def board(request: web.Request) -> web.Response:
    """Show open gaps by where they stand, most wanted first."""
    desk = _desk_of(request)
    columns = {
        state: await desk.gaps.listed(Filters(frozenset({state})), Order.MOST_WANTED, ON_BOARD + 1)
        for state in GapState
        if state in OPEN
    }
    return page(request, "desk_board", columns=columns, states=STATES, shown=ON_BOARD)


@routes.get(ONE)
async def one(request: web.Request) -> web.Response:
    """Show one gap, with its history and what can be done with it."""
    return await _shown(request)


@routes.post(f"{ONE}/move")
async def move(request: web.Request) -> web.Response:
    """Move a gap to another state."""
    form = await request.post()
    said = _said(form, "to", "why", "check", "outcome", "entry")
    desk, number = _desk_of(request), _number(request)
    to = _one_of(GapState, said["to"])
    if to is None:
        return await _shown(request, "Choose what it becomes.", said)
    check = _one_of(Check, said["check"]) if to is GapState.CHECKED else None
    outcome = desk.clean(said["outcome"]) if to in {GapState.ANSWERED, GapState.WILL_NOT_ANSWER} else ""
    entry = said["entry"].strip() if to is GapState.ANSWERED else ""
    change = desk.move(number, to, _me(request), desk.clean(said["why"]), check=check, outcome=outcome, entry=entry)
    return await _changed(request, change, said)


@routes.post(f"{ONE}/merge")
async def merge(request: web.Request) -> web.Response:
    """Close a gap as the duplicate of another."""
    form = await request.post()
    said = _said(form, "into", "merge_why")
    desk, number = _desk_of(request), _number(request)
    into = int(said["into"]) if said["into"].isascii() and said["into"].isdigit() else 0
    change = desk.gaps.merge(number, into, _me(request), desk.clean(said["merge_why"]), desk.now())
    return await _changed(request, change, said)


@routes.post(f"{ONE}/split")
async def split(request: web.Request) -> web.Response:
    """Give some of a gap's voices a gap of their own."""
    form = await request.post()
    said: dict[str, Any] = _said(form, "question", "split_why")
    said["voices"] = [one for one in form.getall("voice", []) if isinstance(one, str)]
    desk, number = _desk_of(request), _number(request)
    change = desk.split(number, said["voices"], said["question"], _me(request), desk.clean(said["split_why"]))
    return await _changed(request, change, said)


@routes.post(f"{ONE}/assign")
async def assign(request: web.Request) -> web.Response:
    """Take a gap into one's own hands, or put it back."""
    form = await request.post()
    desk, number = _desk_of(request), _number(request)
    me = _me(request)
    change = desk.gaps.assign(number, me if form.get("hands") == "mine" else "", me, desk.now())
    return await _changed(request, change, {})


async def _changed(request: web.Request, change: Awaitable[Gap], said: Mapping[str, Any]) -> web.Response:
    """Make a change and return the way to the gap that came of it; or the page with what was wrong, and what was typed."""
    try:
        gap = await change
    except InputError as error:
        return await _shown(request, str(error), said)
    raise web.HTTPSeeOther(f"{GAPS}/{gap.number}")


async def _shown(request: web.Request, told: str = "", said: Mapping[str, Any] | None = None) -> web.Response:
    desk = _desk_of(request)
    gap = await _found(desk, _number(request))
    like = [other for other in await desk.like.like(gap.question, LIKE + 1) if other.number != gap.number][:LIKE]
    about, entry = (desk.bot.shown.get(one) for one in (gap.about_entry, gap.entry))
    values: dict[str, Any] = {
        "gap": gap, "late": desk.late(gap), "history": await desk.gaps.history(gap.number), "like": like, "about": about, "entry": entry, "states": STATES,
        "checks": CHECKS, "next": {state: STATES[state] for state in GapState if state in MOVES[gap.state] - NOT_MOVED_TO},
        "can_merge": GapState.DUPLICATE in MOVES[gap.state], "entries": sorted(desk.bot.shown.values(), key=lambda one: one.title),
        "voices": (await desk.gaps.voices(gap.number))[:VOICES], "may_move": Role.TRIAGER in request[SESSION].roles,
        "is_mine": gap.assigned_to == _me(request), "me": _me(request),
        "topics": [desk.bot.knowledge.topics[topic].name for topic in gap.topics if topic in desk.bot.knowledge.topics],
    }  # fmt: skip
    typed: dict[str, Any] = dict.fromkeys(TYPED, "")
    typed |= {"voices": []} | dict(said or {})
    status = 400 if told else 200
    return page(request, "desk_gap", status=status, told=told, typed=typed, session=request[SESSION], **values)


async def _found(desk: GapDesk, number: int) -> Gap:
    try:
        return await desk.gaps.get(number)
    except InputError as error:
        raise PageError(404, f"{error}.", link=(GAPS, "All gaps")) from error


def _desk_of(request: web.Request) -> GapDesk:
    desk = request.app[PARTS].gap_desk
    if desk is None:
        raise PageError(404, "There are no evidence gaps here.", link=(DESK, "The desk"))
    return desk


def _me(request: web.Request) -> str:
    return key_of(*request[SESSION].person)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _said(form: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: value if isinstance(value := form.get(name), str) else "" for name in names}


def _one_of(kind: type[T], written: str) -> T | None:
    return kind(written) if written in set(kind) else None


def _place(query: Mapping[str, str]) -> Place | None:
    votes, number = query.get("votes", ""), query.get("number", "")
    if not all(one.isascii() and one.isdigit() and len(one) < 13 for one in (votes, number)):
        return None
    return Place(int(votes), int(number))

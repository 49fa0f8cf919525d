"""The desk's first page, and the page of roles."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from adapters.web.desk_access import DEMAND, DESK, FEEDBACK, GAPS, ROLES, SESSION, UNANSWERED, may_open
from adapters.web.desk_entry import desk_of
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.roles import Person, Role
from bot.sign_in_desk import SURFACES

SECTIONS: Final = (
    (GAPS, "Evidence gaps", "What staff flagged: where each stands, who waits for it, and what asks the same."),
    (
        UNANSWERED,
        "Asked in vain",
        "Questions that nothing answered and nobody flagged, those that ask the same together.",
    ),
    (DEMAND, "Demand", "What is asked for by topic, by role and by month."),
    (
        FEEDBACK,
        "Verdicts on answers",
        "What practitioners found of no use: the wrong entry, or something wrong with it.",
    ),
    (ROLES, "Roles", "Who may do what in the desk and in chat."),
)
PERSON_MAX: Final = 300  # letters

routes = web.RouteTableDef()


@routes.get(DESK)
async def start(request: web.Request) -> web.Response:
    """Show who is in, and the sections that are theirs."""
    session = request[SESSION]
    sections = [one for one in SECTIONS if may_open(one[0], session)]
    return page(request, "desk", session=session, sections=sections)


@routes.get(ROLES)
async def show_roles(request: web.Request) -> web.Response:
    """Show who has which role."""
    return await _roles_page(request)


@routes.post(f"{ROLES}/grant")
async def grant(request: web.Request) -> web.Response:
    """Give somebody a role."""
    person, role = await _wanted(request)
    is_new = await desk_of(request).roles.grant(person, role, request[SESSION].actor, request.app[PARTS].now())
    return await _roles_page(request, "Granted." if is_new else "They have this role already.")


@routes.post(f"{ROLES}/revoke")
async def revoke(request: web.Request) -> web.Response:
    """Take a role from somebody, who loses it at once; nobody takes the administrators' from themselves."""
    person, role = await _wanted(request)
    if person == request[SESSION].person and role is Role.ADMINISTRATOR:
        raise PageError(
            400, "Another administrator has to take this role from you, so that one is left.", link=(ROLES, "Roles")
        )
    was_there = await desk_of(request).roles.revoke(person, role, request[SESSION].actor, request.app[PARTS].now())
    return await _roles_page(request, "Revoked." if was_there else "They do not have this role.")


async def _roles_page(request: web.Request, told: str = "") -> web.Response:
    granted = await desk_of(request).roles.all()
    return page(
        request, "desk_roles", session=request[SESSION], granted=granted, told=told, surfaces=SURFACES, roles=list(Role)
    )


async def _wanted(request: web.Request) -> tuple[Person, Role]:
    form = await request.post()
    surface, person, role = (str(form.get(name, "")).strip() for name in ("surface", "person", "role"))
    if (
        surface not in SURFACES
        or role not in set(Role)
        or not 0 < len(person) <= PERSON_MAX
        or not person.isprintable()
    ):
        raise PageError(400, "Give the surface, the person's ID there, and one of the roles.", link=(ROLES, "Roles"))
    return Person(surface, person), Role(role)

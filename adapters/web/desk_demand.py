"""The desk: what is asked for by topic, by role and by month, as tables with bars and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from adapters.web.desk_access import DEMAND, DESK
from adapters.web.errors import PageError
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.cells import no_formula
from bot.centre_demand import Asked, CentreDemand

SHOWN: Final = 24  # rows of each table; the file has all
COLUMNS: Final = ("by", "of", "gaps", "voices")
routes = web.RouteTableDef()


@routes.get(DEMAND)
async def show(request: web.Request) -> web.Response:
    """Show what is asked for."""
    return page(request, "desk_demand", tables=_tables(request, await _demand_of(request)), shown=SHOWN)


@routes.get(f"{DEMAND}.csv")
async def as_file(request: web.Request) -> web.Response:
    """Return the same as CSV."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for by, asked in _tables(request, await _demand_of(request)).items():
        rows.writerows((by.casefold(), no_formula(one.of), one.gaps, one.voices) for one in asked)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="demand.csv"'}
    return web.Response(text=written.getvalue(), content_type="text/csv", charset="utf-8", headers=headers)


def _tables(request: web.Request, demand: CentreDemand) -> dict[str, Sequence[Asked]]:
    topics = request.app[PARTS].bot.knowledge.topics
    named = [Asked(topics[one.of].name if one.of in topics else one.of, one.gaps, one.voices) for one in demand.topics]
    return {"Topic": named, "Role": demand.roles, "Month": demand.months}


async def _demand_of(request: web.Request) -> CentreDemand:
    reading = request.app[PARTS].demand
    if reading is None:
        raise PageError(404, "No demand is counted here.", link=(DESK, "The desk"))
    return await reading.demand()

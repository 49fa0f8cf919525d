"""The register of evidence gaps for other programs: as CSV and JSON, in pages, and what each column means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from adapters.web.caching import kept
from adapters.web.parts import PARTS
from adapters.web.security import LIMIT, client_of
from bot import __version__
from bot.errors import StoreError
from bot.register import as_csv, as_json, metadata

METADATA: Final = "/gaps.csv-metadata.json"  # where programs look first: https://www.w3.org/TR/tabular-data-model/#standard-file-metadata
routes = web.RouteTableDef()


@routes.get("/gaps.csv")
async def table(request: web.Request) -> web.StreamResponse:
    """Return the register as CSV."""
    headers = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": 'attachment; filename="evidence-gaps.csv"',
        "Link": f'<{METADATA}>; rel="describedby"; type="application/csvm+json"',
    }
    return await _streamed(request, as_csv(request.app[PARTS].gaps), headers)


@routes.get("/gaps.json")
async def objects(request: web.Request) -> web.StreamResponse:
    """Return the register as JSON."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": 'inline; filename="evidence-gaps.json"',
    }
    return await _streamed(request, as_json(request.app[PARTS].gaps), headers)


@routes.get(METADATA)
async def described(request: web.Request) -> web.StreamResponse:
    """Return what each column of the CSV holds, for programs."""
    url = request.app[PARTS].site.public_url
    text = json.dumps(metadata(f"{url}/gaps.csv", f"{url}/gaps/data-dictionary"), ensure_ascii=False)
    response = web.Response(text=text, content_type="application/csvm+json", charset="utf-8")
    return kept(request, response, hashlib.sha256(text.encode()).hexdigest()[:16])


async def _streamed(request: web.Request, parts: AsyncIterator[str], headers: dict[str, str]) -> web.StreamResponse:
    """Send a file in parts, none of which waits in memory for the others."""
    await request.app[LIMIT].spend(client_of(request))
    response = kept(request, web.StreamResponse(headers=headers), await _tag(request))
    if response.status == 304:
        return response
    first = await anext(parts)  # a store that cannot be read is still told with a page
    if request.method == "HEAD":
        return response  # before it is squeezed: the end of a squeezed body would be sent as one
    response.enable_compression()
    await response.prepare(request)
    try:
        await response.write(first.encode())
        async for part in parts:
            await response.write(part.encode())
    except StoreError:
        # Broken off without its last chunk: nobody may take a part of the register for the whole.
        if request.transport is not None:
            request.transport.abort()
        raise
    await response.write_eof()
    return response


async def _tag(request: web.Request) -> str:
    """Return what changes with the register. It is keyed, so that what it is made from cannot be guessed from it."""
    parts = request.app[PARTS]
    standing = await parts.counts.standing()
    made_from = f"{__version__} {standing.changed} {sorted(standing.floors.items())}"
    key = hashlib.sha256(parts.site.secret.encode()).digest()
    return hashlib.blake2b(made_from.encode(), key=key, digest_size=12).hexdigest()

"""What a browser may keep, and for how long."""

from __future__ import annotations

from typing import Final, TypeVar

from aiohttp import ETag, web

MINUTES: Final = 5
T = TypeVar("T", bound=web.StreamResponse)


def kept(request: web.Request, response: T, tag: str) -> T | web.Response:
    """Let a browser keep a response for some minutes, and as long as its tag stands; return 304 if it has this one already."""
    response.etag = ETag(tag, is_weak=True)  # the same whether it is squeezed or not
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={MINUTES * 60}"
    if any(one.value in {"*", tag} for one in request.if_none_match or ()):
        headers = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
        return web.Response(status=304, headers=headers)
    return response

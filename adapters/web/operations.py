"""What operators look at: whether the process lives, whether it can answer, and how much it does."""

from __future__ import annotations

import asyncio
import traceback
from contextlib import suppress
from time import perf_counter
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from adapters.web.errors import HEADINGS, SENTENCES, PageError
from adapters.web.parts import PARTS, Parts
from adapters.web.templates import page
from bot import __version__
from bot.errors import StoreError, WhatworksError

LOG: Final = structlog.get_logger("whatworks.web")
_OUTSIDE: Final = "outside"  # the route of what has none
routes = web.RouteTableDef()


class Metrics:
    """The numbers of one process. Labels name routes, statuses and endings; never a person, a channel or a question."""

    def __init__(self, parts: Parts) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "whatworks_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "whatworks_http_seconds", "Time to answer a request.", ["route"], registry=self.registry,
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
        )  # fmt: skip
        self.turns = Counter(
            "whatworks_turns", "Turns by how they ended.", ["surface", "ending"], registry=self.registry
        )
        self.verdicts = Counter("whatworks_verdicts", "Verdicts on answers.", ["verdict"], registry=self.registry)
        entries = Gauge("whatworks_entries", "Entries that practitioners may see.", registry=self.registry)
        entries.set(len(parts.bot.shown))
        about = Gauge("whatworks_build", "What is running.", ["version", "knowledge"], registry=self.registry)
        about.labels(__version__, parts.bot.knowledge.content_hash[:12]).set(1)


class UnderWay:
    """How many requests are being answered."""

    def __init__(self) -> None:
        self._number = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._number += 1
        self._none.clear()

    def __exit__(self, *_error: object) -> None:
        self._number -= 1
        if not self._number:
            self._none.set()

    async def end(self, seconds: float) -> None:
        """Return when all are answered, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._none.wait()


METRICS = web.AppKey("metrics", Metrics)
UNDER_WAY = web.AppKey("under_way", UnderWay)


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a page whatever happens; count and log the request, never what was asked."""
    began = perf_counter()
    with request.app[UNDER_WAY]:
        response = await _answer(request, handler)
    # Reading what was matched and not the address: an address may hold what somebody typed.
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else _OUTSIDE
    took = perf_counter() - began
    metrics = request.app[METRICS]
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
    metrics.requests.labels(method, route, str(response.status)).inc()
    metrics.seconds.labels(route).observe(took)
    LOG.info("request", method=method, route=route, status=response.status, ms=round(took * 1_000, 1))
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except PageError as problem:
        return problem_page(request, problem.status, str(problem), problem)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        sentence = SENTENCES.get(error.status, "The request could not be answered as it was sent.")
        return problem_page(request, error.status, sentence, PageError(error.status, sentence, allow))
    except Exception as error:  # noqa: BLE001 - the boundary of this surface: the person hears of it, and so does the operator
        _note(error)
        status = 503 if isinstance(error, StoreError) else 500
        return problem_page(request, status, SENTENCES[status])


def _note(error: Exception) -> None:
    # Neither the message nor the values, as a log's exception() would write: both may hold what somebody typed.
    where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)][-5:]
    LOG.error("failed", error=type(error).__name__, at=where)


def problem_page(request: web.Request, status: int, sentence: str, problem: PageError | None = None) -> web.Response:
    """Return the page, or the object, that says what is wrong."""
    heading = HEADINGS.get(status, HEADINGS[500])
    if request.path.endswith(".json"):
        response = web.json_response({"error": f"{heading}. {sentence}"}, status=status)
    else:
        response = page(
            request,
            "problem",
            status=status,
            heading=heading,
            sentence=sentence,
            link=problem.link if problem else None,
        )
    response.headers.update(problem.headers if problem else {})
    return response


@routes.get("/health")
async def health(_request: web.Request) -> web.Response:
    """Say that the process lives."""
    return web.json_response({"status": "alive", "version": __version__})


@routes.get("/ready")
async def ready(request: web.Request) -> web.Response:
    """Say whether questions can be answered and stored; 503, naming what does not work, while they cannot."""
    parts = request.app[PARTS]
    failing = {}
    for name, check in parts.checks.items():
        try:
            await check()
        except WhatworksError as error:
            failing[name] = type(error).__name__
    status = {"status": "not ready" if failing else "ready", "knowledge": parts.bot.knowledge.content_hash[:12]}
    return web.json_response(status | ({"failing": failing} if failing else {}), status=503 if failing else 200)


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Return the numbers for Prometheus."""
    body = generate_latest(request.app[METRICS].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

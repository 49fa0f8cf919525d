"""Run the application until it is told to stop; what is being answered then is answered to the end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Final

from aiohttp import web

from adapters.web.operations import UNDER_WAY
from adapters.web.security import IDLE_SECONDS
from bot.errors import ServeError

DRAIN_SECONDS: Final = 20.0  # for answers under way when the process is told to stop


async def serve(app: web.Application, host: str, port: int, started: Callable[[int], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        app: What to serve.
        host: The address to listen on.
        port: The port; 0 for any that is free.
        started: Called with the port as soon as requests are taken.

    Raises:
        ServeError: If nothing can listen there.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = make_runner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ServeError(
                f"Nothing can listen on {host}:{port} ({error.strerror}). Set another WHATWORKS_HOST or WHATWORKS_PORT"
            ) from error
        started(int(runner.addresses[0][1]))
        await stop.wait()
        # aiohttp's own clean-up reads no more of a form that is still arriving: what has begun is ended first.
        await site.stop()
        await app[UNDER_WAY].end(DRAIN_SECONDS)
    finally:
        await runner.cleanup()


def make_runner(app: web.Application, idle_seconds: float = IDLE_SECONDS) -> web.AppRunner:
    """Return what runs the application: it logs no requests of its own and closes connections that send none."""
    return web.AppRunner(app, access_log=None, keepalive_timeout=idle_seconds, shutdown_timeout=DRAIN_SECONDS)

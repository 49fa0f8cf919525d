"""Teams' side of the application: the door, and the way to the handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import aiohttp
import requests
import structlog
from aiohttp import web

from adapters.teams import inbound
from adapters.teams.adapter import ThinAdapter
from adapters.teams.connector import Connector
from adapters.teams.courier import TeamsCourier
from adapters.teams.handler import Practice
from adapters.teams.inbound import Json
from adapters.teams.parts import TeamsParts
from adapters.teams.thumbs import SURFACE, verdict_of
from adapters.teams.tokens import Guard, Keys, RefusedError, TokenSource
from bot.about_me import AboutMe
from bot.errors import DeliveryError, InputError, StoreError
from bot.gap_talk import GapTalk
from bot.inbox import Item
from bot.limits import Limits
from bot.sign_in_desk import SignInDesk
from bot.tip_desk import TipDesk

DOOR: Final = "/api/messages"
THUMB: Final = "message/submitAction"
INVOKE_SECONDS: Final = 4.5  # Teams waits five
CONNECTIONS: Final = 64
KEEP_ALIVE: Final = (
    15.0  # seconds; a connection that the other side let go of meanwhile would leave a message unconfirmed
)
LOG: Final = structlog.get_logger("whatworks.teams")

Take = Callable[[Item], Awaitable[bool]]


class Teams:
    """Everything that Teams sends, to be taken in and worked on.

    Args:
        parts: The core and the ports.
        desk: Takes what managers want of weekly tips; without one there is no form for them.
        talk: Takes evidence gaps; the same.
        http: What fetches the token to send with; for tests.
        sign_in: Lets people into the desk; without it nobody gets there.
        about_me: Shows people what is kept about them; without it they are told in general.
        limits: Says who has asked too much; without it nobody has.
    """

    def __init__(
        self,
        parts: TeamsParts,
        desk: TipDesk | None = None,
        talk: GapTalk | None = None,
        http: requests.Session | None = None,
        sign_in: SignInDesk | None = None,
        about_me: AboutMe | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._parts = parts
        self._keys = Keys(parts.site.openid_url)
        self._guard = Guard(parts.site, self._keys)
        self._connector = Connector(parts.site, TokenSource(parts.site, http))
        self.adapter = ThinAdapter(self._connector)
        self._practice = Practice(parts, desk, talk, sign_in, about_me, limits)
        self._take: Take | None = None

    def courier(self) -> TeamsCourier:
        """Return what brings tips to Teams."""
        return TeamsCourier(self.adapter, self._parts.site)

    def mount(self, app: web.Application, take: Take) -> None:
        """Add the route of Teams to an application.

        Args:
            app: The application that serves everything.
            take: Keeps an item in the inbox and begins with it.
        """
        self._take = take
        app.router.add_post(DOOR, self.door)
        app.cleanup_ctx.append(self._connected)

    async def door(self, request: web.Request) -> web.Response:
        """Take in what Teams sends: 401 if it does not prove itself, 503 if it cannot be kept or proved now.

        Messages are answered with 200 once they are kept; invokes with what comes of them.
        """
        try:
            proof = (
                None if self._parts.site.is_open else await self._guard.prove(request.headers.get("Authorization", ""))
            )
            body = await request.read()
            activity = inbound.read(body)
            if proof is not None:
                self._guard.check(proof, activity)
        except RefusedError as error:
            LOG.info("refused", why=str(error))
            return web.Response(status=401)
        except InputError:
            return web.Response(status=400)
        except DeliveryError:
            return web.Response(status=503)
        if not inbound.is_for_us(activity):
            return web.Response()
        if activity.get("type") == "invoke" and activity.get("name") != THUMB:
            return await self._invoke(activity)
        return web.Response(status=200 if await self.take_in(activity) else 503)

    async def take_in(self, activity: Json) -> bool:
        """Keep what asks for work; return False if it could not be kept, so that Teams sends it again."""
        key = inbound.key_of(activity)
        if key is None or self._take is None:
            return True
        try:
            kept = inbound.cleaned(activity, self._parts.clean)
            if activity.get("name") == THUMB:
                kept["value"] = _thumb(activity)
            await self._take(Item(key, SURFACE, kept))
        except ValueError:
            return True  # a thumb that is neither up nor down
        except StoreError as error:
            LOG.warning("not kept", error=type(error).__name__)
            return False
        return True

    async def work(self, item: Item) -> None:
        """Work on one item.

        Raises:
            DeliveryError: If the answer could not be brought.
        """
        await self.adapter.process(item.payload, self._practice.on_turn)

    async def _invoke(self, activity: Json) -> web.Response:
        kept = inbound.cleaned(activity, self._parts.clean)
        try:
            async with asyncio.timeout(INVOKE_SECONDS):
                answer = await self.adapter.process(kept, self._practice.on_turn)
        except TimeoutError:
            LOG.warning("an invoke took too long", name=str(activity.get("name"))[:60])
            return web.Response(status=504)
        if answer is None:
            return web.Response()
        return (
            web.json_response(answer.body, status=answer.status)
            if answer.body is not None
            else web.Response(status=answer.status)
        )

    async def _connected(self, _app: web.Application) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE)
        async with aiohttp.ClientSession(connector=connector) as session:
            self._keys.session = self._connector.session = session
            yield
            self._keys.session = self._connector.session = None


def _thumb(activity: Json) -> Json:
    """Return what is kept of a thumb: up or down, and a reason of the closed set; nothing that somebody wrote."""
    value = activity.get("value")
    verdict, reason = verdict_of(value if isinstance(value, Mapping) else {})
    reaction = "like" if verdict.value == "helpful" else "dislike"
    return {"actionValue": {"reaction": reaction, "feedback": {"reason": reason.value if reason else None}}}

"""Slack's side of the application: the door, the way through slack-bolt, and Socket Mode."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltError
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import inbound
from adapters.slack.asking import ITEM, Asking
from adapters.slack.courier import SlackCourier
from adapters.slack.desk import Desk
from adapters.slack.gaps import Gaps
from adapters.slack.home import Home
from adapters.slack.inbound import Json
from adapters.slack.parts import SlackParts
from adapters.slack.sending import told
from adapters.slack.tapping import Tapping
from adapters.slack.tips import Tips
from bot.about_me import AboutMe
from bot.errors import DeliveryError, InputError, StoreError
from bot.gap_talk import GapTalk
from bot.inbox import Item
from bot.limits import Limits
from bot.sign_in_desk import SignInDesk
from bot.tip_desk import TipDesk

SURFACE: Final = "slack"
FAULT: Final = "whatworks_fault"  # where a request's context has what went wrong
WHO_AM_I_SECONDS: Final = 1.5  # Slack waits three for an acknowledgement
LOG: Final = structlog.get_logger("whatworks.slack")

Take = Callable[[Item], Awaitable[bool]]


async def _acknowledged(ack: AsyncAck, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - bolt's own name
    """Tell bolt what the door has told Slack already; it would otherwise look for another listener."""
    await ack()
    await next()


class Slack:
    """Everything that Slack sends, to be taken in and worked on.

    Args:
        parts: The core and the ports.
        desk: Takes what managers want of weekly tips; without one there is no form for them.
        talk: Takes evidence gaps; the same.
        sign_in: Lets people into the desk; the same.
        about_me: Shows people what is kept about them; the same.
        limits: Says who has asked too much; without it nobody has.
    """

    def __init__(
        self,
        parts: SlackParts,
        desk: TipDesk | None = None,
        talk: GapTalk | None = None,
        sign_in: SignInDesk | None = None,
        about_me: AboutMe | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._parts = parts
        secret = parts.site.signing_secret
        self._verifier = SignatureVerifier(secret) if secret else None  # Socket Mode has none
        self._client = AsyncWebClient(
            base_url=parts.site.api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)]
        )
        self._own: AuthorizeResult | None = None
        self._take: Take | None = None
        self._listens = True

        # bolt looks at the names of parameters, and would take a method's "self" for one it has to fill.
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            return await self._authorize(enterprise_id, team_id)

        async def note(error: Exception, context: dict[str, Any]) -> None:
            context[FAULT] = error

        self.app = AsyncApp(
            name="whatworks",
            logger=logging.getLogger("whatworks.slack.bolt"),
            client=self._client,
            signing_secret=parts.site.signing_secret,
            authorize=authorize,  # type: ignore[arg-type]  # None says that a workspace is not known, as bolt documents
            request_verification_enabled=False,  # done at the door, before anything is kept
            process_before_response=True,  # the work is done when the dispatch returns: the inbox has answered Slack already
        )
        self.app.error(note)
        self.app.middleware(_acknowledged)
        asking = Asking(parts)
        for part in (asking, Tapping(parts, asking), Home(parts, asking)):
            part.register(self.app)
        if desk is not None:
            Tips(parts, asking, desk).register(self.app)
        if talk is not None:
            Gaps(parts, asking, talk).register(self.app)
        if sign_in is not None:
            Desk(asking, sign_in)
        asking.about_me, asking.limits = about_me, limits

    @property
    def client(self) -> AsyncWebClient:
        """Return the client of the Slack Web API, without a token."""
        return self._client

    def courier(self) -> SlackCourier:
        """Return what brings tips to Slack."""
        return SlackCourier(self._client, self.token_of, self._parts.site)

    def mount(self, app: web.Application, take: Take, *, listens: bool = True) -> None:
        """Add Slack's routes to an application.

        Args:
            app: The application that serves everything.
            take: Keeps an item in the inbox and begins with it.
            listens: Whether events come in by a socket, where one is configured.
        """
        self._take, self._listens = take, listens
        if self._parts.site.signing_secret:
            app.router.add_post("/slack/events", self.door)
        app.cleanup_ctx.append(self._connected)

    async def door(self, request: web.Request) -> web.Response:
        """Take in what Slack sends: 401 if it is not Slack's, 503 if it cannot be kept, else 200 at once."""
        body = await request.read()
        if not self._is_slacks(body, request.headers):
            return web.Response(status=401)
        try:
            payload = inbound.read(body, request.content_type)
        except InputError:
            return web.Response(status=400)
        if payload.get("type") == "url_verification":
            return web.json_response({"challenge": str(payload.get("challenge", ""))})
        if payload.get("ssl_check"):
            return web.Response()
        return web.Response(status=200 if await self.take_in(payload) else 503)

    async def take_in(self, payload: Json) -> bool:
        """Keep what asks for work; return False if it could not be kept, so that Slack sends it again."""
        key = inbound.key_of(payload)
        if key is None or not inbound.is_for_us(payload) or self._take is None:
            return True
        try:
            if not await self._is_known(payload):
                return True
            await self._take(Item(key, SURFACE, inbound.cleaned(payload, self._parts.clean)))
        except (StoreError, DeliveryError) as error:
            LOG.warning("not kept", error=type(error).__name__)
            return False
        return True

    async def work(self, item: Item) -> None:
        """Work on one item, through slack-bolt.

        Raises:
            DeliveryError: If the answer could not be brought.
        """
        # "socket_mode": a payload that somebody has verified; bolt then takes it as it is.
        request = AsyncBoltRequest(mode="socket_mode", body=dict(item.payload), context={ITEM: item})
        await self.app.async_dispatch(request)
        if fault := request.context.get(FAULT):
            raise fault

    async def token_of(self, team: str) -> str | None:
        """Return a workspace's token; None if the app is not installed there.

        Raises:
            DeliveryError: If Slack cannot be asked which workspace the token is of.
        """
        if self._parts.installations is None:
            return self._parts.site.bot_token
        bot = await self._bot_of(None, team)
        return str(bot.bot_token) if bot else None

    def _is_slacks(self, body: bytes, headers: Mapping[str, str]) -> bool:
        timestamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        # The library's own check stops at these with an error.
        if self._verifier is None or not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except (UnicodeDecodeError, OverflowError):
            return False

    async def _is_known(self, payload: Json) -> bool:
        enterprise, team, is_enterprise = inbound.workspace_of(payload)
        if self._parts.installations is None:
            own = await self._self()
            return team == own.team_id or (is_enterprise and enterprise == own.enterprise_id)
        return await self._bot_of(enterprise, team) is not None

    async def _bot_of(self, enterprise: str | None, team: str | None) -> Any:  # noqa: ANN401 - slack_sdk's Bot, or None
        if self._parts.installations is None:
            return None
        find = self._parts.installations.async_find_bot
        found = await find(enterprise_id=enterprise, team_id=team, is_enterprise_install=False)
        if found is None and enterprise:
            found = await find(enterprise_id=enterprise, team_id=None, is_enterprise_install=True)
        return found

    async def _authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        if self._parts.installations is None:
            return await self._self()
        bot = await self._bot_of(enterprise_id, team_id)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
        )

    async def _self(self) -> AuthorizeResult:
        if self._own is None:
            said = await told(lambda: self._client.auth_test(token=self._parts.site.bot_token), WHO_AM_I_SECONDS)
            self._own = AuthorizeResult(
                enterprise_id=said.get("enterprise_id"),
                team_id=said["team_id"],
                bot_id=said.get("bot_id"),
                bot_user_id=said.get("user_id"),
                bot_token=self._parts.site.bot_token,
            )
        return self._own

    async def _connected(self, _app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            self._client.session = session
            if self._parts.installations is None:
                with suppress(DeliveryError):  # asked again when the first event comes
                    await self._self()
            socket = await self._open_socket() if self._parts.site.app_token and self._listens else None
            yield
            if socket is not None:
                await socket.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _open_socket(self) -> SocketModeClient:
        socket = SocketModeClient(
            self._parts.site.app_token, web_client=self._client, logger=logging.getLogger("whatworks.slack.socket")
        )
        socket.socket_mode_request_listeners.append(self._heard)
        await socket.connect()  # type: ignore[no-untyped-call]  # the same
        return socket

    async def _heard(self, socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        # Not acknowledged, Slack sends it again; so it is only once it is kept.
        if await self.take_in(dict(request.payload)):
            with suppress(SlackClientError, BoltError, ConnectionError):
                await socket.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

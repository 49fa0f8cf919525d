"""Install the app on many workspaces: slack-bolt's own flow, with a state that needs no store."""

from __future__ import annotations

import logging
import secrets
from typing import Final

from aiohttp import web
from itsdangerous import BadData, URLSafeTimedSerializer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.parts import SCOPES, SlackSite

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
STATE_SECONDS: Final = 600


class SignedStates(AsyncOAuthStateStore):
    """States that prove themselves: signed, and valid for ten minutes. The browser's cookie has to hold the same one."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="slack install")

    @property
    def logger(self) -> logging.Logger:
        """Return the logger that slack_sdk asks for."""
        return logging.getLogger("whatworks.slack")

    async def async_issue(self, *args: object, **kwargs: object) -> str:  # noqa: ARG002 - slack_sdk's signature
        """Return a new state."""
        return str(self._serializer.dumps(secrets.token_urlsafe(16)))

    async def async_consume(self, state: str) -> bool:
        """Return whether a state is ours and not too old."""
        try:
            self._serializer.loads(state, max_age=STATE_SECONDS)
        except BadData:
            return False
        return True


def mount_install(
    app: web.Application, site: SlackSite, installations: AsyncInstallationStore, client: AsyncWebClient, secret: str
) -> None:
    """Add the two routes by which a workspace installs the app."""
    settings = AsyncOAuthSettings(
        client_id=site.client_id,
        client_secret=site.client_secret,
        scopes=list(SCOPES),
        redirect_uri=f"{site.public_url}{REDIRECT}",
        install_path=INSTALL,
        install_page_rendering_enabled=False,  # straight to Slack: the page would only hold its button
        redirect_uri_path=REDIRECT,
        installation_store=installations,
        state_store=SignedStates(secret),
        state_expiration_seconds=STATE_SECONDS,
    )
    flow = AsyncOAuthFlow(client=client, settings=settings, logger=logging.getLogger("whatworks.slack.install"))

    async def install(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

    async def redirect(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await flow.handle_callback(await to_bolt_request(request)))

    app.router.add_get(INSTALL, install)
    app.router.add_get(REDIRECT, redirect)

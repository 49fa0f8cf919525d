"""How the site, Slack and Teams are reached and reach us, from the settings."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.settings import Settings, listed

if TYPE_CHECKING:
    from adapters.slack.parts import SlackSite
    from adapters.teams.parts import TeamsSite
    from adapters.web.parts import Provider, Site


def teams_site_of(settings: Settings) -> TeamsSite:
    """Return how Teams is reached."""
    from adapters.teams.parts import TeamsSite

    return TeamsSite(
        settings.teams_app_id,
        address(settings, settings.port),
        settings.teams_app_type,
        settings.teams_app_password.get_secret_value(),
        settings.teams_tenant_id,
        frozenset(listed(settings.teams_tenants)),
        settings.safeguarding_text,
        settings.teams_login_url,
        settings.teams_openid_url,
        tuple(host.casefold() for host in listed(settings.teams_service_hosts)),
        settings.teams_auth == "off",
    )


def teams_package(settings: Settings) -> bytes:
    """Return the app package for Teams, a zip file.

    Raises:
        SettingsError: If the bot's registration or a public address is missing.
    """
    from adapters.teams.package import package_of

    return package_of(teams_site_of(settings))


def slack_in_words(settings: Settings) -> str:
    """Return how Slack is reached, for whoever starts the server."""
    if not settings.has_slack:
        return "not configured, see docs/slack.md"
    where = "Socket Mode" if settings.slack_app_token.get_secret_value() else "/slack/events"
    return f"{'many workspaces' if settings.slack_client_id else 'one workspace'}, {where}"


def teams_in_words(settings: Settings) -> str:
    """Return how Teams is reached, for the same."""
    if not settings.has_teams:
        return "not configured, see docs/teams.md"
    return "without authentication, for this machine alone" if settings.teams_auth == "off" else "/api/messages"


def site_of(settings: Settings) -> Site:
    """Return how the web is reached; without a secret of its own a process signs with one that ends with it."""
    from adapters.web.parts import Site

    return Site(
        address(settings, settings.port),
        settings.secret.get_secret_value() or secrets.token_urlsafe(48),
        settings.proxies,
        settings.asks_per_minute,
        settings.safeguarding_text,
        settings.has_teams,
        settings.unanswered_days,
    )


def provider_of(settings: Settings) -> Provider | None:
    """Return the identity provider by which people sign in to the desk, if one is configured."""
    from adapters.web.parts import Provider

    if not settings.openid_issuer:
        return None
    return Provider(
        settings.openid_issuer,
        settings.openid_client_id,
        settings.openid_client_secret.get_secret_value(),
        settings.openid_roles_claim,
    )


def address(settings: Settings, port: int) -> str:
    """Return the address of our pages, without a slash at the end."""
    host = "localhost" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound to
    return settings.public_url or f"http://{host}:{port}"


def slack_site_of(settings: Settings) -> SlackSite:
    """Return how Slack is reached."""
    from adapters.slack.parts import SlackSite

    return SlackSite(
        settings.slack_signing_secret.get_secret_value(),
        address(settings, settings.port),
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
        settings.slack_client_id,
        settings.slack_client_secret.get_secret_value(),
        settings.safeguarding_text,
        settings.slack_api_url,
    )

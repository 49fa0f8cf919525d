"""The settings: read once from the environment (and a `.env` file), validated, documented in `docs/settings.md`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import InputError, SettingsError
from bot.gap_clock import Promise
from bot.schedule import Span, spans_of
from knowledge.base import COMPILED

PREFIX = "WHATWORKS_"
SECRET_MIN = 32
DAYS_MAX = 365  # that a question is kept
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DATABASES = ("sqlite:///", "postgresql://")


# What is of no use without something else.
_NEEDS = (
    ("slack_client_id", ("slack_client_secret", "slack_signing_secret", "encryption_keys", "public_url")),
    ("slack_app_token", ("slack_bot_token",)),
    ("openid_issuer", ("openid_client_id", "openid_client_secret", "public_url", "secret")),
)


class Settings(BaseSettings):
    """Every setting, with its default; the variable is the name in capitals with `WHATWORKS_` before it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    knowledge: Path = Field(default=COMPILED, description="The compiled knowledge base to answer from.")
    require_sign_off: bool = Field(
        default=False, description="Hide entries that an academic and a practice reviewer have not both signed off."
    )
    safeguarding_text: Annotated[str, Field(max_length=600)] = Field(
        default="",
        description="Your organisation's own line in the card for when someone may be in danger, such as the duty team's number.",
    )
    database: SecretStr = Field(
        default=SecretStr("sqlite:///var/whatworks.sqlite"),
        description="Where operational data is kept: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the web server listens on.")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        default=3978, description="The port that the web server listens on."
    )
    public_url: str = Field(
        default="",
        description="The address at which practitioners reach the site, such as https://evidence.example.org.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs what a page hands back; at least 32 characters, the same on every replica.",
    )
    proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0, description="How many reverse proxies of yours stand before the web server."
    )
    asks_per_minute: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=60, description="How many questions one address may ask in a minute."
    )
    messages_per_person: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=60, description="How many messages of one person in a chat platform are answered in a minute."
    )
    messages_per_organisation: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=3_000, description="The same of all in one workspace or tenant."
    )
    encryption_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Fernet keys, separated by commas, that encrypt tokens and waiting messages; the first encrypts, all decrypt.",
    )
    slack_bot_token: SecretStr = Field(
        default=SecretStr(""), description="The bot token of the one workspace (xoxb-...)."
    )
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), description="Proves that a request is Slack's.")
    slack_app_token: SecretStr = Field(
        default=SecretStr(""), description="Switches Socket Mode on (xapp-...): Slack needs no address of ours."
    )
    slack_client_id: str = Field(default="", description="For installing the app on many workspaces.")
    slack_client_secret: SecretStr = Field(default=SecretStr(""), description="The same.")
    slack_api_url: str = Field(
        default="https://slack.com/api/", description="The Slack Web API; https://slack-gov.com/api/ for GovSlack."
    )
    teams_app_id: str = Field(default="", description="The bot's registration: its Microsoft app ID.")
    teams_app_type: Literal["single-tenant", "managed-identity", "multi-tenant"] = Field(
        default="single-tenant", description="How the bot is registered."
    )
    teams_app_password: SecretStr = Field(default=SecretStr(""), description="The registration's client secret.")
    teams_app_password_ends: date | None = Field(
        default=None, description="The last day of that secret, such as 2027-03-31: whatworks doctor warns before it."
    )
    teams_tenant_id: str = Field(default="", description="The tenant in which the bot is registered.")
    teams_tenants: str = Field(
        default="", description="The tenants that may use the bot, separated by commas; empty for all."
    )
    teams_auth: Literal["on", "off"] = Field(
        default="on", description="off takes requests without a token: for the Playground on this machine alone."
    )
    teams_login_url: str = Field(
        default="https://login.microsoftonline.com", description="Where a token for sending comes from."
    )
    teams_openid_url: str = Field(
        default="https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys are listed that requests are signed with.",
    )
    teams_service_hosts: str = Field(
        default="smba.trafficmanager.net",
        description="The only hosts that anything is sent to, separated by commas.",
    )
    tips_by: Literal["anyone", "managers"] = Field(
        default="anyone",
        description="Who may change the weekly tip of a channel: anyone in it, or people with the role of a manager or administrator.",
    )
    school_holidays: str = Field(
        default="",
        description="Spans of days, like 2026-12-19/2027-01-03, separated by commas: for channels that want no tip in school holidays.",
    )
    unanswered_days: Annotated[int, Field(ge=0, le=DAYS_MAX)] = Field(
        default=90,
        description="For how many days a question that nothing answered is kept, without who asked it; 0 for not at all.",
    )
    gap_days: str = Field(
        default="submitted=5, clarified=10, checked=10, prioritised=60, in-progress=90",
        description="For how many working days an evidence gap may stand in each state before it is late.",
    )
    openid_issuer: str = Field(
        default="",
        description="An identity provider by which people sign in to the desk as well, such as Entra ID or Okta: its issuer, as its tokens name it.",
    )
    openid_client_id: str = Field(default="", description="The client ID of our registration there.")
    openid_client_secret: SecretStr = Field(default=SecretStr(""), description="The client secret of the same.")
    openid_roles_claim: str = Field(
        default="", description="The claim of its ID token that names roles of the desk, such as roles; empty for none."
    )
    logs: Literal["text", "json"] = Field(default="text", description="How the log reads.")

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("give an address such as https://evidence.example.org, or leave it empty")
        return url.rstrip("/")

    @field_validator("teams_login_url", "teams_openid_url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("give an address that begins with https://")
        return url.rstrip("/")

    @field_validator("openid_issuer")
    @classmethod
    def _is_an_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if url and (not is_safe or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("give an address that begins with https://")
        return url  # with a slash at the end or without, as the provider writes it

    @field_validator("school_holidays")
    @classmethod
    def _is_spans(cls, written: str) -> str:
        try:
            spans_of(written)
        except InputError as error:
            raise ValueError(str(error)) from error
        return written

    @field_validator("gap_days")
    @classmethod
    def _is_a_promise(cls, written: str) -> str:
        try:
            Promise.read(written)
        except InputError as error:
            raise ValueError(str(error)) from error
        return written

    @field_validator("database")
    @classmethod
    def _is_a_database(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(DATABASES):
            raise ValueError(f"give an address that starts with {' or '.join(DATABASES)}")
        return url

    @model_validator(mode="after")
    def _is_whole(self) -> Settings:
        for has, needs in _NEEDS:
            missing = [name for name in needs if not _said(self, name)]
            if _said(self, has) and missing:
                named = " and ".join(f"{PREFIX}{name.upper()}" for name in missing)
                raise ValueError(f"{PREFIX}{has.upper()} needs {named} as well")
        if self.slack_bot_token.get_secret_value() and not (
            _said(self, "slack_signing_secret") or _said(self, "slack_app_token")
        ):
            raise ValueError(
                f"{PREFIX}SLACK_BOT_TOKEN needs {PREFIX}SLACK_SIGNING_SECRET, or {PREFIX}SLACK_APP_TOKEN, as well"
            )
        return self

    @model_validator(mode="after")
    def _is_whole_for_teams(self) -> Settings:
        if self.teams_auth == "off" and (self.host not in LOOPBACK or self.teams_app_id):
            raise ValueError(
                f"{PREFIX}TEAMS_AUTH=off lets anybody in: only with {PREFIX}HOST=127.0.0.1 and without {PREFIX}TEAMS_APP_ID"
            )
        needs = {
            "single-tenant": ("teams_app_password", "teams_tenant_id"),
            "multi-tenant": ("teams_app_password",),
            "managed-identity": (),
        }[self.teams_app_type]
        missing = [f"{PREFIX}{name.upper()}" for name in needs if not _said(self, name)]
        if self.teams_app_id and missing:
            raise ValueError(f"{PREFIX}TEAMS_APP_ID needs {' and '.join(missing)} as well")
        return self

    @property
    def closed(self) -> tuple[Span, ...]:
        """Return the school holidays."""
        return spans_of(self.school_holidays)

    @property
    def promise(self) -> Promise:
        """Return for how long gaps may wait."""
        return Promise.read(self.gap_days)

    @property
    def has_teams(self) -> bool:
        """Return whether Teams is configured."""
        return bool(self.teams_app_id) or self.teams_auth == "off"

    @property
    def has_slack(self) -> bool:
        """Return whether Slack is configured."""
        return _said(self, "slack_bot_token") or _said(self, "slack_client_id")

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < SECRET_MIN:
            raise ValueError(f"give at least {SECRET_MIN} characters, or leave it empty")
        return secret


SECRETS = tuple(name for name, field in Settings.model_fields.items() if field.annotation is SecretStr)


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: With one line for each setting that is wrong.
    """
    given, wrong = _from_files()
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong += [_told(found) for found in error.errors()]
        raise SettingsError(_wrong(wrong)) from error
    if wrong:
        raise SettingsError(_wrong(wrong))
    return settings


def _wrong(lines: list[str]) -> str:
    return "These settings are wrong (docs/settings.md):\n" + "\n".join(lines)


def _from_files() -> tuple[dict[str, Any], list[str]]:
    """Return the secrets that files hold, by setting, and what is wrong with the files: one line each."""
    said = {**dotenv_values(".env"), **os.environ}  # noqa: TID251 - the one module that reads the environment
    given: dict[str, Any] = {}
    wrong = []
    for name in SECRETS:
        variable = f"{PREFIX}{name.upper()}"
        path = said.get(f"{variable}_FILE")
        if not path:
            continue
        if said.get(variable):
            wrong.append(f"{variable}_FILE: {variable} is set as well; set one of the two")
            continue
        try:
            given[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            wrong.append(f"{variable}_FILE: {path[:200]!r} cannot be read ({why})")
    return given, wrong


def listed(written: str) -> list[str]:
    """Return what stands between commas."""
    return [one.strip() for one in written.split(",") if one.strip()]


def _said(settings: Settings, name: str) -> bool:
    value = getattr(settings, name)
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _told(found: ErrorDetails) -> str:
    message = found["msg"].removeprefix("Value error, ")
    if not found["loc"]:
        return message  # about several settings, and it names them
    name = str(found["loc"][0])
    is_secret = Settings.model_fields[name].annotation is SecretStr
    shown = "" if is_secret else f" (it is {str(found['input'])[:60]!r})"
    return f"{PREFIX}{name.upper()}: {message}{shown}"

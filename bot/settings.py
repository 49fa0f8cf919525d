"""The settings: read once from the environment (and a `.env` file), validated, documented in `docs/settings.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from knowledge.base import COMPILED

PREFIX = "WHATWORKS_"
SECRET_MIN = 32
DATABASES = ("sqlite:///", "postgresql://")


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
    logs: Literal["text", "json"] = Field(default="text", description="How the log reads.")

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("give an address such as https://evidence.example.org, or leave it empty")
        return url.rstrip("/")

    @field_validator("database")
    @classmethod
    def _is_a_database(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(DATABASES):
            raise ValueError(f"give an address that starts with {' or '.join(DATABASES)}")
        return url

    @field_validator("secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < SECRET_MIN:
            raise ValueError(f"give at least {SECRET_MIN} characters, or leave it empty")
        return secret


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: With one line for each setting that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [_told(str(found["loc"][0]), found["msg"], found["input"]) for found in error.errors()]
        raise SettingsError("These settings are wrong (docs/settings.md):\n" + "\n".join(wrong)) from error


def _told(name: str, message: str, value: object) -> str:
    is_secret = Settings.model_fields[name].annotation is SecretStr
    shown = "" if is_secret else f" (it is {str(value)[:60]!r})"
    return f"{PREFIX}{name.upper()}: {message.removeprefix('Value error, ')}{shown}"

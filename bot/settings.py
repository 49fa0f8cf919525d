"""The settings: read once from the environment (and a `.env` file), validated, documented in `docs/settings.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from knowledge.base import COMPILED

PREFIX = "WHATWORKS_"


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


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsError: With one line for each setting that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [
            f"{PREFIX}{str(found['loc'][0]).upper()}: {found['msg']} (it is {str(found['input'])[:60]!r})"
            for found in error.errors()
        ]
        raise SettingsError("These settings are wrong (docs/settings.md):\n" + "\n".join(wrong)) from error

"""Settings are read once, validated, and named when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings, load_settings
from knowledge.base import COMPILED


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_every_setting_has_a_default() -> None:
    settings = load_settings()
    assert (settings.knowledge, settings.require_sign_off, settings.safeguarding_text) == (COMPILED, False, "")


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATWORKS_REQUIRE_SIGN_OFF", "true")
    monkeypatch.setenv("WHATWORKS_SAFEGUARDING_TEXT", "Duty team: 01632 960 001")
    settings = load_settings()
    assert (settings.require_sign_off, settings.safeguarding_text) == (True, "Duty team: 01632 960 001")


def test_a_file_named_env_is_read_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("WHATWORKS_REQUIRE_SIGN_OFF=true\nWHATWORKS_SAFEGUARDING_TEXT=from the file\n")
    monkeypatch.setenv("WHATWORKS_SAFEGUARDING_TEXT", "from the environment")
    settings = load_settings()
    assert (settings.require_sign_off, settings.safeguarding_text) == (True, "from the environment")


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATWORKS_REQUIRE_SIGN_OFF", "perhaps")
    monkeypatch.setenv("WHATWORKS_SAFEGUARDING_TEXT", "x" * 601)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "WHATWORKS_REQUIRE_SIGN_OFF" in str(caught.value)
    assert "WHATWORKS_SAFEGUARDING_TEXT" in str(caught.value)

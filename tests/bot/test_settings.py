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


def test_a_site_needs_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.public_url, settings.proxies) == ("127.0.0.1", 3978, "", 0)
    monkeypatch.setenv("WHATWORKS_PUBLIC_URL", "https://evidence.example.org/")
    assert load_settings().public_url == "https://evidence.example.org"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "evidence.example.org"), ("PUBLIC_URL", "ftp://example.org"), ("PORT", "70000"), ("PROXIES", "-1"),
        ("ASKS_PER_MINUTE", "0"), ("TEAMS_LOGIN_URL", "http://example.org"), ("TEAMS_OPENID_URL", "ftp://example.org"),
        ("LOGS", "xml"), ("DATABASE", "mysql://localhost/x"), ("SECRET", "short-word"),
        ("OPENID_ISSUER", "http://example.org"), ("OPENID_ISSUER", "example.org"), ("OPENID_ISSUER", "https://"), ("OPENID_ISSUER", "https://example.org/?a=b"),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_the_site_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingsError, match=f"{PREFIX}{name}: "):
        load_settings()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"]),
        ({"SLACK_APP_TOKEN": "xapp-1"}, ["SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"]),
        ({"TEAMS_APP_ID": "1"}, ["TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"]),
        ({"TEAMS_APP_ID": "1", "TEAMS_APP_TYPE": "multi-tenant"}, ["TEAMS_APP_PASSWORD"]),
        ({"TEAMS_AUTH": "off", "HOST": "192.0.2.1"}, ["TEAMS_AUTH", "HOST"]),
        ({"TEAMS_AUTH": "off", "TEAMS_APP_ID": "1", "TEAMS_APP_TYPE": "managed-identity"}, ["TEAMS_AUTH", "TEAMS_APP_ID"]),
        ({"SLACK_CLIENT_ID": "1.2", "PUBLIC_URL": "https://evidence.example.org"}, ["SLACK_CLIENT_SECRET", "ENCRYPTION_KEYS"]),
        ({"OPENID_ISSUER": "https://example.org/"}, ["OPENID_ISSUER", "OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET", "PUBLIC_URL", "SECRET"]),
    ],
)  # fmt: skip
def test_what_a_platform_needs_besides_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: list[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert [name for name in named if f"{PREFIX}{name}" not in str(caught.value)] == []


def test_teams_needs_no_secret_with_a_managed_identity_or_on_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not load_settings().has_teams
    monkeypatch.setenv(f"{PREFIX}TEAMS_AUTH", "off")
    assert load_settings().has_teams
    monkeypatch.setenv(f"{PREFIX}TEAMS_AUTH", "on")
    monkeypatch.setenv(f"{PREFIX}TEAMS_APP_ID", "1")
    monkeypatch.setenv(f"{PREFIX}TEAMS_APP_TYPE", "managed-identity")
    assert load_settings().has_teams


@pytest.mark.parametrize("with_it", ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"])
def test_one_workspace_needs_a_token_and_a_way_to_hear(monkeypatch: pytest.MonkeyPatch, with_it: str) -> None:
    assert not load_settings().has_slack
    monkeypatch.setenv(f"{PREFIX}SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv(f"{PREFIX}{with_it}", "a-made-up-value")
    assert load_settings().has_slack


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET", "short-word"), ("DATABASE", "mysql://user:secret-word@localhost/x")]
)
def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert value not in str(caught.value)
    assert "secret-word" not in repr(Settings.model_construct())


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("xoxb-from-a-file\n", encoding="utf-8")
    (tmp_path / "database").write_text("postgresql://db.example.org/whatworks\n", encoding="utf-8")
    monkeypatch.setenv("WHATWORKS_SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("WHATWORKS_SLACK_SIGNING_SECRET", "from the environment")
    (tmp_path / ".env").write_text(f"WHATWORKS_DATABASE_FILE={tmp_path}/database\n", encoding="utf-8")
    settings = load_settings()
    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    assert settings.database.get_secret_value().startswith("postgresql://")
    assert settings.has_slack


def test_a_file_that_holds_no_secret_is_named_with_every_other_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "short").write_text("too short", encoding="utf-8")
    monkeypatch.setenv("WHATWORKS_SLACK_BOT_TOKEN_FILE", str(tmp_path / "nothing"))
    monkeypatch.setenv("WHATWORKS_ENCRYPTION_KEYS_FILE", str(tmp_path / "bytes"))
    monkeypatch.setenv("WHATWORKS_SECRET_FILE", str(tmp_path / "short"))
    monkeypatch.setenv("WHATWORKS_TEAMS_APP_PASSWORD", "a")
    monkeypatch.setenv("WHATWORKS_TEAMS_APP_PASSWORD_FILE", str(tmp_path / "short"))
    monkeypatch.setenv("WHATWORKS_PORT", "x")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    said = str(caught.value)
    for part in (
        "WHATWORKS_SLACK_BOT_TOKEN_FILE: ", "(No such file or directory)", "WHATWORKS_ENCRYPTION_KEYS_FILE: ", "it is not text",
        "WHATWORKS_TEAMS_APP_PASSWORD_FILE: WHATWORKS_TEAMS_APP_PASSWORD is set as well", "WHATWORKS_SECRET: give at least 32", "WHATWORKS_PORT",
    ):  # fmt: skip
        assert part in said
    assert "too short" not in said

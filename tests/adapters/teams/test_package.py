"""The app package fits Microsoft's own schema, names what the code handles and nothing else, and holds no secret."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from adapters.teams import extension, gaps
from adapters.teams.handler import COMMANDS
from adapters.teams.package import package_of
from adapters.teams.parts import TeamsSite
from bot.errors import SettingsError
from tests.adapters.teams.fake import APP, PASSWORD, TENANT

SITE = TeamsSite(APP, "https://evidence.example.org", app_password=PASSWORD, tenant_id=TENANT)
SCHEMAS = (
    Path(__file__).parents[2]
    / "browser"
    / "node_modules"
    / "@microsoft"
    / "app-manifest"
    / "build"
    / "json-schemas"
    / "teams"
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The files of the package, by name."""
    with zipfile.ZipFile(io.BytesIO(package_of(SITE))) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="module")
def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    """The manifest."""
    read: dict[str, Any] = json.loads(files["manifest.json"])
    return read


@pytest.mark.parametrize(
    ("file", "name"),
    [("manifest.json", "MicrosoftTeams.schema.json"), ("en-us.json", "MicrosoftTeams.Localization.schema.json")],
)
def test_the_package_fits_the_official_schema(
    files: dict[str, bytes], manifest: dict[str, Any], file: str, name: str
) -> None:
    if not SCHEMAS.exists():
        pytest.skip("the schemas are not here (npm ci --prefix tests/browser)")
    schema = json.loads((SCHEMAS / f"v{manifest['manifestVersion']}" / name).read_text(encoding="utf-8"))
    assert [error.message[:200] for error in Draft4Validator(schema).iter_errors(json.loads(files[file]))] == []


def test_the_manifest_names_what_the_code_handles(manifest: dict[str, Any]) -> None:
    (bot,), (search,) = manifest["bots"], manifest["composeExtensions"]
    personal, shared = bot["commandLists"]
    assert [one["title"] for one in personal["commands"]] == list(COMMANDS)
    assert {one["title"] for one in shared["commands"]} < set(COMMANDS)
    commands = {one["id"]: one for one in search["commands"]}
    assert set(commands) == {extension.SEARCH, extension.ABOUT, gaps.ON_MESSAGE}
    assert commands[extension.SEARCH]["parameters"][0]["name"] == extension.QUESTION
    assert commands[extension.ABOUT]["fetchTask"] is commands[gaps.ON_MESSAGE]["fetchTask"] is True
    assert [one["value"]["domains"] for one in search["messageHandlers"]] == [["evidence.example.org"]]
    assert set(bot["scopes"]) == {"personal", "team", "groupChat"}


def test_ids_and_addresses_are_those_of_the_settings_and_no_secret_is_there(files: dict[str, bytes]) -> None:
    text = files["manifest.json"].decode()
    assert text.count(APP) == 3
    assert "$APP_ID" not in text
    assert "$SITE" not in text
    assert "https://evidence.example.org/evidence?theme={app.theme}" in text
    assert all(PASSWORD.encode() not in content and TENANT.encode() not in content for content in files.values())


def test_both_icons_have_the_size_that_teams_asks_for(files: dict[str, bytes]) -> None:
    sizes = {name: struct.unpack(">II", files[name][16:24]) for name in ("color.png", "outline.png")}
    assert sizes == {"color.png": (192, 192), "outline.png": (32, 32)}


def test_the_same_settings_give_the_same_package() -> None:
    assert package_of(SITE) == package_of(SITE)


@pytest.mark.parametrize(
    "site", [TeamsSite("", "https://evidence.example.org"), TeamsSite(APP, "http://localhost:3978")]
)
def test_what_is_missing_is_named(site: TeamsSite) -> None:
    with pytest.raises(SettingsError, match="WHATWORKS_TEAMS_APP_ID"):
        package_of(site)

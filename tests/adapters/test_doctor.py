"""`whatworks doctor` against a real store, a fake Slack, a fake Teams and a real site: what works is told, and so is what does not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from adapters.slack import checkup as slack_checkup
from adapters.slack.parts import SCOPES, SlackSite
from adapters.store import checkup as store_checkup
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams import checkup as teams_checkup
from adapters.teams.parts import TeamsSite
from adapters.web import checkup as web_checkup
from adapters.web.app import make_app
from bot import bootstrap
from bot.cli import main
from bot.doctor import Finding, Level, of_clock, of_knowledge, running_out, worst
from bot.turn import Bot
from tests.adapters.slack.fake import BOT_TOKEN
from tests.adapters.teams.fake import APP, PASSWORD, TENANT, FakeTeams, fake_teams
from tests.adapters.web.conftest import parts_of
from tests.builders import TODAY

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SEALER = Sealer([key_from("a secret")])


def levels(found: list[Finding]) -> dict[str, Level]:
    return {one.said: one.level for one in found}


@pytest.mark.parametrize(
    ("left", "level", "how"),
    [(-1, Level.BROKEN, ""), (0, Level.WARNING, "at once"), (1, Level.WARNING, "at once"), (2, Level.WARNING, "this week"), (7, Level.WARNING, "this week"),
     (8, Level.WARNING, "soon"), (30, Level.WARNING, "soon"), (31, Level.OK, "")],
)  # fmt: skip
def test_what_runs_out_is_warned_of_30_7_and_1_days_ahead(left: int, level: Level, how: str) -> None:
    found = running_out("teams", "the client secret", TODAY + timedelta(days=left), TODAY, "make a new one")
    assert (found.level, how in found.to_do) == (level, True)


def test_the_worst_finding_is_the_exit_code() -> None:
    assert worst([]) == 0
    assert worst([Finding(Level.WARNING, "a", "b"), Finding(Level.OK, "a", "b")]) == 1


def test_knowledge_past_its_review_is_named(small_bot: Bot) -> None:
    found = of_knowledge(small_bot, TODAY)
    assert any("bread-baking" in one.said and one.level is Level.WARNING for one in found)


def test_a_clock_that_is_minutes_wrong_is_told() -> None:
    assert of_clock(59).level is Level.OK
    assert of_clock(-61).level is Level.BROKEN


async def test_a_store_is_looked_at(empty_store: Store, empty_url: str) -> None:
    (broken,) = await store_checkup.examine(empty_store, SEALER, empty_url)
    assert (broken.level, "whatworks database upgrade" in broken.to_do) == (Level.BROKEN, True)
    await empty_store.upgrade()
    found = await store_checkup.examine(empty_store, SEALER, empty_url)
    assert worst([one for one in found if one.part == "store"]) in {Level.OK, Level.WARNING}
    assert "secret" not in str(found)


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """Serve an application until the test ends, and return its address."""
    servers: list[TestServer] = []

    async def start(app: web.Application) -> str:
        servers.append(TestServer(app))
        await servers[-1].start_server()
        return str(servers[-1].make_url("")).rstrip("/")

    yield start
    for server in servers:
        await server.close()


def slack_says(answer: dict[str, Any], **headers: str) -> web.Application:
    async def auth(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {BOT_TOKEN}"
        return web.json_response(answer, headers=headers)

    app = web.Application()
    app.router.add_post("/api/auth.test", auth)
    return app


async def test_slacks_token_scopes_and_clock_are_looked_at(serve: Callable[..., Any]) -> None:
    async def found(answer: dict[str, Any], url: str = "https://evidence.example.org", **headers: str) -> list[Finding]:
        api = await serve(slack_says(answer, **headers))
        site = SlackSite("signing", url, BOT_TOKEN, api_url=f"{api}/api/")
        return await slack_checkup.examine(site, lambda: NOW)

    date_now = "Wed, 25 Nov 2026 09:30:05 GMT"
    good = await found({"ok": True, "team_id": "T1"}, **{"X-OAuth-Scopes": ",".join(SCOPES), "Date": date_now})
    assert worst(good) is Level.OK
    assert "https://evidence.example.org/slack/events" in str(good)
    lacks = await found({"ok": True}, **{"X-OAuth-Scopes": "chat:write", "Date": "Wed, 25 Nov 2026 09:20:00 GMT"})
    assert [one.level for one in lacks] == [Level.OK, Level.BROKEN, Level.BROKEN, Level.OK]
    assert "commands" in lacks[1].said
    refused = await found({"ok": False, "error": "token_revoked"}, "http://127.0.0.1:1")
    assert [one.level for one in refused] == [Level.BROKEN, Level.WARNING]
    assert "token_revoked" in refused[0].said
    gone = SlackSite("signing", "https://evidence.example.org", BOT_TOKEN, api_url="http://127.0.0.1:1/api/")
    assert (await slack_checkup.examine(gone, lambda: NOW))[0].level is Level.BROKEN
    assert BOT_TOKEN not in str(good + lacks + refused)


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with fake_teams() as one:
        yield one


async def test_teams_token_keys_and_the_end_of_its_secret_are_looked_at(teams: FakeTeams) -> None:
    site = TeamsSite(
        APP, "https://evidence.example.org", app_password=PASSWORD, tenant_id=TENANT, openid_url=f"{teams.url}/oidc"
    )
    good = await teams_checkup.examine(site, date(2027, 6, 1), TODAY, teams.http())
    assert worst(good) is Level.OK, good
    soon = await teams_checkup.examine(site, TODAY + timedelta(days=3), TODAY, teams.http())
    assert worst(soon) is Level.WARNING
    teams.token_faults = 1
    lost = await teams_checkup.examine(replace(site, openid_url="http://127.0.0.1:1/oidc"), None, TODAY, teams.http())
    assert [one.level for one in lost[:2]] == [Level.BROKEN, Level.BROKEN]
    assert PASSWORD not in str(good + soon + lost)
    opened = await teams_checkup.examine(replace(site, is_open=True), None, TODAY, teams.http())
    assert worst(opened) is Level.WARNING


async def test_the_public_address_has_to_lead_here(serve: Callable[..., Any], small_bot: Bot) -> None:
    ours = await serve(make_app(parts_of(small_bot)))
    assert worst(await web_checkup.examine(ours, TODAY)) is Level.OK
    other = await serve(web.Application())
    assert "does not lead here (404)" in (await web_checkup.examine(other, TODAY))[0].said
    assert worst(await web_checkup.examine("http://127.0.0.1:1", TODAY)) is Level.BROKEN
    assert worst(await web_checkup.examine("", TODAY)) is Level.WARNING


def test_the_command_tells_everything_and_ends_with_the_worst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_bot: Bot
) -> None:
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setattr(bootstrap, "make_bot", lambda _settings: small_bot)
    broken = CliRunner().invoke(main, ["doctor"])
    assert broken.exit_code == 2
    assert "whatworks database upgrade" in broken.output
    assert CliRunner().invoke(main, ["database", "upgrade"]).exit_code == 0
    warned = CliRunner().invoke(main, ["doctor", "--json"])
    rows = json.loads(warned.output)
    assert warned.exit_code == 1  # no public address, and a sheet past its review
    assert {"settings", "knowledge", "store", "outbox", "site"} == {row["part"] for row in rows}
    monkeypatch.setenv("WHATWORKS_PORT", "x")
    wrong = CliRunner().invoke(main, ["doctor"])
    assert (wrong.exit_code, "WHATWORKS_PORT" in wrong.output) == (2, True)

"""Into the desk from a chat: the code that a page shows, given in Slack, in Teams or on the command line, and the link for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from click.testing import CliRunner, Result

from adapters.slack import lint as slack_lint
from adapters.store.audit import StoredAudit
from adapters.store.roles import StoredRoles
from adapters.store.sealing import Sealer, key_from
from adapters.store.store import Store
from adapters.teams import lint as teams_lint
from bot import bootstrap, wording
from bot.cli import main
from bot.errors import StoreError
from bot.roles import Person, Role
from bot.sign_in_desk import SignInDesk
from tests.adapters.slack import conftest as slack_conftest
from tests.adapters.slack.conftest import SIGNING, Workspace, slack, team
from tests.adapters.slack.fake import USER
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.teams import conftest as teams_conftest
from tests.adapters.teams.conftest import ASKER, Council, office, teams
from tests.adapters.teams.fake import PASSWORD
from tests.adapters.teams.test_ways_in import button, card, words
from tests.adapters.web.conftest import URL
from tests.adapters.web.test_serve import served

__all__ = ["office", "slack", "team", "teams"]
BROWSER = "the secret in a browser's cookie"


async def granted(store: Store, person: Person, secret: str) -> None:
    roles = StoredRoles(store, Sealer([key_from(secret)]))
    await roles.grant(person, Role.TRIAGER, "a test", bootstrap.now())


async def slack_link(team: Workspace, text: str) -> tuple[dict[str, object], str]:
    """Use the command, and return what the bot shows to whoever used it, and the link in it."""
    posted = len(team.slack.posted)
    assert await team.command(text) == 200
    await team.done()
    shown = team.slack.responded[-1]
    assert shown["response_type"] == "ephemeral"
    assert len(team.slack.posted) == posted
    assert slack_lint.breaches(shown["blocks"], shown["text"]) == []
    found = re.search(r"<https://evidence\.example\.org(/desk/enter/[^|]+)\|Open the desk>", str(shown["blocks"]))
    return shown, found[1] if found else ""


def slack_desk(team: Workspace, store: Store) -> SignInDesk:
    return bootstrap.sign_in_desk(slack_conftest.settings_for(team.slack), store, URL)


@pytest.mark.parametrize("written", [str, str.casefold, lambda code: code.replace("-", "")])
async def test_in_slack_the_link_is_shown_to_whoever_gave_the_code_alone(
    team: Workspace, file_store: Store, written: Callable[[str], str]
) -> None:
    await granted(file_store, Person("slack", USER), SIGNING)
    desk = slack_desk(team, file_store)
    code = await desk.begin(BROWSER, "/desk/gaps")
    shown, path = await slack_link(team, f"desk {written(code)}")
    assert wording.DESK_LINK in said_in(shown)
    entered = await desk.enter(path.removeprefix("/desk/enter/"), BROWSER)
    session = await desk.session(entered.secret)
    assert session
    assert (session.person, session.roles, entered.goes_to) == (
        Person("slack", USER),
        frozenset({Role.TRIAGER}),
        "/desk/gaps",
    )


async def test_in_slack_whoever_is_not_of_the_staff_is_told_so(team: Workspace, file_store: Store) -> None:
    code = await slack_desk(team, file_store).begin(BROWSER, "/desk")
    for text in (f"desk {code}", "desk"):
        shown, path = await slack_link(team, text)
        assert (wording.DESK_FOR_STAFF in said_in(shown), path) == (True, "")
    assert [line.what for line in await StoredAudit(file_store).newest(5)] == ["sign-in refused"]


async def test_in_slack_a_wrong_code_leads_nowhere_and_none_says_how(team: Workspace, file_store: Store) -> None:
    await granted(file_store, Person("slack", USER), SIGNING)
    assert wording.DESK_CODE_UNKNOWN in said_in((await slack_link(team, "desk KQWP-DM"))[0])
    assert f"Open {URL}/desk in your browser" in said_in((await slack_link(team, "desk"))[0])
    assert "desk" not in said_in((await slack_link(team, "desk review of family group conferencing"))[0]).casefold()


async def test_in_slack_a_store_that_does_not_answer_is_told_of(
    team: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_given: object) -> None:
        raise StoreError("of a test", retryable=True)

    monkeypatch.setattr(StoredRoles, "of", fails)
    assert wording.NOT_NOW in said_in((await slack_link(team, "desk KQWP-DM"))[0])


async def test_in_teams_the_link_comes_in_a_chat_of_their_own_alone(office: Council, file_store: Store) -> None:
    await granted(file_store, Person("teams", ASKER), PASSWORD)
    desk = bootstrap.sign_in_desk(teams_conftest.settings_for(office.teams), file_store, URL)
    code = await desk.begin(BROWSER, "/desk")
    for where in (teams_conftest.CHANNEL, teams_conftest.GROUP):
        public = card(await office.ask(f"<at>What works</at> desk {code}", where))
        assert words(public) == wording.DESK_ALONE
        assert "actions" not in public
    shown = card(await office.ask(f"desk {code}"))
    assert teams_lint.breaches(shown) == []
    assert wording.DESK_LINK in words(shown)
    path = urlsplit(button(shown, wording.DESK_OPEN)["url"]).path
    entered = await desk.enter(path.removeprefix("/desk/enter/"), BROWSER)
    session = await desk.session(entered.secret)
    assert session
    assert session.person == Person("teams", ASKER)


async def test_in_teams_whoever_is_not_of_the_staff_is_told_so(office: Council) -> None:
    for text in ("desk KQWP-DM", "desk"):
        shown = card(await office.ask(text))
        assert (words(shown), "actions" in shown) == (wording.desk_for_staff("teams", ASKER), False)


async def test_on_one_machine_without_any_setting_the_command_lets_the_first_administrator_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("WHATWORKS_DATABASE", database)

    async def run(*given: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, list(given))

    async with served(tmp_path, database=database, secret="") as (_, said):
        site = re.search(r"http://[\d.]+:\d+", said)
        assert site
        async with aiohttp.ClientSession(site[0], cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get("/desk") as page:
                found = re.search(r'<p class="code"><code>([A-Z-]+)</code>', await page.text())
                assert found
            enter = ("desk", "enter", found[1], "--as", "slack", "U1")
            refused = await run(*enter)
            assert (refused.exit_code, wording.DESK_FOR_STAFF in refused.output) == (1, True)
            assert (await run("roles", "grant", "slack", "U1", "administrator")).output == "Granted.\n"
            path = urlsplit((await run(*enter)).output.split()[-1]).path
            async with browser.get(path) as page:
                token = re.search(r'name="form_token" value="(\w+)"', await page.text())
                assert token
            async with browser.post(path, data={"form_token": token[1]}) as page:
                assert page.url.path == "/desk"
                assert "Your roles: administrator." in await page.text()

"""`whatworks roles` and `whatworks audit`; and what a role allows."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import bootstrap
from bot.cli import main
from bot.errors import InputError
from bot.roles import Person, Role, RolesInMemory
from bot.settings import Settings
from bot.subscriptions import Address
from bot.turn import Bot

CHANNEL, ALONE = Address("slack", "C1", "T1"), Address("slack", "D1", "T1")


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of this test's own."""
    monkeypatch.setenv("WHATWORKS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_roles_are_granted_listed_and_revoked_and_the_audit_tells_of_it() -> None:
    assert run("roles", "list").output == "Nobody has a role yet.\n"
    assert run("roles", "grant", "slack", "U1", "manager").output == "Granted.\n"
    assert run("roles", "grant", "slack", "U1", "manager").output == "They have this role already.\n"
    assert json.loads(run("roles", "list", "--json").output)[0]["role"] == "manager"
    head = run("audit", "verify").output.split()[-1]
    assert run("roles", "revoke", "slack", "U1", "manager").output == "Revoked.\n"
    assert "2 lines fit" in run("audit", "verify", "--head", head).output
    wrong = run("audit", "verify", "--head", "0" * 64)
    assert (wrong.exit_code, "not there any more" in wrong.output) == (1, True)
    assert "role revoked" in run("audit", "list").output


def test_with_managers_alone_nobody_else_changes_a_channels_tip(bot: Bot) -> None:
    roles = RolesInMemory()

    async def work() -> None:
        store = bootstrap.open_store(Settings())
        await store.upgrade()
        desk = bootstrap.tip_desk(Settings(), bot, store, roles)
        with pytest.raises(InputError, match="whatworks roles grant slack U1 manager"):
            await desk.apply(CHANNEL, {}, "U1")
        assert await desk.subscriptions.all() == []
        await desk.apply(ALONE, {}, "U1")
        await roles.grant(Person("slack", "U1"), Role.MANAGER, "me", datetime(2026, 11, 25, tzinfo=UTC))
        await desk.apply(CHANNEL, {}, "U1")
        assert len(await desk.subscriptions.all()) == 2
        await store.close()

    asyncio.run(work())


def test_what_is_kept_of_a_person_is_printed_and_erased() -> None:
    assert run("roles", "grant", "slack", "U0ANN", "triager").exit_code == 0
    assert json.loads(run("people", "export", "slack", "U0ANN").output)["roles"] == ["triager"]
    assert "Aborted" in run("people", "erase", "slack", "U0ANN").output
    assert run("people", "erase", "slack", "U0ANN", "--yes", "--by", "ann").output == "Erased: 1 roles.\n"
    assert run("people", "erase", "slack", "U0ANN", "--yes").output == "Nothing was kept of them.\n"
    assert run("audit", "verify").exit_code == 0

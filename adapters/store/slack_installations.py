"""Which workspaces have installed the Slack app, with their tokens encrypted."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import Logger, getLogger
from typing import Any

import sqlalchemy as sa
from slack_sdk.oauth.installation_store import Bot as SlackBot
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from adapters.store.sealing import Sealer
from adapters.store.store import Store
from adapters.store.tables import slack_installations as table


class StoredInstallations(AsyncInstallationStore):
    """slack_sdk's installation store, with one row a workspace: the newest installation."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store, self._sealer = store, sealer

    @property
    def logger(self) -> Logger:
        """Return the logger that slack_sdk asks for."""
        return getLogger("whatworks.slack")

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation in the place of an earlier one."""
        key = _key(
            installation.enterprise_id, installation.team_id, is_enterprise=bool(installation.is_enterprise_install)
        )
        at = datetime.fromtimestamp(installation.installed_at, UTC)
        values = {"sealed": self._sealer.seal(_plain(installation)), "at": at}
        insert = self._store.insert(table).values(**key, **values)
        keep = insert.on_conflict_do_update(index_elements=list(key), set_=values)
        await self._store.write(lambda connection: connection.execute(keep))

    async def async_save_bot(self, bot: SlackBot) -> None:
        """Do nothing: the bot's token is part of the installation, which is saved as well."""

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,  # noqa: ARG002 - one installation a workspace
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return a workspace's installation, or None."""
        key = _key(enterprise_id, team_id, is_enterprise=bool(is_enterprise_install))
        wanted = sa.select(table.c.sealed).filter_by(**key)
        row = await self._store.read(lambda connection: connection.execute(wanted).first())
        return Installation(**self._sealer.open(row.sealed)) if row else None

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> SlackBot | None:
        """Return a workspace's bot, or None."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget a workspace, unless only one person took back their part: the bot's token is not theirs."""
        if user_id is None:
            await self.async_delete_all(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a workspace."""
        await self.async_delete_all(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a workspace."""
        key = _key(enterprise_id, team_id, is_enterprise=team_id is None)
        await self._store.write(lambda connection: connection.execute(sa.delete(table).filter_by(**key)))


def _key(enterprise_id: str | None, team_id: str | None, *, is_enterprise: bool) -> dict[str, str]:
    return {"enterprise_id": enterprise_id or "", "team_id": "" if is_enterprise else team_id or ""}


def _plain(installation: Installation) -> dict[str, Any]:
    plain = {name: value for name, value in vars(installation).items() if name != "custom_values"}
    return plain | {"custom_values": {}}

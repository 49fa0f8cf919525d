"""The home tab, previews of our pages, and workspaces that come and go."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import COMMAND, Asking
from adapters.slack.blocks import Json, button, context, escape, header, section, value_of
from adapters.slack.parts import SlackParts
from adapters.slack.sending import told
from bot import gap_wording, wording
from bot.turn import Conversation

LINKS_MAX: Final = 5  # previews in one message
WAYS: Final = (
    "Write to me here in *Messages*, in your own words.",
    "Mention me in a channel: the answer comes in the thread, for everybody there.",
    f"`{COMMAND} your question`: only you see the answer, and can share it.",
    "On a message, *More actions* › *Find evidence on this*: only you see the answer, and the message is shown nowhere.",
)


class Home:
    """Answers visits, links and uninstallations."""

    def __init__(self, parts: SlackParts, asking: Asking) -> None:
        self._parts, self._asking = parts, asking

    def register(self, app: AsyncApp) -> None:
        """Listen for them."""
        app.event("app_home_opened")(self.open)
        app.event("link_shared")(self.preview)
        app.event("app_uninstalled")(self.forget)
        app.event("tokens_revoked")(self.forget)

    async def open(self, body: Json, client: AsyncWebClient) -> None:
        """Show the home tab."""
        if body["event"].get("tab") == "home":
            await told(
                lambda: client.views_publish(user_id=body["event"]["user"], view={"type": "home", "blocks": self.tab()})
            )

    def tab(self) -> list[Json]:
        """Return the home tab: how to use the bot, examples to tap, what is stored."""
        site = self._parts.site.pages
        examples = [button(one, f"say:{n}", value_of(one, Conversation())) for n, one in enumerate(wording.EXAMPLES)]
        blocks = [
            header(wording.SITE_NAME),
            section(escape(f"{wording.REMIT} {wording.PRIVATE_LINE}")),
            header("How to ask"),
            section("\n".join(f"• {way}" for way in WAYS)),
            section(f"*{escape(wording.EXAMPLES_LEAD)}*"),
            {"type": "actions", "elements": examples},
            header("Weekly tips and evidence gaps"),
            section(escape(f"{wording.TIPS_HOW} {gap_wording.FLAG_HOW}")),
            header("What is stored about you"),
            section(escape(wording.STORED)),
            context(escape(f"{wording.NOT_ADVICE} {wording.DANGER_LINE}")),
        ]
        if site:
            blocks.insert(
                6, section(f"<{site}/evidence|All {len(self._parts.bot.shown)} entries> · <{site}/map|Evidence map>")
            )
        return blocks

    async def preview(self, body: Json, client: AsyncWebClient) -> None:
        """Show what stands behind links to our entries; everybody in the conversation sees it."""
        event = body["event"]
        previews = {}
        for link in event.get("links", ())[:LINKS_MAX]:
            entry_id = self._entry_of(link["url"])
            if entry_id and (shown := self._asking.shown(entry_id)):
                previews[link["url"]] = {"blocks": list(shown.blocks)}
        if previews:
            await told(lambda: client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=previews))

    def _entry_of(self, url: str) -> str | None:
        found, ours = urlsplit(url), urlsplit(self._parts.site.public_url)
        if found.hostname != ours.hostname or not found.path.startswith(f"{ours.path}/evidence/"):
            return None
        return found.path.removeprefix(f"{ours.path}/evidence/").strip("/")

    async def forget(self, body: Json, context: AsyncBoltContext) -> None:
        """Forget a workspace that uninstalled the app, or took back the bot's token."""
        event = body["event"]
        is_ours = event["type"] == "app_uninstalled" or bool((event.get("tokens") or {}).get("bot"))
        if self._parts.installations and is_ours:
            await self._parts.installations.async_delete_all(
                enterprise_id=context.enterprise_id, team_id=context.team_id or body.get("team_id")
            )

"""Buttons and menus of a card: each carries what it means, so that an old card's buttons go on meaning that card."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import ITEM, Asking
from adapters.slack.blocks import (
    CITE,
    FOLLOW,
    GAP,
    INSTEAD,
    MENU,
    MISTAKE,
    REASON,
    SAY,
    SHARE,
    SOURCES,
    VERDICT,
    Json,
    button,
    context,
    conversation_of,
    escape,
    reasons_of,
    section,
    written_in,
)
from adapters.slack.parts import SlackParts
from adapters.slack.sending import Message, Place, post, respond
from bot import gap_wording, wording
from bot.conversations import key_of
from bot.errors import StoreError
from bot.feedback import WRONG_MATCH, Feedback, Reason, Verdict
from bot.gap import Concern
from bot.gap_talk import is_of_gaps
from bot.layout import lay_out
from bot.reply import Facet
from bot.subscriptions import Address
from bot.turn import Conversation

SURFACE: Final = "slack"
SHARED: Final = "Shared from the evidence knowledge base"


class Tapping:
    """Answers taps."""

    def __init__(self, parts: SlackParts, asking: Asking) -> None:
        self._parts, self._asking = parts, asking

    def register(self, app: AsyncApp) -> None:
        """Listen for every button and menu."""
        app.action(re.compile(f"^{SAY}:"))(self.say)
        app.action(SHARE)(self.share)
        app.action(MENU)(self.menu)
        app.action(re.compile(f"^{VERDICT}:"))(self.verdict)
        app.action(re.compile(f"^{REASON}:"))(self.reason)

    async def say(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer what a button says: to the asker alone where its card is theirs alone, else in the card's thread."""
        says, before = conversation_of(body["actions"][0]["value"])
        if (written := written_in(body)) and is_of_gaps(says):
            says = f"{says}: {written}"
        if self._asking.open_gap and says.casefold() in gap_wording.GAP_WORDS:
            await self._asking.open_gap(body, client, {"question": before.question})
            return
        card, after = await self._asking.card_for(body, says, before)
        container = body.get("container") or {}
        channel = str(container.get("channel_id") or "")
        is_direct = channel.startswith("D")
        # What somebody does with a gap is nobody else's; a card that changes by it is brought up to date for everybody.
        if container.get("is_ephemeral") or (is_of_gaps(says) and not is_direct):
            await respond(client, body["response_url"], self._asking.message(card, after, is_private=True))
            return
        message = body.get("message") or {}
        thread = message.get("thread_ts") or (None if is_direct else container["message_ts"])
        place = Place(channel, thread, body["user"]["id"])
        item = context[ITEM]
        await post(client, place, self._asking.message(card, after), item.key, is_repeated=item.attempts > 1)
        with suppress(StoreError):
            await self._parts.conversations.keep(key_of("slack", channel, thread or ""), after, self._parts.now())

    async def share(self, body: Json, client: AsyncWebClient) -> None:
        """Show an entry to everybody in the channel."""
        entry_id, _ = body["actions"][0]["value"].split("|")
        shown = self._asking.shown(entry_id)
        if shown is None:
            await self._tell(body, client, wording.GONE)
            return
        await respond(
            client, body["response_url"], Message(shown.text, [context(SHARED), *shown.blocks]), in_channel=True
        )

    async def menu(self, body: Json, client: AsyncWebClient) -> None:
        """Do what was chosen from a card's menu; only whoever chose sees it."""
        what, entry_id, version = body["actions"][0]["selected_option"]["value"].split("|")
        if what == SOURCES:
            reply = self._parts.bot.show(entry_id, self._parts.today(), Facet.SOURCES)
            if reply is None:
                await self._tell(body, client, wording.GONE)
            else:
                message = self._asking.message(lay_out(reply), Conversation(entry_id), is_private=True)
                await respond(client, body["response_url"], message)
        elif what == CITE:
            entry = self._parts.bot.shown.get(entry_id)
            address = f"{self._parts.site.public_url}/evidence/{entry_id}"
            await self._tell(body, client, wording.citation(entry, address) if entry else wording.GONE)
        elif what == GAP:
            if self._asking.open_gap:
                await self._asking.open_gap(body, client, {"entry": entry_id})
        elif what == FOLLOW:
            who = Address(SURFACE, body["user"]["id"], str((body.get("team") or {}).get("id") or ""))
            await self._parts.corrections.follow(who, entry_id, version, self._parts.now())
            await self._tell(body, client, wording.FOLLOWED)
        elif what == MISTAKE:
            await self._keep(entry_id, version, Verdict.NOT_HELPFUL, Reason.LOOKS_WRONG)
            await self._tell(body, client, wording.THANKS_REASON)

    async def verdict(self, body: Json, client: AsyncWebClient) -> None:
        """Keep whether an answer was helpful; if not, ask once why."""
        action = body["actions"][0]
        entry_id, version = action["value"].split("|")
        verdict = Verdict(action["action_id"].removeprefix(f"{VERDICT}:"))
        number = await self._keep(entry_id, version, verdict, None)
        container = body.get("container") or {}
        await self._parts.taps.tap(
            SURFACE, str(container.get("channel_id")), (str(container.get("message_ts") or ""),), body["user"]["id"],
            is_helpful=verdict is Verdict.HELPFUL, now=self._parts.now(),
        )  # fmt: skip
        if verdict is Verdict.HELPFUL:
            await self._tell(body, client, wording.THANKS_HELPFUL)
        else:
            asked = Message(escape(wording.THANKS_NOT_HELPFUL), reasons_of(number, entry_id))
            await respond(client, body["response_url"], asked)

    async def reason(self, body: Json, client: AsyncWebClient) -> None:
        """Add why an answer was not helpful."""
        action = body["actions"][0]
        number, _, entry_id = str(action["value"]).partition("|")
        reason = Reason(action["action_id"].removeprefix(f"{REASON}:"))
        await self._parts.feedback.explain(number, reason)
        blocks = [section(escape(wording.THANKS_REASON))]
        if reason in WRONG_MATCH and self._asking.open_gap:
            wanted = {"entry": entry_id, "concern": Concern.OTHER_QUESTION.value}  # what was asked is not kept
            value = json.dumps(wanted, ensure_ascii=False, separators=(",", ":"))
            blocks.append({"type": "actions", "elements": [button(gap_wording.GAP_INSTEAD, INSTEAD, value)]})
        await respond(client, body["response_url"], Message(escape(wording.THANKS_REASON), blocks))

    async def _keep(self, entry_id: str, version: str, verdict: Verdict, reason: Reason | None) -> str:
        given = Feedback(entry_id, version, verdict, reason, SURFACE, self._parts.now())
        return await self._parts.feedback.record(given)

    async def _tell(self, body: Json, client: AsyncWebClient, sentence: str) -> None:
        await respond(client, body["response_url"], Message(escape(sentence), [section(escape(sentence))]))

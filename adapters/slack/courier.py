"""Bring weekly tips to Slack: one message a second to a channel, each with its delivery's key, so that it can be looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import blocks_of, escape, section
from adapters.slack.parts import SlackSite
from adapters.slack.sending import NO_JSON, Message, code_of
from bot.card import Card
from bot.errors import DeliveryError, UnconfirmedError
from bot.outbox import Delivery, UnreachableError
from bot.pace import Pace
from bot.tips import conversation_of_tip

TIP: Final = "whatworks_tip"  # the metadata type under which a tip carries its delivery's key
CHANNEL_LIMIT: Final = (1, 1.0)  # messages in so many seconds: https://docs.slack.dev/apis/web-api/rate-limits
HISTORY: Final = 200  # messages looked through for one that may have arrived
PERSON: Final = ("U", "W")  # how the id of a person begins
SECONDS_MAX: Final = 10.0
BUSY: Final = {"ratelimited", "rate_limited", "message_limit_exceeded"}  # nothing was done
# Slack may have done it: https://docs.slack.dev/reference/methods/chat.postMessage#errors
PERHAPS: Final = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", NO_JSON}
WHAT_TO_DO: Final = {
    "channel_not_found": "The channel is gone, or the app is not in it. Invite the app again, then resume the tips.",
    "not_in_channel": "The app is not in the channel. Invite it, then resume the tips.",
    "is_archived": "The channel is archived. Bring it back, then resume the tips.",
    "restricted_action": "The workspace does not let the app post there. Ask its administrators, then resume the tips.",
    "token_revoked": "The app was removed from the workspace. Install it again, then resume the tips.",
    "account_inactive": "The app was removed from the workspace. Install it again, then resume the tips.",
    "invalid_auth": "Slack does not accept the app's token. Install it again, then resume the tips.",
}

Token = Callable[[str], Awaitable[str | None]]


class SlackCourier:
    """A `bot.outbox.Courier` for Slack.

    Args:
        client: Of the Slack Web API, without a token.
        token: Returns a workspace's token by its id; None if the app is not installed there.
        site: How Slack is reached.
    """

    can_find = True

    def __init__(self, client: AsyncWebClient, token: Token, site: SlackSite) -> None:
        self._client, self._token, self._site = client, token, site
        self._pace = Pace(*CHANNEL_LIMIT)

    async def send(self, delivery: Delivery, card: Card) -> str:
        """Send a card and return the message's `ts`."""
        blocks = blocks_of(card, conversation_of_tip(card), self._site.pages)
        message = Message(escape(card.notification), blocks).checked()
        channel = await self._channel(delivery)
        await self._pace.wait(channel)
        answer = await self._call(
            "chat.postMessage", delivery,
            {
                "channel": channel, "text": message.text, "blocks": list(message.blocks),
                "metadata": {"event_type": TIP, "event_payload": {"key": delivery.key}}, "unfurl_links": False, "unfurl_media": False,
            },
        )  # fmt: skip
        return str(answer.get("ts", ""))

    async def find(self, delivery: Delivery) -> str | None:
        """Return the `ts` of the message if it arrived."""
        asked: dict[str, Any] = {
            "channel": await self._channel(delivery),
            "limit": HISTORY,
            "include_all_metadata": True,
        }
        asked["oldest"] = f"{delivery.due.timestamp() - 60:.6f}"
        try:
            found = await self._call("conversations.history", delivery, asked)
        except UnconfirmedError as error:
            raise DeliveryError(str(error), retryable=True) from error
        for message in found.get("messages") or ():
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == TIP and (metadata.get("event_payload") or {}).get("key") == delivery.key:
                return str(message.get("ts", ""))
        return None

    async def recall(self, delivery: Delivery) -> None:
        """Put the note in the place of the message."""
        note = escape(delivery.note)
        place = {"channel": await self._channel(delivery), "ts": delivery.receipt}
        try:
            await self._call("chat.update", delivery, place | {"text": note, "blocks": [section(note)]})
        except UnconfirmedError as error:
            raise DeliveryError(str(error), retryable=True) from error

    async def replace(self, delivery: Delivery, card: Card) -> None:
        """Put a card in the place of the message."""
        blocks = blocks_of(card, conversation_of_tip(card), self._site.pages)
        message = Message(escape(card.notification), blocks).checked()
        channel = await self._channel(delivery)
        await self._pace.wait(channel)
        given = {"channel": channel, "ts": delivery.receipt, "text": message.text, "blocks": list(message.blocks)}
        try:
            await self._call("chat.update", delivery, given)
        except UnconfirmedError as error:
            raise DeliveryError(str(error), retryable=True) from error

    async def tell(self, delivery: Delivery, sentence: str) -> None:
        """Tell the manager something, in a direct message."""
        await self._call("chat.postMessage", delivery, {"channel": delivery.manager, "text": escape(sentence)})

    async def _channel(self, delivery: Delivery) -> str:
        """Return the channel to write to: of a person, the direct message."""
        where = delivery.address.conversation
        if not where.startswith(PERSON):
            return where
        try:
            opened = await self._call("conversations.open", delivery, {"users": where})
        except UnconfirmedError as error:
            raise DeliveryError(str(error), retryable=True) from error  # opened twice, it is the same
        return str((opened.get("channel") or {}).get("id") or where)

    async def _call(self, method: str, delivery: Delivery, given: dict[str, Any]) -> dict[str, Any]:
        token = await self._token(delivery.address.tenant)
        if token is None:
            raise UnreachableError(WHAT_TO_DO["account_inactive"])
        # No retrying client: whether something is sent again is the outbox's to decide.
        client = AsyncWebClient(token, base_url=self._client.base_url, session=self._client.session, retry_handlers=[])
        try:
            async with asyncio.timeout(SECONDS_MAX):
                answer = await client.api_call(method, json=given)
                return answer.data if isinstance(answer.data, dict) else {}
        except SlackApiError as error:
            raise _refused(error) from error
        except aiohttp.ClientConnectorError as error:
            raise DeliveryError("Slack cannot be reached", retryable=True) from error
        except (SlackClientError, aiohttp.ClientError, TimeoutError, ValueError, AttributeError) as error:
            # AttributeError: slack_sdk's own, on an answer that is no JSON.
            raise UnconfirmedError(f"Slack did not confirm ({type(error).__name__})") from error


def _refused(error: SlackApiError) -> DeliveryError:
    code, status = code_of(error), int(getattr(error.response, "status_code", 0) or 0)
    if code in BUSY or status == 429:
        headers = getattr(error.response, "headers", None) or {}
        return DeliveryError(f"Slack is busy: {code}", retryable=True, after=float(headers.get("Retry-After", 0)))
    if code in PERHAPS or status >= 500:
        return UnconfirmedError(f"Slack did not confirm: {code}")
    if code in WHAT_TO_DO:
        return UnreachableError(WHAT_TO_DO[code])
    return DeliveryError(f"Slack refused: {code}", retryable=False)

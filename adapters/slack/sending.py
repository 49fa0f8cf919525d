"""Bring an answer to Slack: once, whatever goes wrong on the way, or an honest sentence instead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.blocks import Json, escape, section
from adapters.slack.lint import breaches
from bot.errors import DeliveryError

ANSWER: Final = "whatworks_answer"  # the metadata type under which an answer carries its event's key
HISTORY: Final = 30  # messages looked through for an answer that may have arrived
SECONDS_MAX: Final = 10.0
NO_JSON: Final = "no JSON"
# Codes after which the same may work later: https://docs.slack.dev/reference/methods/chat.postMessage#errors
TRY_AGAIN: Final = {
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "message_limit_exceeded",
    NO_JSON,
}  # fmt: skip
REFUSED_BLOCKS: Final = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments"}
CANNOT_GO_THERE: Final = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_thread_locked",
}
RESPONSE_HOSTS: Final = {"hooks.slack.com", "hooks.slack-gov.com"}


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: blocks, and a line for the notification."""

    text: str
    blocks: Sequence[Json]

    def checked(self) -> Message:
        """Return the message, or its text alone if Slack would refuse the blocks."""
        if breaches(self.blocks, self.text):
            return Message(self.text[:3_900], [section(self.text[:2_900])])
        return self

    def without_pictures(self) -> Message:
        """Return the message with the words of its pictures in their place."""
        return Message(self.text, [section(_words(one)) if one["type"] == "image" else one for one in self.blocks])


def _words(image: Json) -> str:
    return escape(image["alt_text"])


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a channel and, in it, a thread or not; and who asked."""

    channel: str
    thread: str | None = None
    asker: str | None = None


async def post(client: AsyncWebClient, place: Place, message: Message, key: str, *, is_repeated: bool = False) -> str:
    """Post an answer and return the channel that it went to.

    Args:
        client: Of the workspace.
        place: Where.
        message: What.
        key: Of the event that is answered; the answer carries it, so that it can be found again.
        is_repeated: Whether an earlier attempt may have arrived; it is looked for first.

    Raises:
        DeliveryError: If it could not be posted.
    """
    if is_repeated and await _is_there(client, place, key):
        return place.channel
    message = message.checked()
    metadata = {"event_type": ANSWER, "event_payload": {"key": key}}

    async def send(to: Place, said: Message) -> str:
        answer = await client.chat_postMessage(
            channel=to.channel, thread_ts=to.thread, text=said.text, blocks=list(said.blocks), metadata=metadata,
            unfurl_links=False, unfurl_media=False,
        )  # fmt: skip
        return str(answer["channel"])

    try:
        return await told(lambda: send(place, message))
    except _RefusedError as error:
        if error.code in REFUSED_BLOCKS:
            return await told(lambda: send(place, message.without_pictures()))
        if error.code in CANNOT_GO_THERE and place.asker:
            # The asker hears the answer all the same, where nobody has to be a member.
            return await told(lambda: send(Place(place.asker or ""), message))
        raise


class _RefusedError(DeliveryError):
    def __init__(self, code: str) -> None:
        super().__init__(f"Slack refused: {code}", retryable=False)
        self.code = code


async def told(call: Callable[[], Awaitable[T]], seconds: float | None = None) -> T:
    """Return what a call of the Slack Web API returns.

    Args:
        call: Makes the call.
        seconds: How long to wait, if not as long as an answer may take.

    Raises:
        DeliveryError: Saying whether the same may work later.
    """
    try:
        async with asyncio.timeout(seconds or SECONDS_MAX):
            return await call()
    except SlackApiError as error:
        code, status = code_of(error), getattr(error.response, "status_code", 0)
        if code in TRY_AGAIN or status == 429 or status >= 500:
            after = float((getattr(error.response, "headers", None) or {}).get("Retry-After", 0))
            raise DeliveryError(f"Slack is busy: {code}", retryable=True, after=after) from error
        raise _RefusedError(code) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, ValueError, AttributeError) as error:
        # AttributeError: slack_sdk's own, on an answer that is no JSON.
        raise DeliveryError(f"Slack did not answer ({type(error).__name__})", retryable=True) from error


def code_of(error: SlackApiError) -> str:
    """Return the code with which Slack refused."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "unknown")) if isinstance(data, dict) else NO_JSON


async def _is_there(client: AsyncWebClient, place: Place, key: str) -> bool:
    """Return whether an answer with this key stands where it was to go; False where we may not look."""
    with suppress(DeliveryError):
        if place.thread:
            found = await told(
                lambda: client.conversations_replies(
                    channel=place.channel, ts=place.thread or "", limit=HISTORY, include_all_metadata=True
                )
            )
        else:
            found = await told(
                lambda: client.conversations_history(channel=place.channel, limit=HISTORY, include_all_metadata=True)
            )
        messages: list[dict[str, Any]] = found.get("messages") or []
        return any(
            (one.get("metadata") or {}).get("event_type") == ANSWER
            and one["metadata"]["event_payload"].get("key") == key
            for one in messages
        )
    return False


async def respond(client: AsyncWebClient, url: str, message: Message, *, in_channel: bool = False) -> None:
    """Answer where only the asker sees it, or for all, by the address that a command or an action came with.

    Raises:
        DeliveryError: If it could not be delivered, or the address is not Slack's.
    """
    if not _is_slacks(url, client.base_url):
        raise DeliveryError("The address to answer at is not Slack's", retryable=False)
    message = message.checked()
    webhook = AsyncWebhookClient(url, session=client.session, timeout=int(SECONDS_MAX))
    answer = await told(
        lambda: webhook.send(
            text=message.text,
            blocks=list(message.blocks),
            response_type="in_channel" if in_channel else "ephemeral",
            replace_original=False,
            unfurl_links=False,
            unfurl_media=False,
        )
    )
    if answer.status_code == 200:
        return
    is_busy = answer.status_code == 429 or answer.status_code >= 500
    after = float(answer.headers.get("Retry-After", 0)) if is_busy else 0.0
    raise DeliveryError(f"Slack refused the answer: {answer.status_code}", retryable=is_busy, after=after)


def _is_slacks(url: str, api: str) -> bool:
    found, ours = urlsplit(url), urlsplit(api)
    if found.scheme == "https" and found.hostname in RESPONSE_HOSTS:
        return True
    # Another Web API than Slack's own, as in a test, has its own addresses to answer at.
    return (found.scheme, found.netloc) == (ours.scheme, ours.netloc) and not (ours.hostname or "").endswith(
        "slack.com"
    )

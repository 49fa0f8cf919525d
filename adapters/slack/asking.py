"""Questions: from a direct message, a mention, the command, shortcuts and the assistant pane, to an answer in the right place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncAssistant, AsyncBoltContext
from slack_bolt.context.assistant.thread_context import AssistantThreadContext
from slack_bolt.context.assistant.thread_context_store.async_store import AsyncAssistantThreadContextStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.blocks import Json, blocks_of, escape
from adapters.slack.inbound import REMOVED
from adapters.slack.parts import SlackParts
from adapters.slack.sending import Message, Place, post, respond, told
from bot import gap_wording, wording
from bot.about_me import AboutMe
from bot.card import Card
from bot.conversations import key_of
from bot.errors import DeliveryError, StoreError
from bot.gap_talk import GapTalk
from bot.inbox import Item
from bot.layout import lay_out
from bot.limits import Limits
from bot.reply import Occasion
from bot.roles import Person
from bot.sign_in import code_in
from bot.subscriptions import Address
from bot.turn import Conversation

SURFACE: Final = "slack"
COMMAND: Final = "/evidence"
FIND, ASK, TIPS_FORM = "find_evidence", "ask_evidence", "tips"
QUESTION: Final = "question"
ITEM: Final = "whatworks_item"  # where a request's context has the item of the inbox
LOOKING: Final = "is looking it up…"


class NoThreadContext(AsyncAssistantThreadContextStore):
    """Keeps nothing of what a practitioner looks at beside the assistant pane: answers do not depend on it."""

    async def save(self, *, channel_id: str, thread_ts: str, context: dict[str, str]) -> None:
        """Keep nothing."""

    async def find(self, *, channel_id: str, thread_ts: str) -> AssistantThreadContext | None:  # noqa: ARG002 - nothing is kept
        """Return nothing."""
        return None


class Asking:
    """Answers questions on Slack."""

    def __init__(self, parts: SlackParts) -> None:
        self._parts = parts
        self.open_tips: Callable[[Json, AsyncWebClient], Awaitable[None]] | None = None
        self.give_link: Callable[[Json, AsyncWebClient, str], Awaitable[None]] | None = None
        self.open_gap: Callable[[Json, AsyncWebClient, Mapping[str, str]], Awaitable[None]] | None = None
        self.gap_talk: GapTalk | None = None
        self.about_me: AboutMe | None = None
        self.limits: Limits | None = None

    def register(self, app: AsyncApp) -> None:
        """Listen for every way in by which a question comes."""
        assistant = AsyncAssistant(thread_context_store=NoThreadContext())
        assistant.thread_started(self.greet)
        assistant.user_message(self.direct)
        app.assistant(assistant)
        app.event("message")(self.direct)
        app.event("app_mention")(self.mention)
        app.command(COMMAND)(self.command)
        app.message_shortcut(FIND)(self.about_message)
        app.global_shortcut(ASK)(self.open_form)
        app.view(ASK)(self.form)

    async def direct(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer a direct message; in the assistant pane every one is in a thread."""
        event = body["event"]
        place = Place(event["channel"], event.get("thread_ts"), event.get("user"))
        if place.thread:
            with suppress(DeliveryError):  # a status is a courtesy
                await told(
                    lambda: client.assistant_threads_setStatus(
                        channel_id=place.channel, thread_ts=place.thread or "", status=LOOKING
                    )
                )
        await self.answer(body, client, context[ITEM], place, str(event.get("text", "")))

    async def mention(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer a mention in its thread."""
        event = body["event"]
        place = Place(event["channel"], event.get("thread_ts") or event["ts"], event.get("user"))
        await self.answer(body, client, context[ITEM], place, str(event.get("text", "")))

    async def command(self, body: Json, client: AsyncWebClient) -> None:
        """Answer the command to the asker alone; `tips` opens the form for the channel's weekly tip, `gap` that for an evidence gap; `desk` leads there."""
        if self.open_tips and str(body.get("text", "")).strip().casefold() in {"tip", "tips"}:
            await self.open_tips(body, client)
            return
        if self.open_gap and str(body.get("text", "")).strip().casefold() in gap_wording.GAP_WORDS:
            await self.open_gap(body, client, {})
            return
        if self.give_link and (code := code_in(str(body.get("text", "")))) is not None:
            await self.give_link(body, client, code)
            return
        card, conversation = await self.card_for(body, str(body.get("text", "")) or "help", Conversation())
        await respond(client, body["response_url"], self.message(card, conversation, is_private=True))

    async def about_message(self, body: Json, client: AsyncWebClient) -> None:
        """Answer what a message is about, to whoever asked alone; the message itself is shown nowhere."""
        card, after = await self.card_for(body, str(body["message"].get("text", "")), Conversation(), is_own=False)
        unsaid = replace(after, question="")  # somebody else's words: not even a button carries them
        await respond(client, body["response_url"], self.message(card, unsaid, is_private=True))

    async def open_form(self, body: Json, client: AsyncWebClient) -> None:
        """Open the form to ask in."""
        await told(lambda: client.views_open(trigger_id=body["trigger_id"], view=FORM))

    async def form(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Answer what was asked in the form, in a direct message."""
        said = body["view"]["state"]["values"][QUESTION][QUESTION]["value"]
        user = body["user"]["id"]
        await self.answer(body, client, context[ITEM], Place(user, None, user), str(said))

    async def greet(self, body: Json, client: AsyncWebClient) -> None:
        """Say hello in the assistant pane, with questions to try."""
        thread = body["event"]["assistant_thread"]
        channel, ts = thread["channel_id"], thread["thread_ts"]
        hello = f"{wording.OCCASION_WORDS[Occasion.GREETING]} {wording.REMIT} {wording.PRIVATE_LINE}"
        await told(lambda: client.chat_postMessage(channel=channel, thread_ts=ts, text=escape(hello)))
        prompts: list[dict[str, str]] = [{"title": example[:75], "message": example} for example in wording.EXAMPLES]
        with suppress(DeliveryError):
            await told(
                lambda: client.assistant_threads_setSuggestedPrompts(channel_id=channel, thread_ts=ts, prompts=prompts)
            )

    async def answer(self, body: Json, client: AsyncWebClient, item: Item, place: Place, text: str) -> None:
        """Answer a message where it was asked, and remember where the conversation stands.

        Raises:
            DeliveryError: If the answer could not be brought.
        """
        key = key_of("slack", place.channel, place.thread or "")
        try:
            before = await self._parts.conversations.find(key)
        except StoreError:
            before = Conversation()  # an answer without what was said before is better than none
        card, after = await self.card_for(body, text, before)
        went_to = await post(client, place, self.message(card, after), item.key, is_repeated=item.attempts > 1)
        if went_to != place.channel:
            key = key_of("slack", went_to, "")
        with suppress(StoreError):
            await self._parts.conversations.keep(key, after, self._parts.now())

    async def card_for(
        self, body: Mapping[str, Any], text: str, before: Conversation, *, is_own: bool = True
    ) -> tuple[Card, Conversation]:
        """Return the card that answers a text, and where the conversation stands after it.

        Args:
            body: Of the request.
            text: What was said, personal data removed.
            before: Where the conversation stood.
            is_own: Whether whoever asks wrote it, and not somebody else.
        """
        person = person_of(body)
        if self.limits and (refused := await self.limits.refuses(text, SURFACE, person.conversation, person.tenant)):
            return refused, before
        if self.about_me and is_own:
            who = Person(SURFACE, person.conversation)
            if of_them := await self.about_me.said(text, who, is_alone=_is_alone(body)):
                return of_them, before
        if (
            self.gap_talk
            and is_own
            and (said := await self.gap_talk.said(text, person, person.conversation, where_of(body)))
        ):
            return said, before
        turn = await (self._parts.think if is_own else self._parts.glance)(text, before)
        removed = tuple(dict.fromkeys([*body.get(REMOVED, ()), *turn.recognition.removed]))
        card = lay_out(turn.reply, removed=removed, safeguarding_text=self._parts.site.safeguarding_text)
        if self.gap_talk:
            card = await self.gap_talk.beside(card, turn.reply)
        return card, turn.conversation

    def message(self, card: Card, conversation: Conversation, *, is_private: bool = False) -> Message:
        """Return a card as a message."""
        blocks = blocks_of(card, conversation, self._parts.site.pages, is_private=is_private)
        return Message(escape(card.notification), blocks)

    def shown(self, entry_id: str) -> Message | None:
        """Return an entry as a message without buttons, for others to read; None if it is not shown any more."""
        reply = self._parts.bot.show(entry_id, self._parts.today())
        if reply is None:
            return None
        card = replace(lay_out(reply), buttons=())
        blocks = [one for one in self.message(card, Conversation()).blocks if one["type"] != "actions"]
        return Message(escape(card.notification), blocks)


def person_of(body: Mapping[str, Any]) -> Address:
    """Return where whoever sent something is told things: an event, a command, a tap or a form."""
    user, team = body.get("user"), body.get("team")
    who = user.get("id") if isinstance(user, Mapping) else (body.get("event") or {}).get("user") or body.get("user_id")
    where = team.get("id") if isinstance(team, Mapping) else body.get("team_id")
    return Address(SURFACE, str(who or ""), str(where or ""))


def _is_alone(body: Mapping[str, Any]) -> bool:
    """Return whether only whoever sent something sees what answers it."""
    where, container = where_of(body), body.get("container") or {}
    return (
        "command" in body or bool(container.get("is_ephemeral")) or bool(where and where.conversation.startswith("D"))
    )


def where_of(body: Mapping[str, Any]) -> Address | None:
    """Return the conversation in which something was sent; None where that cannot be told."""
    event, container = body.get("event") or {}, body.get("container") or {}
    channel = event.get("channel") or body.get("channel_id") or container.get("channel_id")
    return Address(SURFACE, str(channel), person_of(body).tenant) if channel else None


FORM: Final[Json] = {
    "type": "modal",
    "callback_id": ASK,
    "title": {"type": "plain_text", "text": "Ask the evidence"},
    "submit": {"type": "plain_text", "text": "Ask"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "blocks": [
        {
            "type": "input",
            "block_id": QUESTION,
            "label": {"type": "plain_text", "text": "Your question"},
            "hint": {"type": "plain_text", "text": f"{wording.PRIVATE_LINE} The answer comes as a direct message."},
            "element": {
                "type": "plain_text_input",
                "action_id": QUESTION,
                "multiline": True,
                "min_length": 2,
                "max_length": 3000,
            },
        }
    ],
}

"""What happens on Teams: messages, taps, thumbs, installations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment, CardAction, SuggestedActions

from adapters.teams import cards, tips
from adapters.teams.adapter import PAYLOAD
from adapters.teams.cards import CONTENT_TYPE, calm, card_of
from adapters.teams.connector import GoneError
from adapters.teams.courier import person_of
from adapters.teams.desk import Desk
from adapters.teams.extension import Extension, words_of
from adapters.teams.gaps import ON_MESSAGE, Gaps
from adapters.teams.inbound import REMOVED, Json, reference_of
from adapters.teams.lint import breaches
from adapters.teams.parts import TeamsParts
from adapters.teams.thumbs import SURFACE, Thumbs
from adapters.teams.whereabouts import Whereabouts
from bot import wording
from bot.about_me import AboutMe
from bot.answers import Shown
from bot.card import Card
from bot.conversations import key_of
from bot.errors import DeliveryError, StoreError, UnconfirmedError, WhatworksError
from bot.feedback import Reason, Verdict
from bot.gap_talk import GapTalk
from bot.layout import lay_out
from bot.limits import Limits
from bot.reply import Ending
from bot.roles import Person
from bot.sign_in_desk import SignInDesk
from bot.tip_desk import TipDesk
from bot.tips import conversation_of_tip
from bot.turn import Conversation, Turn

PERSONAL: Final = "personal"
COMMANDS: Final = ("help", "tips", "gap", "about me")
FEEDBACK_LOOP: Final = {"feedbackLoop": {"type": "custom"}}
LOG: Final = structlog.get_logger("whatworks.teams")


class Practice(Whereabouts):
    """Answers activities. Those of the inbox come one after another and may come again; invokes are answered at once."""

    def __init__(
        self, parts: TeamsParts, desk: TipDesk | None = None, talk: GapTalk | None = None, sign_in: SignInDesk | None = None,
        about_me: AboutMe | None = None, limits: Limits | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parts.references, parts.now)
        self._parts, self._desk = parts, desk
        self._gaps = Gaps(parts, talk) if talk else None
        self._sign_in = Desk(sign_in) if sign_in else None
        self._about_me, self._limits = about_me, limits
        self._extension, self._thumbs = Extension(parts), Thumbs(parts)
        self._invokes: dict[str, Callable[[TurnContext, Mapping[str, Any]], Awaitable[Json]]] = {
            "adaptiveCard/action": self._tapped,
            "message/fetchTask": self._thumbs.ask_why,
            "message/submitAction": self._thumbs.take,
            "composeExtension/query": lambda _, value: self._extension.search(value),
            "composeExtension/queryLink": self._preview,
            "composeExtension/anonymousQueryLink": self._preview,
            "composeExtension/fetchTask": self._about_message,
            "composeExtension/submitAction": self._in_dialog,
        }

    async def on_turn(self, turn_context: TurnContext) -> None:
        """Take a turn, and keep how to reach its conversation."""
        await super().on_turn(turn_context)
        payload = turn_context.turn_state[PAYLOAD]
        # Not where the message extension is used: the bot need not be in that chat.
        if payload["type"] == "message" or payload.get("name") in {"adaptiveCard/action", "message/submitAction"}:
            await self.remember(reference_of(payload))

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Answer what was written, or tapped in a client that sends taps as messages."""
        payload = turn_context.turn_state[PAYLOAD]
        value = payload.get("value") or {}
        text, reference = str(payload.get("text") or ""), reference_of(payload)
        who = str(payload["from"].get("id") or "")
        if self._limits and (refused := await self._limits.refuses(text, SURFACE, who, reference.tenant)):
            await self._send(turn_context, _of_card(card_of(refused, Conversation(), "")))
            return
        if self._desk and text.strip().casefold() in {"tip", "tips"}:
            await self._send(turn_context, _of_card(await tips.form_for(reference, self._desk)))
            return
        if self._sign_in and (of_desk := await self._sign_in.said(payload)):
            await self._send(turn_context, _of_card(of_desk))
            return
        if of_them := await self._of_them(payload, str(value.get("says") or text)):
            await self._send(turn_context, _of_card(of_them))
            return
        if self._gaps and (of_gap := await self._gaps.said(payload, value)):
            await self._send(turn_context, _of_card(of_gap))
            return
        if value.get("verb") == cards.TIPS and self._desk:
            await self._send(turn_context, _of_card(await self._saved(payload, value)))
            return
        if value.get("verb") in cards.VERBS:
            with suppress(ValueError):
                card, after, sentence = await self._come_of(value, payload)
                await self._bring(turn_context, card, after) if card else await self._say(turn_context, sentence)
            return
        key = key_of(SURFACE, turn_context.activity.conversation.id)
        try:
            before = await self._parts.conversations.find(key)
        except StoreError:
            before = Conversation()  # an answer without what was said before is better than none
        turn = await self._parts.think(text, before)
        await self._bring(turn_context, await self._laid_out(turn, payload.get(REMOVED) or ()), turn.conversation)
        with suppress(StoreError):
            await self._parts.conversations.keep(key, turn.conversation, self._parts.now())

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        """Say hello once, in the way that fits where the bot was added."""
        payload = turn_context.turn_state[PAYLOAD]
        reference = reference_of(payload)
        await self.remember(reference, again=True)
        if payload.get("action") != "add":
            return
        way = wording.WELCOME_PERSON if reference.kind == PERSONAL else wording.WELCOME_TEAM
        hello = f"Hello. {wording.REMIT} {way} {wording.PRIVATE_LINE}"
        message = Activity(type=ActivityTypes.message, text=hello, text_format="plain", summary=hello)
        if reference.kind == PERSONAL:
            message.suggested_actions = _suggested()
        await self._send(turn_context, message)

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Answer an invoke: 501 for what the bot does not have, 400 for what no client of ours sends."""
        handle = self._invokes.get(str(turn_context.activity.name or ""))
        if handle is None:
            return InvokeResponse(status=501)
        value = turn_context.turn_state[PAYLOAD].get("value")
        try:
            return InvokeResponse(
                status=200, body=await handle(turn_context, value if isinstance(value, Mapping) else {})
            )
        except ValueError:
            return InvokeResponse(status=400)
        except WhatworksError as error:
            LOG.warning("an invoke failed", name=turn_context.activity.name, error=type(error).__name__)
            return InvokeResponse(status=200, body=_message(wording.NOT_NOW))

    async def _tapped(self, context: TurnContext, value: Mapping[str, Any]) -> Json:
        tapped = value.get("action")
        data = tapped.get("data") if isinstance(tapped, Mapping) else None
        if not isinstance(data, Mapping):
            raise ValueError("no action")  # noqa: TRY004 - a value of a request, not a type of ours
        if data.get("verb") == cards.TIPS and self._desk:
            made = await self._saved(context.turn_state[PAYLOAD], data)
            return {"statusCode": 200, "type": CONTENT_TYPE, "value": made}
        if of_them := await self._of_them(context.turn_state[PAYLOAD], str(data.get("says") or "")):
            return {"statusCode": 200, "type": CONTENT_TYPE, "value": of_them}
        if self._gaps and (of_gap := await self._gaps.tapped(context.turn_state[PAYLOAD], data)):
            return {"statusCode": 200, "type": CONTENT_TYPE, "value": of_gap}
        card, after, sentence = await self._come_of(
            {**data, "verb": tapped.get("verb") if isinstance(tapped, Mapping) else ""}, context.turn_state[PAYLOAD]
        )
        if card is None:
            return _message(sentence)
        shown = card_of(card, after, self._parts.site.pages)
        activity = context.activity
        is_personal = reference_of(context.turn_state[PAYLOAD]).kind == PERSONAL
        if data.get("options") and not is_personal and activity.reply_to_id:
            # What to answer was open, and is settled now: everybody sees what was picked.
            update = self._message(card, after)
            update.id = activity.reply_to_id
            with suppress(DeliveryError):  # whoever tapped sees it all the same
                await context.update_activity(update)
        if activity.reply_to_id and (is_personal or data.get("options")):
            await self._note(context, activity.reply_to_id, card)
        with suppress(StoreError):
            await self._parts.conversations.keep(key_of(SURFACE, activity.conversation.id), after, self._parts.now())
        return {"statusCode": 200, "type": CONTENT_TYPE, "value": shown}

    async def _of_them(self, payload: Mapping[str, Any], words: str) -> Json | None:
        """Return the card with what is kept about whoever asks for it; None for other words."""
        if self._about_me is None:
            return None
        is_alone = reference_of(payload).kind == PERSONAL
        said = await self._about_me.said(
            words, Person(SURFACE, str(payload["from"].get("id") or "")), is_alone=is_alone
        )
        return card_of(said, Conversation(), self._parts.site.pages) if said else None

    async def _saved(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Json:
        """Do what the form for the weekly tip says; return the card that tells it, with the next tip below."""
        if self._desk is None:
            return cards.told(wording.TIPS_HOW)
        said, card = await tips.save(reference_of(payload), data, str(payload["from"].get("id") or ""), self._desk)
        if card is None:
            return cards.told(said)
        shown = card_of(card, conversation_of_tip(card), self._parts.site.pages)
        lead = [cards.text(cards.run(said, weight="Bolder")), cards.small(wording.PREVIEW)]
        return shown | {"body": [*lead, *shown["body"]], "speak": calm(said)}

    async def _come_of(
        self, data: Mapping[str, Any], payload: Mapping[str, Any]
    ) -> tuple[Card | None, Conversation, str]:
        """Return the card that a button leads to, or else a sentence."""
        verb, entry_id = data.get("verb"), str(data.get("entry") or "")
        if verb == cards.SAY:
            turn = await self._parts.think(*cards.conversation_of(data))
            return await self._laid_out(turn, ()), turn.conversation, ""
        entry = self._parts.bot.shown.get(entry_id)
        reply = self._parts.bot.show(entry_id, self._parts.today())
        if entry is None or reply is None:
            return None, Conversation(), wording.GONE
        match verb:
            case cards.SHOW:
                return lay_out(reply), Conversation(entry_id), ""
            case cards.CITE:
                address = f"{self._parts.site.public_url}/evidence/{entry_id}"
                return None, Conversation(), wording.citation(entry, address)
            case cards.FOLLOW:
                who = person_of(reference_of(payload), str(payload["from"].get("id") or ""))
                version = str(data.get("version") or entry.version)
                await self._parts.corrections.follow(who, entry_id, version[: len(entry.version)], self._parts.now())
                return None, Conversation(), wording.FOLLOWED
            case cards.MISTAKE:
                version = str(data.get("version") or entry.version)
                shown = Shown(entry_id, version[: len(entry.version)])
                await self._thumbs.keep(shown, Verdict.NOT_HELPFUL, Reason.LOOKS_WRONG)
                return None, Conversation(), wording.THANKS_REASON
        raise ValueError("not one of our buttons")

    async def _about_message(self, _context: TurnContext, value: Mapping[str, Any]) -> Json:
        if self._gaps and value.get("commandId") == ON_MESSAGE:
            return self._gaps.about_message(words_of(value))
        return await self._extension.about_message(value)

    async def _in_dialog(self, context: TurnContext, value: Mapping[str, Any]) -> Json:
        data = value.get("data")
        if self._gaps and isinstance(data, Mapping) and data.get("verb") in cards.GAP_VERBS:
            return await self._gaps.in_dialog(context.turn_state[PAYLOAD], data)
        return await self._extension.tap(value)

    async def _preview(self, _context: TurnContext, value: Mapping[str, Any]) -> Json:
        return self._extension.preview(value)

    async def _laid_out(self, turn: Turn, removed: tuple[str, ...] | list[str]) -> Card:
        kinds = tuple(dict.fromkeys([*removed, *turn.recognition.removed]))
        card = lay_out(turn.reply, removed=kinds, safeguarding_text=self._parts.site.safeguarding_text)
        return await self._gaps.beside(card, turn.reply) if self._gaps else card

    def _message(self, card: Card, after: Conversation) -> Activity:
        made = card_of(card, after, self._parts.site.pages)
        if wrong := breaches(made):
            LOG.error("a card that Teams would refuse", entry=card.entry_id, breaches=len(wrong))
            return Activity(type=ActivityTypes.message, text=calm(card.to_text()), text_format="plain")
        return Activity(
            type=ActivityTypes.message, summary=calm(card.notification),
            attachments=[Attachment(content_type=CONTENT_TYPE, content=made)],
            channel_data=FEEDBACK_LOOP if card.entry_id else None,
        )  # fmt: skip

    async def _bring(self, context: TurnContext, card: Card, after: Conversation) -> None:
        """Send a card, or its words where a card is refused."""
        message = self._message(card, after)
        is_personal = reference_of(context.turn_state[PAYLOAD]).kind == PERSONAL
        if is_personal and card.ending is Ending.OUT_OF_REMIT:
            message.suggested_actions = _suggested()
        try:
            sent = await self._send(context, message)
        except GoneError:
            raise
        except DeliveryError as error:
            if error.retryable:
                raise
            LOG.warning("a card was refused", entry=card.entry_id, error=str(error))
            words = Activity(type=ActivityTypes.message, text=calm(card.to_text()), text_format="plain")
            sent = await self._send(context, words)
        if sent:
            await self._note(context, sent, card)

    async def _say(self, context: TurnContext, sentence: str) -> None:
        await self._send(context, Activity(type=ActivityTypes.message, text=sentence, text_format="plain"))

    async def _send(self, context: TurnContext, message: Activity) -> str:
        """Send a message and return its id; if it was not confirmed, say so instead of sending it again."""
        try:
            sent = await context.send_activity(message)
        except UnconfirmedError as error:
            LOG.warning("not confirmed", error=str(error))
            sentence = Activity(type=ActivityTypes.message, text=wording.NOT_CONFIRMED, text_format="plain")
            try:
                await context.send_activity(sentence)
            except DeliveryError as again:
                LOG.error("nothing was confirmed", error=str(again))  # noqa: TRY400 - no traceback: it could hold a message
            return ""
        return str(sent.id or "") if sent else ""

    async def _note(self, context: TurnContext, message: str, card: Card) -> None:
        if card.entry_id and card.version:
            key = key_of(SURFACE, context.activity.conversation.id, message)
            with suppress(StoreError):
                await self._parts.answers.keep(key, Shown(card.entry_id, card.version), self._parts.now())


def _of_card(card: Json) -> Activity:
    attached = [Attachment(content_type=CONTENT_TYPE, content=card)]
    return Activity(type=ActivityTypes.message, summary=card["speak"], attachments=attached)


def _message(sentence: str) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": sentence}


def _suggested() -> SuggestedActions:
    says = [*wording.EXAMPLES[:2], *COMMANDS]
    return SuggestedActions(to=[], actions=[CardAction(type="imBack", title=one, value=one) for one in says])

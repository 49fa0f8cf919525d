"""The message extension: search from any chat, previews of our pages, and "Find evidence on this" on a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.teams import cards
from adapters.teams.cards import attachment, card_of
from adapters.teams.inbound import Json, plain
from adapters.teams.parts import TeamsParts
from bot.layout import lay_out
from bot.turn import Conversation, Turn

SEARCH, ABOUT = "findEvidence", "findEvidenceOnThis"
QUESTION: Final = "question"
RESULTS_MAX: Final = 6
DIALOG_TITLE: Final = "Evidence on this message"
TYPE_A_QUESTION: Final = "Type a question, such as: does family group conferencing keep children out of care?"


class Extension:
    """Answers the message extension's invokes."""

    def __init__(self, parts: TeamsParts) -> None:
        self._parts = parts

    async def search(self, value: Mapping[str, Any]) -> Json:
        """Return the entries that fit a question, each as a card to insert into a chat."""
        question = plain(_parameter(value, QUESTION))
        if not question:
            return _said(TYPE_A_QUESTION)
        turn = await self._parts.glance(question, Conversation())  # asked anew with each letter typed
        card = lay_out(turn.reply, safeguarding_text=self._parts.site.safeguarding_text)
        found = [entry_id for entry_id in self._found(turn, card.entry_id) if entry_id in self._parts.bot.shown]
        if turn.recognition.is_urgent or not found:
            return _said(card.notification)
        return _results([self._result(entry_id) for entry_id in found[:RESULTS_MAX]])

    def preview(self, value: Mapping[str, Any]) -> Json:
        """Return what stands behind a link to one of our entries; {} for other links."""
        entry_id = self._entry_of(str(value.get("url") or ""))
        return _results([self._result(entry_id)]) if entry_id in self._parts.bot.shown else {}

    async def about_message(self, value: Mapping[str, Any]) -> Json:
        """Return a dialog with what a message is about; the message itself is shown and kept nowhere."""
        turn = await self._parts.glance(words_of(value), Conversation())
        # Somebody else's words: not even a button carries them.
        return self._dialog(turn, replace(turn.conversation, question=""))

    async def tap(self, value: Mapping[str, Any]) -> Json:
        """Return the next dialog after a tap in one; {} closes it."""
        data = value.get("data")
        if not isinstance(data, Mapping):
            return {}
        if data.get("verb") == cards.SAY:
            turn = await self._parts.glance(*cards.conversation_of(data))
            return self._dialog(turn, turn.conversation)
        entry_id = str(data.get("entry") or "")
        reply = self._parts.bot.show(entry_id, self._parts.today())
        if data.get("verb") == cards.SHOW and reply:
            card = card_of(lay_out(reply), Conversation(entry_id), self._parts.site.pages, is_dialog=True)
            return _task(card)
        return {}

    def _found(self, turn: Turn, answered: str | None) -> list[str]:
        likely = [match.id for match in turn.recognition.matches]
        if answered:
            return list(dict.fromkeys([answered, *likely]))
        return list(turn.conversation.options)  # nothing where the bot is not sure

    def _dialog(self, turn: Turn, after: Conversation) -> Json:
        removed = tuple(turn.recognition.removed)
        card = lay_out(turn.reply, removed=removed, safeguarding_text=self._parts.site.safeguarding_text)
        return _task(card_of(card, after, self._parts.site.pages, is_dialog=True))

    def _result(self, entry_id: str) -> Json:
        entry = self._parts.bot.shown[entry_id]
        reply = self._parts.bot.show(entry_id, self._parts.today())
        if reply is None:
            return {}
        # The bot may not be in the chat that the card goes to: no button that it would have to answer.
        card = card_of(lay_out(reply), Conversation(), self._parts.site.pages, may_act=False)
        preview = {
            "contentType": "application/vnd.microsoft.card.thumbnail",
            "content": {"title": entry.label, "text": entry.texts.one_line},
        }
        return attachment(card) | {"preview": preview}

    def _entry_of(self, url: str) -> str:
        try:
            found, ours = urlsplit(url), urlsplit(self._parts.site.public_url)
        except ValueError:
            return ""
        before = f"{ours.path}/evidence/"
        if found.hostname != ours.hostname or not found.path.startswith(before):
            return ""
        return found.path.removeprefix(before).strip("/")


def words_of(value: Mapping[str, Any]) -> str:
    """Return the words of the message that a command was used on."""
    payload = value.get("messagePayload")
    body = payload.get("body") if isinstance(payload, Mapping) else None
    return plain(str(body.get("content") or "")) if isinstance(body, Mapping) else ""


def _parameter(value: Mapping[str, Any], name: str) -> str:
    for one in value.get("parameters") or ():
        if isinstance(one, Mapping) and one.get("name") == name:
            return str(one.get("value") or "")
    return ""


def _said(sentence: str) -> Json:
    return {"composeExtension": {"type": "message", "text": sentence}}


def _results(attachments: list[Json]) -> Json:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}}


def _task(card: Json) -> Json:
    value = {"title": DIALOG_TITLE, "width": "medium", "height": "large", "card": attachment(card)}
    return {"task": {"type": "continue", "value": value}}


def form(title: str, card: Json) -> Json:
    """Return a small dialog with a form."""
    value = {"title": title, "width": "small", "height": "small", "card": attachment(card)}
    return {"task": {"type": "continue", "value": value}}

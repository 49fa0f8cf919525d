"""Flag an evidence gap: a form, a look at what the centre would get, and a word on what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import ITEM, Asking, person_of
from adapters.slack.blocks import INSTEAD, Json, button, context, escape, section
from adapters.slack.inbound import REMOVED
from adapters.slack.parts import SlackParts
from adapters.slack.sending import Message, Place, post, respond, told
from bot import gap_wording, wording
from bot.card import Card
from bot.errors import InputError, StoreError, WhatworksError
from bot.gap_desk import FIELDS, HOW_SOON, Cleaned
from bot.gap_talk import GapTalk
from bot.layout import lay_out
from bot.reply import UrgentReply
from bot.turn import Conversation

FORM, SEND, CHANGE = "gap", "gap_send", "gap_change"
ON_MESSAGE: Final = "flag_gap"  # the shortcut on a message
HOW_SOON_FIELD, CONCERN = "how_soon", "concern"


class Gaps:
    """Opens and takes the form."""

    def __init__(self, parts: SlackParts, asking: Asking, talk: GapTalk) -> None:
        self._parts, self._asking, self._desk, self._talk = parts, asking, talk.desk, talk
        asking.open_gap, asking.gap_talk = self.open, talk

    def register(self, app: AsyncApp) -> None:
        """Listen for the form and for the buttons below what it says."""
        app.view(FORM)(self.look)
        app.action(SEND)(self.send)
        app.action(CHANGE)(self.change)
        app.action(INSTEAD)(self.change)
        app.message_shortcut(ON_MESSAGE)(self.about_message)

    async def open(self, body: Json, client: AsyncWebClient, filled: Mapping[str, str]) -> None:
        """Open the form, with what is known already."""
        await told(lambda: client.views_open(trigger_id=body["trigger_id"], view=form(filled)))

    async def about_message(self, body: Json, client: AsyncWebClient) -> None:
        """Open the form with the words of a message, personal data removed: somebody else's, as the form says."""
        words = str(body["message"].get("text", ""))[: FIELDS["question"]]
        await told(
            lambda: client.views_open(
                trigger_id=body["trigger_id"], view=form({"question": words}, gap_wording.GAP_FROM_MESSAGE)
            )
        )

    async def look(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Show to whoever filled the form in what the centre would get."""
        given = {block: next(iter(said.values())) for block, said in body["view"]["state"]["values"].items()}
        filled = {name: str(_said(value) or "") for name, value in given.items()}
        filled["entry"] = str(body["view"].get("private_metadata") or "")
        user = body["user"]["id"]
        like: Card | None = None
        try:
            cleaned = self._desk.cleaned(filled)
            with suppress(StoreError):  # to see what others asked is a courtesy
                like = await self._talk.like(cleaned.form["question"])
            blocks = self._shown(cleaned, like, tuple(body.get(REMOVED, ())))
        except InputError as error:
            blocks = [section(escape(str(error)))]
        await post(client, Place(user, None, user), Message(gap_wording.GAP_LOOK, blocks), context[ITEM].key)

    async def send(self, body: Json, client: AsyncWebClient) -> None:
        """Keep the gap, as it was looked at."""
        person = person_of(body)
        try:
            said = await self._desk.flag(_filled(body), person, person.conversation)
        except InputError as error:
            said = str(error)
        except WhatworksError:
            said = wording.NOT_NOW
        await respond(client, body["response_url"], Message(escape(said), [section(escape(said))]))

    async def change(self, body: Json, client: AsyncWebClient) -> None:
        """Open the form again."""
        await self.open(body, client, _filled(body))

    def _shown(self, cleaned: Cleaned, like: Card | None, removed: tuple[str, ...]) -> list[Json]:
        blocks: list[Json] = []
        if cleaned.is_urgent:
            alert = lay_out(UrgentReply(), safeguarding_text=self._parts.site.safeguarding_text)
            blocks += self._asking.message(alert, Conversation()).blocks
        blocks += [section(f"*{escape(gap_wording.GAP_LOOK)}*")]
        blocks += [section(f"*{escape(label)}*\n{escape(said)}") for label, said in cleaned.lines]
        kinds = tuple(dict.fromkeys([*removed, *cleaned.removed]))
        if kinds:
            blocks.append(context(escape(wording.removed(kinds))))
        value = json.dumps(dict(cleaned.form), ensure_ascii=False, separators=(",", ":"))
        actions = [button(gap_wording.GAP_SEND, SEND, value), button(gap_wording.GAP_CHANGE, CHANGE, value)]
        others = [{"type": "divider"}, *self._asking.message(like, Conversation()).blocks] if like else []
        return [*blocks, {"type": "actions", "elements": actions}, *others]


def form(filled: Mapping[str, str], note: str = "") -> Json:
    """Return the form, with what is known already, and a note on that."""
    blocks = [section(escape(said)) for said in (note, gap_wording.GAP_NO_NAMES) if said]
    blocks += [_text(name, most, filled.get(name, "")) for name, most in FIELDS.items()]
    if filled.get("entry"):
        blocks.insert(-len(FIELDS), _select(CONCERN, gap_wording.CONCERNS, filled))
    blocks.insert(-1, _select(HOW_SOON_FIELD, {one: one for one in HOW_SOON}, filled))
    return {
        "type": "modal", "callback_id": FORM, "title": _plain("Flag a gap"), "submit": _plain("Look at it"), "close": _plain("Cancel"),
        "private_metadata": filled.get("entry", ""), "blocks": blocks,
    }  # fmt: skip


def _text(name: str, most: int, written: str) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": name, "multiline": name != "role", "max_length": most}
    if written:
        element["initial_value"] = written[:most]
    return _field(name, element, optional=name != "question")


def _select(name: str, choices: Mapping[str, str], filled: Mapping[str, str]) -> Json:
    options = [{"text": _plain(label), "value": value} for value, label in choices.items()]
    element: Json = {"type": "static_select", "action_id": name, "options": options}
    if filled.get(name) in choices:
        element["initial_option"] = next(one for one in options if one["value"] == filled[name])
    return _field(name, element, optional=True)


def _field(name: str, element: Json, *, optional: bool) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(gap_wording.GAP_LABELS[name]),
        "element": element,
        "optional": optional,
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _said(value: Mapping[str, Any]) -> object:
    return value["selected_option"]["value"] if value.get("selected_option") else value.get("value")


def _filled(body: Json) -> dict[str, str]:
    try:
        filled = json.loads(body["actions"][0]["value"])
    except ValueError as error:
        raise InputError("That button is not one of ours") from error
    return {str(name): str(value) for name, value in filled.items()} if isinstance(filled, dict) else {}

"""Flag an evidence gap: a form, replaced by what the centre would get, replaced by a word on what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from adapters.teams import cards
from adapters.teams.cards import Json, action, heading, run, small, text
from adapters.teams.courier import SURFACE, address_of, person_of
from adapters.teams.inbound import reference_of
from adapters.teams.parts import TeamsParts
from bot import gap_wording, wording
from bot.card import Card
from bot.conversations import key_of
from bot.errors import InputError, StoreError
from bot.gap_desk import FIELDS, HOW_SOON, Cleaned
from bot.gap_talk import GapTalk
from bot.layout import lay_out
from bot.reply import Reply, UrgentReply
from bot.turn import Conversation

HOW_SOON_FIELD, CONCERN = "how_soon", "concern"
ON_MESSAGE: Final = "flagGapOnThis"  # the command on a message
DIALOG_TITLE: Final = "Flag an evidence gap"


def form(filled: Mapping[str, str], note: str = "", *, is_dialog: bool = False) -> Json:
    """Return the form, with what is known already, and a note on that."""
    inputs: list[Json] = [
        {
            "type": "Input.Text", "id": name, "label": gap_wording.GAP_LABELS[name], "value": filled.get(name, "")[:most], "maxLength": most,
            "isMultiline": name != "role", "isRequired": name == "question", "errorMessage": "Please write a few words.",
        }
        for name, most in FIELDS.items()
    ]  # fmt: skip
    if filled.get("entry"):
        inputs.insert(0, _choice(CONCERN, gap_wording.CONCERNS, filled))
    inputs.insert(-1, _choice(HOW_SOON_FIELD, {one: one for one in HOW_SOON}, filled))
    card = cards.told(gap_wording.FLAG_HEADING)
    notes = [text(run(said)) for said in (note, gap_wording.GAP_NO_NAMES) if said]
    card["body"] = [heading(gap_wording.FLAG_HEADING), *notes, *inputs]
    entry = {"entry": filled.get("entry", "")}
    card["actions"] = [action(gap_wording.GAP_REVIEW, cards.GAP_LOOK, entry, is_dialog=is_dialog)]
    return card


def _choice(name: str, choices: Mapping[str, str], filled: Mapping[str, str]) -> Json:
    listed = [{"title": title, "value": value} for value, title in choices.items()]
    return {
        "type": "Input.ChoiceSet", "id": name, "label": gap_wording.GAP_LABELS[name], "choices": listed, "style": "compact",
        "value": filled.get(name, ""),
    }  # fmt: skip


def look(cleaned: Cleaned, alert: Json | None, like: Json | None, *, is_dialog: bool = False) -> Json:
    """Return what the centre would get, below the card for danger now if there is reason for it, and gaps that ask something like it."""
    lines = [text(run(f"{label}: ", weight="Bolder"), run(said)) for label, said in cleaned.lines]
    removed = [small(wording.removed(cleaned.removed))] if cleaned.removed else []
    card = cards.told(gap_wording.GAP_LOOK)
    card["body"] = [
        *(alert["body"] if alert else []),
        heading(gap_wording.FLAG_HEADING),
        text(run(gap_wording.GAP_LOOK)),
        *lines,
        *removed,
        *(like["body"] if like else []),
    ]
    carried = dict(cleaned.form)
    card["actions"] = [
        action(label, verb, {"form": carried}, is_dialog=is_dialog)
        for label, verb in ((gap_wording.GAP_SEND, cards.GAP_SEND), (gap_wording.GAP_CHANGE, cards.GAP_CHANGE))
    ]  # fmt: skip
    return card


class Gaps:
    """Answers what is said and tapped about evidence gaps."""

    def __init__(self, parts: TeamsParts, talk: GapTalk) -> None:
        self._parts, self._desk, self._talk = parts, talk.desk, talk

    async def said(self, payload: Mapping[str, Any], value: Mapping[str, Any]) -> Json | None:
        """Return the card that answers a message, or a tap that a client sends as one; None for what is about something else."""
        if str(payload.get("text") or "").strip().casefold() in gap_wording.GAP_WORDS:
            return form({"question": await self._last_question(str(payload["conversation"]["id"]))})
        if value.get("verb") in cards.GAP_VERBS:
            return await self._next(payload, value)
        return await self._told(payload, _words(value) if value.get("verb") else str(payload.get("text") or ""))

    async def tapped(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Json | None:
        """Return the card that follows a button; None for a button about something else.

        Raises:
            StoreError: If a gap could not be kept.
        """
        if data.get("verb") in cards.GAP_VERBS:
            return await self._next(payload, data)
        if data.get("verb") == cards.GAP:
            return form({"entry": str(data.get("entry") or "")})
        if data.get("verb") != cards.SAY:
            return None
        says = str(data.get("says") or "")
        if says.casefold() in gap_wording.GAP_WORDS:
            return form({"question": str(data.get("question") or "")})
        return await self._told(payload, _words(data))

    def about_message(self, said: str) -> Json:
        """Return the dialog to flag a gap with the words of a message: somebody else's, as the form says."""
        words = self._parts.clean(said)[0][: FIELDS["question"]]
        return _dialog(form({"question": words}, gap_wording.GAP_FROM_MESSAGE, is_dialog=True))

    async def in_dialog(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Json:
        """Return the dialog that follows a button of that one."""
        return _dialog(await self._next(payload, data, is_dialog=True))

    async def beside(self, card: Card, reply: Reply) -> Card:
        """Return a card; below "nothing on that", with gaps that ask something like it."""
        return await self._talk.beside(card, reply)

    async def _told(self, payload: Mapping[str, Any], says: str) -> Json | None:
        who, reference = str(payload["from"].get("id") or ""), reference_of(payload)
        said = await self._talk.said(says, person_of(reference, who), who, address_of(reference))
        return cards.card_of(said, Conversation(), self._parts.site.pages) if said else None

    async def _next(self, payload: Mapping[str, Any], data: Mapping[str, Any], *, is_dialog: bool = False) -> Json:
        carried = data.get("form")
        filled = {str(name): str(value) for name, value in (carried if isinstance(carried, Mapping) else data).items()}
        try:
            if data["verb"] == cards.GAP_CHANGE:
                return form(filled, is_dialog=is_dialog)
            if data["verb"] == cards.GAP_SEND:
                who = str(payload["from"].get("id") or "")
                return cards.told(await self._desk.flag(filled, person_of(reference_of(payload), who), who))
            cleaned = self._desk.cleaned(filled)
        except InputError as error:
            again = form(filled, is_dialog=is_dialog)
            return again | {"body": [text(run(str(error), weight="Bolder")), *again["body"]]}
        like: Card | None = None
        with suppress(StoreError):  # to see what others asked is a courtesy
            like = await self._talk.like(cleaned.form["question"])
        # In a dialog the bot may not be where a button's answer would go.
        others = cards.card_of(like, Conversation(), self._parts.site.pages, may_act=not is_dialog) if like else None
        return look(cleaned, self._alert() if cleaned.is_urgent else None, others, is_dialog=is_dialog)

    def _alert(self) -> Json:
        card = lay_out(UrgentReply(), safeguarding_text=self._parts.site.safeguarding_text)
        return cards.card_of(card, Conversation(), "")

    async def _last_question(self, conversation: str) -> str:
        with suppress(StoreError):
            return (await self._parts.conversations.find(key_of(SURFACE, conversation))).question
        return ""


def _dialog(card: Json) -> Json:
    value = {"title": DIALOG_TITLE, "width": "medium", "height": "large", "card": cards.attachment(card)}
    return {"task": {"type": "continue", "value": value}}


def _words(data: Mapping[str, Any]) -> str:
    """Return what a button says, and after it what was written beside it."""
    says, written = str(data.get("says") or ""), str(data.get(cards.WRITTEN) or "").strip()
    return f"{says}: {written}" if written else says

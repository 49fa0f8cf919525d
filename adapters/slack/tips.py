"""The weekly tip of a channel: a form to begin, change, pause and stop it, answered in words with the card that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.asking import ITEM, TIPS_FORM, Asking
from adapters.slack.blocks import Json, context, escape, section
from adapters.slack.parts import SlackParts
from adapters.slack.sending import Message, Place, post, told
from bot import wording
from bot.errors import InputError, WhatworksError
from bot.schedule import DAYS
from bot.subscriptions import Address, Subscription
from bot.tip_desk import DRAWN, WHAT, TipDesk, summary
from bot.tips import conversation_of_tip, pool

SURFACE: Final = "slack"
ZONES: Final = ("Europe/London", "Europe/Dublin")
CHANNEL, WHAT_FIELD, DAY, AT, ZONE, TOPICS, UNTIL = "channel", "what", "day", "at", "zone", "topics", "until"
PICK, TERM_TIME = "pick", "term_time"
GROUP_MAX: Final = 100  # https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element


class Tips:
    """Opens and takes the form."""

    def __init__(self, parts: SlackParts, asking: Asking, desk: TipDesk) -> None:
        self._parts, self._asking, self._desk = parts, asking, desk
        asking.open_tips = self.open

    def register(self, app: AsyncApp) -> None:
        """Listen for the form; the command that opens it is the one for questions."""
        app.view(TIPS_FORM)(self.save)

    async def open(self, body: Json, client: AsyncWebClient) -> None:
        """Open the form for the channel that the command was used in."""
        channel = str(body.get("channel_id") or "")
        found = await self._desk.subscriptions.find(SURFACE, channel)
        view = form(channel, found, summary(found, self._parts.now()), self._desk)
        await told(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))

    async def save(self, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        """Do what the form says, and confirm it to whoever sent it."""
        given = {block: next(iter(said.values())) for block, said in body["view"]["state"]["values"].items()}
        form_ = {name: _said(value) for name, value in given.items()}
        user = body["user"]["id"]
        channel = str(form_.pop(CHANNEL, "") or "")
        team = str(context.team_id or (body.get("team") or {}).get("id") or "")
        try:
            said, card = await self._desk.apply(Address(SURFACE, channel, team), form_, user)
        except InputError as error:
            said, card = str(error), None
        except WhatworksError:
            said, card = wording.NOT_NOW, None
        blocks = [section(escape(said))]
        if card:
            preview = self._asking.message(card, conversation_of_tip(card))
            blocks += [_small(wording.PREVIEW), *preview.blocks]
        await post(client, Place(user, None, user), Message(escape(said), blocks), context[ITEM].key)


def form(channel: str, found: Subscription | None, stands: str, desk: TipDesk) -> Json:
    """Return the form, filled with how things stand."""
    day = DAYS[found.schedule.day] if found else DAYS[0]
    at = f"{found.schedule.at:%H:%M}" if found else "09:00"
    zone = found.schedule.zone if found else ZONES[0]
    zones = list(dict.fromkeys([zone, *ZONES]))
    topics = {topic.id: topic.name for topic in desk.bot.knowledge.topics.values()}
    chosen = [one for one in (found.topics if found else ()) if one in topics]
    what = {name: label for name, label in WHAT.items() if found or name in {"save", "send"}}
    channels: Json = {
        "type": "conversations_select",
        "action_id": CHANNEL,
        "filter": {"include": ["public", "private", "im"]},
    }
    if channel:
        channels["initial_conversation"] = channel
    picked: Json = {
        "type": "multi_static_select",
        "action_id": TOPICS,
        "options": [_option(*one) for one in topics.items()],
    }
    if chosen:
        picked["initial_options"] = [_option(one, topics[one]) for one in chosen]
    return {
        "type": "modal", "callback_id": TIPS_FORM, "title": _plain("Weekly tip"), "submit": _plain("Save"), "close": _plain("Cancel"),
        "blocks": [
            section(escape(stands)),
            _field(CHANNEL, "Channel", channels),
            _field(WHAT_FIELD, "What to do", _select(WHAT_FIELD, what, "save")),
            _field(DAY, "Day", _select(DAY, {one: one.capitalize() for one in DAYS}, day)),
            _field(AT, "Time, from 08:00 to 17:59", {"type": "timepicker", "action_id": AT, "initial_time": at}),
            _field(ZONE, "Time zone", _select(ZONE, {one: one for one in zones}, zone)),
            _field(TOPICS, "Topics; none for all", picked, optional=True),
            _field(PICK, "Next tip", _tips(found, desk), optional=True),
            _field(TERM_TIME, "School holidays", _term_time(found), optional=True),
            _field(UNTIL, "Paused until (for a pause)", {"type": "datepicker", "action_id": UNTIL}, optional=True),
            _small(wording.TIP_FORM_NOTE),
        ],
    }  # fmt: skip


def _tips(found: Subscription | None, desk: TipDesk) -> Json:
    """Return every tip that may come next, by the first topic of its entry."""
    groups: dict[str, list[Json]] = {}
    for tip in pool(desk.bot.shown, found.topics if found else (), desk.today()):
        topic = desk.bot.knowledge.topics[desk.bot.shown[tip.entry_id].topics[0]].name
        groups.setdefault(topic, []).append(_option(str(tip), desk.in_words(tip)))
    drawn = _option(DRAWN, wording.TIP_DRAWN)
    listed = [{"label": _plain(topic), "options": options[:GROUP_MAX]} for topic, options in sorted(groups.items())]
    select: Json = {
        "type": "static_select", "action_id": PICK, "option_groups": [{"label": _plain("Drawn"), "options": [drawn]}, *listed], "initial_option": drawn,
    }  # fmt: skip
    picked = found.picked if found else None
    if picked and any(option["value"] == str(picked) for options in groups.values() for option in options[:GROUP_MAX]):
        select["initial_option"] = _option(str(picked), desk.in_words(picked))
    return select


def _term_time(found: Subscription | None) -> Json:
    option = _option("yes", wording.TIP_TERM_TIME)
    boxes: Json = {"type": "checkboxes", "action_id": TERM_TIME, "options": [option]}
    if found and found.is_term_time:
        boxes["initial_options"] = [option]
    return boxes


def _field(name: str, label: str, element: Json, *, optional: bool = False) -> Json:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}


def _select(name: str, options: Mapping[str, str], chosen: str) -> Json:
    return {
        "type": "static_select", "action_id": name, "options": [_option(*one) for one in options.items()],
        "initial_option": _option(chosen, options[chosen]),
    }  # fmt: skip


def _option(value: str, label: str) -> Json:
    return {"text": _plain(label[:75]), "value": value}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _small(text: str) -> Json:
    return context(escape(text))


def _said(value: Mapping[str, Any]) -> object:
    """Return what was chosen in one field, whatever its kind."""
    if value.get("selected_options") is not None:
        return [one["value"] for one in value["selected_options"]]
    if value.get("selected_option"):
        return value["selected_option"]["value"]
    for kind in ("selected_time", "selected_date", "selected_conversation"):
        if value.get(kind):
            return value[kind]
    return None

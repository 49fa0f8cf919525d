"""The weekly tip of a conversation: a form to begin, change, pause and stop it, replaced by what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.teams import cards
from adapters.teams.cards import Json, action, cut, heading, run, small, text
from adapters.teams.courier import address_of
from bot import wording
from bot.card import Card
from bot.errors import InputError
from bot.references import Reference
from bot.schedule import DAYS
from bot.subscriptions import Subscription
from bot.tip_desk import DRAWN, WHAT, TipDesk, summary
from knowledge.glossary import Topic

ZONES: Final = ("Europe/London", "Europe/Dublin")
FIELDS: Final = ("what", "day", "at", "zone", "topics", "until", "pick", "term_time")
PICK_MAX: Final = 20  # a card has 28 KB at most


async def form_for(reference: Reference, desk: TipDesk) -> Json:
    """Return the form for a conversation, filled with how things stand."""
    found = await desk.subscriptions.find("teams", reference.conversation)
    topics = list(desk.bot.knowledge.topics.values())
    return form(found, summary(found, desk.now()), topics, await desk.next_up(found, PICK_MAX))


def form(found: Subscription | None, stands: str, topics: Sequence[Topic], tips: Mapping[str, str]) -> Json:
    """Return the form."""
    day = DAYS[found.schedule.day] if found else DAYS[0]
    at = f"{found.schedule.at:%H:%M}" if found else "09:00"
    zone = found.schedule.zone if found else ZONES[0]
    what = {name: label for name, label in WHAT.items() if found or name in {"save", "send"}}
    chosen = ",".join(found.topics) if found else ""
    picked = str(found.picked) if found and str(found.picked) in tips else DRAWN
    card = cards.told(stands)
    card["body"] = [
        heading("Weekly tip"), text(run(stands)),
        _choice("what", "What to do", what, "save"),
        _choice("day", "Day", {one: one.capitalize() for one in DAYS}, day),
        {"type": "Input.Time", "id": "at", "label": "Time, from 08:00 to 17:59", "value": at, "min": "08:00", "max": "17:59"},
        _choice("zone", "Time zone", {one: one for one in dict.fromkeys([zone, *ZONES])}, zone),
        _choice("topics", "Topics; none for all", {one.id: one.name for one in topics}, chosen) | {"isMultiSelect": True},
        _choice("pick", "Next tip", {DRAWN: wording.TIP_DRAWN} | {tip: cut(said, 75) for tip, said in tips.items()}, picked),
        {
            "type": "Input.Toggle", "id": "term_time", "label": "School holidays", "title": wording.TIP_TERM_TIME, "valueOn": "true", "valueOff": "false",
            "value": "true" if found and found.is_term_time else "false",
        },
        {"type": "Input.Date", "id": "until", "label": "Paused until (for a pause)"},
        small(wording.TIP_FORM_NOTE),
    ]  # fmt: skip
    card["actions"] = [action("Save", cards.TIPS, {})]
    return card


async def save(reference: Reference, data: Mapping[str, Any], actor: str, desk: TipDesk) -> tuple[str, Card | None]:
    """Do what a form says; return what to tell, and the card that comes next.

    Raises:
        StoreError: If it could not be kept.
    """
    given: dict[str, object] = {name: data[name] for name in FIELDS if name in data}
    given["topics"] = str(data.get("topics") or "")
    try:
        return await desk.apply(address_of(reference), given, actor)
    except InputError as error:
        return str(error), None


def _choice(name: str, label: str, options: Mapping[str, str], chosen: str) -> Json:
    choices = [{"title": title, "value": value} for value, title in options.items()]
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "choices": choices,
        "value": chosen,
        "style": "compact",
    }

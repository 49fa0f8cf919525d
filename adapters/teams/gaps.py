"""Flag an evidence gap: a form, replaced by what the centre would get, replaced by a word on what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.teams import cards
from adapters.teams.cards import Json, action, heading, run, small, text
from bot import wording
from bot.errors import InputError
from bot.gap_desk import FIELDS, HOW_SOON, Cleaned, GapDesk
from bot.subscriptions import Address

HOW_SOON_FIELD: Final = "how_soon"


def form(filled: Mapping[str, str]) -> Json:
    """Return the form, with what is known already."""
    inputs: list[Json] = [
        {
            "type": "Input.Text", "id": name, "label": wording.GAP_LABELS[name], "value": filled.get(name, "")[:most], "maxLength": most,
            "isMultiline": name != "role", "isRequired": name == "question", "errorMessage": "Please write a few words.",
        }
        for name, most in FIELDS.items()
    ]  # fmt: skip
    choices = [{"title": one, "value": one} for one in HOW_SOON]
    soon = {
        "type": "Input.ChoiceSet",
        "id": HOW_SOON_FIELD,
        "label": wording.GAP_LABELS[HOW_SOON_FIELD],
        "choices": choices,
        "style": "compact",
    }
    inputs.insert(-1, soon | {"value": filled.get(HOW_SOON_FIELD, "")})
    card = cards.told(wording.FLAG_HEADING)
    card["body"] = [heading(wording.FLAG_HEADING), text(run(wording.GAP_NO_NAMES)), *inputs]
    card["actions"] = [action(wording.GAP_REVIEW, cards.GAP_LOOK, {"entry": filled.get("entry", "")})]
    return card


def look(cleaned: Cleaned, alert: Json | None) -> Json:
    """Return what the centre would get, below the card for danger now if there is reason for it."""
    lines = [text(run(f"{label}: ", weight="Bolder"), run(said)) for label, said in cleaned.lines]
    removed = [small(wording.removed(cleaned.removed))] if cleaned.removed else []
    card = cards.told(wording.GAP_LOOK)
    card["body"] = [
        *(alert["body"] if alert else []),
        heading(wording.FLAG_HEADING),
        text(run(wording.GAP_LOOK)),
        *lines,
        *removed,
    ]
    carried = dict(cleaned.form)
    card["actions"] = [
        action(wording.GAP_SEND, cards.GAP_SEND, {"form": carried}), action(wording.GAP_CHANGE, cards.GAP_CHANGE, {"form": carried}),
    ]  # fmt: skip
    return card


async def next_card(data: Mapping[str, Any], desk: GapDesk, person: Address, who: str, alert: Json) -> Json:
    """Return the card that follows a button of the form.

    Args:
        data: What the button carries.
        desk: Takes the gap.
        person: Where whoever tapped is reached alone.
        who: Whoever tapped, as Teams names them.
        alert: The card for danger now.

    Raises:
        StoreError: If it could not be kept.
    """
    carried = data.get("form")
    filled = {str(name): str(value) for name, value in (carried if isinstance(carried, Mapping) else data).items()}
    try:
        if data["verb"] == cards.GAP_CHANGE:
            return form(filled)
        if data["verb"] == cards.GAP_SEND:
            return cards.told(await desk.flag(filled, person, who))
        cleaned = desk.cleaned(filled)
    except InputError as error:
        return form(filled) | {"body": [text(run(str(error), weight="Bolder")), *form(filled)["body"]]}
    return look(cleaned, alert if cleaned.is_urgent else None)

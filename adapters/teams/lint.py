"""Find what Teams would refuse in a card of ours, or what a practitioner could not read, before it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

CARD_MAX: Final = 28_000  # bytes, as Teams counts them for a card that a message extension brings
ACTIONS_MAX: Final = 6  # beside each other; more are hidden without a word
SECONDARY_MAX: Final = 6  # behind the three dots
_MENTION: Final = re.compile(r"<\s*/?\s*at\b", re.IGNORECASE)
_MARKED: Final = re.compile(r"(?<!\\)(?:\[[^\]]*\]\(|\*|_|`|~~)")
_MEANING: Final = ("text", "title", "label", "altText", "url")  # keys that may not be empty where they stand


def breaches(card: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a card, one line each; nothing if it can be sent."""
    found = [
        f"{name} is missing" for name in ("version", "fallbackText", "speak", "lang", "body") if not card.get(name)
    ]
    if (size := len(json.dumps(card, ensure_ascii=False).encode())) > CARD_MAX:
        found.append(f"{size} bytes of {CARD_MAX}")
    for part in parts(card):
        found += [f"{part.get('type', 'part')}: {wrong}" for wrong in _of(part)]
    return found


def parts(value: object) -> Iterator[Mapping[str, Any]]:
    """Return every object in a card, itself included."""
    if isinstance(value, Mapping):
        yield value
        for name, inner in value.items():
            if name != "data":  # what a button carries is not shown
                yield from parts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from parts(inner)


def texts(card: Mapping[str, Any]) -> list[str]:
    """Return every text that a person sees."""
    shown = [part for part in parts(card) if part.get("type") != "Action.Submit" or "fallback" not in card]
    return [str(part[name]) for part in shown for name in ("text", "title", "label", "altText") if name in part]


def links(card: Mapping[str, Any]) -> list[str]:
    """Return the addresses that a card can open or show."""
    return [str(part["url"]) for part in parts(card) if "url" in part]


def _of(part: Mapping[str, Any]) -> Iterator[str]:
    kind = str(part.get("type", ""))
    for name in _MEANING:
        if name in part and not str(part[name]).strip():
            yield f"{name} is empty"
    if kind.startswith("Input.") and not part.get("label"):
        yield "an input without a label"
    if kind == "Image" and not part.get("altText"):
        yield "an image without a text for those who do not see it"
    if "url" in part and urlsplit(str(part["url"])).scheme not in {"https", "http"}:
        yield f"an address of another kind: {part['url']}"
    if kind == "TextBlock" and _MARKED.search(str(part.get("text", ""))):
        yield f"Markdown that is not escaped: {part['text']}"
    if any(_MENTION.search(str(part.get(name, ""))) for name in ("text", "title", "label")):
        # TextRuns show it as it stands; an activity without entities mentions nobody. Neither is relied on.
        yield "what could be read as a mention"
    if "actions" in part:
        actions = part["actions"]
        if sum(one.get("mode") != "secondary" for one in actions) > ACTIONS_MAX:
            yield f"more than {ACTIONS_MAX} buttons beside each other"
        if sum(one.get("mode") == "secondary" for one in actions) > SECONDARY_MAX:
            yield f"more than {SECONDARY_MAX} buttons behind the dots"
    if kind == "Action.Execute" and "fallback" not in part:
        yield "a button that older clients do not have"

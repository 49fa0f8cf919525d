"""Find what Slack would refuse in a message of ours, before it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.slack.blocks import ALT_MAX, BUTTON_MAX, BUTTONS_MAX, HEADER_MAX, OPTION_VALUE_MAX, TEXT_MAX, VALUE_MAX

BLOCKS_MAX: Final = 50
HOME_BLOCKS_MAX: Final = 100
FIELD_MAX: Final = 2_000
FIELDS_MAX: Final = 10
CONTEXT_MAX: Final = 10
OPTIONS_MAX: Final = 5
# Undocumented: all texts of a message together fail near 13,200 characters with msg_blocks_too_long (bolt-js #2509).
MESSAGE_MAX: Final = 12_000
NOTIFICATION_MAX: Final = 4_000
_PING: Final = re.compile(r"<[!@#]")
_LINK: Final = re.compile(r"<(https?://[^|>]*)(?:\|[^>]*)?>")


def breaches(blocks: Sequence[Mapping[str, Any]], text: str, *, blocks_max: int = BLOCKS_MAX) -> list[str]:
    """Return what Slack would refuse, one line each; nothing if the message can be sent."""
    found = [] if text.strip() else ["the notification is empty"]
    if len(text) > NOTIFICATION_MAX:
        found.append(f"the notification has {len(text)} characters of {NOTIFICATION_MAX}")
    if _PING.search(text):
        found.append("the notification could ping somebody")
    if len(blocks) > blocks_max:
        found.append(f"{len(blocks)} blocks of {blocks_max}")
    if (total := sum(len(one) for one in texts(blocks))) > MESSAGE_MAX:
        found.append(f"{total} characters of {MESSAGE_MAX} in all")
    for number, block in enumerate(blocks):
        found += [f"block {number} ({block['type']}): {wrong}" for wrong in _of_block(block)]
    return found


def texts(part: object) -> Iterator[str]:
    """Return every text that a person sees in some blocks."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name in {"text", "alt_text"} and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts(value)


def links(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the addresses that the blocks link to, as written."""
    return [address for text in _formatted(blocks) for address in _LINK.findall(text)]


def _formatted(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for value in part.values():
            yield from _formatted(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _formatted(value)


def _of_block(block: Mapping[str, Any]) -> Iterator[str]:
    check = _CHECKS.get(block["type"])
    if check is None:
        yield f"a block of the kind {block['type']!r}"
    else:
        yield from check(block)


def _header(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _of_text(block["text"], HEADER_MAX)


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" in block:
        yield from _of_text(block["text"], TEXT_MAX)
    if len(block.get("fields", ())) > FIELDS_MAX:
        yield f"{len(block['fields'])} fields of {FIELDS_MAX}"
    for field in block.get("fields", ()):
        yield from _of_text(field, FIELD_MAX)
    if "accessory" in block:
        yield from _of_element(block["accessory"])


def _context(block: Mapping[str, Any]) -> Iterator[str]:
    if len(block["elements"]) > CONTEXT_MAX:
        yield f"{len(block['elements'])} elements of {CONTEXT_MAX}"
    for element in block["elements"]:
        yield from _of_text(element, TEXT_MAX)


def _actions(block: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= BUTTONS_MAX:
        yield f"{len(block['elements'])} elements of {BUTTONS_MAX}"
    actions = [element["action_id"] for element in block["elements"]]
    if len(set(actions)) < len(actions):
        yield "two elements with one action_id"
    for element in block["elements"]:
        yield from _of_element(element)


def _image(block: Mapping[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["alt_text"]) <= ALT_MAX:
        yield f"an alt text of {len(block['alt_text'])} characters"
    if not block["image_url"].startswith("https://"):
        yield "a picture that Slack cannot fetch"


def _input(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _of_text(block["label"], FIELD_MAX)
    if block["element"]["type"] != "plain_text_input":
        yield f"an element of the kind {block['element']['type']!r}"


def _divider(_block: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


_CHECKS: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "divider": _divider,
    "input": _input,
}


def _of_text(text: Mapping[str, Any], most: int) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= most:
        yield f"a text of {len(text['text'])} characters, of 1 to {most}"
    if text["type"] == "mrkdwn":
        if not text.get("verbatim"):
            yield "a text in which Slack may find links of its own"
        if _PING.search(text["text"]):
            yield "a text that could ping somebody"


def _of_element(element: Mapping[str, Any]) -> Iterator[str]:
    match element["type"]:
        case "button":
            yield from _of_text(element["text"], BUTTON_MAX)
            if len(element["value"]) > VALUE_MAX:
                yield f"a button's value of {len(element['value'])} characters"
        case "overflow":
            if not 1 <= len(element["options"]) <= OPTIONS_MAX:
                yield f"{len(element['options'])} options of {OPTIONS_MAX}"
            for option in element["options"]:
                yield from _of_text(option["text"], BUTTON_MAX)
                if len(option["value"]) > OPTION_VALUE_MAX:
                    yield f"an option's value of {len(option['value'])} characters"
        case other:
            yield f"an element of the kind {other!r}"

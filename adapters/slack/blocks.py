"""Write a card in Slack's language (https://docs.slack.dev/reference/block-kit/blocks). No text of ours can ping or link."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bot import wording
from bot.card import (
    Alert,
    Block,
    Bullets,
    Button,
    Card,
    Labelled,
    Lead,
    Note,
    Paragraph,
    Picture,
    Rating,
    References,
    SideBySide,
    Write,
)
from bot.feedback import Reason, Verdict
from bot.turn import Conversation

Json: TypeAlias = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks and .../block-elements
TEXT_MAX: Final = 3_000
HEADER_MAX: Final = 150
BUTTON_MAX: Final = 75
VALUE_MAX: Final = 2_000
ALT_MAX: Final = 2_000
OPTION_VALUE_MAX: Final = 150
BUTTONS_MAX: Final = 25
QUESTION_MAX: Final = 600  # letters of the cleaned question that a button carries, to fill the form for a gap

WRITTEN: Final = "written"  # what somebody writes into a card
WRITTEN_MAX: Final = 600

SAY, SHARE, MENU, VERDICT, REASON = "say", "share", "menu", "verdict", "reason"
INSTEAD: Final = "gap_instead"  # flags what somebody wanted to know, when they got another answer
SOURCES, CITE, GAP, FOLLOW, MISTAKE = "sources", "cite", "gap", "follow", "mistake"


def escape(text: str) -> str:
    """Return a text in which Slack sees no mention, channel or link (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def blocks_of(card: Card, conversation: Conversation, site: str, *, is_private: bool = False) -> list[Json]:
    """Return a card as blocks.

    Args:
        card: What is shown.
        conversation: Where the conversation stands after it: what its buttons mean.
        site: The address of our pages, where Slack can fetch pictures; "" where there is none.
        is_private: Whether only the asker sees it, so that it can be shared.
    """
    made: list[Json] = [header(card.heading)] if card.heading else []
    for block in card.blocks:
        made += _block(block, site)
    made += _next(card.buttons, conversation)
    if card.entry_id and card.version:
        made += _about(card.entry_id, card.version, site, is_private=is_private)
    return made


def header(text: str) -> Json:
    """Return a heading; what is too long for one is cut at a word, with the whole in no other place lost."""
    return {"type": "header", "text": _plain(_cut(text, HEADER_MAX))}


def section(markdown: str, **more: Any) -> Json:  # noqa: ANN401 - Slack's own keys
    """Return a paragraph of text that is escaped already."""
    return {"type": "section", "text": _markdown(markdown), **more}


def context(markdown: str) -> Json:
    """Return small print of text that is escaped already."""
    return {"type": "context", "elements": [_markdown(markdown)]}


def button(label: str, action: str, value: str, **more: Any) -> Json:  # noqa: ANN401 - Slack's own keys
    """Return a button."""
    return {"type": "button", "text": _plain(_cut(label, BUTTON_MAX)), "action_id": action, "value": value, **more}


def value_of(says: str, conversation: Conversation) -> str:
    """Return what a button carries: what it says, and where its own conversation stands."""
    carried = {"says": says, "entry": conversation.entry, "options": conversation.options}
    question = conversation.question[:QUESTION_MAX]
    while len(value := json.dumps(carried | {"question": question})) > VALUE_MAX and question:
        question = question[: len(question) // 2]
    return value


def written_in(body: Mapping[str, Any]) -> str:
    """Return what was written into a card that has room for it, personal data removed; "" for nothing."""
    values = (body.get("state") or {}).get("values") or {}
    return str(((values.get(WRITTEN) or {}).get(WRITTEN) or {}).get("value") or "").strip()


def conversation_of(value: str) -> tuple[str, Conversation]:
    """Return what a button says and where its conversation stands."""
    carried = json.loads(value)
    return carried["says"], Conversation(carried["entry"], tuple(carried["options"]), carried["question"])


def _block(block: Block, site: str) -> list[Json]:
    match block:
        case Lead(text):
            return _headed(text)
        case Paragraph(text):
            return _sections(_pieces(escape(text)))
        case Note(text):
            return _contexts(text)
        case Alert(heading, lines):
            return [
                header(f"\N{POLICE CARS REVOLVING LIGHT} {heading}"),
                *_listed([f"*{escape(line)}*" for line in lines]),
                _LINE,
            ]
        case Labelled(label, text):
            return _sections(_pieces(f"*{escape(label)}:* {escape(text)}"))
        case Rating(effect, effect_symbol, strength, strength_symbol, by):
            fields = [
                f"*Effect*\n{effect_symbol} {escape(effect)}",
                f"*Strength of evidence*\n{strength_symbol} {escape(strength)}",
            ]
            return [{"type": "section", "fields": [_markdown(field) for field in fields]}, *_contexts(by)]
        case Bullets(heading, lines):
            return [*_headed(heading), *_listed([escape(line) for line in lines])]
        case References(heading, items):
            cited = [f"[{item.number}] {escape(item.text)} <{escape(item.link)}>" for item in items]
            return [context(piece) for piece in _pieces("\n".join([f"*{escape(heading)}*", *cited]))]
        case SideBySide():
            return _side_by_side(block)
        case Picture():
            return _picture(block, site)
        case Write(label):
            room = {"type": "plain_text_input", "action_id": WRITTEN, "multiline": True, "max_length": WRITTEN_MAX}
            return [{"type": "input", "block_id": WRITTEN, "label": _plain(label), "element": room, "optional": True}]


_LINE: Final[Json] = {"type": "divider"}


def _picture(picture: Picture, site: str) -> list[Json]:
    if not site:
        return _contexts(picture.text)
    url = f"{site}/evidence/{picture.entry_id}/figure.png"
    return [{"type": "image", "image_url": url, "alt_text": _cut(picture.text, ALT_MAX)}]


def _side_by_side(block: SideBySide) -> list[Json]:
    made = _headed(block.heading)
    for heading, lines in ((block.left_heading, block.left), (block.right_heading, block.right)):
        made += [*_headed(heading), *_listed([escape(line) for line in lines])]
    return made


def _next(buttons: Sequence[Button], conversation: Conversation) -> list[Json]:
    made: list[Json] = []
    row: list[Json] = []
    for number, one in enumerate(buttons):
        made_of_it = button(one.label, f"{SAY}:{number}", value_of(one.says, conversation))
        if one.hint:
            first, *rest = _pieces(escape(one.hint))
            made += [section(first, accessory=made_of_it), *_sections(rest)]
        else:
            row.append(made_of_it)
    rows = [row[at : at + BUTTONS_MAX] for at in range(0, len(row), BUTTONS_MAX)]
    return made + [{"type": "actions", "elements": elements} for elements in rows]


def _about(entry_id: str, version: str, site: str, *, is_private: bool) -> list[Json]:
    of = f"{entry_id}|{version}"
    elements = [
        button("Helpful", f"{VERDICT}:{Verdict.HELPFUL.value}", of),
        button("Not helpful", f"{VERDICT}:{Verdict.NOT_HELPFUL.value}", of),
    ]
    if is_private:
        elements.append(button("Share in channel", SHARE, of))
    menu = [
        (SOURCES, "Sources"),
        (CITE, "Cite this"),
        (GAP, "Flag a gap"),
        (FOLLOW, wording.FOLLOW),
        (MISTAKE, "Report a mistake"),
    ]
    options = [{"text": _plain(label), "value": f"{what}|{of}"} for what, label in menu]
    elements.append({"type": "overflow", "action_id": MENU, "options": options})
    made = [{"type": "actions", "elements": elements}]
    return [context(f"<{site}/evidence/{entry_id}|Read the whole entry>"), *made] if site else made


def reasons_of(number: str, entry_id: str) -> list[Json]:
    """Return the question why an answer was not helpful, about a verdict that was kept."""
    of = f"{number}|{entry_id}"
    elements = [button(wording.REASON_WORDS[reason], f"{REASON}:{reason.value}", of) for reason in Reason]
    return [section(escape(wording.THANKS_NOT_HELPFUL)), {"type": "actions", "elements": elements}]


def _contexts(text: str) -> list[Json]:
    return [context(piece) for piece in _pieces(escape(text))]


def _headed(heading: str) -> list[Json]:
    return _sections(f"*{piece}*" for piece in _pieces(escape(heading)))


def _listed(lines: Iterable[str]) -> list[Json]:
    return _sections(_pieces("\n".join(f"• {line}" for line in lines)))


def _sections(pieces: Iterable[str]) -> list[Json]:
    return [section(piece) for piece in pieces]


def _pieces(text: str, most: int = TEXT_MAX - 10) -> list[str]:
    """Return a text in pieces that fit, cut between lines, or between words where a line is too long."""
    pieces = []
    while len(text) > most:
        at = max(text.rfind("\n", 0, most), 0) or max(text.rfind(" ", 0, most), 0) or most
        pieces.append(text[:at])
        text = text[at:].lstrip()
    return [*pieces, text] if text else pieces


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _markdown(text: str) -> Json:
    # verbatim: Slack makes no link, channel or mention of what only looks like one.
    return {"type": "mrkdwn", "text": text, "verbatim": True}

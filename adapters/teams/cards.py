"""Write a card as an Adaptive Card 1.5 (https://adaptivecards.io/explorer). No text of ours can mention or link.

Running text stands in `TextRun`s, which know no Markdown; only headings stand in `TextBlock`s, with every sign of it escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from adapters.teams.lint import ACTIONS_MAX
from bot import gap_wording, wording
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
from bot.feedback import Reason
from bot.turn import Conversation

Json = dict[str, Any]

CONTENT_TYPE: Final = "application/vnd.microsoft.card.adaptive"
SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION: Final = "1.5"
SHARE_URL: Final = "https://teams.microsoft.com/share?href="
QUESTION_MAX: Final = 600  # letters of the cleaned question that a button carries, to fill the form for a gap
LABEL_MAX: Final = 80
FALLBACK_MAX: Final = 1_000
_AT: Final = re.compile(r"<(?=\s*/?\s*at\b)", re.IGNORECASE)
# Only what would be read as Markdown: some clients show the backslashes of what needs none.
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]~]|&(?=#?\w+;)|^\s*(?:[#+>-]|\d+(?=[.)]))|<(?=\w|/|!))", re.MULTILINE)

SAY, SHOW, CITE, GAP, FOLLOW, MISTAKE, TIPS = "say", "show", "cite", "gap", "follow", "mistake", "tips"
GAP_LOOK, GAP_SEND, GAP_CHANGE = "gap-look", "gap-send", "gap-change"
GAP_VERBS: Final = (GAP_LOOK, GAP_SEND, GAP_CHANGE)
VERBS: Final = (SAY, SHOW, CITE, GAP, FOLLOW, MISTAKE, TIPS)
REASON: Final = "reason"
WRITTEN: Final = "written"  # what somebody writes into a card
WRITTEN_MAX: Final = 600
BACK: Final = "Back to the answer"


def escape(text: str) -> str:
    """Return a text in which a `TextBlock` sees no Markdown."""
    return _MARKDOWN.sub(_escaped, calm(text))


def _escaped(found: re.Match[str]) -> str:
    # A number that would begin a list has its dot escaped: digits cannot be.
    return f"{found[1]}\\" if found[1].strip().isdigit() else f"\\{found[1].strip()}"


def calm(said: str) -> str:
    """Return a text that nothing can read as a mention."""
    return _AT.sub("‹", said)


def card_of(
    card: Card, conversation: Conversation, site: str, *, is_dialog: bool = False, may_act: bool = True
) -> Json:
    """Return a card.

    Args:
        card: What is shown.
        conversation: Where the conversation stands after it: what its buttons mean.
        site: The address of our pages, where Teams can show pictures; "" where there is none.
        is_dialog: Whether it is shown in a dialog, where a button's answer is another dialog.
        may_act: Whether it has buttons that the bot answers: not where the bot may not be.
    """
    body: list[Json] = [heading(card.heading)] if card.heading else []
    for block in card.blocks:
        body += _block(block, site)
    if may_act:
        body += _next(card, conversation, is_dialog=is_dialog)
    made: Json = {
        "$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "lang": "en", "speak": calm(card.notification),
        "fallbackText": cut(calm(card.to_text() or card.notification), FALLBACK_MAX), "body": body, "msteams": {"width": "Full"},
    }  # fmt: skip
    if actions := _about(card, site, is_dialog=is_dialog, may_act=may_act):
        made["actions"] = actions
    return made


def attachment(content: Json) -> Json:
    """Return a card as an attachment of an activity."""
    return {"contentType": CONTENT_TYPE, "content": content}


def heading(text: str, size: str = "Large") -> Json:
    """Return a heading, which screen readers can jump to."""
    return {
        "type": "TextBlock",
        "text": escape(text),
        "style": "heading",
        "size": size,
        "weight": "Bolder",
        "wrap": True,
    }


def text(*runs: Json, **more: Any) -> Json:  # noqa: ANN401 - Adaptive Cards' own keys
    """Return a paragraph."""
    return {"type": "RichTextBlock", "inlines": list(runs), **more}


def run(said: str, **more: Any) -> Json:  # noqa: ANN401 - the same
    """Return a piece of a paragraph."""
    return {"type": "TextRun", "text": calm(said), **more}


def action(label: str, verb: str, data: Mapping[str, Any], *, is_dialog: bool = False, **more: Any) -> Json:  # noqa: ANN401 - the same
    """Return a button: `Action.Execute`, with `Action.Submit` for clients that do not know it and for dialogs."""
    title, carried = cut(calm(label), LABEL_MAX), {"verb": verb, **data}
    submit: Json = {"type": "Action.Submit", "title": title, "data": carried}
    if is_dialog:
        return submit | more
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": carried, "fallback": submit, **more}


def says(words: str, conversation: Conversation) -> Json:
    """Return what a button carries: what it says, and where its own conversation stands."""
    return {
        "says": words, "entry": conversation.entry, "options": list(conversation.options),
        "question": conversation.question[:QUESTION_MAX],
    }  # fmt: skip


def conversation_of(data: Mapping[str, Any]) -> tuple[str, Conversation]:
    """Return what a button says and where its conversation stands; `ValueError` for what no button of ours carries."""
    words, entry, options = data.get("says"), data.get("entry"), data.get("options")
    if not isinstance(words, str) or not isinstance(options, list) or not isinstance(entry, str | None):
        raise ValueError("not one of our buttons")  # noqa: TRY004 - a value of a request, not a type of ours
    return words, Conversation(entry, tuple(map(str, options)), str(data.get("question") or ""))


def _block(block: Block, site: str) -> list[Json]:
    match block:
        case Lead(said):
            return [text(run(said, weight="Bolder", size="Medium"))]
        case Paragraph(said):
            return [text(run(said))]
        case Note(said):
            return [small(said)]
        case Alert(title, lines):
            items = [
                heading(f"\N{POLICE CARS REVOLVING LIGHT} {title}"),
                *(_line(one, weight="Bolder") for one in lines),
            ]
            return [{"type": "Container", "style": "attention", "bleed": True, "items": items}]
        case Labelled(label, said):
            return [text(run(f"{label}: ", weight="Bolder"), run(said))]
        case Rating(effect, effect_symbol, strength, strength_symbol, by):
            columns = [
                _column("Effect", f"{effect_symbol} {effect}"),
                _column("Strength of evidence", f"{strength_symbol} {strength}"),
            ]
            return [{"type": "ColumnSet", "columns": columns}, small(by)]
        case Bullets(title, lines):
            return [heading(title, "Medium"), *map(_line, lines)]
        case References(title, items):
            return [small(title, weight="Bolder"), *(_reference(item.number, item.text, item.link) for item in items)]
        case SideBySide():
            return _side_by_side(block)
        case Picture():
            return _picture(block, site)
        case Write(label):
            room = {"type": "Input.Text", "id": WRITTEN, "label": label, "isMultiline": True, "maxLength": WRITTEN_MAX}
            return [room]


def _picture(picture: Picture, site: str) -> list[Json]:
    if not site:
        return [small(picture.text)]
    url = f"{site}/evidence/{picture.entry_id}/figure.png"
    return [{"type": "Image", "url": url, "altText": calm(picture.text), "size": "Stretch"}]


def small(said: str, **more: Any) -> Json:  # noqa: ANN401 - Adaptive Cards' own keys
    """Return small print."""
    return text(run(said, size="Small", isSubtle=True, **more), spacing="Small")


def _line(said: str, **more: Any) -> Json:  # noqa: ANN401 - the same
    return text(run(f"• {said}", **more), spacing="Small")


def _reference(number: int, said: str, link: str) -> Json:
    linked = run(
        link, size="Small", selectAction={"type": "Action.OpenUrl", "url": link, "title": f"Open source {number}"}
    )
    return text(run(f"[{number}] {said} ", size="Small", isSubtle=True), linked, spacing="Small")


def _column(label: str, said: str) -> Json:
    items = [text(run(label, weight="Bolder", size="Small")), text(run(said), spacing="None")]
    return {"type": "Column", "width": "stretch", "items": items}


def _side_by_side(block: SideBySide) -> list[Json]:
    columns = [
        {"type": "Column", "width": "stretch", "items": [text(run(title, weight="Bolder")), *map(_line, lines)]}
        for title, lines in ((block.left_heading, block.left), (block.right_heading, block.right))
    ]
    return [heading(block.heading, "Medium"), {"type": "ColumnSet", "columns": columns}]


def _next(card: Card, conversation: Conversation, *, is_dialog: bool) -> list[Json]:
    body: list[Json] = []
    row: list[Json] = []
    for one in card.buttons:
        button = _button(one, conversation, is_dialog=is_dialog)
        if one.hint:
            hint = text(run(one.hint), spacing="Medium", separator=True)
            body += [hint, {"type": "ActionSet", "actions": [button], "spacing": "Small"}]
        else:
            row.append(button)
    if card.entry_id and _is_facet(card):
        row.insert(0, action(BACK, SHOW, {"entry": card.entry_id}, is_dialog=is_dialog))
    rows = [row[at : at + ACTIONS_MAX] for at in range(0, len(row), ACTIONS_MAX)]
    return body + [{"type": "ActionSet", "actions": one} for one in rows]


def _is_facet(card: Card) -> bool:
    return not any(isinstance(block, Lead | Alert) for block in card.blocks)


def _button(one: Button, conversation: Conversation, *, is_dialog: bool) -> Json:
    return action(one.label, SAY, says(one.says, conversation), is_dialog=is_dialog)


def _about(card: Card, site: str, *, is_dialog: bool, may_act: bool) -> list[Json]:
    if not card.entry_id or not card.version:
        return []
    page = f"{site}/evidence/{card.entry_id}"
    made: list[Json] = []
    if site:
        made += [
            {"type": "Action.OpenUrl", "title": "Read the whole entry", "url": page},
            {
                "type": "Action.OpenUrl",
                "title": "Share",
                "url": f"{SHARE_URL}{quote(page, safe='')}",
                "mode": "secondary",
            },
        ]
    if may_act:
        of = {"entry": card.entry_id, "version": card.version}
        labels = {CITE: "Cite this", GAP: "Flag a gap", FOLLOW: wording.FOLLOW, MISTAKE: "Report a mistake"}
        made += [action(label, verb, of, is_dialog=is_dialog, mode="secondary") for verb, label in labels.items()]
    return made


def told(sentence: str, *more: Json) -> Json:
    """Return a card that says one thing."""
    return {
        "$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "lang": "en", "speak": calm(sentence),
        "fallbackText": calm(sentence), "body": [text(run(sentence)), *more],
    }  # fmt: skip


def reasons(reaction: str) -> Json:
    """Return the form behind a thumb: a closed set of reasons, so that nobody can write a name into it."""
    choices = [{"title": wording.REASON_WORDS[reason], "value": reason.value} for reason in Reason]
    asked: list[Json] = [] if reaction == "like" else [
        {"type": "Input.ChoiceSet", "id": REASON, "label": "What was the matter?", "style": "expanded", "choices": choices},
    ]  # fmt: skip
    lead = wording.THANKS_HELPFUL if reaction == "like" else "One tap is enough; nothing else is kept."
    where = [] if reaction == "like" else [small(gap_wording.GAP_BELOW)]
    return told(lead, *asked, *where) | {"actions": [{"type": "Action.Submit", "title": "Send"}]}


def cut(said: str, most: int) -> str:
    """Return a text that is not longer than allowed, cut at a word."""
    return said if len(said) <= most else said[: most - 1].rsplit(" ", 1)[0] + "…"

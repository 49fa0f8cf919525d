"""Draw blocks as a page, about as Slack shows them, so that one can look at a card without Slack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any, Final

STYLE: Final = """
body{margin:0;padding:20px;background:#fff;font:15px/1.46 Lato,"Helvetica Neue",Arial,sans-serif;color:#1d1c1d;max-width:640px}
.message{display:grid;grid-template-columns:36px 1fr;gap:0 10px}.face{width:36px;height:36px;border-radius:6px;background:#0f4c52}
.who b{font-weight:900}.who span{background:#e8e8e8;border-radius:2px;font-size:10px;font-weight:700;padding:1px 3px;margin-left:4px;color:#616061}
h3{font-size:18px;font-weight:900;margin:8px 0 4px}.section{margin:6px 0;display:flex;gap:16px;justify-content:space-between}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px;margin:6px 0}.context{font-size:13px;color:#616061;margin:4px 0}
hr{border:0;border-top:1px solid #ddd;margin:12px 0}img{max-width:360px;display:block;margin:6px 0;border-radius:8px;border:1px solid #ddd}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}button{font:700 13px/1 inherit;font-family:inherit;background:#fff;border:1px solid #bbb;
border-radius:4px;padding:8px 12px;white-space:nowrap;color:#1d1c1d;height:fit-content}
code{background:#f4f4f4;border:1px solid #ddd;border-radius:3px;color:#c01343;font-size:12px;padding:1px 3px}a{color:#1264a3;text-decoration:none}
"""


def page(blocks: Sequence[dict[str, Any]]) -> str:
    """Return a whole page that shows one message."""
    inner = "".join(_block(block) for block in blocks)
    head = '<div class="who"><b>What works</b><span>APP</span></div>'
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>A message</title><style>{STYLE}</style>'
        f'<div class="message"><div class="face"></div><div>{head}{inner}</div></div></html>'
    )


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            # Few machines that draw this have the sign in a font.
            return f"<h3>{_text(block['text'])}</h3>".replace("\N{POLICE CARS REVOLVING LIGHT}", "\N{WARNING SIGN}")
        case "section" if "fields" in block:
            return f'<div class="fields">{"".join(f"<div>{_text(one)}</div>" for one in block["fields"])}</div>'
        case "section":
            beside = _element(block["accessory"]) if "accessory" in block else ""
            return f'<div class="section"><div>{_text(block["text"])}</div>{beside}</div>'
        case "context":
            return f'<div class="context">{" ".join(_text(one) for one in block["elements"])}</div>'
        case "divider":
            return "<hr>"
        case "image":
            return f'<img src="{escape(block["image_url"])}" alt="{escape(block["alt_text"])}">'
        case "actions":
            return f'<div class="actions">{"".join(_element(one) for one in block["elements"])}</div>'
        case "input":
            return f'<div class="section"><label>{_text(block["label"])}<br><textarea rows="3" cols="60"></textarea></label></div>'
        case other:
            raise ValueError(f"a block that the bot does not send: {other}")


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "button":
            return f"<button>{_text(element['text'])}</button>"
        case "overflow":
            return '<button aria-label="More">⋯</button>'
        case other:
            raise ValueError(f"an element that the bot does not send: {other}")


def _text(text: dict[str, Any]) -> str:
    if text["type"] == "plain_text":
        return escape(text["text"])
    html = ""
    for piece in re.split(r"(<[^>]*>)", text["text"]):
        if piece.startswith("<"):
            url, _, label = piece[1:-1].partition("|")
            html += f'<a href="{escape(unescape(url))}">{escape(unescape(label or url))}</a>'
        else:
            html += _marked(escape(unescape(piece), quote=False))
    return html.replace("\n", "<br>")


def _marked(html: str) -> str:
    html = re.sub(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)", r"<b>\1</b>", html)
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html)

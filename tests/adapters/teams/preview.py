"""Draw Adaptive Cards as a page with Microsoft's own renderer, about as Teams shows them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

RENDERER: Final = (
    Path(__file__).parents[2] / "browser" / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
)
# The measures of Teams' light theme, as far as the renderer knows them.
HOST: Final[dict[str, Any]] = {
    "supportsInteractivity": True, "hostCapabilities": {"capabilities": None},
    "fontFamily": '"Segoe UI", "Liberation Sans", Arial, sans-serif',
    "spacing": {"small": 6, "default": 10, "medium": 14, "large": 20, "extraLarge": 30, "padding": 14},
    "separator": {"lineThickness": 1, "lineColor": "#E1E1E1"},
    "fontSizes": {"small": 12, "default": 14, "medium": 15, "large": 18, "extraLarge": 24},
    "fontWeights": {"lighter": 200, "default": 400, "bolder": 600},
    "imageSizes": {"small": 32, "medium": 52, "large": 100},
    "containerStyles": {
        "default": {"backgroundColor": "#FFFFFF", "foregroundColors": {"default": {"default": "#242424", "subtle": "#616161"}, "attention": {"default": "#A80000", "subtle": "#A80000"}}},
        "attention": {"backgroundColor": "#FDF3F4", "borderColor": "#A80000", "foregroundColors": {"default": {"default": "#5A0B0B", "subtle": "#5A0B0B"}}},
    },
    "actions": {"maxActions": 6, "spacing": "default", "buttonSpacing": 8, "actionsOrientation": "horizontal", "actionAlignment": "left", "preExpandSingleShowCardAction": False, "showCard": {"actionMode": "inline", "inlineTopMargin": 8}},
}  # fmt: skip
STYLE: Final = """
body{margin:0;padding:16px;background:#f5f5f5;font:14px "Segoe UI","Liberation Sans",Arial,sans-serif}
main{background:#fff;border:1px solid #e1e1e1;border-radius:6px;max-width:620px;margin-bottom:16px;overflow:hidden}
button{background:#fff;border:1px solid #d1d1d1;border-radius:4px;color:#242424;font:600 14px inherit;font-family:inherit;padding:6px 12px;margin:2px 0}
img{max-width:360px!important;display:block}.ac-container[style*="FDF3F4"]{border-left:4px solid #a80000}a{color:#5b5fc7}
"""
# Renders the cards one after another, and tells what the renderer had to say against any.
SCRIPT: Final = """
const AC = AdaptiveCards; AC.GlobalSettings.setTabIndexAtCardRoot = false;
window.events = CARDS.flatMap((json, number) => {
  const card = new AC.AdaptiveCard(), context = new AC.SerializationContext(AC.Versions.v1_5);
  card.hostConfig = new AC.HostConfig(HOST);
  card.parse(json, context);
  const said = [];
  for (let at = 0; at < context.eventCount; at++) said.push(context.getEventAt(at).message);
  for (const failure of card.validateProperties().validationEvents) said.push(failure.message);
  const drawn = card.render(), main = document.createElement("main");
  if (!drawn) said.push("nothing was drawn"); else main.appendChild(drawn);
  document.body.appendChild(main);
  return said.map(one => number + ": " + one);
});
"""


def page(cards: Sequence[dict[str, Any]]) -> str:
    """Return a whole page that shows some cards; `window.events` has what the renderer had to say against them."""
    # Few machines that draw this have the sign in a font.
    cards = json.loads(json.dumps(list(cards)).replace(r"\ud83d\udea8", r"\u26a0"))
    script = f"{{const CARDS = {json.dumps(list(cards))}, HOST = {json.dumps(HOST)};{SCRIPT}}}".replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Cards</title><style>{STYLE}</style><body>'
        f"<script>{RENDERER.read_text(encoding='utf-8')}</script><script>{script}</script></body></html>"
    )

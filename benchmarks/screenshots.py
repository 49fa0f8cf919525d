"""Take the pictures of the README, docs/slack.md and docs/teams.md: `python -m benchmarks.screenshots` (needs Chromium)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from adapters.slack.blocks import blocks_of
from adapters.teams.cards import card_of
from adapters.teams.tips import form
from benchmarks.web import server
from bot import wording
from bot.bootstrap import make_bot, today
from bot.card import Card
from bot.layout import lay_out
from bot.settings import Settings
from bot.tips import TipId, card_of_tip, conversation_of_tip
from bot.trial_picture import draw as draw_trial
from bot.trials import Arm, TrialPlan, analyse
from bot.turn import Bot, Conversation
from tests.adapters.slack import preview
from tests.adapters.teams import preview as teams_preview
from tests.browser.conftest import served

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
DANGER: Final = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"
KITES: Final = "kite-flying"
FGC: Final = "does fgc keep kids out of care?"


def invented_trial() -> str:
    """Return the picture of a trial that never was."""
    plan = TrialPlan("An invented trial: two openings of one tip", TipId(KITES, 1), TipId(KITES, 2), "seed", 0.5, 1.0)
    outcomes = {Arm.A: [0, 1, 0, 2, 1] * 14, Arm.B: [1, 0, 2, 1, 1] * 14}
    return draw_trial(plan, analyse(outcomes, {Arm.A: 70, Arm.B: 70}, plan))


def take(
    browser: Browser, url: str, name: str, *, ask: str = "", width: int = 1_000, height: int = 1_000, dark: bool = False
) -> None:
    """Write one picture.

    Args:
        browser: Headless Chromium.
        url: The page.
        name: The file's name, without its ending.
        ask: What to ask on the page.
        width: Of the window, in pixels.
        height: The same.
        dark: Whether the reader prefers dark colours.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    if ask:
        page.get_by_label("Your question").fill(ask)
        page.keyboard.press("Enter")
        page.locator(".turn .card").wait_for()
        page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def draw(browser: Browser, url: str, bot: Bot, name: str, ask: str) -> None:
    """Write the pictures of an answer in Slack and in Teams: blocks as a renderer of ours draws them, cards as Microsoft's does.

    Args:
        browser: Headless Chromium.
        url: The site, which has the pictures in cards.
        bot: Answers.
        name: The file's name, without its ending.
        ask: What to ask.
    """
    turn = bot.turn(ask, Conversation(), today())
    show(browser, url, name, lay_out(turn.reply), turn.conversation)


def show(browser: Browser, url: str, name: str, card: Card, conversation: Conversation) -> None:
    """Write the pictures of a card, one for each platform."""
    in_slack = preview.page(blocks_of(card, conversation, url))
    in_teams = teams_preview.page([card_of(card, conversation, url)])
    for platform, drawn in (("slack", in_slack), ("teams", in_teams)):
        picture(browser, f"{platform}-{name}", drawn)


def picture(browser: Browser, name: str, drawn: str) -> None:
    """Write the picture of a page that is not on the site."""
    page = browser.new_page(viewport={"width": 680, "height": 300})
    page.set_content(drawn, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    page.close()


def main() -> None:
    """Write all of them."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no Chromium on this machine (apt-get install chromium)")
    with server() as connection, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        site = f"http://{connection.host}:{connection.port}"
        take(browser, site, "web-answer", ask=FGC, height=1_150)
        take(browser, site, "web-choices", ask="what have you got on kinship care?", height=800)
        take(browser, site, "web-urgent", ask=DANGER, height=720)
        take(browser, f"{site}/evidence/family-group-conferencing", "web-entry", height=1_200)
        take(browser, f"{site}/map", "web-map", height=1_150)
        take(browser, site, "web-phone-dark", ask=FGC, width=390, height=844, dark=True)
        bot = make_bot(Settings())
        for invented in served(bot):
            take(browser, f"{invented}/gaps", "web-gaps", height=1_000)
            take(browser, f"{invented}/gaps/60", "web-gap", height=760)
            take(browser, f"{invented}/gaps/map", "web-gaps-map", height=1_450)
        draw(browser, site, bot, "answer", FGC)
        draw(browser, site, bot, "choices", "what have you got on kinship care?")
        draw(browser, site, bot, "urgent", DANGER)
        entry = bot.shown["family-group-conferencing"]
        why = "Drawn from 214 of 214 tips on this channel's topics: those that it has not had yet."
        tip = card_of_tip(entry, 1, why)
        show(browser, site, "tip", tip, conversation_of_tip(tip))
        topics = list(bot.knowledge.topics.values())
        picture(
            browser,
            "teams-tip-form",
            teams_preview.page(
                [form(None, wording.NO_TIP_HERE, topics, {str(TipId(entry.id, 1)): f"{entry.label}: {entry.tip[0]}"})]
            ),
        )
        picture(browser, "trial", invented_trial())
        browser.close()


if __name__ == "__main__":
    main()

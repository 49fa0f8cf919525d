"""One question all the way: asked in vain on Slack, flagged, seconded in Teams, triaged in chat and at the desk, answered by a new entry, told, and asked again.

A whole server in a process of its own, on SQLite and on PostgreSQL; a fake of Slack's Web API; Microsoft's own Teams client; real Chromium.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from playwright.async_api import Page, async_playwright, expect

from adapters.store.store import Store
from adapters.store.tables import deliveries
from bot import gap_wording, wording
from bot.build import build_knowledge
from tests.adapters.slack.conftest import CHANNEL, direct, event
from tests.adapters.slack.fake import USER, fake_slack
from tests.adapters.slack.test_ways_in import labelled
from tests.adapters.slack.test_ways_in import words as said_in
from tests.adapters.test_gaps import fill
from tests.adapters.test_tips import SLACK_SCOPES
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.builders import TODAY, sheet, write_sheets
from tests.playground.client import MISSING, is_here, playground
from tests.scenarios.people import OnSlack, OnTeams, Server, server, words_of

pytestmark = [
    pytest.mark.skipif(not is_here(), reason=MISSING),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine (apt-get install chromium)"),
]
QUESTION = "Do bedtime stories help a child sleep in a new foster home?"
ALIKE = "Would bedtime stories help children to sleep in a new foster home?"
TRIAGER, ASKER_DM = "U0TRIAGER", f"D{USER[1:]}"
OUTCOME = "One trial looked at it; the entry has what it found."
NEW = "bedtime-stories"
NO_NEWS = 2  # on Slack: "Nothing on that yet", and what the centre would get
NOTHING_YET = 1  # in Teams, where a tap changes a card and sends no other
STATES = (
    "was made clearer",
    "nobody seems to have looked at it",
    "is on the list",
    "is being worked on",
    "is answered",
)


@pytest.fixture(scope="module")
def before_and_after(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A knowledge base of three invented sheets, and the same with one on bedtime stories."""
    folder = tmp_path_factory.mktemp("question_to_answer")
    sheets = [sheet("kite-flying"), sheet("bread-baking"), sheet("night-walks")]
    made = []
    for name, some in (("before", sheets), ("after", [*sheets, sheet(NEW)])):
        made.append(folder / name / "knowledge.sqlite")
        build_knowledge(made[-1], TODAY, lambda _stage: None, write_sheets(folder / name / "sheets", *some))
    return made[0], made[1]


async def test_a_question_is_asked_flagged_seconded_triaged_answered_told_and_asked_again(
    before_and_after: tuple[Path, Path], empty_url: str, tmp_path: Path
) -> None:
    before, after = before_and_after
    async with (
        fake_slack(SLACK_SCOPES) as slack,
        server(empty_url, slack.url) as one,
        playground(one.url, tmp_path) as client,
        aiohttp.ClientSession(one.url) as session,
        async_playwright() as play,
    ):
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        await one.run(before, "roles", "grant", "slack", TRIAGER, "triager")
        await one.start(before)
        on_slack, on_teams = OnSlack(session, slack), OnTeams(client)
        await flag(on_slack)
        await second(on_teams)
        await triage_begins(on_slack)
        await told_once(on_slack, on_teams, 0)
        await sign_in(on_slack, page, one)
        await move_at_the_desk(page, "Checked", "Looked in three registers.", check="Unknown")
        await told_once(on_slack, on_teams, 1)
        await move_at_the_desk(page, "Prioritised", "Two voices.")
        await told_once(on_slack, on_teams, 2)
        await move_by_the_live_card(on_slack)
        await told_once(on_slack, on_teams, 3)
        await one.stop()
        await one.start(after)  # with the new entry
        await page.goto(f"{one.url}/desk/gaps/1")
        await move_at_the_desk(page, "Answered", "A sheet was written.", entry=NEW, outcome=OUTCOME)
        await told_once(on_slack, on_teams, 4)
        await ask_again(on_slack, on_teams, page, one)
        await look_at_the_register(page, one)
        await one.stop()  # it ends what it has begun: nothing can come after
        await everything_was_sent_once(empty_url)
        assert len(on_slack.to(ASKER_DM)) == NO_NEWS + len(STATES) + 1  # and the answer
        assert len(on_teams.came) == NOTHING_YET + len(STATES) + 1
        await browser.close()


async def flag(on_slack: OnSlack) -> None:
    """Ask on Slack, get nothing, and flag it."""
    await on_slack.send(direct(QUESTION))
    await on_slack.done()
    nothing = on_slack.slack.posted[-1]
    assert wording.NO_ENTRY in said_in(nothing)
    await on_slack.tap(labelled(nothing, "Flag a gap"), nothing)
    await on_slack.done()
    shown = await fill(on_slack)  # the question is filled in
    assert QUESTION in said_in(shown)
    await on_slack.tap(labelled(shown, gap_wording.GAP_SEND), shown)
    await on_slack.done()
    assert gap_wording.gap_flagged(1) in said_in(on_slack.slack.responded[-1])


async def second(on_teams: OnTeams) -> None:
    """Ask something like it in Teams, see the gap, and add a voice; a second tap counts no second."""
    nothing = await on_teams.ask(ALIKE)
    assert QUESTION in words_of(nothing)
    for said in (gap_wording.VOICE_COUNTS, gap_wording.VOICE_COUNTED):
        assert said.format(number=1) in words_of(await on_teams.tap(nothing, "Add my voice to gap 1"))


async def triage_begins(on_slack: OnSlack) -> None:
    """Have the cards posted in a channel, and clarify the gap in a direct message."""
    await on_slack.command("triage here", user_id=TRIAGER)
    await on_slack.done()
    await on_slack.until_posted(CHANNEL, 1)
    await on_slack.send(
        event("message", channel_type="im", channel="D0TRIAGER", user=TRIAGER, text="gap 1 clarified: Asked which.")
    )
    await on_slack.done()
    card = await on_slack.until_posted(CHANNEL, 2)
    assert "2 voices" in said_in(card)
    assert "clarified" in said_in(card)


async def sign_in(on_slack: OnSlack, page: Page, one: Server) -> None:
    """Get into the desk with the code on the page and the link that the bot gives."""
    await page.goto(f"{one.url}/desk/gaps/1")
    code = await page.locator(".code").inner_text()
    await on_slack.command(f"desk {code}", user_id=TRIAGER)
    await on_slack.done()
    said = str(on_slack.slack.responded[-1]["blocks"])
    link = one.url + said.split(one.url, 1)[1].split("|", 1)[0]
    await page.goto(link)
    await page.get_by_role("button", name="Enter the desk").click()
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()


async def move_at_the_desk(
    page: Page, to: str, why: str, *, check: str = "", entry: str = "", outcome: str = ""
) -> None:
    """Move the gap on the page of it."""
    await page.get_by_role("radio", name=to, exact=True).check()
    if check:
        await page.locator("#check").select_option(label=check)
    if entry:
        await page.locator("#entry").select_option(value=entry)
        await page.locator("#outcome").fill(outcome)
    await page.locator("#why").fill(why)
    await page.get_by_role("button", name="Move it on").click()
    await expect(page.locator("dl.facts")).to_contain_text(to)


async def move_by_the_live_card(on_slack: OnSlack) -> None:
    """Take the card in the channel, which has changed in place meanwhile, and begin the work by its button."""
    changed = await on_slack.until_changed(lambda card: "prioritised" in said_in(card))
    assert changed["ts"] == on_slack.to(CHANNEL)[1]["ts"]
    await on_slack.tap(labelled(changed, "In progress"), changed, user=TRIAGER)
    await on_slack.done()
    asked = on_slack.slack.responded[-1] | {"channel": CHANNEL}
    await on_slack.tap(
        labelled(asked, gap_wording.SEND), asked, is_ephemeral=True, user=TRIAGER, written="A reader began."
    )
    await on_slack.done()
    await on_slack.until_changed(lambda card: "in-progress" in said_in(card))
    assert len(on_slack.to(CHANNEL)) == 2


async def told_once(on_slack: OnSlack, on_teams: OnTeams, number: int) -> None:
    """Fail unless both hear of a change, each on their platform."""
    news = await on_slack.until_posted(ASKER_DM, number + 1 + NO_NEWS)
    card = await on_teams.next()
    for told in (said_in(news), words_of(card)):
        assert STATES[number] in told
        assert ("Strength of evidence" in told) is (number == 4)  # with the whole entry, once it is answered


async def ask_again(on_slack: OnSlack, on_teams: OnTeams, page: Page, one: Server) -> None:
    """Ask the same on all three: the new entry answers."""
    await on_slack.send(direct(QUESTION))
    await on_slack.done()
    assert "36.2%" in said_in(on_slack.slack.posted[-1])
    assert "36.2%" in words_of(await on_teams.ask(ALIKE))
    await page.goto(one.url)
    await page.get_by_role("textbox").first.fill(QUESTION)
    await page.get_by_role("textbox").first.press("Enter")
    await expect(page.get_by_text("36.2%").first).to_be_visible()


async def look_at_the_register(page: Page, one: Server) -> None:
    """Fail unless the public register shows what came of it, and no exact number of voices."""
    await page.goto(f"{one.url}/gaps")
    await page.get_by_role("link", name=QUESTION).click()
    main = page.get_by_role("main")
    await expect(main).to_contain_text(OUTCOME)
    await expect(main).to_contain_text("Answered")
    await expect(main).to_contain_text("Fewer than 5")


async def everything_was_sent_once(database: str) -> None:
    """Fail unless the outbox of a server that has ended holds one sent message for each change and person, and nothing waits."""
    store = Store(database)
    wanted = sa.select(deliveries.c.kind, deliveries.c.state, sa.func.count()).group_by(
        deliveries.c.kind, deliveries.c.state
    )
    found: Counter[tuple[Any, ...]] = Counter()
    for kind, state, count in await store.read(lambda connection: connection.execute(wanted).all()):
        found[kind, state] = count
    await store.close()
    assert found["news", "sent"] == 2 * len(STATES)
    assert found["gap-card", "sent"] == 1
    assert {state for kind, state in found if kind in {"news", "gap-card"}} == {"sent"}

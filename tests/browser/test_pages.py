"""People use the pages: by keyboard, on a phone, without JavaScript, with a screen reader, in the dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NODE_MODULES, Open

QUESTION = "does fgc keep kids out of care?"
DANGER = "a 6yo just told me her stepdad hits her, she's scared to go home tonight"
FGC = "/evidence/family-group-conferencing"
PATHS = [
    "/",
    "/evidence",
    FGC,
    "/evidence/section-47-enquiries",
    "/topics",
    "/topics/fostering",
    "/map",
    "/gaps",
    "/gaps/59",
    "/gaps/61",
    "/gaps/map",
    "/gaps/data-dictionary",
    "/gaps/flag",
    "/gaps/flag?entry=family-group-conferencing",
    "/about",
    "/no-such-page",
]
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
# Of axe's rules, those of WCAG 2.0 to 2.2, A and AA, and its own advice: https://github.com/dequelabs/axe-core
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").or_(page.get_by_label("Ask, or follow up")).fill(question)
    page.keyboard.press("Enter")


def test_a_question_is_asked_and_followed_up_by_keyboard_alone(visit: Open) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    while page.evaluate("document.activeElement.id") != "message":
        page.keyboard.press("Tab")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Family group conferencing at pre-proceedings")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "message"
    while page.evaluate("document.activeElement.textContent") != "Cost":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("savings of more than GBP 150m")).to_be_visible()
    assert page.locator(".turn").count() == 2


def test_answers_are_announced_and_the_address_never_holds_the_question(visit: Open) -> None:
    page = visit()
    ask(page, QUESTION)
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(1)
    assert page.get_by_role("log").get_attribute("aria-live") == "polite"
    assert "fgc" not in page.url


def test_shift_and_enter_start_a_new_line(visit: Open) -> None:
    page = visit()
    box = page.get_by_label("Your question")
    box.fill("one")
    box.press("Shift+Enter")
    box.type("two")
    assert box.input_value() == "one\ntwo"
    assert page.locator(".turn").count() == 0


def test_choices_lead_to_an_answer(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="what have you got on kinship care?").click()
    option = page.locator(".card .option").first
    label = option.locator(".option__label").inner_text()
    option.click()
    expect(page.locator(".turn").nth(1).locator(".said")).to_contain_text(label)
    expect(page.locator(".turn").nth(1).get_by_text("Strength of evidence")).to_be_visible()


def test_not_helpful_asks_why_and_says_thank_you(visit: Open) -> None:
    page = visit()
    ask(page, QUESTION)
    page.get_by_role("button", name="No, not helpful").click()
    page.get_by_role("button", name="It is hard to read").click()
    expect(page.get_by_text("The centre sees the reason beside the entry")).to_be_visible()
    assert page.locator(".turn").count() == 1


def test_without_javascript_everything_works_by_forms(visit: Open) -> None:
    page = visit(script=False)
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="Family group conferencing at pre-proceedings")).to_be_visible()
    page.get_by_role("button", name="Limits").click()
    expect(page.get_by_text("It is one UK trial.")).to_be_visible()
    page.get_by_label("Ask, or follow up").fill("what about cost?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("savings of more than GBP 150m")).to_be_visible()
    page.get_by_role("button", name="Yes, helpful").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.goto(page.url.removesuffix("/feedback") + "/evidence")
    page.get_by_label("Search the entries").fill("mentoring")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_contain_text("entries")
    assert "mentoring" not in page.url


def test_entries_are_found_while_typing_and_narrowed_down(visit: Open) -> None:
    page = visit("/evidence")
    expect(page.locator(".count")).to_contain_text("164 entries")
    page.get_by_label("Search the entries").press_sequentially("signs of saf")
    expect(page.locator(".entries a").first).to_have_text("Signs of Safety")
    page.get_by_label("Search the entries").fill("")
    page.get_by_label("Topic").select_option("Fostering")
    expect(page.locator(".count")).not_to_contain_text("164")
    page.locator(".entries a").first.click()
    expect(page.get_by_role("heading", name="In brief")).to_be_visible()


def test_danger_is_seen_first_and_does_not_depend_on_colour(visit: Open) -> None:
    page = visit()
    ask(page, DANGER)
    card = page.locator(".card--urgent")
    expect(card.get_by_role("heading").first).to_have_text("If someone may be in danger now, act first")
    assert card.evaluate("card => getComputedStyle(card).borderTopWidth") == "3px"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_a_phone(visit: Open, path: str) -> None:
    page = visit(path, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_answer_fits_a_phone(visit: Open) -> None:
    page = visit(width=360)
    for question in (QUESTION, "fgc or sdm?", "what have you got on kinship care?", DANGER, "x" * 300):
        before = page.locator(".turn").count()
        ask(page, question)
        expect(page.locator(".turn")).to_have_count(before + 1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, question


def violations(page: Page) -> list[dict[str, Any]]:
    if not AXE.exists():
        pytest.skip("axe-core is not here (npm ci in tests/browser)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]
    return [
        {
            "rule": one["id"],
            "at": [node["target"] for node in one["nodes"]][:5],
            "why": one["nodes"][0]["failureSummary"],
        }
        for one in found
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_no_page_breaks_a_rule_of_accessibility(visit: Open, path: str, *, dark: bool) -> None:
    assert violations(visit(path, dark=dark)) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_conversation_breaks_a_rule_of_accessibility(visit: Open, *, dark: bool) -> None:
    page = visit(dark=dark)
    questions = (
        QUESTION,
        "findings",
        "fgc or sdm?",
        "what have you got on kinship care?",
        DANGER,
        "what's the weather",
        "flag a gap",
    )
    for number, question in enumerate(questions, 1):
        ask(page, question)
        expect(page.locator(".turn")).to_have_count(number)
    page.get_by_role("button", name="No, not helpful").first.click()
    expect(page.get_by_role("button", name="It is hard to read")).to_be_visible()
    assert violations(page) == []


def test_a_gap_is_flagged_from_nothing_on_that_with_the_keyboard_and_without_javascript(visit: Open) -> None:
    page = visit(script=False)
    ask(page, "does owning a parrot lower caseloads?")
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    page.get_by_role("button", name="Flag an evidence gap").press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("does owning a parrot lower caseloads?")
    page.get_by_label("For whom").fill("Teams with parrots")
    page.get_by_role("button", name="Look at it first").press("Enter")
    expect(page.get_by_text("Nothing has been sent yet")).to_be_visible()
    page.get_by_role("button", name="Send it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It is evidence gap 1 now.")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_step_of_flagging_breaks_a_rule_of_accessibility(visit: Open, *, dark: bool) -> None:
    page = visit("/gaps/flag", dark=dark)
    page.get_by_label("Your question").fill("Does owning a parrot lower caseloads? Maisie Example asks.")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("was taken out")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Change it").click()
    assert "Maisie" not in page.get_by_label("Your question").input_value()
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert violations(page) == []


def test_a_picture_says_in_words_all_that_it_shows(visit: Open) -> None:
    page = visit(FGC)
    picture = page.get_by_role("img", name="In care 12 months after the pre-proceedings letter")
    expect(picture).to_be_visible()
    name = picture.locator("title").text_content() or ""
    assert "Families referred for a conference: 36 of 100 (36.2%). Families not referred: 45 of 100 (44.8%)." in name


def test_gaps_are_narrowed_down_and_paged_by_keyboard_without_javascript(visit: Open) -> None:
    page = visit("/gaps", script=False)
    page.get_by_role("link", name="Older gaps").press("Enter")
    expect(page.get_by_role("row")).to_have_count(
        12
    )  # 61 gaps, 50 of them on the first page, and the names of the columns
    page.get_by_label("Topic").select_option("Fostering")
    page.get_by_label("Status").select_option("Asks the same as another")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_role("link", name="Asks the same as gap 55.").press("Enter")
    page.get_by_role("link", name="Evidence gap 55").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/gaps/55")


def test_the_picture_of_demand_shows_as_much_as_its_table(visit: Open) -> None:
    page = visit("/gaps/map")
    expect(page.get_by_role("img", name="Demand against strength of evidence")).to_be_visible()
    thin = page.locator(".numbers tbody tr", has=page.locator("td:last-child", has_text="yes"))
    assert page.locator(".demand .thin").count() == thin.count()
    assert page.locator(".demand .ink[text-anchor]").count() == page.locator(".numbers tbody tr").count()


def test_a_page_prints_without_its_frame(visit: Open, tmp_path: Path) -> None:
    page = visit(FGC)
    page.emulate_media(media="print")
    assert not page.locator("header.site").is_visible()
    page.pdf(path=tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").stat().st_size > 10_000


def test_the_data_for_machines_can_be_read(visit: Open) -> None:
    page = visit(FGC)
    described = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert described["@type"] == "Article"

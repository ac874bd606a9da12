"""What stands in the first screen of a small phone, before anybody scrolls: what each visitor came for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.public_pages import PAGES

WIDTH, HEIGHT = 360, 740

NUMBERS = ['.help-short a[href="tel:999"]', '.help-short a[href="tel:08001111"]']

#: The page, and the selector of each thing on it that must be seen whole. The first that matches counts.
FIRST = {
    "home": ["h1", ".lead", ".doors li h3"],
    "get-help-now": ["h1", 'main a[href="tel:999"]', 'main a[href="tel:08001111"]'],
    "families": ["h1", ".cards--tasks li h2, .cards--tasks li h3"],
    "young-people": ["h1", ".cards--tasks li h2, .cards--tasks li h3"],
    "professionals": ["h1", ".cards--tasks li h2, .cards--tasks li h3"],
    "enquiry": ["h1", *NUMBERS, "[name=who] >> nth=2"],
    "enquiry in the plainest words": ["h1", *NUMBERS, "#id_name"],
    "enquiry of a professional": ["h1", *NUMBERS, "#id_organisation"],
    "contact": ["h1", 'main a[href="/contact/write/"]', 'main a[href^="tel:"]'],
    "campaign": ["h1", ".campaign__card li a"],
    "service": ["h1", ".lead"],
    "news": ["h1", ".lead-story h3"],
    "resources": ["h1", ".results h3"],
    "guide to download": ["h1", ".download .button"],
}


def is_seen_whole(part: Locator) -> bool:
    box = part.bounding_box()
    return bool(box) and box["y"] >= 0 and box["y"] + box["height"] <= HEIGHT


def unseen(page: Page, selectors: list[str]) -> list[str]:
    return [selector for selector in selectors if not is_seen_whole(page.locator(selector).first)]


@pytest.mark.parametrize("name", FIRST)
def test_a_visitor_sees_in_the_first_screen_what_they_came_for(demo_site, visit, name):
    page = visit(demo_site, width=WIDTH, height=HEIGHT).page
    page.goto(PAGES[name])
    assert unseen(page, FIRST[name]) == []


@pytest.mark.parametrize("name", ["enquiry", "enquiry in the plainest words", "enquiry of a professional"])
def test_a_form_with_mistakes_begins_with_them_and_has_less_above_its_questions(demo_site, visit, name):
    page = visit(demo_site, width=WIDTH, height=HEIGHT).page
    page.goto(PAGES[name])
    before = page.locator("form fieldset").first.bounding_box()["y"]
    page.click("button:text-is('Send')")
    expect(page.locator(".error-summary")).to_be_focused()
    page.evaluate("scrollTo(0, 0)")
    summary = page.locator(".error-summary").bounding_box()
    assert is_seen_whole(page.locator(".error-summary a").first)
    assert page.locator("form fieldset").first.bounding_box()["y"] - summary["height"] < before
    assert page.locator("form summary, .lead").count() == 0


@pytest.mark.parametrize("name", ["service", "about", "privacy", "complaints"])
def test_a_standing_page_begins_its_text(demo_site, visit, name):
    page = visit(demo_site, width=WIDTH, height=HEIGHT).page
    page.goto(PAGES[name])
    assert page.locator("main .prose > *").first.bounding_box()["y"] <= HEIGHT - 60


@pytest.mark.parametrize("name", ["sensitive article", "news story", "interview", "explainer"])
def test_an_article_shows_its_title_and_its_first_sentence(demo_site, visit, name):
    page = visit(demo_site, width=WIDTH, height=HEIGHT).page
    page.goto(PAGES[name])
    assert is_seen_whole(page.locator("h1"))
    bottom = page.evaluate("""() => {
        const range = document.createRange();
        const text = document.querySelector('article .lead').firstChild;
        range.setStart(text, 0);
        range.setEnd(text, text.textContent.search(/[.?!](\\s|$)/) + 1);
        return range.getBoundingClientRect().bottom;
    }""")
    assert bottom <= HEIGHT


@pytest.mark.parametrize(("name", "at_most"), [("home", 240), ("enquiry", 200), ("get-help-now", 200)])
def test_the_header_leaves_the_screen_to_the_page(demo_site, visit, name, at_most):
    page = visit(demo_site, width=WIDTH, height=HEIGHT).page
    page.goto(PAGES[name])
    box = page.locator(".header").bounding_box()
    assert box["y"] + box["height"] <= at_most
    assert page.locator(".nav a").count() == 7
    assert all(link.bounding_box()["height"] >= 44 for link in page.locator(".nav a").all())

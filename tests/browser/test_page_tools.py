"""What stands under a text: with JavaScript, without it, and on paper."""

from __future__ import annotations

import io
import unicodedata

import pypdf
import pytest
from playwright.sync_api import expect

from tests.browser.public_pages import PAGES

SENSITIVE = PAGES["sensitive article"]


def words_on_paper(page) -> str:
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    # Letters that the font joins (ff) are one sign there.
    text = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in pdf.pages))
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["sensitive article", "guide to download"])
def test_the_link_is_copied_and_said_to_be(visit, demo_site, name):
    seen = visit(demo_site, permissions=["clipboard-read", "clipboard-write"])
    seen.page.goto(PAGES[name] + "?from=somewhere#sources")
    seen.page.get_by_role("button", name="Copy link").click()
    expect(seen.page.locator("[data-page-tools] [role=status]")).to_have_text("The link is copied.")
    assert seen.page.evaluate("navigator.clipboard.readText()") == demo_site.url + PAGES[name]
    assert seen.violations() == []


def test_a_browser_that_refuses_says_where_the_address_is(visit, demo_site):
    seen = visit(demo_site)
    seen.page.goto(SENSITIVE)
    seen.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    seen.page.get_by_role("button", name="Copy link").click()
    expect(seen.page.locator("[data-page-tools] [role=status]")).to_contain_text("Copy the address")


def test_the_buttons_that_need_a_script_are_not_there_without_it(visit, demo_site):
    seen = visit(demo_site, javascript=False)
    seen.page.goto(SENSITIVE)
    expect(seen.page.get_by_text("Copy link")).to_be_hidden()
    expect(seen.page.get_by_role("button", name="Yes")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_answers_and_reports_a_mistake(visit, demo_site, javascript):
    seen = visit(demo_site, width=360, javascript=javascript)
    seen.page.goto(SENSITIVE)
    seen.page.get_by_role("button", name="No", exact=True).click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Thank you")
    seen.page.get_by_role("link", name="What was missing?").click()
    seen.page.get_by_label("What was missing?").fill("How long it takes.")
    seen.page.wait_for_timeout(3_100)
    seen.page.get_by_role("button", name="Send").click()
    expect(seen.page.get_by_text("has reached our editors")).to_be_visible()
    seen.page.get_by_role("link", name="Back to the page").click()
    assert seen.page.url == demo_site.url + SENSITIVE


@pytest.mark.parametrize("javascript", [True, False])
def test_paper_shows_what_is_folded_each_address_once_and_ends_with_the_numbers(visit, demo_site, javascript):
    seen = visit(demo_site, javascript=javascript)
    seen.page.goto(SENSITIVE)
    folded = seen.page.locator("details.fold > :not(summary)").first.text_content()
    paper = words_on_paper(seen.page)
    assert " ".join(folded.split())[:60] in paper
    for button in ("Was this useful?", "Copy link", "Report a mistake", "Make an enquiry"):
        assert button not in paper
    joined = paper.replace(" ", "")
    addresses = [demo_site.url + SENSITIVE]
    addresses += [link.text_content().strip() for link in seen.page.locator(".sources a[href^=http]").all()]
    assert [joined.count(address) for address in addresses] == [1] * len(addresses)
    assert joined.index(addresses[0]) < joined.rindex("08088005000")
    if javascript:
        expect(seen.page.locator("details.fold").first).not_to_have_attribute("open", "")

"""Get help now in a real browser: what stands in the first screen of a phone, and what comes out of a printer."""

from __future__ import annotations

import io

import pypdf
import pytest
from playwright.sync_api import expect

PHONE = {"width": 360, "height": 740}
HELP = "/get-help-now/"


@pytest.mark.parametrize("javascript", [True, False])
def test_999_and_childline_stand_in_the_first_screen_of_a_phone(demo_site, plain_page, javascript):
    page = plain_page(demo_site, javascript=javascript, viewport=PHONE)
    page.goto(HELP)
    for number in ("999", "0800 1111"):
        link = page.locator("main").get_by_role("link", name=number, exact=True).first
        box = link.bounding_box()
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= PHONE["height"], number
    heading, first = page.locator("h1").bounding_box(), page.locator("main a").first.bounding_box()
    assert page.locator("main a").first.get_attribute("href") == "tel:999"
    assert first["y"] - heading["y"] < 250


def test_a_choice_without_scripts_leads_right_to_its_lines(demo_site, plain_page):
    page = plain_page(demo_site, javascript=False, viewport=PHONE)
    page.goto(HELP)
    page.get_by_role("link", name="a man afraid of someone at home").click()
    page.get_by_role("link", name="Scotland", exact=True).click()
    expect(
        page.get_by_role("heading", name="Help lines for: a man afraid of someone at home, Scotland")
    ).to_be_in_viewport()
    assert page.evaluate("document.querySelector('[href=\"tel:08000271234\"]').checkVisibility()")


def test_nothing_on_the_printed_card_says_where_it_is_from(demo_site, visit):
    page = visit(demo_site).page
    page.goto(f"{HELP}card/?nation=wales")
    page.emulate_media(media="print")
    assert page.locator(".safety-card").is_visible()
    for hidden in (".header", ".footer", ".exit", "h1", ".tags"):
        assert not page.locator(hidden).first.is_visible(), hidden
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = pdf.pages[0].extract_text()
    assert len(pdf.pages) == 1
    assert "999" in text
    assert "0808 80 10 800" in text
    assert "Children First" not in text


def test_the_printed_card_is_two_bank_cards_wide(demo_site, visit):
    page = visit(demo_site).page
    page.goto(f"{HELP}card/?nation=scotland")
    page.emulate_media(media="print")
    box = page.locator(".safety-card").bounding_box()
    millimetre = 96 / 25.4
    assert abs(box["width"] / millimetre - 170) < 1
    assert abs(box["height"] / millimetre - 54) < 1
    # No row runs out of the card.
    assert page.evaluate(
        """() => { const card = document.querySelector('.safety-card').getBoundingClientRect();
        return [...document.querySelectorAll('.safety-card li')].every(row => {
          const box = row.getBoundingClientRect(); return box.bottom <= card.bottom && box.right <= card.right; }); }"""
    )

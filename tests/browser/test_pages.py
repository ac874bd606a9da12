"""Every public page in a real browser: can everybody use it, and does it keep to itself?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.fallback import HELPLINES
from tests.browser.public_pages import PAGES, error_pages

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
# The design promises 7:1 for text and 44 pixels for targets, which axe asks for only when told to.
ALL_RULES = {"rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
# Not with wait_for_function: that evaluates text in the page, which the site's policy forbids.
ALL_PICTURES = """Promise.all([...document.images].map(image => {
  image.loading = 'eager';
  return image.complete || new Promise(done => { image.onload = image.onerror = done; });
}))"""
LARGE_LETTERS = """new Promise(done => {
  const size = () => getComputedStyle(document.documentElement).fontSize;
  const look = () => size() === '32px' ? done() : requestAnimationFrame(look);
  look();
})"""
WIDE, NARROW, NARROWEST = 1280, 360, 320
ONE_OF_EACH_LAYOUT = [
    "home",
    "sensitive article",
    "news",
    "campaign",
    "enquiry",
    "guide to download",
    "contact",
    "author",
]


def axe_violations(page: Page, options: dict) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("options => axe.run(document, {...options, resultTypes: ['violations']})", options)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def dress(page: Page, *, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    # Half scrolled out of sight under the bar with the exit, a target would be too small for axe.
    page.evaluate("scrollTo(0, 0)")


def assert_everybody_can_use(page: Page, *, also_wide: bool = False) -> None:
    """axe finds nothing on a narrow, dark screen, and the narrowest needs no sideways scrolling.

    `also_wide` looks once more, wide and light: at one page of each layout. Which colours stand on which is the same
    everywhere, and `test_brand.py` measures them for both schemes.
    """
    if also_wide:
        dress(page, width=WIDE, scheme="light")
        assert axe_violations(page, ALL_RULES) == []
    dress(page, width=NARROW, scheme="dark")
    assert axe_violations(page, ALL_RULES) == []
    dress(page, width=NARROWEST, scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody_and_keeps_to_itself(demo_site, visit, name):
    seen = visit(demo_site)
    page = seen.page
    answer = page.goto(PAGES[name])
    status = {"no such page": 404, "enquiry sent, too late": 410}.get(name, 200)
    assert answer.status == status
    page.evaluate(ALL_PICTURES)

    # Chromium itself writes to the console when a page is answered with 404 or 410.
    errors = [text for text in seen.console_errors if status == 200 or f"status of {status}" not in text]
    assert errors == []
    assert seen.violations() == []
    assert seen.off_origin == []
    assert seen.context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.locator("[hidden]:visible").count() == 0
    assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)") == []
    assert_everybody_can_use(page, also_wide=name in ONE_OF_EACH_LAYOUT)


def test_folded_text_can_be_used_by_everybody_when_open(demo_site, visit):
    page = visit(demo_site).page
    page.goto(PAGES["sensitive article"])
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.locator("details[open]").count() > 0
    assert_everybody_can_use(page)


def test_filters_can_be_used_by_everybody_when_open_on_a_phone(demo_site, visit):
    page = visit(demo_site, width=NARROW).page
    page.goto(PAGES["news on a topic"])
    page.locator(".filters summary").click()
    assert page.get_by_role("link", name="All topics").is_visible()
    assert_everybody_can_use(page)


@pytest.mark.parametrize("way", ["enquiry", "enquiry in the plainest words", "enquiry of a professional"])
def test_the_enquiry_with_errors_can_be_used_by_everybody(demo_site, visit, way):
    page = visit(demo_site).page
    page.goto(PAGES[way])
    page.locator("[name=at_risk][value=yes]").check()
    page.locator("[name=reply_by][value=phone]").check()
    page.click("button:text-is('Send')")
    # Being focused it scrolls into sight, at a moment of the browser's choice.
    expect(page.locator(".error-summary")).to_be_focused()
    assert_everybody_can_use(page)


@pytest.mark.parametrize("status", ["400", "403", "410", "413", "429", "500", "503"])
def test_an_error_page_can_be_used_by_everybody(demo_site, visit, error_page, status):
    seen = visit(demo_site)
    seen.context.route("**/broken/", lambda route: route.fulfill(body=error_page[status], content_type="text/html"))
    seen.page.goto("/broken/")
    assert seen.page.get_by_role("link", name=HELPLINES[0]["number"]).first.is_visible()
    assert seen.page.get_by_role("link", name="Exit this page").is_visible()
    assert_everybody_can_use(seen.page)


@pytest.fixture(scope="module")
def error_page(demo_site) -> dict[str, str]:
    return error_pages(demo_site)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", ["home", "sensitive article", "news", "campaign", "enquiry", "guide to download"])
def test_a_page_still_fits_with_letters_twice_as_large(demo_site, visit, name, width):
    page = visit(demo_site, width=width).page
    page.goto(PAGES[name])
    client = page.context.new_cdp_session(page)
    client.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.evaluate(LARGE_LETTERS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate("""() => [...document.querySelectorAll('a, button, h1, h2, h3, p, dt, dd')]
        .filter(part => !part.closest('.visually-hidden, .skip') && part.scrollWidth > part.clientWidth + 1
                        && getComputedStyle(part).overflow !== 'visible')
        .map(part => part.outerHTML.slice(0, 120))""")
    assert cut == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_exit_is_the_second_stop_of_the_tab_key_and_always_in_view(demo_site, visit, width):
    page = visit(demo_site, width=width).page
    page.goto(PAGES["sensitive article"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Tab")
    assert "Exit this page" in page.evaluate("document.activeElement.textContent")
    assert page.locator(".exit__leave").get_attribute("href") == "/leave/"
    assert page.locator(".exit__leave").get_attribute("rel") == "nofollow noreferrer"

    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    box = page.locator(".exit__leave").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 100
    assert min(box["height"], box["width"]) >= 44
    inside = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert page.evaluate("([x, y]) => !!document.elementFromPoint(x, y).closest('.exit')", inside)


def test_a_printed_article_ends_with_the_help_numbers_and_has_no_menus(demo_site, visit):
    page = visit(demo_site).page
    page.goto(PAGES["sensitive article"])
    page.emulate_media(media="print")
    assert page.locator(".footer__lines").is_visible()
    for hidden in [".nav", ".exit", ".banner", ".footer__cols"]:
        assert not page.locator(hidden).first.is_visible()


def test_forced_colours_keep_borders_around_coloured_boxes(demo_site, visit):
    page = visit(demo_site).page
    page.goto(PAGES["sensitive article"])
    page.emulate_media(forced_colors="active")
    widths = page.evaluate("""() => [...document.querySelectorAll('.note, .stats, .panel, .button')]
        .map(part => getComputedStyle(part).borderTopWidth)""")
    assert set(widths) == {"2px"}


def test_one_font_file_is_enough_for_english_and_a_second_comes_for_welsh(demo_site, visit):
    def fonts(path: str) -> set[str]:
        seen = visit(demo_site)
        names: set[str] = set()
        seen.page.on("request", lambda request: names.add(request.url) if request.resource_type == "font" else None)
        seen.page.goto(path)
        seen.page.wait_for_load_state("networkidle")
        return {re.search(r"besley-([a-z-]+)", name)[1] for name in names}

    assert fonts(PAGES["enquiry"]) == {"latin"}
    assert fonts(PAGES["guide in Welsh"]) == {"latin", "welsh"}

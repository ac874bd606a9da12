"""One property of one style sheet is the brand: it colours everything, and what is written stays readable."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

import tests.running_site
from core.brand import brand_colour
from tests.running_site import ROOT, STAFF, STAFF_PASSWORD, RunningSite

CSS = ROOT / "static" / "css"
OTHER = "#0b4f2a"
LINE = "--brand: #5b1f55;"
# Where a browser draws what a custom property holds, as three numbers from 0 to 255.
DRAWN = """(names) => Object.fromEntries(names.map((name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = getComputedStyle(probe).color;
  pen.fillRect(0, 0, 1, 1);
  return [name, [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)]];
}))"""

# WCAG 1.4.6 for readers' text, 1.4.3 for staff's, 1.4.11 for controls and focus.
TEXT, STAFF_TEXT, CONTROL = 7.0, 4.5, 3.0
SURFACES = ["page", "raised", "panel-grey", "panel-cool", "panel-warm", "panel-brand"]
PAIRS = [
    *[(front, back, TEXT) for front in ["ink", "ink-soft", "brand", "link"] for back in SURFACES],
    *[("link-hover", back, TEXT) for back in ["page", "panel-cool", "panel-warm"]],
    *[(front, "deep", TEXT) for front in ["on-deep", "on-deep-soft", "on-deep-accent"]],
    *[("on-brand", back, TEXT) for back in ["brand-fill", "brand-fill-hover"]],
    *[("on-accent", back, TEXT) for back in ["accent", "accent-hover"]],
    ("on-exit", "exit", TEXT),
    ("on-danger", "danger-fill", TEXT),
    *[("danger", back, TEXT) for back in ["page", "raised", "danger-tint"]],
    *[("ok", back, TEXT) for back in ["page", "ok-tint"]],
    *[(front, back, TEXT) for front in ["ink", "link"] for back in ["ok-tint", "danger-tint"]],
    *[("line-strong", back, CONTROL) for back in SURFACES],
    ("brand-fill", "page", CONTROL),
    ("accent", "deep", CONTROL),
    ("focus", "focus-edge", CONTROL),
]
STAFF_PAIRS = [
    *[(front, "body-bg", STAFF_TEXT) for front in ["link-fg", "link-hover-color", "link-selected-fg"]],
    *[(front, "darkened-bg", STAFF_TEXT) for front in ["link-fg", "link-hover-color"]],
    *[(front, "header-bg", STAFF_TEXT) for front in ["header-color", "header-link-color", "header-branding-color"]],
    *[(front, "breadcrumbs-bg", STAFF_TEXT) for front in ["breadcrumbs-fg", "breadcrumbs-link-fg"]],
    *[("button-fg", f"{back}-bg", STAFF_TEXT) for back in ["button", "default-button"]],
    *[("button-fg", f"{back}-hover-bg", STAFF_TEXT) for back in ["button", "default-button"]],
    ("primary-fg", "primary", STAFF_TEXT),
]


def luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[int], two: list[int]) -> float:
    low, high = sorted([luminance(one), luminance(two)])
    return (high + 0.05) / (low + 0.05)


def hard_to_read(page: Page, pairs: list[tuple[str, str, float]], prefix: str = "") -> dict[str, float]:
    colours = page.evaluate(DRAWN, sorted({prefix + name for front, back, _need in pairs for name in (front, back)}))
    found = {
        f"{front} on {back}": (round(contrast(colours[prefix + front], colours[prefix + back]), 1), need)
        for front, back, need in pairs
    }
    return {names: reached for names, (reached, need) in found.items() if reached < need}


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)))


def computed(page: Page, selector: str, name: str) -> str:
    return page.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def colours_in(picture: bytes) -> set[str]:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _count, colour in image.getcolors(image.width * image.height)}


@pytest.mark.parametrize("is_old", [False, True], ids=["new browser", "old browser"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_pair_of_colours_can_be_read(chromium: Browser, scheme, is_old):
    """Also where the brand is another dark colour, and in browsers that cannot derive its shades.

    Those get the brand itself in place of its darkest shades: with another brand than ours, AA is all that is promised.
    """
    sheets = (CSS / "brand.css").read_text() + (CSS / "tokens.css").read_text()
    if is_old:
        sheets = sheets.replace("oklch(from", "unknown(from")
    page = chromium.new_page(color_scheme=scheme)
    for colour in [brand_colour(), "#0b4f2a", "#0a4a57", "#1f2f7a", "#7a1f1f", "#333333"]:
        page.set_content(f"<style>{sheets.replace(LINE, f'--brand: {colour};')}</style>")
        assert page.evaluate(DRAWN, ["brand"])["brand"] == [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        least = STAFF_TEXT if is_old and colour != brand_colour() else TEXT
        pairs = [(front, back, min(need, least)) for front, back, need in PAIRS]
        assert hard_to_read(page, pairs, "c-") == {}, colour
    page.close()


@pytest.fixture(scope="module")
def other_brand(tmp_path_factory) -> Iterator[RunningSite]:
    """The demonstration site from a copy of the project in which one line of brand.css is another."""
    folder = tmp_path_factory.mktemp("other-brand")
    copy = folder / "project"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "var", "__pycache__", "tests", "node_modules"), symlinks=True
    )
    sheet: Path = copy / "static" / "css" / "brand.css"
    assert sheet.read_text().count(LINE) == 1
    sheet.write_text(sheet.read_text().replace(LINE, f"--brand: {OTHER};"))
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tests.running_site, "ROOT", copy)
            site = stack.enter_context(RunningSite(folder / "data", demo=True))
        yield site


def test_one_property_recolours_pages_logo_and_drawings(other_brand, visit):
    page = visit(other_brand).page
    page.goto("/")

    assert computed(page, ".header .brand", "color") == rgb(OTHER)
    assert computed(page, ".header .brand__mark .arch", "fill") == rgb(OTHER)
    assert computed(page, ".hero .button", "backgroundColor") == rgb(OTHER)
    for drawing in [".hero svg.art", ".door:nth-child(2) svg.art", ".door:nth-child(3) svg.art"]:
        seen = colours_in(page.locator(drawing).screenshot())
        assert OTHER in seen
        assert brand_colour() not in seen
    # The crowd wears a shade of it.
    worn = computed(page, ".crowd [fill='var(--brand-mid)']", "fill")
    assert 130 < float(re.fullmatch(r"oklch\([\d.]+ [\d.]+ ([\d.]+)\)", worn)[1]) < 175


def test_no_page_keeps_the_former_brand(other_brand, demo_site, visit):
    """Of all that is drawn of home, in light and dark, nothing has the former brand or one of its shades."""
    shades = ["brand", "brand-mid", "brand-deep", "brand-darkest", "brand-pale", "brand-darker", "brand-on-dark"]
    for dark in [False, True]:
        former, now = visit(demo_site, dark=dark).page, visit(other_brand, dark=dark).page
        for page in [former, now]:
            page.goto("/")
        old = {"#{:02x}{:02x}{:02x}".format(*colour) for colour in former.evaluate(DRAWN, shades).values()}
        parts = ["header", ".hero", "ul.doors", ".home-campaign", "footer"]
        seen_before = set().union(*(colours_in(former.locator(part).first.screenshot()) for part in parts))
        seen_now = set().union(*(colours_in(now.locator(part).first.screenshot()) for part in parts))
        assert len(old & seen_before) >= 2
        assert old & seen_now == set()


def test_one_property_recolours_the_browsers_bar_and_the_icon(other_brand, visit):
    seen = visit(other_brand)
    seen.page.goto("/")
    assert seen.page.locator("meta[name=theme-color]").get_attribute("content") == OTHER

    icon = seen.page.locator("link[rel=icon][type]").get_attribute("href")
    answer = seen.page.goto(icon)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert OTHER in colours_in(seen.page.locator("svg").screenshot())
    assert seen.violations() == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_one_property_recolours_the_back_office(other_brand, visit, dark):
    seen = visit(other_brand, dark=dark)
    page = seen.page
    page.goto("/admin/login/")
    page.fill("#id_username", STAFF)
    page.fill("#id_password", STAFF_PASSWORD)
    page.click("input[type=submit]")
    page.goto("/admin/articles/article/add/")

    drawn = page.evaluate(DRAWN, ["brand", "primary", "header-bg"])
    assert drawn["brand"] == drawn["primary"] == [int(OTHER[place : place + 2], 16) for place in (1, 3, 5)]
    assert drawn["header-bg"][1] == max(drawn["header-bg"])  # green, as the brand is
    assert computed(page, "#header", "backgroundColor") == page.evaluate(
        "() => getComputedStyle(document.body.appendChild(Object.assign(document.createElement('i'), "
        "{style: 'background: var(--header-bg)'}))).backgroundColor"
    )
    assert hard_to_read(page, STAFF_PAIRS) == {}


def test_a_page_looks_the_same_while_a_designer_works(demo_site, visit):
    """Then the browser fetches each part of site.css itself; readers get one file."""
    joined, apart = visit(demo_site).page, visit(demo_site).page
    fetched = []

    def from_the_project(route):
        path = route.request.url.partition("/static/css/")[2]
        fetched.append(path)
        route.fulfill(path=CSS / re.sub(r"^site\.[0-9a-f]+\.css$", "site.css", path))

    apart.route("**/static/css/**", from_the_project)
    for page in [joined, apart]:
        page.goto("/contact/")

    assert len(fetched) > 30
    looks = """() => [...document.querySelectorAll("body *")].map((element) => {
      const { color, backgroundColor, display, padding, margin, fontSize, borderWidth } = getComputedStyle(element);
      return [element.tagName, color, backgroundColor, display, padding, margin, fontSize, borderWidth].join(" ");
    })"""
    assert apart.evaluate(looks) == joined.evaluate(looks)

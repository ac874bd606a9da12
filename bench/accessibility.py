"""`python -m bench.accessibility`: what axe finds on each kind of page, on a phone and on a desk, in every dress.

Light, dark and forced colours at 360 and 1280 pixels, with contrast of 7 to 1 and targets of 44 pixels asked for. Then
whether anything is lost at 320 pixels, and with the text spacing of WCAG 2.2, criterion 1.4.12. Exit status 1 when
anything is found.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.site import asked_pages, demo_site
from tests.browser.conftest import CHROMIUM

AXE = (Path(__file__).parents[1] / "tests/browser/vendor/axe.min.js").read_text()
NARROWEST, NARROW, WIDE = 320, 360, 1280
DRESSES = {"light": ("light", "none"), "dark": ("dark", "none"), "forced": ("dark", "active")}
STRICT = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
#: Forced colours are the system's own.
FORCED = {"color-contrast": {"enabled": False}, "target-size": {"enabled": True}}
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
CUT = """() => [...document.querySelectorAll('a, button, h1, h2, h3, p, li, dt, dd, label, summary')]
  .filter((part) => !part.closest('.visually-hidden, .skip, [hidden]') && getComputedStyle(part).overflow !== 'visible'
    && (part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1))
  .map((part) => part.outerHTML.slice(0, 80))"""


def axe_findings(page: Page) -> Iterator[str]:
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        for dress, (scheme, forced) in DRESSES.items():
            page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")
            page.evaluate("scrollTo(0, 0)")
            options = {"rules": FORCED if dress == "forced" else STRICT, "resultTypes": ["violations"]}
            for found in page.evaluate("options => axe.run(document, options)", options)["violations"]:
                yield from (f"{width} {dress}: {found['id']} {node['target']}" for node in found["nodes"])


def losses(page: Page) -> Iterator[str]:
    """What is cut or pushed out of sight on the narrowest screen, and with wide spacing."""
    page.emulate_media(color_scheme="light", forced_colors="none")
    for spacing in ("", SPACING):
        if spacing:
            page.add_style_tag(content=spacing)
        for width in (NARROWEST, WIDE):
            page.set_viewport_size({"width": width, "height": 800})
            words = f"{width}{', wide spacing' if spacing else ''}"
            if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
                yield f"{words}: needs {needed} pixels"
            yield from (f"{words}: cut: {part}" for part in page.evaluate(CUT))


def main() -> int:
    pages = asked_pages(__doc__.splitlines()[0])
    total = 0
    with demo_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, path in pages.items():
            # The site's policy forbids the style that a reader's own browser may add.
            context = browser.new_context(bypass_csp=True, locale="en-GB")
            page = context.new_page()
            page.goto(site.url + path)
            page.evaluate(AXE)
            found = [*axe_findings(page), *losses(page)]
            context.close()
            total += len(found)
            print(f"{name:28}{len(found) or 'nothing'} found", *found, sep="\n    ", flush=True)
        browser.close()
    print(f"{len(pages)} pages in {2 * len(DRESSES)} dresses and 4 shapes: {total} found, at most 0")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())

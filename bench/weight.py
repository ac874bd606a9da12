"""`python -m bench.weight`: kilobytes that a phone receives on its first visit, for each kind of page.

What comes over the wire, headers included, as Chromium counts it: the page, styles, fonts, scripts, and the pictures on
the first screen of a phone (360 by 740, two pixels to a point). Pictures further down are counted apart: browsers load
them early, and a reader reads meanwhile. Exit status 1 when a page is heavier than the target.
"""

import sys
from collections import Counter
from urllib.parse import urldefrag

from playwright.sync_api import Browser, sync_playwright

from bench.site import asked_pages, demo_site
from tests.browser.conftest import CHROMIUM

TARGET = 90 * 1024
KINDS = {"Document": "page", "Stylesheet": "styles", "Font": "fonts", "Script": "scripts", "Image": "pictures"}
COLUMNS = [*KINDS.values(), "other", "further down"]
FIRST_SCREEN = """() => [...document.images]
  .filter((image) => { const box = image.getBoundingClientRect(); return box.top < innerHeight && box.width > 0 })
  .map((image) => image.currentSrc)"""


def weigh(browser: Browser, address: str) -> Counter[str]:
    """The bytes of each kind of a first visit."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="en-GB"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, tuple[str, str]] = {}
    sizes: dict[str, float] = {}
    wire.on(
        "Network.responseReceived",
        lambda event: kinds.update({event["requestId"]: (event["type"], event["response"]["url"])}),
    )
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    wire.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    first = set(page.evaluate(FIRST_SCREEN))
    found: Counter[str] = Counter()
    for request, size in sizes.items():
        kind, url = kinds.get(request, ("", ""))
        column = KINDS.get(kind, "other")
        if column == "pictures" and urldefrag(url).url not in first:
            column = "further down"
        found[column] += round(size)
    context.close()
    return found


def main() -> int:
    pages = asked_pages(__doc__.splitlines()[0])
    heaviest = 0
    print(f"{'KB':26}" + "".join(f"{column:>13}" for column in ["first screen", *COLUMNS]))
    with demo_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, path in pages.items():
            found = weigh(browser, site.url + path)
            total = found.total() - found["further down"]
            heaviest = max(heaviest, total)
            numbers = "".join(f"{number / 1024:13.1f}" for number in [total, *(found[column] for column in COLUMNS)])
            print(f"{name:26}{numbers}{'  MISSED' if total > TARGET else ''}", flush=True)
        browser.close()
    print(f"heaviest first screen {heaviest / 1024:.1f} KB, at most {TARGET / 1024:.0f}")
    return 1 if heaviest > TARGET else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench.quick_exit`: how fast "Exit this page" blanks the page and leaves, and what Back shows then.

A real Chromium, with its memory of pages and fields as people have it, types into the form of a running site and
leaves, 20 times each by the link, by Shift and by the link without JavaScript. The page tells itself when it drew a
frame with nothing in it; the other site tells when it was asked. Exit status 1 when a page was not blank within 100 ms,
the other site not asked within 300 ms, or a text was there again after Back. `--short`: twice each.
"""

import argparse
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, OtherSite
from tests.faults.table import Table
from tests.running_site import RunningSite

BLANK, STARTED = 0.1, 0.3
TYPED = "canary typed in fear"
FORM = "/contact/write/"
#: The moments of this page, by its own clock: the last press, and the first frame without content.
WATCH = """
  let left;
  for (const kind of ["keyup", "click"])
    addEventListener(kind, (event) => { left = performance.timeOrigin + event.timeStamp; }, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    if (document.body && !document.body.childNodes.length)
      console.info("blank", left, performance.timeOrigin + performance.now());
  })).observe(document, {childList: true, subtree: true});
"""


def type_into(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.url}/contact/")
    page.goto(site.url + FORM)
    for number, typed in enumerate(page.locator("textarea, main [type=text], [type=email], [type=tel]").all()):
        # Some are shown only with certain answers.
        typed.evaluate("(one, text) => { one.value = text }", f"{TYPED} {number}")


def has_text(page: Page) -> bool:
    """After going back as the button does."""
    with suppress(Error):
        page.go_back(wait_until="commit")
    for _ in range(200):
        with suppress(Error):
            if page.evaluate("document.readyState") == "complete":
                break
        time.sleep(0.05)
    fields = page.evaluate("[...document.querySelectorAll('input, textarea')].map((one) => one.value).join(' ')")
    return "canary" in page.content() + fields


def leave(browser: Browser, site: RunningSite, other: OtherSite, *, way: str) -> tuple[float | None, float, bool]:
    """Seconds until blank, None without JavaScript; seconds until the other site was asked; is a text there again?"""
    has_script = way != "link without JavaScript"
    context = browser.new_context(java_script_enabled=has_script, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.add_init_script(WATCH)
    type_into(page, site)
    other.headers.clear()
    other.asked.clear()
    if has_script:
        # Its answer waits until a blank frame was drawn: between two quick pages there may be none to see.
        other.may_answer.clear()
    began = time.time()
    if way == "Shift":
        for _ in range(3):
            page.keyboard.press("ShiftLeft")
    else:
        page.click("text=Exit this page", no_wait_after=True)
    while has_script and time.time() < began + 2 and not any(line.startswith("blank") for line in told):
        page.wait_for_timeout(10)
    other.may_answer.set()
    page.wait_for_url(other.url)
    blank = next((line.split() for line in told if line.startswith("blank")), None)
    pressed = float(blank[1]) / 1000 if blank else began
    found = (
        float(blank[2]) / 1000 - pressed if blank else None,
        other.asked[0] - pressed,
        has_text(page),
    )
    context.close()
    return found


class Weather(OtherSite):
    """Notes when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []
        handler = self.server.RequestHandlerClass
        original = handler.do_GET  # type: ignore[attr-defined]

        def do_get(request) -> None:
            if request.path == "/":
                self.asked.append(time.time())
            original(request)

        handler.do_GET = do_get  # type: ignore[attr-defined]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true")
    times = 2 if parser.parse_args(arguments).short else 20
    table = Table("quick exit (P4)")
    other = Weather()
    with tempfile.TemporaryDirectory() as folder, RunningSite(Path(folder) / "site") as site, sync_playwright() as play:
        site.manage(
            "shell", "-v0", "-c",
            f"from pages.models import SiteSettings; "
            f"SiteSettings.objects.update_or_create(pk=1, defaults={{'exit_url': '{other.url}'}})",
        )  # fmt: skip
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--enable-features=BackForwardCache"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        for way in ("Shift", "link", "link without JavaScript"):
            found = [leave(browser, site, other, way=way) for _ in range(times)]
            if way != "link without JavaScript":
                blanks = [blank for blank, _started, _text in found if blank is not None]
                table.row(f"{way}: pages seen to go blank", str(times), len(blanks), is_met=len(blanks) == times)
                table.at_most(f"{way}: blank, slowest of {times}", max(blanks, default=9.0), BLANK)
            table.at_most(f"{way}: set out, slowest of {times}", max(started for _, started, _ in found), STARTED)
            table.none(f"{way}: text there again after Back", sum(text for *_, text in found))
        browser.close()
    other.stop()
    table.show()
    return 0 if table.is_met else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a browser writes to the disk of the person's device: nothing that was typed into our forms.

A Chromium with a profile of its own, which opens the pages of the last time when it starts, as many have it set. It is
driven as a person would, closed properly, and then every file of the profile is searched.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect

from tests.browser.conftest import CHROMIUM
from tests.running_site import RunningSite, free_port

TYPED = {
    "message": "zqcanarymessage",
    "name": "zqcanaryname",
    "email": "zqcanaryemail@canary.example",
    "safe_times": "zqcanarytimes",
    "other_contact": "zqcanaryother",
}
WRONG = "zqcanarymistake"
CANARY = "zqcanary"
SEND = "button:text-is('Send')"
BLOCKED = 2


@contextmanager
def chromium_with(profile: Path, playwright: Playwright, **blocked: int) -> Iterator[Page]:
    """A Chromium as it is installed, which ends as by its menu. `javascript=BLOCKED` is the switch in its settings."""
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(
        json.dumps(
            {"session": {"restore_on_startup": 1}, "profile": {"default_content_setting_values": blocked}},
        )
    )
    port = free_port()
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    process = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--password-store=basic", *quiet,
         f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        browser = connected(playwright, port)
        yield browser.contexts[0].pages[0]
        browser.new_browser_cdp_session().send("Browser.close")
        process.wait(30)
    finally:
        process.kill()
        process.wait(10)


def connected(playwright: Playwright, port: int) -> Browser:
    latest = time.monotonic() + 30
    while time.monotonic() < latest:
        with suppress(Error):
            return playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        time.sleep(0.1)
    raise AssertionError("Chromium did not start")


def type_like_a_person(page: Page, **texts: str) -> None:
    """By the keyboard: what a program puts into a field, Chromium does not remember."""
    for name, text in texts.items():
        page.click(f"#id_{name}")
        page.keyboard.press("Control+A")
        page.keyboard.type(text)


def send_with_a_mistake(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.url}/contact/")
    page.goto(f"{site.url}/contact/write/")
    page.check("#id_who_0")
    page.check("#id_reply_by_0")
    type_like_a_person(page, **TYPED | {"email": WRONG})
    page.click(SEND)
    expect(page.locator("#errors")).to_be_visible()
    assert page.input_value("#id_message") == TYPED["message"]
    page.reload()
    assert page.input_value("#id_message") == TYPED["message"]


def send_with_a_mistake_then_mended(page: Page, site: RunningSite) -> None:
    send_with_a_mistake(page, site)
    type_like_a_person(page, email=TYPED["email"])
    page.click(SEND)
    page.wait_for_url("**/sent/**")


def check_the_answers(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.url}/contact/")
    page.goto(f"{site.url}/contact/write/")
    page.check("#id_who_0")
    page.check("#id_reply_by_0")
    type_like_a_person(page, **TYPED)
    page.click("[name=check]")
    page.wait_for_url("**/check/")
    page.click("button:has-text('Change') >> nth=0")
    page.wait_for_url("**/contact/write/#id_who_0")
    page.click("[name=check]")
    page.wait_for_url("**/check/")


def traces(profile: Path) -> set[str]:
    """The files that hold any of it, as bytes; deleted rows of a database and both ways to write text included."""
    return {
        str(path.relative_to(profile))
        for path in profile.rglob("*")
        if path.is_file() and any(CANARY.encode(coding) in path.read_bytes() for coding in ("utf-8", "utf-16-le"))
    }


@pytest.mark.parametrize("blocked", [{}, {"javascript": BLOCKED}], ids=["with JavaScript", "without"])
@pytest.mark.parametrize(
    "visit",
    [send_with_a_mistake, send_with_a_mistake_then_mended, check_the_answers],
    ids=["left there", "sent", "checked"],
)
def test_nothing_that_was_typed_is_left_on_the_disk(
    enquiry_site: RunningSite, playwright: Playwright, tmp_path: Path, visit: Callable, blocked: dict
):
    with chromium_with(tmp_path, playwright, **blocked) as page:
        visit(page, enquiry_site)
    assert (tmp_path / "Default" / "History").exists()
    assert traces(tmp_path) == set()


def test_the_search_finds_what_the_answer_to_a_post_leaves_behind(
    enquiry_site: RunningSite, playwright: Playwright, tmp_path: Path
):
    """A browser that takes no cookie gets the page in answer to the POST, so that nothing is lost, and keeps it."""
    with chromium_with(tmp_path, playwright, cookies=BLOCKED) as page:
        send_with_a_mistake(page, enquiry_site)
    assert any("Session" in name for name in traces(tmp_path))

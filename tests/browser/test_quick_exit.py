"""Leaving in a hurry: what is on the screen at once, and what the Back button brings back: nothing.

The browser is left alone here, nothing is intercepted, so that its memory of pages and fields is the real one.
"""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, Route, expect

TYPED = "canary typed in fear"
FIELDS = {"message": TYPED, "name": f"name {TYPED}", "safe_times": f"times {TYPED}", "email": "canary@example.org"}


def type_into_the_form(page: Page) -> None:
    page.goto("/contact/")
    page.goto("/contact/write/")
    page.check("#id_who_0")
    page.check("#id_reply_by_0")
    for name, text in FIELDS.items():
        page.fill(f"#id_{name}", text)


def go_back(page: Page) -> None:
    """Go back as the button does. A page restored from memory never loads again, so wait only for its return."""
    try:
        page.go_back(wait_until="commit")
    except Error as error:
        # The response to a form was not cached: the browser asks whether to send the form again.
        if "ERR_CACHE_MISS" not in str(error):
            raise
    await_complete(page)


def await_complete(page: Page) -> None:
    """Asked from outside: the site's policy forbids what `wait_for_function` does in the page."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        # While one page gives way to the next there is nothing to ask.
        with suppress(Error):
            if page.evaluate("document.readyState") == "complete":
                return
        time.sleep(0.05)
    raise AssertionError("the page before did not come back within 15 s")


def assert_nothing_typed_is_there(page: Page) -> None:
    assert "canary" not in page.content()
    typed = [field.input_value() for field in page.locator("textarea, [type=text], [type=email], [type=tel]").all()]
    assert "".join(typed) == ""
    assert page.locator("input:checked").count() == 0


def test_back_restores_typed_text_on_an_unprotected_page(plain_page, enquiry_site, other_site):
    page = plain_page(enquiry_site)
    page.goto(other_site.url)
    page.fill("textarea", TYPED)
    page.goto("/contact/")
    go_back(page)
    assert page.input_value("textarea") == TYPED


@pytest.mark.parametrize("javascript", [True, False])
def test_back_after_the_exit_shows_nothing_typed(plain_page, enquiry_site, other_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    type_into_the_form(page)
    page.click("text=Exit this page")
    page.wait_for_url(other_site.url)
    go_back(page)
    assert page.url.endswith("/contact/" if javascript else "/contact/write/")
    assert_nothing_typed_is_there(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_back_after_sending_shows_nothing_typed(plain_page, enquiry_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    type_into_the_form(page)
    page.click("button:text-is('Send')")
    page.wait_for_url("**/contact/sent/**")
    go_back(page)
    assert page.url.endswith("/contact/write/")
    assert_nothing_typed_is_there(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_back_after_a_mistake_shows_an_empty_form(plain_page, enquiry_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    type_into_the_form(page)
    page.fill("#id_email", "canary")
    page.click("button:text-is('Send')")
    expect(page.locator("#errors")).to_be_visible()
    assert page.input_value("#id_message") == TYPED
    go_back(page)
    assert_nothing_typed_is_there(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_back_after_the_exit_from_a_form_with_errors_shows_nothing_typed(
    plain_page, enquiry_site, other_site, javascript
):
    page = plain_page(enquiry_site, javascript=javascript)
    type_into_the_form(page)
    page.fill("#id_email", "canary")
    page.click("button:text-is('Send')")
    expect(page.locator("#errors")).to_be_visible()
    page.click("text=Exit this page")
    page.wait_for_url(other_site.url)
    go_back(page)
    assert_nothing_typed_is_there(page)
    go_back(page)
    assert_nothing_typed_is_there(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_exit_takes_the_key_of_what_was_typed_from_the_browser(plain_page, enquiry_site, other_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    type_into_the_form(page)
    page.fill("#id_email", "canary")
    page.click("button:text-is('Send')")
    expect(page.locator("#errors")).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies() if cookie["expires"] == -1] == ["form"]
    # Also from a page further on.
    page.goto("/contact/")
    page.click("text=Exit this page")
    page.wait_for_url(other_site.url)
    latest = time.monotonic() + 5
    while any(cookie["name"] == "form" for cookie in page.context.cookies()):
        assert time.monotonic() < latest, "the key is still there"
        time.sleep(0.05)


def test_back_from_another_page_of_ours_shows_what_was_typed_as_long_as_nobody_left(plain_page, enquiry_site):
    page = plain_page(enquiry_site, javascript=False)
    type_into_the_form(page)
    page.fill("#id_email", "canary")
    page.click("button:text-is('Send')")
    page.goto("/contact/")
    page.goto("/contact/write/")
    assert_nothing_typed_is_there(page)
    go_back(page)
    go_back(page)
    assert page.input_value("#id_message") == TYPED


@pytest.mark.parametrize(
    "keys", [["ShiftLeft"] * 3, ["ShiftRight", "ShiftLeft", "ShiftRight"]], ids=["one Shift", "both Shifts in turn"]
)
def test_pressing_shift_three_times_leaves_even_while_typing(plain_page, enquiry_site, other_site, keys):
    page = plain_page(enquiry_site)
    type_into_the_form(page)
    page.focus("#id_message")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_url(other_site.url)
    go_back(page)
    assert page.url.endswith("/contact/")
    assert_nothing_typed_is_there(page)


def test_the_page_goes_blank_before_the_other_site_answers(plain_page, enquiry_site, other_site):
    page = plain_page(enquiry_site)
    # The page itself says what it shows in the frame drawn after it was emptied: once it is on its way to another
    # page it cannot be asked any more.
    page.add_init_script("""
      let pressed;
      addEventListener("keyup", (event) => { pressed = event.timeStamp; }, true);
      new MutationObserver(() => requestAnimationFrame(() => document.body.childNodes.length || console.info(
        "blank", document.title.trim() || "untitled", Math.round(performance.now() - pressed), "ms"))
      ).observe(document, {childList: true, subtree: true});
    """)
    type_into_the_form(page)
    other_site.may_answer.clear()
    try:
        with page.expect_console_message(lambda message: message.text.startswith("blank")) as told:
            for _ in range(3):
                page.keyboard.press("ShiftLeft")
    finally:
        other_site.may_answer.set()
    print(told.value.text)
    assert told.value.text.startswith("blank untitled")
    page.wait_for_url(other_site.url)


def test_each_press_of_shift_is_announced_and_forgotten_after_a_while(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    page.clock.install()
    page.goto("/contact/write/")
    told = page.locator("[data-exit] [role=status]")
    page.keyboard.press("ShiftLeft")
    expect(told).to_have_text("Exit this page: press Shift two more times.")
    page.keyboard.press("ShiftLeft")
    expect(told).to_have_text("Exit this page: press Shift one more time.")
    expect(page.locator(".exit__dots")).to_have_text("●●○")
    page.clock.fast_forward(5_001)
    expect(told).to_have_text("Exit this page: stopped.")
    expect(page.locator(".exit__dots")).to_be_hidden()
    page.keyboard.press("ShiftLeft")
    expect(told).to_have_text("Exit this page: press Shift two more times.")
    assert page.url.endswith("/contact/write/")


def test_capitals_and_shortcuts_do_not_leave(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    page.goto("/contact/write/")
    page.focus("#id_message")
    for keys in ("Shift+A", "Shift+B", "Shift+C", "Control+Shift", "Alt+Shift", "Shift+Tab"):
        page.keyboard.press(keys)
    for _ in range(2):
        page.keyboard.press("ShiftLeft")
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("ShiftLeft")
    assert page.url.endswith("/contact/write/")
    expect(page.locator("h1")).to_be_visible()


def test_shift_on_an_on_screen_keyboard_does_not_leave(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    page.goto("/contact/write/")
    page.evaluate("""() => {
      for (let i = 0; i < 5; i++)
        for (const type of ["keydown", "keyup"])
          document.body.dispatchEvent(new KeyboardEvent(type, {key: "Shift", code: "", bubbles: true}));
    }""")
    expect(page.locator("h1")).to_be_visible()
    assert page.inner_text("[data-exit] [role=status]") == ""


@pytest.mark.parametrize("javascript", [True, False])
def test_the_other_site_gets_no_referrer_and_no_cookie(plain_page, enquiry_site, other_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    other_site.headers.clear()
    page.goto("/contact/write/")
    page.click("text=Exit this page")
    page.wait_for_url(other_site.url)
    assert len(other_site.headers) == 1
    assert "Referer" not in other_site.headers[0]
    assert "Cookie" not in other_site.headers[0]


def test_text_typed_before_the_script_loads_stays(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    held: list[Route] = []
    page.route("**/quick-exit*.js", lambda route: held.append(route))
    page.goto("/contact/write/", wait_until="commit")
    page.locator("#id_message").press_sequentially(TYPED)
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_load_state("load")
    # What happens when a page is shown happens right after it was loaded, so before this is answered.
    page.evaluate("new Promise(done => setTimeout(done))")
    assert page.input_value("#id_message") == TYPED


def test_text_typed_into_a_reloaded_page_stays(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    page.goto("/contact/write/")
    page.reload()
    page.fill("#id_message", TYPED)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    assert page.input_value("#id_message") == TYPED


def test_nothing_is_stored_in_the_browser(plain_page, enquiry_site):
    page = plain_page(enquiry_site)
    type_into_the_form(page)
    assert page.context.cookies() == []
    stored = page.evaluate("""async () => ({
      local: localStorage.length, session: sessionStorage.length, databases: (await indexedDB.databases()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length, caches: (await caches.keys()).length,
    })""")
    assert stored == {"local": 0, "session": 0, "databases": 0, "workers": 0, "caches": 0}

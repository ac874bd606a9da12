"""The enquiry in a real browser: without JavaScript, without a mouse, on a small screen, with mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SEND = "button:text-is('Send')"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the control has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key never reached {selector}")


def test_the_whole_enquiry_without_javascript(plain_page, enquiry_site):
    page = plain_page(enquiry_site, javascript=False)
    page.goto("/contact/write/")
    page.get_by_label("Parent, carer or relative").check()
    page.get_by_label("What would you like us to know?").fill("We need somebody to listen.")
    page.get_by_label("By phone call").check()
    page.get_by_label("Phone number", exact=True).fill("01632 960 001")
    page.get_by_label("When is it safe to reach you?").fill("weekdays, 10 to 2")
    page.click(SEND)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your message has reached us")
    assert page.title().startswith("Contact us")
    assert len(page.locator(".confirm__ref b").inner_text().replace("-", "")) == 8


@pytest.mark.parametrize("javascript", [True, False])
def test_the_whole_enquiry_by_keyboard_alone(plain_page, enquiry_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    page.goto("/contact/write/work/")
    tab_to(page, "#id_organisation")
    page.keyboard.type("Meadow and Lane")
    tab_to(page, "#id_services_0")
    page.keyboard.press("Space")
    tab_to(page, "[name=nation]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("#id_nation_1")
    tab_to(page, "[name=law]")
    page.keyboard.press("Space")
    tab_to(page, "#id_hearing_on")
    page.keyboard.type("14 October 2039")
    tab_to(page, "#id_message")
    page.keyboard.type("A Parenting Assessment.")
    tab_to(page, "[name=reply_by]")
    page.keyboard.press("Space")
    tab_to(page, "#id_email")
    page.keyboard.type("solicitor@meadow-and-lane.example")
    tab_to(page, "[name=check]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    tab_to(page, "button.button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your message has reached us")


@pytest.mark.parametrize("javascript", [True, False])
def test_mistakes_are_listed_first_in_focus_and_each_leads_to_its_question(plain_page, enquiry_site, javascript):
    page = plain_page(enquiry_site, javascript=javascript)
    page.goto("/contact/write/work/")
    page.fill("#id_message", "Kept as it was.")
    page.check("#id_reply_by_0")
    page.click(SEND)
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: Contact us")
    assert page.input_value("#id_message") == "Kept as it was."
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_organisation")).to_be_focused()
    links = summary.locator("a").evaluate_all("(links) => links.map((link) => link.hash)")
    for link in links:
        page.click(f".error-summary a[href='{link}']")
        expect(page.locator(link)).to_be_focused()
        expect(page.locator(link)).to_be_visible()


def test_questions_appear_when_they_fit(plain_page, enquiry_site):
    page = plain_page(enquiry_site, javascript=False)
    page.goto("/contact/write/")
    ways = {"email": "#id_email", "phone": "#id_phone", "text": "#id_phone", "post": "#id_post_via"}
    for question in (*ways.values(), "#id_name", "#id_safe_times"):
        expect(page.locator(question)).to_be_hidden()
    emergency = page.locator('form a[href="tel:999"]')
    for answer in ("no", "yes", "unsure"):
        page.check(f"[name=at_risk][value={answer}]")
        expect(emergency).to_be_visible(visible=answer == "yes")
    for way, question in ways.items():
        page.check(f"[name=reply_by][value={way}]")
        for other in ways.values():
            expect(page.locator(other)).to_be_visible(visible=other == question)
        expect(page.locator("#id_safe_times")).to_be_visible()
    page.check("[name=reply_by][value=none]")
    expect(page.locator("#id_safe_times")).to_be_hidden()
    expect(page.get_by_text("We will not try to reach you.")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(320, True), (1280, False)])
def test_every_state_of_the_form_is_accessible_and_fits_the_screen(visit, enquiry_site, width, dark):
    seen = visit(
        enquiry_site, width=width, dark=dark, extra_http_headers={"X-Forwarded-For": f"198.51.100.{width % 250}"}
    )
    page = seen.page
    page.goto("/contact/write/")
    faults = {"empty": look(page)}
    page.check("#id_who_1")
    page.check("#id_at_risk_0")
    page.check("#id_reply_by_1")
    for fold in page.locator("form summary").all():
        fold.click()
    faults["groups open"] = look(page)
    page.click(SEND)
    expect(page.locator(".error-summary")).to_be_visible()
    faults["mistakes"] = look(page)
    page.check("#id_who_0")
    page.fill("#id_message", "We need somebody to listen.")
    page.check("#id_reply_by_4")
    page.click("[name=check]")
    page.wait_for_url("**/contact/write/check/")
    faults["check"] = look(page)
    page.click(SEND)
    page.wait_for_url("**/contact/sent/**")
    faults["sent"] = look(page)
    page.goto("/contact/sent/nothing/")
    faults["too late"] = look(page)
    assert {state: found for state, found in faults.items() if found} == {}
    assert seen.off_origin == []
    assert seen.violations() == []


def look(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("""async () => (await axe.run()).violations.flatMap(
      (rule) => rule.nodes.map((node) => rule.id + " " + node.target.join(" ")))""")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return found


def test_hostile_text_runs_nothing_where_it_is_shown_again(visit, enquiry_site):
    seen = visit(enquiry_site, extra_http_headers={"X-Forwarded-For": "198.51.100.251"})
    page = seen.page
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto("/contact/write/")
    text = "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"
    page.fill("#id_message", text)
    page.check("#id_reply_by_0")
    page.fill("#id_name", text)
    page.click(SEND)
    expect(page.locator(".error-summary")).to_be_visible()
    assert page.input_value("#id_message") == text
    assert page.input_value("#id_name") == text
    page.check("#id_who_0")
    page.fill("#id_email", "name@example.org")
    page.click("[name=check]")
    page.wait_for_url("**/contact/write/check/")
    assert page.locator("dd", has_text=text).count() == 2
    assert seen.violations() == []


def test_a_form_that_another_site_sends_comes_back_with_its_text_and_is_not_stored(
    plain_page, enquiry_site, other_site
):
    page = plain_page(enquiry_site)
    page.goto(other_site.url)
    page.evaluate(
        """(action) => {
          const form = document.forms[0];
          Object.assign(form, {action, method: "post"});
          form.elements[0].name = "message";
          form.elements[0].value = "Typed elsewhere.";
          form.submit();
        }""",
        f"{enquiry_site.url}/contact/write/",
    )
    expect(page.locator("#id_message")).to_have_value("Typed elsewhere.")
    expect(page.locator("#notice")).to_have_text("Your message was not saved")

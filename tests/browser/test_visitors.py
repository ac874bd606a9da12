"""Visitors on a small phone without JavaScript, each with a task: how many taps lead from the home page to its end.

Then three who write to us, from a page of ours to the reference.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

#: Who, the words they tap on in turn, and what they must then find on the page.
TASKS = {
    "a mother in Wales who is afraid of somebody at home": (
        ["Get help now", "Wales", "a woman afraid of someone at home"],
        'main a[href="tel:08088010800"]',
    ),
    "a parent before a visit": (["Families", "A social worker is coming"], "main h2"),
    "a 14-year-old who wants to talk and cannot be heard": (
        ["Young people", "I want to talk to someone now"],
        'main a[href^="https://www.childline.org.uk/get-support/1-2-1"]',
    ),
    "a solicitor who wants to know who is free": (
        ["Professionals", "Ask who is free and what it costs"],
        "form #id_organisation",
    ),
    "a solicitor who wants the referral pack": (["Professionals", "Download the referral pack"], "a[download]"),
    "a journalist with a deadline": (["Press"], 'main a[href="tel:01206878178"]'),
    "a friend who wants to do something today": (
        ["Campaigns", "Respect for social work"],
        '.campaign__card a[href^="mailto:"]',
    ),
}


def link(page: Page, words: str) -> Locator:
    """The first link in view with these words."""
    return page.locator("a:visible", has_text=words).first


@pytest.mark.parametrize("who", TASKS)
def test_a_visitor_reaches_the_end_of_a_task_within_three_taps(demo_site, visit, who):
    taps, goal = TASKS[who]
    page = visit(demo_site, width=360, height=740, javascript=False, has_touch=True).page
    page.goto("/")
    for words in taps:
        before = page.url
        link(page, words).tap()
        page.wait_for_url(lambda url, before=before: url != before)
    assert len(taps) <= 3
    expect(page.locator(goal).first).to_be_visible()


LONG = ("Ŵyr neb beth i'w wneud. 👩‍👧 " + "x" * 400 + "\nنحن خائفون\n") * 45


def reference(page: Page) -> str:
    """The reference on the page after sending."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your message has reached us")
    return page.locator(".confirm__ref b").inner_text()


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_mother_on_an_old_phone_writes_at_length_in_welsh_and_is_told_whom_to_ring(demo_site, plain_page):
    """She has no JavaScript and forgets an answer. Nothing she wrote is lost, and the page fits her screen."""
    page = plain_page(demo_site, javascript=False, viewport={"width": 320, "height": 480}, has_touch=True)
    page.goto("/families/")
    page.locator("main a[href='/contact/write/']").first.tap()
    page.get_by_label("Parent, carer or relative").check()
    page.get_by_role("group", name="Could a child be hurt soon?").get_by_label("Yes").check()
    expect(page.locator("form a[href='tel:999']")).to_be_visible()
    page.get_by_label("What would you like us to know?").fill(LONG)
    assert 19_000 < len(LONG) <= 20_000
    page.get_by_label("By text message").check()
    page.click("button:text-is('Send')")
    expect(page.locator(".error-summary")).to_be_visible()
    assert fits(page)
    page.locator(".error-summary a").tap()
    page.get_by_label("Phone number", exact=True).fill("07700 900 123")
    page.get_by_label("When is it safe to reach you?").fill("Wedi 9, bore Llun")
    page.click("text=Check my answers first")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    assert fits(page)
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    expect(page.locator("dd", has_text="Wedi 9, bore Llun")).to_be_visible()
    page.click("button:text-is('Send')")
    assert re.fullmatch(r"[A-Z0-9]{3}-[A-Z0-9]{3}-[A-Z0-9]{2}", reference(page))
    assert page.title() == "Contact us - Children First"


def test_a_fourteen_year_old_writes_three_words_changes_one_and_wants_no_call(demo_site, plain_page):
    page = plain_page(demo_site, viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto("/young-people/")
    page.goto("/contact/write/")
    page.get_by_role("link", name="Are you under 18?").tap()
    page.wait_for_url("**/contact/write/plain/")
    page.get_by_label("What do you want to tell us?").fill("im scared 😟")
    page.get_by_label("Don’t. I will get in touch with you").check()
    page.click("text=Check my answers first")
    page.click("button:has-text('Change'):has-text('What do you want to tell us?')")
    page.wait_for_url("**/contact/write/plain/#id_message")
    assert page.input_value("#id_message") == "im scared 😟"
    page.fill("#id_message", "im scared at home 😟")
    page.click("button:text-is('Send')")
    reference(page)
    expect(page.get_by_text("You chose that we do not contact you")).to_be_visible()


def test_a_solicitor_with_a_hearing_in_nine_days_asks_in_one_go(demo_site, plain_page):
    hearing = date.today() + timedelta(days=9)
    page = plain_page(demo_site)
    page.goto("/professionals/")
    page.get_by_role("link", name="Ask who is free and what it costs").click()
    page.wait_for_url("**/contact/write/work/")
    expect(page.get_by_text("You came from our page /professionals/.")).to_be_visible()
    page.get_by_label("Organisation").fill("Meadow and Lane")
    page.get_by_label("Psychological assessment").check()
    page.get_by_label("Wales", exact=True).check()
    page.get_by_label("Public law").check()
    page.get_by_label("Next hearing").fill(f"{hearing:%A %d %B %Y}")
    page.get_by_label("Report needed by").fill(f"{hearing - timedelta(days=2):%d/%m/%Y}")
    page.get_by_label("What is the case about?").fill("A parenting assessment.")
    page.get_by_label("Questions for the expert").fill("Can she change within the child’s time?")
    page.get_by_label("Legal aid").check()
    page.get_by_label("By email").check()
    page.get_by_label("Email address").fill("a.lane@meadow-and-lane.example")
    expect(page.get_by_label("You may leave a message")).to_be_hidden()
    page.click("button:text-is('Send')")
    reference(page)

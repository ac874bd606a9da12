"""Visitors on a small phone without JavaScript, each with a task: how many taps lead from the home page to its end."""

from __future__ import annotations

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
        "fieldset .field legend",
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

"""A landing page in a real browser: the first task is on the first screen, and everybody can use all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.test_pages import assert_everybody_can_use
from tests.running_site import RunningSite

PATH = "/for-families/"
PUBLISH = """
from publishing.publish import publish
from tests.factories import make_landing_page
publish(document=make_landing_page(standfirst="Somebody has written to you. Start here.", is_sensitive=True), by=None)
"""


@pytest.fixture(scope="module")
def landing_site(tmp_path_factory: pytest.TempPathFactory, site_template) -> Iterator[RunningSite]:
    with RunningSite(tmp_path_factory.mktemp("landing"), template=site_template) as site:
        site.manage("shell", "--no-imports", "-c", PUBLISH)
        yield site


def test_everybody_can_use_every_kind_of_block(landing_site, visit):
    seen = visit(landing_site)
    seen.page.goto(PATH)
    seen.page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert seen.violations() == []
    assert_everybody_can_use(seen.page, also_wide=True)


def test_the_first_task_is_on_the_first_screen_of_a_phone(landing_site, visit):
    page = visit(landing_site, width=360, height=740).page
    page.goto(PATH)
    box = page.locator(".task").first.bounding_box()
    assert box["y"] + box["height"] <= 740


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (768, 2), (1280, 2)])
def test_groups_use_the_width_they_have(landing_site, visit, width, columns):
    page = visit(landing_site, width=width).page
    page.goto(PATH)
    lefts = page.evaluate("[...document.querySelectorAll('.person')].map(part => part.getBoundingClientRect().left)")
    assert len(set(lefts)) == columns


def test_an_answer_opens_without_a_script(landing_site, visit):
    page = visit(landing_site, javascript=False).page
    page.goto(PATH)
    assert not page.get_by_text("No.", exact=True).is_visible()
    page.get_by_text("Does it cost anything?").click()
    assert page.get_by_text("No.", exact=True).is_visible()


def test_answers_are_printed(landing_site, visit):
    page = visit(landing_site).page
    page.goto(PATH)
    page.emulate_media(media="print")
    assert page.get_by_text("No.", exact=True).is_visible()

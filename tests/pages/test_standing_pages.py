"""Standing pages as readers get them: texts with their contents beside them, and landing pages."""

import re
from itertools import pairwise

import pytest

from pages.models import StandingPage
from publishing.models import Text
from publishing.publish import publish
from tests.factories import make_edition, make_landing_page, sign_in_as
from tests.html import text_of
from tests.publishing.admin_forms import fields_of, with_row

pytestmark = pytest.mark.django_db

SECTIONS = "<h2>Help</h2><p>a</p><h2>Main</h2><h3>Not this</h3><p>b</p><h2>Enquire</h2><p>c</p>"
PANEL = 'id="help"'
INVITATION = "Working together for children"


def main_of(client, html="<h2>One</h2><p>Words.</p>", **fields):
    """What stands between the header and the footer of a published page with this text."""
    page = StandingPage.objects.create(title="Privacy", slug="privacy", **fields)
    Text.objects.create(parent=page, region="main", ordering=10, html=html)
    return main_part(client.get(publish(document=page, by=None).path).text)


def main_part(html):
    return html[html.index("<main") : html.index("</main>")]


def test_the_sections_of_a_long_text_are_listed_and_led_to(client):
    main = main_of(client, SECTIONS)
    lists = re.findall(r'<ol class="outline">(.*?)</ol>', main, re.DOTALL)
    # One beside the text, and one folded away above it for phones.
    assert [text_of(listed) for listed in lists] == ["Help Main Enquire"] * 2
    ids = re.findall(r'\bid="([^"]+)"', main)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', main)) <= set(ids)


def test_a_short_text_has_no_list_of_its_sections(client):
    assert "On this page" not in main_of(client, "<h2>One</h2><p>a</p><h2>Two</h2><p>b</p>")


def test_a_page_with_helplines_begins_with_one_line_and_ends_with_all_of_them(client):
    main = main_of(client, SECTIONS, shows_helplines=True, is_sensitive=True)
    above, _, below = main.partition('<div class="prose')
    assert above.count("help-short") == 1
    assert above.count("tel:") == 1
    assert PANEL not in above
    assert below.count(PANEL) == 1
    assert "Childline" in below
    assert INVITATION not in main


def test_a_sensitive_text_comes_before_the_helplines_beside_it(client):
    main = main_of(client, is_sensitive=True)
    assert main.index("Words.") < main.index(PANEL)
    assert main.count(PANEL) == 1


def test_a_page_for_professionals_shows_no_emergency_panel(client):
    main = main_of(client)
    assert PANEL not in main
    assert "Rather ask somebody?" in main


def test_staff_say_which_pages_invite_an_enquiry(client):
    assert INVITATION not in main_of(client, invites_enquiry=False)


def test_a_page_that_was_published_before_staff_could_say_still_invites(client):
    page = StandingPage.objects.create(title="About", slug="about")
    make_edition(page, live_from=page.created_at, details={"shows_helplines": False})
    assert INVITATION in client.get("/about/").text


def test_a_landing_page_begins_with_its_tasks(client):
    page = make_landing_page(standfirst="Start here.", shows_helplines=True)
    main = main_part(client.get(publish(document=page, by=None).path).text)
    order = ["<h1>For families</h1>", "Start here.", "help-short", "A social worker is coming", "I have a court date"]
    order += ["Before you ring", "Ten questions", "You ask", "Ama Owusu", "Talk first", "Does it cost", PANEL]
    places = [main.index(part) for part in order]
    assert places == sorted(places)
    assert "<aside" not in main
    levels = [int(level) for level in re.findall(r"<h(\d)", main)]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_a_warning_is_never_left_out_of_a_landing_page(client):
    page = make_landing_page(content_note="It is about violence at home.")
    assert "It is about violence at home." in client.get(publish(document=page, by=None).path).text


def test_the_kinds_of_block_that_lead_on_are_written_and_published_in_the_back_office(client):
    publisher = sign_in_as("Publisher")
    add = "/admin/pages/standingpage/add/"
    fields = fields_of(publisher.get(add).text) | {"title": "For families", "slug": "families", "layout": "landing"}
    blocks = {
        "card": {"title": "I have a court date", "address": "courts", "style": "task"},
        "step": {"title": "You ask", "html": "<p>Any way you like.</p>"},
        "person": {"name": "Ama Owusu", "telephone": "01632 960 001"},
        "contact": {"heading": "Talk first", "address": "mailto:ama@example.org"},
        "question": {"question": "What does it cost?", "html": "<p>Nothing.</p>"},
    }
    for number, (kind, values) in enumerate(blocks.items(), 1):
        fields = with_row(fields, f"publishing_{kind}_set", region="main", ordering=str(number * 10), **values)
    answer = publisher.post(add, fields | {"_publish": "1"}, follow=True)
    assert "“courts” is no address. Start it with /, https://, mailto: or tel:" in answer.text
    assert client.get("/families/").status_code == 404
    publisher.post(add, fields | {"publishing_card_set-0-address": "/courts/", "_publish": "1"}, follow=True)
    main = main_part(client.get("/families/").text)
    for words in ("I have a court date", "Any way you like.", "Ama Owusu", "Talk first", "What does it cost?"):
        assert words in main
    assert 'class="page landing"' in main


def test_editors_may_write_every_kind_of_block():
    page = sign_in_as("Editor").get("/admin/articles/article/add/").text
    for kind in ("card", "step", "person", "contact", "question"):
        assert f"publishing_{kind}_set-__prefix__-" in page

"""Get help now and its card: whom a person finds there."""

from __future__ import annotations

import re
from html import unescape
from itertools import product

import pytest
from django.urls import reverse

from pages.fallback import HELPLINES
from pages.helplines import NATIONS, PEOPLE
from pages.models import StandingPage
from publishing.models import Helpline
from publishing.publish import publish, withdraw
from tests.html import text_of

pytestmark = pytest.mark.django_db

HELP = "/get-help-now/"
CARD = "/get-help-now/card/"


def shown(page) -> str:
    """The part of the page between the choice and what is folded away."""
    return page.text.split('id="lines"')[1].split("<details")[0].split('class="help-note"')[0]


def lines(page) -> str:
    """All lines, folded away or not."""
    return page.text.split('id="lines"')[1].split('class="help-note"')[0]


def names(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<b>([^<]+)</b>", html)]


def links(html: str, scheme: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'href="({scheme}[^"]*)"', html)]


def address(*, nation: str = "", person: str = "") -> str:
    return f"{HELP}?nation={nation}&i-am={person}"


def test_the_page_has_every_helpline_before_staff_have_written_a_text(client):
    page = client.get(HELP)
    assert set(names(lines(page))) == {line["name"] for line in HELPLINES}
    assert "<h1>Get help now</h1>" in page.text


def test_without_a_choice_the_lines_for_everybody_come_first_and_the_others_are_folded_away(client):
    on_every_page = {line["name"] for line in HELPLINES if line["shown_in"] != "page"}
    assert set(names(shown(client.get(HELP)))) == on_every_page


def test_the_number_for_danger_and_the_first_line_of_the_panel_come_before_all_else(client):
    page = client.get(HELP).text.split("<main")[1]
    assert links(page, "tel:")[:2] == ["tel:999", "tel:08001111"]
    assert page.index("tel:08001111") < page.index("<nav")


@pytest.mark.parametrize(("nation", "person"), list(product(dict(NATIONS), dict(PEOPLE))))
def test_no_choice_leads_to_a_page_without_somebody_to_ring_and_to_write_to(client, nation, person):
    page = client.get(address(nation=nation, person=person))
    assert page.status_code == 200
    # Beside the one for danger.
    assert len(links(shown(page), "tel:")) >= 2
    ways = [*links(shown(page), "sms:"), *links(shown(page), "mailto:"), *re.findall("Chat online", shown(page))]
    assert ways
    assert 'id="sign"' in shown(page)


def test_a_woman_in_wales_finds_the_line_of_wales_first_and_none_of_scotland(client):
    page = client.get(address(nation="wales", person="woman"))
    assert names(shown(page))[:2] == ["Emergency", "Live Fear Free"]
    assert "Scotland" not in shown(page)
    # The others are there, folded.
    assert "0800 027 1234" in page.text.split("<details")[1]


def test_deaf_people_find_sign_language_first(client):
    page = shown(client.get(address(person="deaf")))
    assert links(page, "https:")[0] == "https://999bsl.co.uk/"


def test_the_heading_and_the_links_say_what_was_chosen_and_the_history_of_the_browser_does_not(client):
    page = client.get(address(nation="wales", person="parent"))
    assert "Help lines for: a parent or carer, Wales</h2>" in page.text
    assert re.search(r"<title>\s*Get help now - ", page.text)
    current = [text_of(link) for link in re.findall(r'<a class="tag"[^>]*aria-current="true">.*?</a>', page.text)]
    assert current == ["Wales", "a parent or carer"]
    assert re.search(rf'<link rel="canonical" href="https?://[^/"]+{HELP}">', page.text)


def test_a_choice_keeps_the_other_one(client):
    page = client.get(address(nation="wales"))
    urls = [unescape(url) for url in re.findall(r'<a class="tag" href="([^"]+)"', page.text)]
    assert f"{HELP}?nation=wales&i-am=woman#lines" in urls
    assert f"{HELP}#lines" in urls
    assert all(client.get(url).status_code == 200 for url in urls)


@pytest.mark.parametrize("query", ["nation=atlantis", "i-am=nobody", "nation=wales&i-am=wales"])
def test_an_unknown_choice_is_no_page(client, query):
    assert client.get(f"{HELP}?{query}").status_code == 404


def test_a_choice_that_no_line_names_is_not_offered(client):
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True)
    Helpline.objects.create(name="Deaf", note="By text", text_number="07700 900123", people="deaf", nations="wales")
    page = client.get(HELP).text
    assert "i-am=deaf" in page
    assert "nation=wales" in page
    assert "i-am=woman" not in page
    assert "nation=scotland" not in page


def test_every_number_address_and_message_is_a_well_formed_link(client):
    page = client.get(HELP).text
    assert {link for link in links(page, "tel:") if not re.fullmatch(r"tel:[0-9]{3,11}", link)} == set()
    assert links(page, "sms:")
    assert {link for link in links(page, "sms:") if not re.fullmatch(r"sms:[0-9]{5,11}(\?&body=\w+)?", link)} == set()
    assert {link for link in links(page, "mailto:") if not re.fullmatch(r"mailto:[\w.-]+@[\w.-]+", link)} == set()
    assert "sms:85258?&body=SHOUT" in links(page, "sms:")


def test_each_line_says_when_it_was_checked_and_leads_to_where(client):
    page = lines(client.get(HELP))
    missing = [line["name"] for line in HELPLINES if line["source_url"] not in page]
    assert missing == []
    assert page.count("Checked on") >= len(HELPLINES)


def test_staff_write_what_stands_below_the_helplines(client):
    page = StandingPage.objects.create(title="Help, now", slug="get-help-now", standfirst="Ring.")
    edition = publish(document=page, by=None)
    assert edition.template_name == "pages/get_help_now.html"
    response = client.get(HELP)
    assert "<h1>Help, now</h1>" in response.text
    assert "tel:999" in response.text
    withdraw(document=page, by=None)
    assert "<h1>Get help now</h1>" in client.get(HELP).text


def test_staff_preview_the_page_with_its_helplines(client, staff):
    page = StandingPage.objects.create(title="Help, now", slug="get-help-now", standfirst="Ring.")
    preview = staff.get(reverse("admin:pages_standingpage_preview", args=[page.pk]))
    assert preview.status_code == 200
    assert set(names(lines(preview))) == {line["name"] for line in HELPLINES}


# The card


def test_the_card_does_not_say_where_it_is_from(client):
    page = client.get(CARD)
    assert "<title>Useful numbers</title>" in page.text
    card = page.text.split('class="safety-card"')[1].split("</section>")[0]
    assert {"tel:999", "tel:08001111"} <= set(links(card, "tel:"))
    assert "Children First" not in card


def test_the_card_of_a_nation_has_its_lines_and_fits(client):
    for nation in Helpline.Nation.values:
        card = client.get(f"{CARD}?nation={nation}").text.split('class="safety-card"')[1].split("</section>")[0]
        assert 5 <= card.count("<li>") <= 10
    welsh = client.get(f"{CARD}?nation=wales").text
    assert "Live Fear Free" in welsh.split('class="safety-card"')[1].split("</section>")[0]


def test_the_card_can_do_without_names(client):
    card = client.get(f"{CARD}?names=no").text.split('class="safety-card"')[1].split("</section>")[0]
    assert "Childline" not in card
    assert "0800 1111" in card


@pytest.mark.parametrize("query", ["nation=atlantis", "names=maybe"])
def test_an_unknown_card_is_no_page(client, query):
    assert client.get(f"{CARD}?{query}").status_code == 404

"""The site's own settings in the back office."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pages.fallback import EXIT_URL
from pages.models import SiteSettings, StandingPage
from publishing.publish import publish, withdraw
from tests.factories import make_article, sign_in_as
from tests.publishing.admin_forms import fields_of

pytestmark = pytest.mark.django_db


def test_site_settings_open_at_once_even_on_a_new_site(staff):
    response = staff.get("/admin/pages/sitesettings/", follow=True)
    assert response.status_code == 200
    assert SiteSettings.objects.count() == 1
    assert staff.get("/admin/pages/sitesettings/add/").status_code == 403
    assert staff.post("/admin/pages/sitesettings/1/delete/", {"post": "yes"}).status_code == 403


def test_a_menu_leads_to_addresses_of_this_site_only(staff):
    form = {"menu": "main", "label": "Elsewhere", "path": "https://example.org/", "position": 1}
    response = staff.post("/admin/pages/navigationitem/add/", form)
    assert "Write an address of this site, for example /about/." in response.content.decode()


@pytest.mark.parametrize("model", ["navigationitem", "sociallink", "door", "standingpage"])
def test_every_list_of_the_site_opens_empty(staff, model):
    assert staff.get(f"/admin/pages/{model}/").status_code == 200
    assert staff.get(f"/admin/pages/{model}/add/").status_code == 200


SETTINGS = "/admin/pages/sitesettings/1/change/"


def test_the_lead_story_is_chosen_among_public_articles(staff, client):
    older = make_article("The older story", dated_on=timezone.localdate() - timedelta(days=9))
    for article in (older, make_article("The newest story")):
        publish(document=article, by=None)
    make_article("A draft")
    page = staff.get(SETTINGS).content.decode()
    assert ">The older story</option>" in page
    assert "A draft" not in page
    staff.post(SETTINGS, fields_of(page) | {"lead_story": older.pk})
    assert client.get("/").context["lead_story"].title == "The older story"


def test_publishers_edit_settings_but_only_the_lead_sets_the_exit():
    publisher, lead = sign_in_as("Publisher"), sign_in_as("Safeguarding lead")
    assert publisher.get("/admin/pages/navigationitem/add/").status_code == 200
    fields = fields_of(publisher.get(SETTINGS).content.decode())
    assert "exit_url" not in fields
    publisher.post(SETTINGS, fields | {"strapline": "New words", "exit_url": "https://attacker.example/"})
    settings = SiteSettings.objects.get()
    assert (settings.strapline, settings.exit_url) == ("New words", EXIT_URL)
    fields = fields_of(lead.get(SETTINGS).content.decode())
    lead.post(SETTINGS, fields | {"exit_url": "https://www.metoffice.gov.uk/"})
    assert SiteSettings.objects.get().exit_url == "https://www.metoffice.gov.uk/"
    assert sign_in_as("Editor").get(SETTINGS).status_code == 403


def test_staff_write_what_stands_on_the_contact_page(client):
    assert "Contact us" in client.get("/contact/").text
    page = StandingPage.objects.create(title="Find us", slug="contact", standfirst="Ring the bell twice.")
    assert "Ring the bell" not in client.get("/contact/").text
    publish(document=page, by=None)
    response = client.get("/contact/")
    for words in ("<h1>Find us</h1>", "Ring the bell twice.", "Make an enquiry", "If a child needs help now"):
        assert words in response.text
    withdraw(document=page, by=None)
    assert "<h1>Contact us</h1>" in client.get("/contact/").text


def test_a_page_under_another_leads_up_to_it_while_that_is_public(client):
    services = StandingPage.objects.create(title="Our services", slug="services")
    publish(document=StandingPage.objects.create(title="Therapy", slug="therapy", parent_slug="services"), by=None)
    assert 'href="/services/"' not in client.get("/services/therapy/").text
    publish(document=services, by=None)
    assert '<a href="/services/">Our services</a>' in client.get("/services/therapy/").text

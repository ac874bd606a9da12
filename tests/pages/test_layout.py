"""What stands around every page."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Banner, Campaign
from core.content import load_period
from pages.layout import make_layout
from pages.models import NavigationItem, SiteSettings, SocialLink
from publishing.models import Helpline
from publishing.publish import publish, withdraw

pytestmark = pytest.mark.django_db


def layout_at(path, *, at=None):
    """The words around the page at `path`."""
    return SimpleNamespace(**make_layout(load_period(at=at or timezone.now()).rows).around(path))


def make_campaign_with_banner(**fields):
    campaign = Campaign.objects.create(title="Respect", slug="respect", opens_on=timezone.localdate())
    now = timezone.now()
    fields = {"text": "Stand with them.", "link_text": "Join in", "starts_at": now - timedelta(days=1)} | fields
    return campaign, Banner.objects.create(campaign=campaign, **fields)


def test_a_site_that_nobody_has_set_up_shows_helplines_and_a_safe_exit():
    SiteSettings.objects.all().delete()
    layout = layout_at("/")
    assert [line["number"] for line in layout.panel_helplines] == ["999", "0800 1111", "0808 800 5000"]
    assert [line["number"] for line in layout.helplines][3:] == ["0808 2000 247", "101"]
    assert layout.site["exit_url"] == "https://www.bbc.co.uk/weather"
    assert layout.site["name"] == "Children First"


def test_the_first_helpline_that_staff_write_down_does_not_take_the_emergency_number_away():
    Helpline.objects.create(name="Domestic abuse", note="Day and night", number="0808 2000 247")
    layout = layout_at("/")
    assert [line["number"] for line in layout.helplines] == ["999", "0808 2000 247"]
    assert [line["number"] for line in layout.panel_helplines] == ["999", "0808 2000 247"]


def test_the_short_panel_has_the_lines_chosen_for_it_and_always_the_emergency_line():
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True, shown_in="page")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel")
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="page")
    assert [line["number"] for line in layout_at("/").panel_helplines] == ["999", "0800 1111"]


def test_everything_around_a_page_costs_one_query(django_assert_num_queries):
    SiteSettings.objects.update(name="Plant y Cwm", address="One\n\nTwo")
    NavigationItem.objects.create(menu="main", label="About", path="/about/", position=2)
    NavigationItem.objects.create(menu="main", label="News", path="/news/", position=1)
    SocialLink.objects.create(network="LinkedIn", url="https://www.linkedin.com/")
    Helpline.objects.create(name="Childline", note="Under 19", number="0800 1111", shown_in="panel", position=2)
    Helpline.objects.create(name="Emergency", note="Now", number="999", is_emergency=True, shown_in="panel", position=9)
    Helpline.objects.create(name="Police", note="Not urgent", number="101", shown_in="page")
    layout_at("/")  # compiles the query
    with django_assert_num_queries(1):
        layout = layout_at("/")
    assert layout.site["name"] == "Plant y Cwm"
    assert layout.site["address_lines"] == ["One", "Two"]
    assert [item["label"] for item in layout.menus["main"]] == ["News", "About"]
    assert layout.social_links == [{"network": "LinkedIn", "url": "https://www.linkedin.com/"}]
    assert [line["name"] for line in layout.helplines] == ["Emergency", "Police", "Childline"]
    assert [line["number"] for line in layout.panel_helplines] == ["999", "0800 1111"]


def test_the_banner_leads_to_its_campaign_once_that_is_public():
    campaign, _ = make_campaign_with_banner()
    assert layout_at("/about/").banner is None
    publish(document=campaign, by=None)
    assert layout_at("/about/").banner == {
        "text": "Stand with them.",
        "link_text": "Join in",
        "shown_on": "all",
        "path": "/campaigns/respect/",
    }
    withdraw(document=campaign, by=None)
    assert layout_at("/about/").banner is None


def test_the_banner_is_not_shown_on_the_page_it_leads_to():
    campaign, _ = make_campaign_with_banner()
    publish(document=campaign, by=None)
    assert layout_at("/campaigns/respect/").banner is None
    assert layout_at("/campaigns/").banner is not None


def test_the_banner_keeps_to_its_days():
    now = timezone.now()
    campaign, _ = make_campaign_with_banner(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    publish(document=campaign, by=None)
    assert layout_at("/").banner is None
    assert layout_at("/", at=now + timedelta(hours=1)).banner is not None
    assert layout_at("/", at=now + timedelta(hours=2)).banner is None


@pytest.mark.parametrize(
    ("choice", "shown", "hidden"),
    [
        ("all", ["/", "/news/", "/enquiries/new/", "/about/"], []),
        ("reading", ["/", "/news/a-story/", "/resources/"], ["/enquiries/new/", "/get-help-now/"]),
        ("home", ["/"], ["/news/", "/enquiries/new/"]),
    ],
)
def test_the_banner_is_shown_on_the_chosen_pages(choice, shown, hidden):
    campaign, _ = make_campaign_with_banner(shown_on=choice)
    publish(document=campaign, by=None)
    assert [path for path in shown + hidden if layout_at(path).banner] == shown


def test_there_is_only_one_row_of_site_settings():
    assert SiteSettings.objects.count() == 1
    with pytest.raises(IntegrityError, match="site_settings_one_row"), transaction.atomic():
        SiteSettings.objects.create(pk=2)


def test_a_menu_names_an_address_once():
    NavigationItem.objects.create(menu="main", label="News", path="/news/")
    with pytest.raises(IntegrityError), transaction.atomic():
        NavigationItem.objects.create(menu="main", label="Latest", path="/news/")


def test_a_banner_cannot_end_before_it_starts():
    now = timezone.now()
    with pytest.raises(IntegrityError, match="banner_ends_after_it_starts"), transaction.atomic():
        make_campaign_with_banner(starts_at=now, ends_at=now)

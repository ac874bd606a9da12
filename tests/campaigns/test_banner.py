"""The sentence over the pages of the site."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.banner import banner_for
from campaigns.models import Banner
from core.content import load_period
from pages.models import StandingPage
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_banner, make_campaign

pytestmark = pytest.mark.django_db


def shown(path: str, at=None) -> str:
    """The banner over the page at `path`, or nothing."""
    found = banner_for(path, load_period(at=at or timezone.now()).rows["banners"])
    return found["text"] if found else ""


@pytest.fixture
def campaign(db):
    campaign = make_campaign()
    publish(document=campaign, by=None)
    return campaign


def test_every_page_carries_the_banner_and_its_target_does_not(client, campaign):
    make_banner(campaign)
    publish(document=make_article(), by=None)
    link = '<a href="/campaigns/respect/">Join in</a>'
    for address in ("/", "/news/", "/news/a-child-is-heard/", "/campaigns/", "/contact/"):
        assert link in client.get(address).text, address
    assert "Stand with them." not in client.get("/campaigns/respect/").text


def test_no_banner_stands_where_somebody_may_be_afraid(client, campaign):
    make_banner(campaign)
    publish(document=make_article(is_sensitive=True), by=None)
    publish(document=StandingPage.objects.create(title="Safety", slug="safety", shows_helplines=True), by=None)
    for address in ("/news/a-child-is-heard/", "/safety/", "/contact/write/", "/contact/sent/nothing/"):
        assert "Stand with them." not in client.get(address).text, address


def test_a_page_that_is_not_found_carries_the_banner_too(client, campaign):
    make_banner(campaign)
    response = client.get("/news/never/")
    assert response.status_code == 404
    assert "Stand with them." in response.text


def test_the_banner_waits_for_its_campaign_and_ends_with_it():
    campaign = make_campaign()
    make_banner(campaign)
    assert shown("/") == ""
    publish(document=campaign, by=None)
    assert shown("/") == "Stand with them."
    withdraw(document=campaign, by=None)
    assert shown("/") == ""


def test_the_banner_follows_its_campaign_to_a_new_address(campaign):
    make_banner(campaign)
    campaign.slug = "respect-for-social-work"
    campaign.save()
    publish(document=campaign, by=None)
    rows = load_period(at=timezone.now()).rows["banners"]
    assert banner_for("/", rows)["path"] == "/campaigns/respect-for-social-work/"
    assert shown("/campaigns/respect-for-social-work/") == ""


def test_the_banner_begins_and_ends_at_its_moments(campaign):
    begins = timezone.now() + timedelta(days=1)
    ends = begins + timedelta(days=1)
    make_banner(campaign, starts_at=begins, ends_at=ends)
    instant = timedelta(microseconds=1)
    assert [shown("/", at=at) for at in (begins - instant, begins, ends - instant, ends)] == [
        "",
        "Stand with them.",
        "Stand with them.",
        "",
    ]


@pytest.mark.parametrize(
    ("choice", "path", "is_shown"),
    [
        (Banner.Pages.ALL, "/about/", True),
        (Banner.Pages.ALL, "/contact/write/", True),
        (Banner.Pages.READING, "/", True),
        (Banner.Pages.READING, "/news/", True),
        (Banner.Pages.READING, "/resources/a-guide/", True),
        (Banner.Pages.READING, "/topics/courts/", True),
        (Banner.Pages.READING, "/campaigns/", True),
        (Banner.Pages.READING, "/about/", False),
        (Banner.Pages.READING, "/newsroom/", False),
        (Banner.Pages.READING, "/contact/write/", False),
        (Banner.Pages.HOME, "/", True),
        (Banner.Pages.HOME, "/news/", False),
    ],
)
def test_the_banner_keeps_to_the_chosen_pages(campaign, choice, path, is_shown):
    make_banner(campaign, shown_on=choice)
    assert bool(shown(path)) is is_shown


def test_of_two_banners_the_newer_is_shown(client, campaign):
    make_banner(campaign, text="Older.", starts_at=timezone.now() - timedelta(days=2))
    make_banner(campaign, text="Newer.", starts_at=timezone.now() - timedelta(days=1))
    assert shown("/") == "Newer."
    page = client.get("/").text
    assert "Newer." in page
    assert "Older." not in page


def test_the_older_banner_stands_where_the_newer_may_not(campaign):
    other = make_campaign("Other")
    publish(document=other, by=None)
    make_banner(campaign, text="Older.", starts_at=timezone.now() - timedelta(days=2))
    make_banner(other, text="Newer.", starts_at=timezone.now() - timedelta(days=1))
    assert shown("/campaigns/other/") == "Older."

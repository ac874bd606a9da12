"""The list and the pages of campaigns."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from campaigns.models import Action, Endorsement, Milestone
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_campaign, make_live_articles, make_topic

pytestmark = pytest.mark.django_db


def live(document):
    return publish(document=document, by=None)


def test_a_site_without_campaigns_says_so(client):
    assert "Nothing has been published here yet" in client.get("/campaigns/").text


def test_a_campaigns_page_shows_endorsements_actions_and_milestones(client):
    campaign = make_campaign(hashtag="#Respect4SocialWork")
    Endorsement.objects.create(campaign=campaign, quote="Every Tuesday.", name="Dawn", role="parent", position=2)
    Endorsement.objects.create(campaign=campaign, quote="My own words.", name="Siân", role="care leaver", position=1)
    Action.objects.create(campaign=campaign, audience="a teacher", text="Say thank you.")
    Milestone.objects.create(campaign=campaign, happened_on=date(2021, 3, 16), title="Handed over", text="In London.")
    edition = live(campaign)
    assert [voice["name"] for voice in edition.details["endorsements"]] == ["Siân", "Dawn"]
    page = client.get("/campaigns/respect/").text
    for part in ("#Respect4", "Every Tuesday.", "care leaver", "a teacher", "Say thank you.", "Handed over"):
        assert part in page
    assert 'datetime="2021-03-16"' in page


def test_an_open_campaign_asks_first_for_one_thing_and_a_closed_one_for_nothing(client):
    campaign = make_campaign()
    letter = "mailto:?subject=Thank%20you"
    Action.objects.create(
        campaign=campaign, audience="Everyone", text="Say thank you.", link_text="Thank a team", address=letter
    )
    live(campaign)
    page = client.get("/campaigns/respect/").text
    assert page.index("Do one thing today") < page.index(f'href="{letter}"') < page.index('id="why"')
    campaign.opens_on = campaign.closes_on = timezone.localdate() - timedelta(days=1)
    campaign.save()
    live(campaign)
    page = client.get("/campaigns/respect/").text
    assert "Say thank you." in page
    assert letter not in page


def test_what_is_added_to_a_campaign_waits_for_its_publication(client):
    campaign = make_campaign()
    live(campaign)
    Endorsement.objects.create(campaign=campaign, quote="Not yet read by anybody.", name="Dawn")
    assert "Not yet read" not in client.get("/campaigns/respect/").text
    live(campaign)
    assert "Not yet read" in client.get("/campaigns/respect/").text


def test_a_campaign_leads_to_stories_of_its_topics(client):
    topic = make_topic("Social work")
    live(make_campaign(topics=[topic]))
    live(make_article("A Tuesday", topics=[topic]))
    response = client.get("/campaigns/respect/")
    assert [story.title for story in response.context["related"]] == ["A Tuesday"]
    assert 'href="/news/a-tuesday/"' in response.text


def test_a_campaign_that_is_not_public_is_not_found_or_gone(client):
    campaign = make_campaign()
    assert client.get("/campaigns/respect/").status_code == 404
    live(campaign)
    withdraw(document=campaign, by=None)
    assert client.get("/campaigns/respect/").status_code == 410


@pytest.mark.parametrize("number", [5, 300])
def test_a_campaign_costs_at_most_six_queries_and_sets_no_cookie(client, django_assert_max_num_queries, number):
    topic = make_topic("Social work")
    live(make_campaign(topics=[topic]))
    make_live_articles(number, topics=[topic])
    for address in ("/campaigns/", "/campaigns/respect/"):
        with django_assert_max_num_queries(6):
            response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies

"""Which campaigns are coming, open or closed, and from which moment on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from publishing.publish import publish
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def live(document):
    return publish(document=document, by=None)


def test_campaigns_are_listed_as_open_or_closed(client):
    today = timezone.localdate()
    live(make_campaign("Without an end"))
    live(make_campaign("Ends today", opens_on=today - timedelta(days=9), closes_on=today))
    live(make_campaign("Ended yesterday", opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1)))
    make_campaign("Draft")
    response = client.get("/campaigns/")
    assert {edition.title for edition in response.context["open"]} == {"Without an end", "Ends today"}
    assert [edition.title for edition in response.context["closed"]] == ["Ended yesterday"]
    assert "Draft" not in response.text


def test_a_campaign_that_has_not_begun_is_announced_but_not_running(client):
    first_day = timezone.localdate() + timedelta(days=30)
    live(make_campaign(opens_on=first_day))
    listed, page, home = (client.get(address) for address in ("/campaigns/", "/campaigns/respect/", "/"))
    assert [edition.title for edition in listed.context["coming"]] == ["Respect"]
    assert listed.context["open"] == listed.context["closed"] == []
    for response in (listed, page):
        assert f"From {first_day.day} " in response.text
        assert "Running since" not in response.text
    assert home.context["campaign"] is None


def test_the_home_page_shows_a_campaign_up_to_its_last_day(client):
    today = timezone.localdate()
    live(make_campaign("Over", opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1)))
    assert client.get("/").context["campaign"] is None
    live(make_campaign("Ends today", opens_on=today - timedelta(days=9), closes_on=today))
    assert client.get("/").context["campaign"]["title"] == "Ends today"


def test_a_closed_campaign_keeps_its_page_and_says_that_it_is_over(client):
    today = timezone.localdate()
    live(make_campaign(opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1)))
    response = client.get("/campaigns/respect/")
    assert response.status_code == 200
    assert response.context["phase"] == "closed"


def test_a_campaign_closes_at_midnight_in_london_not_in_greenwich(client, monkeypatch):
    summer = timezone.localdate().year + 1
    live(make_campaign(closes_on=date(summer, 6, 30)))
    midnight = datetime(summer, 6, 30, 23, tzinfo=UTC)
    for moment, closed in ((midnight - timedelta(seconds=1), False), (midnight, True)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert (client.get("/campaigns/respect/").context["phase"] == "closed") is closed

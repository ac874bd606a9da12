"""Campaigns and banners in the back office."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Action, Banner, Campaign, Endorsement, Milestone
from publishing.publish import publish
from tests.factories import make_banner, make_campaign
from tests.publishing.admin_forms import fields_of, with_row

pytestmark = pytest.mark.django_db


def test_a_campaign_is_written_with_all_its_parts_and_published(staff, client):
    address = "/admin/campaigns/campaign/add/"
    fields = fields_of(staff.get(address).text) | {"title": "Respect", "slug": "respect", "opens_on": "16/03/2021"}
    fields = with_row(fields, "actions", position=1, audience="a teacher", text="Say thank you.")
    fields = with_row(fields, "endorsements", position=1, quote="Every Tuesday.", name="Dawn", role="parent")
    fields = with_row(fields, "milestones", happened_on="2021-03-16", title="Handed over", text="")
    response = staff.post(address, fields | {"_publish": "Publish"})
    assert response.status_code == 302, response.context["errors"]
    page = client.get("/campaigns/respect/").text
    for part in ("Say thank you.", "Every Tuesday.", "Handed over"):
        assert part in page


def test_a_campaign_that_closes_before_it_opens_is_explained(staff):
    campaign = make_campaign()
    address = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    fields = fields_of(staff.get(address).text) | {"closes_on": "2000-01-01", "_save": "Save"}
    assert "cannot come before the opening day" in staff.post(address, fields).text
    assert Campaign.objects.get().closes_on is None


def test_a_banner_is_added(staff):
    campaign = make_campaign()
    address = "/admin/campaigns/banner/add/"
    fields = fields_of(staff.get(address).text) | {
        "campaign": campaign.pk,
        "text": "Stand with them.",
        "link_text": "Join in",
        "starts_at_0": "2021-03-01",
        "starts_at_1": "09:00",
    }
    assert staff.post(address, fields).status_code == 302
    assert Banner.objects.get().shown_on == Banner.Pages.ALL


def test_the_list_of_banners_tells_in_words_what_the_public_sees(staff):
    public, draft = make_campaign(), make_campaign("Draft")
    publish(document=public, by=None)
    now = timezone.now()
    make_banner(public)
    make_banner(draft)
    make_banner(public, starts_at=now + timedelta(days=1))
    make_banner(public, starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=2))
    page = staff.get("/admin/campaigns/banner/").text
    for words in ("Shown now", "Waiting until its campaign is published", "From ", "Over since "):
        assert f'<td class="field-state_words">{words}' in page


def test_names_in_the_admin_speak_for_themselves():
    campaign = make_campaign()
    endorsement = Endorsement(campaign=campaign, name="Dawn")
    action = Action(campaign=campaign, audience="a teacher")
    milestone = Milestone(campaign=campaign, happened_on=campaign.opens_on, title="Handed over")
    assert [str(row) for row in (endorsement, action, make_banner(campaign))] == [
        "Dawn",
        "a teacher",
        "Stand with them.",
    ]
    assert str(milestone).endswith(": Handed over")

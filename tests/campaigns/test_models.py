"""What the database and the models enforce for campaigns."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Action
from tests.factories import make_banner, make_campaign

pytestmark = pytest.mark.django_db


def test_a_campaign_cannot_close_before_it_opens():
    today = timezone.localdate()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_campaign(opens_on=today, closes_on=today - timedelta(days=1))
    campaign = make_campaign()
    campaign.closes_on = today - timedelta(days=1)
    with pytest.raises(ValidationError, match="cannot come before the opening day"):
        campaign.full_clean()


def test_a_button_of_an_action_has_words_and_an_address_or_is_not_there():
    campaign = make_campaign()
    with pytest.raises(IntegrityError, match="action_link_is_whole"), transaction.atomic():
        Action.objects.create(campaign=campaign, audience="Everyone", text="Say thank you.", link_text="Thank a team")
    action = Action(campaign=campaign, audience="Everyone", text="Say thank you.", address="/contact/")
    with pytest.raises(ValidationError, match="or neither"):
        action.full_clean()
    action.link_text, action.address = "Thank a team", "javascript:alert(1)"
    with pytest.raises(ValidationError, match="Start the address with"):
        action.full_clean()


def test_a_banner_cannot_end_before_it_starts():
    campaign, now = make_campaign(), timezone.now()
    with pytest.raises(IntegrityError, match="banner_ends_after_it_starts"), transaction.atomic():
        make_banner(campaign, starts_at=now, ends_at=now)
    banner = make_banner(campaign)
    banner.ends_at = banner.starts_at
    with pytest.raises(ValidationError, match="The end must come after the start"):
        banner.full_clean()

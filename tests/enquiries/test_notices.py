"""When an enquiry must be answered, and who gets a notice of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.models import Job
from enquiries.notices import due_at
from tests.factories import make_enquiry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-10 09:00", "2026-03-11 17:00"),
        ("2026-03-13 18:00", "2026-03-16 17:00"),
        ("2026-03-14 12:00", "2026-03-16 17:00"),
        ("2026-03-15 23:59", "2026-03-16 17:00"),
        ("2026-10-23 16:00", "2026-10-26 17:00"),
        # Boxing Day falls on a Saturday, and is made up for on the Monday.
        ("2026-12-24 10:00", "2026-12-29 17:00"),
        ("2026-12-31 10:00", "2027-01-04 17:00"),
        ("2027-03-25 10:00", "2027-03-30 17:00"),
    ],
    ids=[
        "a Tuesday", "a Friday evening", "a Saturday", "a Sunday", "over the change to winter time", "before Christmas",
        "before the New Year", "before Easter",
    ],
)  # fmt: skip
def test_an_answer_is_due_at_five_on_the_next_working_day(received, due):
    london = ZoneInfo("Europe/London")
    moment = datetime.fromisoformat(received).replace(tzinfo=london)
    assert due_at(moment) == datetime.fromisoformat(due).replace(tzinfo=london)


def test_the_bank_holidays_are_those_of_the_nation_that_the_office_is_in(settings):
    before = datetime(2027, 1, 1, 10, tzinfo=ZoneInfo("Europe/London"))
    assert due_at(before).day == 4
    # Scotland makes up for the second of January, a Saturday, on the Monday.
    settings.BANK_HOLIDAYS = "SCT"
    assert due_at(before).day == 5


def test_each_recipient_gets_a_notice_of_their_own(settings):
    settings.STAFF_EMAIL = ["one@example.org", "two@example.org"]
    enquiry = make_enquiry(at=timezone.now() - timedelta(minutes=1))
    assert set(Job.objects.values_list("object_id", flat=True)) == {
        f"{enquiry.reference}:0",
        f"{enquiry.reference}:1",
    }

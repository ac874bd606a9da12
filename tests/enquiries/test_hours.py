"""When the desk is open, and what a visitor is told while it is not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from enquiries.models import Closure, OpeningHours
from enquiries.notices import due_at
from enquiries.opening import USUAL_HOURS, Calendar, Closed
from tests.factories import sign_in_as

LONDON = ZoneInfo("Europe/London")
CHRISTMAS = Closed(starts_on=date(2026, 12, 24), ends_on=date(2027, 1, 3), words="We rest between the years.")
USUAL = Calendar(hours=USUAL_HOURS)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        ("2026-03-10 10:00", 4, "2026-03-10 14:00"),
        ("2026-03-10 15:00", 4, "2026-03-11 11:00"),
        ("2026-03-10 06:00", 4, "2026-03-10 13:00"),
        ("2026-03-13 16:30", 1, "2026-03-16 09:30"),
        ("2026-03-14 12:00", 8, "2026-03-16 17:00"),
        # The clocks change in these two nights.
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),
        ("2026-12-24 16:00", 2, "2026-12-29 10:00"),
    ],
)
def test_promised_hours_are_hours_at_the_desk(received, hours, due):
    assert USUAL.later(moment(received), hours) == moment(due)


def test_a_desk_that_is_open_at_night_counts_the_hour_that_autumn_repeats():
    nights = Calendar(hours={6: (time(0), time(6))})
    # 25 October 2026 has two hours between one and two.
    assert nights.later(moment("2026-10-25 00:00"), 3) == moment("2026-10-25 02:00")


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(LONDON)),
    hours=st.integers(1, 60),
)
def test_hours_ahead_and_hours_back_are_the_same_hours(at, hours):
    due = USUAL.later(at, hours)
    back = USUAL.earlier(due, hours)
    # What came in while nobody was there counts from the next opening.
    assert back == max(at, next(USUAL.windows_from(at))[0])
    assert USUAL.later(back, hours) == due


@pytest.mark.parametrize(
    ("at", "note"),
    [
        ("2026-12-23 10:00", ""),
        ("2026-12-21 17:00", "We are closed until Tuesday 22 December, 9:00. Your message is read then."),
        (
            "2026-12-23 17:30",
            "We rest between the years. We are closed until Monday 4 January, 9:00. Your message is read then.",
        ),
        (
            "2027-01-03 23:59",
            "We rest between the years. We are closed until Monday 4 January, 9:00. Your message is read then.",
        ),
        ("2027-01-04 09:00", ""),
        ("2027-03-26 12:00", "We are closed until Tuesday 30 March, 9:00. Your message is read then."),
    ],
)
def test_a_visitor_is_told_when_somebody_is_back(at, note):
    calendar = Calendar(hours=USUAL_HOURS, closures=(CHRISTMAS,))
    assert calendar.note(moment(at)) == note
    if note:
        # The promise is counted from the same opening.
        opens = next(calendar.windows_from(moment(at)))[0]
        assert calendar.later(moment(at), 1) == opens + timedelta(hours=1)


def test_a_desk_that_never_opens_promises_no_day():
    never = Calendar(hours=USUAL_HOURS, closures=(Closed(starts_on=date(2026, 1, 1), ends_on=date(2036, 1, 1)),))
    at = moment("2026-06-01 12:00")
    assert never.note(at) == "We are closed until further notice. Nobody reads your message before."
    # An enquiry is taken in all the same, and is due at some time.
    assert never.later(at, 4) > at
    assert never.end_of_next_day(at) > at


@pytest.mark.django_db
def test_the_form_and_the_promise_follow_what_staff_set(monkeypatch):
    OpeningHours.objects.all().delete()
    OpeningHours.objects.create(weekday=2, opens=time(10), closes=time(12))
    Closure.objects.create(starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 11), words="Our office moves.")
    at = moment("2026-03-10 10:00")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    page = Client().get(reverse("enquiries:new")).content.decode()
    assert "Our office moves. We are closed until Wednesday 18 March, 10:00." in page
    assert due_at(at) == moment("2026-03-18 12:00")
    assert due_at(at, 3) == moment("2026-03-25 11:00")


@pytest.mark.django_db
def test_hours_that_end_before_they_begin_are_refused_with_a_reason():
    with pytest.raises(ValidationError, match="must end after it begins"):
        OpeningHours(weekday=6, opens=time(12), closes=time(9)).full_clean()
    with pytest.raises(ValidationError, match="must not be before the first"):
        Closure(starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 10)).full_clean()


@pytest.mark.django_db
def test_the_lead_sets_the_hours_and_an_officer_reads_them():
    address = "/admin/enquiries/openinghours/add/"
    day = {"weekday": 5, "opens": "10:00", "closes": "12:00"}
    assert sign_in_as("Enquiries officer").post(address, day).status_code == 403
    assert sign_in_as("Safeguarding lead").post(address, day).status_code == 302
    assert OpeningHours.objects.filter(weekday=5).exists()

"""An enquiry that nobody reads or answers does not stay unnoticed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.jobs import run_all_due
from core.models import Job
from enquiries import jobs
from enquiries.models import Enquiry, RoutingRule
from enquiries.notices import ESCALATION, NOTICE, REMINDER
from enquiries.services import open_enquiry
from tests.factories import make_enquiry, make_staff

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.fixture(autouse=True)
def addresses(settings) -> None:
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["duty@example.org"], ["lead@example.org"]


def kinds(enquiry: Enquiry) -> list[str]:
    return list(enquiry.events.values_list("kind", flat=True))


def sweep(at: str) -> None:
    jobs.remind(now=moment(at))
    jobs.escalate(now=moment(at))


@pytest.mark.parametrize(
    ("received", "is_about_staff", "not_yet", "reminded"),
    [
        ("2026-03-10 10:00", False, "2026-03-10 13:59", "2026-03-10 14:00"),
        ("2026-03-10 10:00", True, "2026-03-10 10:59", "2026-03-10 11:00"),
        # Four hours at the desk, from Friday afternoon into Monday.
        ("2026-03-13 15:00", False, "2026-03-16 10:59", "2026-03-16 11:00"),
        ("2026-03-14 03:00", True, "2026-03-16 09:59", "2026-03-16 10:00"),
    ],
)
def test_staff_are_reminded_once_of_what_nobody_has_read(received, is_about_staff, not_yet, reminded, mail_server):
    enquiry = make_enquiry(at=moment(received), is_about_staff=is_about_staff)
    Job.objects.filter(kind=NOTICE).delete()
    sweep(not_yet)
    assert kinds(enquiry) == ["received"]
    sweep(reminded)
    sweep(reminded)
    assert kinds(enquiry) == ["received", "reminded"]
    run_all_due()
    assert mail_server.recipients == [["lead@example.org" if is_about_staff else "duty@example.org"]]
    assert f"Not read yet: enquiry {enquiry}".encode() in mail_server.messages[0]


def test_a_shorter_promise_is_reminded_of_when_it_ends():
    RoutingRule.objects.create(name="Press", words="press", promised_hours=2)
    enquiry = make_enquiry(at=moment("2026-03-10 10:00"), message="The press rang.")
    sweep("2026-03-10 11:59")
    assert kinds(enquiry) == ["received"]
    sweep("2026-03-10 12:00")
    assert kinds(enquiry) == ["received", "reminded"]


def test_on_the_next_working_day_the_lead_and_the_team_hear_of_it_once(mail_server):
    # A Friday. Nobody comes to the desk before Monday.
    enquiry = make_enquiry(at=moment("2026-03-13 10:00"))
    restricted = make_enquiry(at=moment("2026-03-13 10:00"), is_about_staff=True)
    Job.objects.filter(kind=NOTICE).delete()
    for at in ("2026-03-13 14:00", "2026-03-14 14:00", "2026-03-16 08:59"):
        sweep(at)
    assert kinds(enquiry) == kinds(restricted) == ["received", "reminded"]
    sweep("2026-03-16 09:00")
    sweep("2026-03-17 09:00")
    assert kinds(enquiry) == kinds(restricted) == ["received", "reminded", "escalated"]
    Job.objects.filter(kind=REMINDER).delete()
    run_all_due()
    by_reference = {
        str(row): sorted(
            to[0]
            for to, raw in zip(mail_server.recipients, mail_server.messages, strict=True)
            if f"Late: enquiry {row}".encode() in raw
        )
        for row in (enquiry, restricted)
    }
    assert by_reference == {
        str(enquiry): ["duty@example.org", "lead@example.org"],
        str(restricted): ["lead@example.org"],
    }


def test_one_that_was_read_and_never_answered_is_late_on_the_day_after_its_promise():
    enquiry = make_enquiry(at=moment("2026-03-10 10:00"))
    open_enquiry(reference=enquiry.reference, by=make_staff(), at=moment("2026-03-10 11:00"))
    sweep("2026-03-11 17:30")
    assert kinds(enquiry) == ["received", "opened"]
    sweep("2026-03-12 09:00")
    assert kinds(enquiry) == ["received", "opened", "escalated"]


@pytest.mark.parametrize(
    "columns",
    [
        {"first_opened_at": moment("2026-03-10 10:30"), "first_answered_at": moment("2026-03-10 11:00")},
        {"state": "closed"},
        {"is_quarantined": True},
        {"state": "waiting", "waiting_until": "2027-01-01", "first_opened_at": moment("2026-03-10 10:30")},
    ],
    ids=["answered", "closed", "quarantined", "waiting"],
)
def test_of_what_needs_nobody_nobody_is_reminded(columns):
    enquiry = make_enquiry(at=moment("2026-03-10 10:00"), columns=columns)
    sweep("2026-03-20 12:00")
    assert kinds(enquiry) == ["received"]


def test_an_escalation_that_is_refused_is_tried_on_until_somebody_reads_the_enquiry(mail_server):
    mail_server.refusals = {"lead@example.org": "554 no", "duty@example.org": "554 no"}
    enquiry = make_enquiry(at=moment("2026-03-10 10:00"))
    sweep("2026-03-12 09:00")
    run_all_due()
    late = Job.objects.filter(kind__in=[REMINDER, ESCALATION])
    assert list(late.values_list("status", flat=True)) == ["queued"] * 3
    open_enquiry(reference=enquiry.reference, by=make_staff())
    Enquiry.objects.update(first_answered_at=moment("2026-03-12 10:00"))
    Job.objects.waiting().exclude(object_id="").update(due_at=moment("2026-03-12 11:00"))
    run_all_due()
    assert list(late.values_list("status", flat=True)) == ["discarded"] * 3

"""When an enquiry must be answered, who hears of it, and for how long that is tried."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.job_transitions import TRANSITIONS
from core.jobs import run_all_due
from core.models import Job
from enquiries import jobs
from enquiries.models import Enquiry, Team
from enquiries.notices import MAIL_ALARM, NOTICE, QUARANTINED, due_at
from enquiries.services import open_enquiry
from tests.factories import make_enquiry, make_staff

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


def read(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def advance(now: datetime) -> datetime:
    """Let the next failed mail be due at once."""
    Job.objects.waiting().exclude(object_id="").update(due_at=now)
    return now


def test_a_team_with_addresses_of_its_own_is_told_in_place_of_the_whole_desk(mail_server, settings):
    Team.objects.update(mail_addresses="one@example.org\n\n two@example.org ")
    make_enquiry()
    run_all_due()
    assert mail_server.recipients == [["one@example.org"], ["two@example.org"]]


def test_of_an_enquiry_about_staff_the_team_of_that_person_hears_nothing(mail_server, settings):
    settings.LEAD_EMAIL = ["lead@example.org"]
    Team.objects.update(mail_addresses="team@example.org")
    make_enquiry(is_about_staff=True)
    run_all_due()
    assert mail_server.recipients == [["lead@example.org"]]


def test_the_first_notice_that_leaves_is_recorded_once(mail_server, settings):
    settings.STAFF_EMAIL = ["bad@example.org", "one@example.org", "two@example.org"]
    mail_server.refusals["bad@example.org"] = "451 later"
    enquiry = make_enquiry()
    run_all_due()
    enquiry.refresh_from_db()
    assert enquiry.told_at is not None
    assert list(enquiry.events.values_list("kind", flat=True)) == ["received", "told"]


def test_a_refused_notice_is_tried_on_until_a_person_has_read_the_enquiry(mail_server, settings):
    settings.STAFF_EMAIL = ["dtuy@example.org"]
    mail_server.refusals["dtuy@example.org"] = "554 no such mailbox"
    enquiry = make_enquiry()
    began = timezone.now()
    for days in range(9):
        run_all_due(now=advance(began + timedelta(days=days)))
    job = Job.objects.get(kind=NOTICE)
    assert (job.status, job.attempts, job.error) == (Job.Status.QUEUED, 9, "SMTPRecipientsRefused 554")
    assert not Enquiry.objects.get().told_at
    # The address is corrected, and the next try reaches it under the same Message-ID.
    settings.STAFF_EMAIL = ["duty@example.org"]
    run_all_due(now=advance(began + timedelta(days=9)))
    assert mail_server.recipients == [["duty@example.org"]]
    assert read(mail_server.messages[0])["Message-ID"] == job.message_id
    assert Enquiry.objects.get().told_at
    enquiry.refresh_from_db()
    assert not enquiry.first_opened_at


def test_a_notice_is_tried_no_more_once_somebody_has_read_the_enquiry(mail_server, settings):
    settings.STAFF_EMAIL = ["dtuy@example.org"]
    mail_server.refusals["dtuy@example.org"] = "554 no such mailbox"
    enquiry = make_enquiry()
    run_all_due()
    open_enquiry(reference=enquiry.reference, by=make_staff())
    run_all_due(now=advance(timezone.now()))
    assert Job.objects.get(kind=NOTICE).status == Job.Status.DISCARDED
    assert not Job.objects.dead().exists()


def test_when_no_notice_waits_for_an_enquiry_that_nobody_was_told_of_it_is_written_anew(mail_server, settings):
    settings.STAFF_EMAIL = []
    make_enquiry(at=timezone.now() - timedelta(minutes=11))
    discarded = make_enquiry(at=timezone.now() - timedelta(minutes=11))
    settings.STAFF_EMAIL = ["duty@example.org"]
    assert not Job.objects.filter(kind=NOTICE).exists()
    jobs.tell_again(now=timezone.now())
    TRANSITIONS["discard"].apply(Job.objects.filter(object_id__startswith=discarded.reference), at=timezone.now())
    jobs.tell_again(now=timezone.now())
    assert Job.objects.unfinished().filter(kind=NOTICE).count() == Enquiry.objects.count()
    run_all_due()
    assert len(mail_server.messages) == Enquiry.objects.count()
    jobs.tell_again(now=timezone.now())
    assert not Job.objects.unfinished().filter(kind=NOTICE).exists()


def test_staff_learn_of_every_quarantined_one_within_the_hour_and_of_nothing_it_says(mail_server, settings):
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["duty@example.org", "desk@example.org"], ["lead@example.org"]
    quarantined = {"is_quarantined": True}
    first = make_enquiry(columns=quarantined, message="canary-message", name="canary-name")
    restricted = make_enquiry(columns=quarantined, is_about_staff=True)
    make_enquiry(columns=quarantined | {"state": "closed", "outcome": "spam"})
    Job.objects.all().delete()
    now = timezone.now()

    jobs.tell_of_quarantine(now=now)
    run_all_due()
    told = {to[0]: read(raw) for to, raw in zip(mail_server.recipients, mail_server.messages, strict=True)}
    assert set(told) == {"duty@example.org", "desk@example.org", "lead@example.org"}
    assert told["duty@example.org"]["Subject"] == "1 message looks automatic"
    text = told["desk@example.org"].get_content()
    assert (str(first) in text, str(restricted) in text) == (True, False)
    assert str(restricted) in told["lead@example.org"].get_content()
    assert not any("canary" in raw.decode() for raw in mail_server.messages)

    # What comes in after that is told of within the hour too, in one mail.
    later = [make_enquiry(columns=quarantined) for _ in range(3)]
    Job.objects.filter(kind=NOTICE).delete()
    for minutes in range(5, 61, 5):
        jobs.tell_of_quarantine(now=now + timedelta(minutes=minutes))
    assert Job.objects.waiting().filter(kind=QUARANTINED).count() == 2
    run_all_due()
    assert len(mail_server.messages) == 5
    assert all(str(enquiry) in read(mail_server.messages[-1]).get_content() for enquiry in later)
    assert str(first) not in read(mail_server.messages[-1]).get_content()


def test_a_mail_about_quarantine_that_is_refused_is_tried_on(mail_server, settings):
    settings.STAFF_EMAIL = ["duty@example.org"]
    mail_server.refusals["duty@example.org"] = "554 no"
    enquiry = make_enquiry(columns={"is_quarantined": True})
    Job.objects.all().delete()
    now = timezone.now()
    jobs.tell_of_quarantine(now=now)
    for hours in (1, 2, 90):
        run_all_due(now=advance(now + timedelta(hours=hours)))
        jobs.tell_of_quarantine(now=now + timedelta(hours=hours))
    assert Job.objects.filter(kind=QUARANTINED).count() == 1
    mail_server.refusals.clear()
    run_all_due(now=advance(now + timedelta(hours=91)))
    assert str(enquiry) in read(mail_server.messages[0]).get_content()
    assert Job.objects.get(kind=QUARANTINED).status == Job.Status.DONE


def test_the_lead_hears_when_mail_to_staff_fails_for_an_hour(mail_server, settings):
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["dtuy@example.org"], ["lead@example.org"]
    mail_server.refusals["dtuy@example.org"] = "554 no such mailbox"
    make_enquiry()
    began = timezone.now()
    run_all_due(now=began)
    jobs.watch_mail(now=began + timedelta(minutes=59))
    assert not Job.objects.filter(kind=MAIL_ALARM).exists()
    for hours in (1, 2, 3):
        jobs.watch_mail(now=began + timedelta(hours=hours, minutes=1))
    Job.objects.filter(kind=NOTICE).update(first_tried_at=began - timedelta(hours=2))
    run_all_due()
    assert mail_server.recipients == [["lead@example.org"]]
    text = read(mail_server.messages[0]).get_content()
    assert "It still fails" in text
    assert "example.org" not in text


def test_after_an_outage_of_the_mail_server_the_lead_is_told_that_it_is_over(mail_server, settings):
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["duty@example.org"], ["lead@example.org"]
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    make_enquiry()
    now = timezone.now()
    run_all_due(now=now - timedelta(hours=2))
    run_all_due(now=now)
    Job.objects.filter(kind=NOTICE).update(first_tried_at=now - timedelta(hours=2))
    jobs.watch_mail(now=now)
    run_all_due(now=advance(now))
    assert not mail_server.messages
    settings.EMAIL_PORT = port
    Job.objects.filter(kind=MAIL_ALARM).update(priority=-1)
    run_all_due(now=advance(timezone.now()))
    assert mail_server.recipients == [["duty@example.org"], ["lead@example.org"]]
    assert "It leaves again." in read(mail_server.messages[1]).get_content()

"""The mails an enquiry causes, as a real mail server gets them."""

from __future__ import annotations

import email
import email.policy

import pytest
from django.core.checks import run_checks

from core.jobs import run_all_due
from core.models import Job
from enquiries.services import change_state
from tests.factories import make_enquiry, make_staff

pytestmark = pytest.mark.django_db

CANARIES = {
    "message": "canary-message",
    "name": "canary-name",
    "relation": "canary-relation",
    "safe_times": "canary-times",
    "other_contact": "canary-other",
}


def read(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_the_notice_to_staff_says_nothing_of_the_enquiry(mail_server, settings):
    settings.STAFF_EMAIL = ["duty@example.org", "lead@example.org"]
    enquiry = make_enquiry(**CANARIES | {"reply_by": "email", "email": "canary@example.net"})
    assert run_all_due() == 2
    assert mail_server.recipients == [["duty@example.org"], ["lead@example.org"]]
    for raw in mail_server.messages:
        mail = read(raw)
        assert mail["Subject"] == f"New enquiry {enquiry}"
        assert str(enquiry) in mail.get_content()
        assert f"{settings.SITE_URL}/admin/enquiries/enquiry/{enquiry.reference}/change/" in mail.get_content()
        assert "canary" not in raw.decode()
        assert "famil" not in raw.decode()
        assert "staff" not in raw.decode()


def test_the_confirmation_holds_the_reference_and_nothing_revealing(mail_server, settings):
    settings.STAFF_EMAIL = []
    settings.DEFAULT_FROM_EMAIL = "Children First <office@example.org>"
    enquiry = make_enquiry(**CANARIES | {"reply_by": "email", "email": "p@example.net", "wants_confirmation": True})
    assert run_all_due() == 1
    mail = read(mail_server.messages[0])
    assert mail_server.recipients == [["p@example.net"]]
    assert mail["Subject"] == f"Your message {enquiry}"
    assert mail["From"] == "office@example.org"
    assert str(enquiry) in mail.get_content()
    for word in ("canary", "http", "child", "enquiry", "famil", "social"):
        assert word not in mail.get_content().lower()


def test_no_job_names_a_person(settings):
    settings.STAFF_EMAIL = ["duty@example.org"]
    make_enquiry(**CANARIES | {"reply_by": "email", "email": "canary@example.net", "wants_confirmation": True})
    rows = " ".join(" ".join(map(str, row)) for row in Job.objects.values_list())
    assert "canary" not in rows
    assert "example.org" not in rows


def test_a_notice_goes_to_the_corrected_address(mail_server, settings):
    settings.STAFF_EMAIL = ["dtuy@example.org"]
    make_enquiry()
    settings.STAFF_EMAIL = ["duty@example.org"]
    run_all_due()
    assert mail_server.recipients == [["duty@example.org"]]


def test_a_notice_without_its_recipient_or_its_enquiry_ends_without_a_mail(mail_server, settings):
    settings.STAFF_EMAIL = ["duty@example.org", "lead@example.org"]
    make_enquiry()
    make_enquiry().delete()
    settings.STAFF_EMAIL = ["duty@example.org"]
    run_all_due()
    assert mail_server.recipients == [["duty@example.org"]]
    assert not Job.objects.unfinished().exclude(object_id="").exists()
    assert not Job.objects.dead().exists()


def test_an_enquiry_released_from_quarantine_is_announced_but_not_confirmed(mail_server, settings):
    settings.STAFF_EMAIL = ["duty@example.org"]
    enquiry = make_enquiry(reply_by="email", email="p@example.net", wants_confirmation=True)
    Job.objects.all().delete()
    enquiry.is_quarantined, enquiry.quarantine_reason = True, "links"
    enquiry.save()
    change_state(transition="release", reference=enquiry.reference, by=make_staff())
    run_all_due()
    assert mail_server.recipients == [["duty@example.org"]]


@pytest.mark.parametrize(("setting", "warning"), [("STAFF_EMAIL", "enquiries.W001"), ("LEAD_EMAIL", "enquiries.W002")])
def test_a_site_that_would_tell_nobody_of_an_enquiry_is_warned(settings, setting, warning):
    settings.STAFF_EMAIL = settings.LEAD_EMAIL = ["somebody@example.org"]
    assert not [message for message in run_checks() if message.id.startswith("enquiries.")]
    setattr(settings, setting, [])
    assert warning in [message.id for message in run_checks()]


def test_only_the_lead_is_told_of_an_enquiry_about_staff(mail_server, settings):
    settings.STAFF_EMAIL, settings.LEAD_EMAIL = ["duty@example.org", "desk@example.org"], ["lead@example.org"]
    enquiry = make_enquiry(is_about_staff=True)
    run_all_due()
    assert mail_server.recipients == [["lead@example.org"]]
    assert str(enquiry) in read(mail_server.messages[0])["Subject"]

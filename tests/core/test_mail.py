from __future__ import annotations

import email
import email.policy
from datetime import timedelta

import pytest
from django.utils import timezone

from core import jobs, mail
from core.models import Job
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(register):
    """`post(to=..., ...)` enqueues one mail, runs the queue and gives back the job."""

    def enqueue(**fields):
        letter = {"subject": "New enquiry AB3-DE5-FG", "body": "Gruß", "to": "desk@example.org"} | fields
        jobs._kinds.pop("test.mail", None)
        register("test.mail", lambda object_id, *, job: mail.send(job=job, **letter))
        job = jobs.enqueue(kind="test.mail", object_id=1)
        jobs.run_all_due()
        job.refresh_from_db()
        return job

    return enqueue


def test_a_mail_arrives_with_the_message_id_of_its_job(mail_server, post):
    job = post(html="<p>Gruß</p>", sender="Office <office@example.org>")
    assert job.status == Job.Status.DONE
    assert mail_server.recipients == [["desk@example.org"]]
    received = email.message_from_bytes(mail_server.messages[0], policy=email.policy.default)
    assert received["Message-ID"] == job.message_id
    assert received["Subject"] == "New enquiry AB3-DE5-FG"
    assert received["From"] == "Office <office@example.org>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body(("plain",)).get_content().strip() == "Gruß"
    assert received.get_body(("html",)).get_content().strip() == "<p>Gruß</p>"


def test_a_refused_recipient_is_a_dead_letter_at_once(mail_server, post):
    mail_server.refusals["desk@example.org"] = "550 no such person"
    job = post()
    assert (job.status, job.error) == (Job.Status.DEAD, "SMTPRecipientsRefused 550")


def test_a_mail_refused_for_what_it_holds_is_a_dead_letter(mail_server, post):
    mail_server.data_answer = "554 refused"
    job = post()
    assert (job.status, job.error) == (Job.Status.DEAD, "SMTPDataError 554")


@pytest.mark.parametrize("answer", ["451 busy", "452 full"])
def test_a_busy_server_is_tried_again_with_the_same_message_id(mail_server, post, answer):
    mail_server.data_answer = answer
    job = post()
    assert (job.status, job.error) == (Job.Status.QUEUED, f"SMTPDataError {answer[:3]}")
    mail_server.data_answer = "250 kept"
    assert jobs.run_next(now=job.due_at)
    job.refresh_from_db()
    assert job.status == Job.Status.DONE
    assert job.message_id.encode() in mail_server.messages[0]


def test_a_server_that_is_not_there_is_tried_again(settings, mail_server, post):
    settings.EMAIL_PORT = 1
    job = post()
    assert (job.status, job.error) == (Job.Status.QUEUED, "MailServerAway ConnectionRefusedError")


def test_a_refused_password_is_not_the_mails_fault(settings, mail_server, post):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "office", "wrong"
    job = post()
    assert job.status == Job.Status.QUEUED
    assert job.error.startswith("MailServerAway SMTP")


def test_a_server_without_the_encryption_asked_for_gets_no_mail(settings, mail_server, post):
    settings.EMAIL_USE_TLS = True
    job = post()
    assert (job.status, job.error) == (Job.Status.QUEUED, "MailServerAway SMTPNotSupportedError")
    assert mail_server.messages == []


def test_mails_that_waited_for_the_server_follow_the_first_one_it_takes(mail_server, post):
    later = timezone.now() + timedelta(hours=1)
    waiting = make_job(due_at=later, error="MailServerAway ConnectionRefusedError")
    other = make_job(due_at=later, error="SMTPDataError 451")
    post()
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert waiting.due_at <= timezone.now()
    assert other.due_at == later


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "New\nBcc: x@example.org"},
        {"subject": "New\x0b enquiry\x1c\r\nX: y"},
        {"to": "desk@example.org\nBcc: x@example.org"},
        {"to": "desk@example.org, x@example.org\r\n"},
        {"body": "half a character \ud800"},
    ],
)
def test_a_mail_that_cannot_be_written_is_dead_and_blocks_nobody(mail_server, post, fields):
    job = post(**fields)
    assert job.status == Job.Status.DEAD
    assert job.error.startswith("Unwritable_")
    assert post().status == Job.Status.DONE
    assert mail_server.recipients == [["desk@example.org"]]


def test_a_worker_without_its_lease_sends_nothing(mail_server, register):
    register("test.mail", print)
    jobs.enqueue(kind="test.mail", object_id=1)
    claimed = jobs._claim(timezone.now())
    Job.objects.update(status="queued", lease=None, leased_until=None)
    with pytest.raises(mail.LeaseLost):
        mail.send(job=claimed, subject="a", body="b", to="desk@example.org")
    assert mail_server.messages == []

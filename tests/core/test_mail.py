from __future__ import annotations

import email
import email.policy
import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
    tried = {"first_tried_at": timezone.now(), "due_at": later}
    waiting = make_job(error="MailServerAway ConnectionRefusedError", **tried)
    other = make_job(error="SMTPDataError 451", **tried)
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


def test_a_worker_without_its_lease_sends_nothing(mail_server, register, settings):
    register("test.mail", print)
    jobs.enqueue(kind="test.mail", object_id=1)
    claimed = jobs._claim(timezone.now())
    # It was so slow that its lease is over and another one has the job.
    claimed.held_until -= settings.JOBS_LEASE_SECONDS
    Job.objects.update(status="queued", lease=None, leased_until=None)
    with pytest.raises(mail.LeaseLost):
        mail.send(job=claimed, subject="a", body="b", to="desk@example.org")
    assert mail_server.messages == []


@pytest.fixture
def connections(mail_server) -> list[str]:
    """What the mail server saw: "opened", "closed". It takes `mail_server.mails_per_connection` and then says 421."""
    seen: list[str] = []
    mail_server.mails_per_connection = 1000

    async def greeted(server, session, envelope, hostname, responses):
        session.host_name, session.mails = hostname, 0
        seen.append("opened")
        return responses

    async def asked(server, session, envelope, address, options):
        session.mails += 1
        if session.mails > mail_server.mails_per_connection:
            return "421 enough for one connection"
        envelope.mail_from = address
        return "250 ok"

    async def told_goodbye(server, session, envelope):
        seen.append("closed")
        return "221 goodbye"

    mail_server.handle_EHLO, mail_server.handle_MAIL, mail_server.handle_QUIT = greeted, asked, told_goodbye
    return seen


@pytest.fixture(autouse=True)
def no_open_connection():
    yield
    mail.close()


@pytest.fixture
def letters(register) -> list[Job]:
    """Three mails that wait to be sent."""
    register(
        "test.letter", lambda object_id, *, job: mail.send(job=job, subject=object_id, body="b", to="desk@example.org")
    )
    return [jobs.enqueue(kind="test.letter", object_id=number) for number in range(3)]


def test_the_mails_of_a_worker_share_a_connection_that_ends_with_the_last(mail_server, letters, connections):
    assert jobs.run_all_due() == 3
    assert len(mail_server.messages) == 3
    assert connections == ["opened", "closed"]


def test_a_dropped_connection_is_reopened_and_no_mail_fails(mail_server, letters, connections):
    jobs.run_next()
    mail._thread.connection.connection.sock.shutdown(socket.SHUT_RDWR)
    jobs.run_all_due()
    assert set(Job.objects.values_list("status", "attempts", "error")) == {("done", 1, "")}
    assert len(mail_server.messages) == 3
    assert connections.count("opened") == 2


def test_a_server_that_limits_mails_per_connection_gets_all_of_them(mail_server, letters, connections):
    mail_server.mails_per_connection = 1
    jobs.run_all_due()
    assert set(Job.objects.values_list("status", "attempts", "error")) == {("done", 1, "")}
    assert len(mail_server.messages) == 3
    assert connections.count("opened") == 3


def test_a_server_that_drops_every_connection_is_the_mails_failure(mail_server, letters, connections):
    jobs.run_next()
    mail_server.data_answer = "421 closing"
    jobs.run_all_due()
    assert sorted(Job.objects.values_list("status", "error")) == [
        ("done", ""),
        ("queued", "SMTPDataError 421"),
        ("queued", "SMTPDataError 421"),
    ]


def test_an_error_ends_the_connection_and_the_next_mail_has_its_own(mail_server, post, letters, connections):
    mail_server.refusals["nobody@example.org"] = "550 no such person"
    assert post(to="nobody@example.org").status == Job.Status.DEAD
    assert connections == ["opened", "closed"]
    assert len(mail_server.messages) == 3


def test_a_mail_costs_no_more_queries_than_a_job_without_one(mail_server, letters, register):
    register("test.nothing", lambda object_id, *, job: None)
    jobs.run_next()
    with CaptureQueriesContext(connection) as mailing:
        jobs.run_next()
    jobs.run_all_due()
    jobs.enqueue(kind="test.nothing", object_id=1)
    with CaptureQueriesContext(connection) as nothing:
        jobs.run_next()
    assert len(mailing) == len(nothing)

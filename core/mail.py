"""Sends one mail to one person in a job. The mails of one worker share a connection to the mail server."""

import smtplib
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from email.errors import MessageError
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.jobs import PermanentError, RetryLater, error_code, extend_lease, mail_kinds, when_idle
from core.models import Job, JobQuerySet

SERVER_UNREACHABLE = "MailServerAway"
# After an outage each mail makes the next so many due.
RETRY_BATCH_SIZE = 500
# The server answers one mail so often: to MAIL, RCPT, DATA and the mail itself.
SMTP_REPLIES = 4
# A mail that fails for longer is more than a pause of the mail server.
FAILING_AFTER = timedelta(hours=1)


class LeaseLost(Exception):
    """Another worker has this job by now."""


class _ThreadConnection(threading.local):
    """The connection that this thread keeps open between mails."""

    connection: Any = None


_thread = _ThreadConnection()


def send(*, job: Job, subject: str, body: str, to: str, html: str | None = None, sender: str | None = None) -> None:
    """Send one mail. Every try carries the same Message-ID.

    Raises core.jobs.PermanentError when the server refuses this mail (5xx) or the mail cannot be encoded. Any other
    error passes through, and the job is tried again. A server that cannot be reached or signed in to is never
    permanent, because that says nothing about the mail. Once the server takes a mail, those that waited for it are due.
    """
    message = EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=sender or settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": job.message_id, "Auto-Submitted": "auto-generated"},
    )
    if html is not None:
        message.attach_alternative(html, "text/html")
    try:
        message.message().as_bytes()
    except (ValueError, MessageError) as error:
        raise PermanentError(f"Unwritable_{type(error).__name__}") from error

    is_new = _thread.connection is None
    while True:
        try:
            _send(message, job)
            break
        except smtplib.SMTPException as error:
            code = error_code(error)
            if not is_new and (isinstance(error, smtplib.SMTPServerDisconnected) or code.endswith(" 421")):
                # The server ended a connection that was open for a while. That says nothing about this mail.
                is_new = True
                continue
            if code.rpartition(" ")[2].startswith("5"):
                raise PermanentError(code) from error
            raise
    # Mails wait for the server only after a worker failed to reach it, so most mails need not ask.
    if is_new or job.error.startswith(SERVER_UNREACHABLE):
        _retry_waiting()


def failing_since(*, at: datetime, mails: JobQuerySet | None = None) -> datetime | None:
    """When the oldest mail was first tried that has failed for an hour or was given up. None while mail leaves.

    `mails` are the jobs to judge by, all that send mail unless given.
    """
    mails = (Job.objects.filter(kind__in=mail_kinds()) if mails is None else mails).order_by()
    moments = [
        mails.tried().aggregate(since=Min("first_tried_at"))["since"],
        # One that is being tried again at this moment.
        mails.filter(status=Job.Status.RUNNING).aggregate(since=Min("first_tried_at"))["since"],
    ]
    late = [moment for moment in moments if moment and moment <= at - FAILING_AFTER]
    given_up = mails.dead().aggregate(since=Min(Coalesce("first_tried_at", "created_at")))["since"]
    return min([*late, *([given_up] if given_up else [])], default=None)


@when_idle
def close() -> None:
    """Close the open connection, if there is one."""
    connection, _thread.connection = _thread.connection, None
    if connection is not None:
        # The mails have arrived, so an error while closing does not matter.
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _send(message: EmailMultiAlternatives, job: Job) -> None:
    """Send over the open connection, or open one. Close it after an error."""
    if is_new := _thread.connection is None:
        _thread.connection = get_connection()
    try:
        if is_new:
            try:
                _thread.connection.open()
            except OSError as error:
                raise RetryLater(f"{SERVER_UNREACHABLE} {error_code(error)}") from error
        # No other worker may send this mail while the server takes its time to answer.
        if not extend_lease(job, seconds=SMTP_REPLIES * settings.EMAIL_TIMEOUT):
            raise LeaseLost
        _thread.connection.send_messages([message])
    except BaseException:
        close()
        raise
    if not isinstance(_thread.connection, EmailBackend):
        # The backends for files and the screen write each mail by itself.
        close()


def _retry_waiting() -> None:
    """Make due what waits because the server could not be reached."""
    with transaction.atomic():
        waiting = Job.objects.waiting_after_error(SERVER_UNREACHABLE, at=timezone.now())
        # Another worker may be doing the same, so skip the rows it holds.
        free = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:RETRY_BATCH_SIZE])
        if free:
            Job.objects.filter(pk__in=free).update(due_at=timezone.now())

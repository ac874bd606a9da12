"""One mail to one person, sent by a job."""

from __future__ import annotations

import smtplib
from email.errors import MessageError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from core.jobs import Permanent, TryLater, describe, renew
from core.models import Job

SERVER_AWAY = "MailServerAway"
# A long queue is brought forward in pieces, each by the mail before it.
BROUGHT_FORWARD = 500


class LeaseLost(Exception):
    """Somebody else has this job by now."""


def send(*, job: Job, subject: str, body: str, to: str, html: str | None = None, sender: str | None = None) -> None:
    """Hand one mail to the mail server. Every try carries the same Message-ID.

    Raises core.jobs.Permanent when the server refuses this mail (5xx) or it cannot be written down as a mail; lets
    every other error out, and the job is tried again. A server that cannot be reached or signed in to says nothing
    about the mail, so that is never permanent. Once it takes one, the mails that waited for it are due at once.
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
        raise Permanent(f"Unwritable_{type(error).__name__}") from error

    connection = get_connection()
    try:
        try:
            connection.open()
        except OSError as error:
            raise TryLater(f"{SERVER_AWAY} {describe(error)}") from error
        # From here to the server's answer takes four replies; the lease is longer than that, so nobody else sends it.
        if not renew(job):
            raise LeaseLost
        connection.send_messages([message])
    except smtplib.SMTPException as error:
        said = describe(error)
        if said.rpartition(" ")[2].startswith("5"):
            raise Permanent(said) from error
        raise
    finally:
        connection.close()
    _bring_forward()


def _bring_forward() -> None:
    waiting = Job.objects.postponed_over(SERVER_AWAY, at=timezone.now())
    if not waiting.exists():
        return
    with transaction.atomic():
        # Another worker may be doing the same: whoever holds a row has it.
        free = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BROUGHT_FORWARD])
        Job.objects.filter(pk__in=free).update(due_at=timezone.now())

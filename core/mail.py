"""One mail to one person, sent by a job. The mails of one worker share a connection to the mail server."""

from __future__ import annotations

import smtplib
import threading
from contextlib import suppress
from email.errors import MessageError
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils import timezone

from core.jobs import Permanent, TryLater, describe, hold, when_idle
from core.models import Job

SERVER_AWAY = "MailServerAway"
# A long queue is brought forward in pieces, each by the mail before it.
BROUGHT_FORWARD = 500
# Of the server, for one mail: to MAIL, RCPT, DATA and the mail itself.
REPLIES = 4


class LeaseLost(Exception):
    """Somebody else has this job by now."""


class _Kept(threading.local):
    """The connection that this thread keeps open from mail to mail."""

    connection: Any = None


_kept = _Kept()


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

    is_new = _kept.connection is None
    while True:
        try:
            _hand_over(message, job)
            break
        except smtplib.SMTPException as error:
            said = describe(error)
            if not is_new and (isinstance(error, smtplib.SMTPServerDisconnected) or said.endswith(" 421")):
                # The server has ended a connection that was open for a while. That says nothing about this mail.
                is_new = True
                continue
            if said.rpartition(" ")[2].startswith("5"):
                raise Permanent(said) from error
            raise
    # Mails wait for the server only after somebody failed to reach it, so most mails need not ask.
    if is_new or job.error.startswith(SERVER_AWAY):
        _bring_forward()


@when_idle
def close() -> None:
    """End the connection that is kept open, if there is one."""
    connection, _kept.connection = _kept.connection, None
    if connection is not None:
        # Whatever goes wrong in saying goodbye, the mails before it have arrived.
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _hand_over(message: EmailMultiAlternatives, job: Job) -> None:
    """Send over the kept connection or a new one. After an error none is kept."""
    if is_new := _kept.connection is None:
        _kept.connection = get_connection()
    try:
        if is_new:
            try:
                _kept.connection.open()
            except OSError as error:
                raise TryLater(f"{SERVER_AWAY} {describe(error)}") from error
        # Nobody else may send this mail while the server takes its time to answer.
        if not hold(job, seconds=REPLIES * settings.EMAIL_TIMEOUT):
            raise LeaseLost
        _kept.connection.send_messages([message])
    except BaseException:
        close()
        raise
    if not isinstance(_kept.connection, EmailBackend):
        # A folder, a screen: each mail by itself.
        close()


def _bring_forward() -> None:
    with transaction.atomic():
        waiting = Job.objects.postponed_over(SERVER_AWAY, at=timezone.now())
        # Another worker may be doing the same: whoever holds a row has it.
        free = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BROUGHT_FORWARD])
        if free:
            Job.objects.filter(pk__in=free).update(due_at=timezone.now())

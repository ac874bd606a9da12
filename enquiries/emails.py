"""The mails about enquiries. None repeats what a person wrote."""

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.mail import send
from core.models import Job
from enquiries.digest import Digest
from enquiries.models import Enquiry
from enquiries.queues import queue_address

# A flood must not make a mail that nobody can read.
LISTED_AT_MOST = 50


def send_notice(*, job: Job, enquiry: Enquiry, to: str) -> None:
    """Tell one member of staff where the new enquiry is and when the answer is due."""
    _send_about(enquiry, "notice", _("New enquiry %(reference)s"), job=job, to=to)


def send_reminder(*, job: Job, enquiry: Enquiry, to: str) -> None:
    _send_about(enquiry, "reminder", _("Not read yet: enquiry %(reference)s"), job=job, to=to)


def send_escalation(*, job: Job, enquiry: Enquiry, to: str) -> None:
    _send_about(enquiry, "escalation", _("Late: enquiry %(reference)s"), job=job, to=to)


def send_confirmation(*, job: Job, enquiry: Enquiry) -> None:
    """Send the enquirer the reference and nothing else, because another person may read the mailbox."""
    send(
        job=job,
        subject=_("Your message %(reference)s") % {"reference": enquiry},
        body=render_to_string("enquiries/emails/confirmation.txt", {"enquiry": enquiry}),
        to=enquiry.answers.email,
        # Leave out the organisation's name.
        sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    )


def send_quarantined(*, job: Job, enquiries: list[Enquiry], to: str) -> None:
    """List by reference what waits in quarantine for somebody to judge it."""
    n = len(enquiries)
    subject = ngettext("%(n)d message looks automatic", "%(n)d messages look automatic", n) % {"n": n}
    context = {"enquiries": enquiries[:LISTED_AT_MOST], "n_more": max(0, n - LISTED_AT_MOST)}
    _send("quarantined", subject, context | {"address": _absolute(queue_address("spam"))}, job=job, to=to)


def send_digest(*, job: Job, digest: Digest, to: str) -> None:
    """Give the lead the figures of the week. They name staff, and nobody who wrote."""
    context = {"digest": digest, "address": _absolute(queue_address())}
    _send("digest", _("Enquiries: the week in figures"), context, job=job, to=to)


def send_mail_alarm(*, job: Job, since: datetime, is_over: bool, to: str) -> None:
    """Tell the lead that staff were not told for an hour or more, and whether that goes on."""
    context = {"since": since, "is_over": is_over, "address": _absolute(queue_address("new"))}
    _send("mail_alarm", _("Mail to staff fails"), context, job=job, to=to)


def _send_about(enquiry: Enquiry, template: str, subject: str, *, job: Job, to: str) -> None:
    path = reverse("admin:enquiries_enquiry_change", args=[enquiry.reference])
    context = {"enquiry": enquiry, "address": _absolute(path)}
    _send(template, subject % {"reference": enquiry}, context, job=job, to=to)


def _send(template: str, subject: str, context: dict[str, Any], *, job: Job, to: str) -> None:
    send(job=job, subject=subject, body=render_to_string(f"enquiries/emails/{template}.txt", context), to=to)


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"

"""The two mails about an enquiry. Neither repeats what the person wrote."""

from email.utils import parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from core.mail import send
from core.models import Job
from enquiries.models import Enquiry


def send_notice(*, job: Job, enquiry: Enquiry, to: str) -> None:
    """Tell one member of staff where the new enquiry is and when the answer is due."""
    path = reverse("admin:enquiries_enquiry_change", args=[enquiry.reference])
    send(
        job=job,
        subject=_("New enquiry %(reference)s") % {"reference": enquiry},
        body=render_to_string(
            "enquiries/emails/notice.txt", {"enquiry": enquiry, "address": f"{settings.SITE_URL}{path}"}
        ),
        to=to,
    )


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

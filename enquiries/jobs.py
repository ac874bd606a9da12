"""The two mails an enquiry causes. Neither says anything of what the person wrote. A job's row names no person."""

from email.utils import parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from core.jobs import PermanentError, job
from core.mail import send
from core.models import Job
from enquiries.models import Enquiry
from enquiries.notices import CONFIRMATION, NOTICE, recipients_for


def _enquiry(reference: str) -> Enquiry:
    enquiry = Enquiry.objects.filter(pk=reference).first()
    if enquiry is None:
        raise PermanentError("enquiry-gone")
    return enquiry


@job(NOTICE)
def notify_staff(object_id: str, *, job: Job) -> None:
    """Tell one member of staff where the new enquiry is and when the answer is due."""
    reference, _separator, place = object_id.partition(":")
    enquiry = _enquiry(reference)
    # Use the present address, so that a retry reaches one that was corrected.
    recipients = recipients_for(enquiry)
    if int(place) >= len(recipients):
        raise PermanentError("recipient-removed")
    address = settings.SITE_URL + reverse("admin:enquiries_enquiry_change", args=[reference])
    send(
        job=job,
        subject=_("New enquiry %(reference)s") % {"reference": enquiry},
        body=render_to_string("enquiries/emails/notice.txt", {"enquiry": enquiry, "address": address}),
        to=recipients[int(place)],
    )


@job(CONFIRMATION)
def confirm_to_enquirer(object_id: str, *, job: Job) -> None:
    """Send the enquirer the reference and nothing else, because another person may read the mailbox."""
    enquiry = _enquiry(object_id)
    send(
        job=job,
        subject=_("Your message %(reference)s") % {"reference": enquiry},
        body=render_to_string("enquiries/emails/confirmation.txt", {"enquiry": enquiry}),
        to=enquiry.answers.email,
        # Leave out the organisation's name.
        sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    )

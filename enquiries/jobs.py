"""What the worker does for enquiries. A job's row names a reference and never a person."""

from __future__ import annotations

from django.conf import settings

from core.jobs import Permanent, job
from core.models import Job
from enquiries.emails import send_confirmation, send_notice
from enquiries.models import Enquiry
from enquiries.services import CONFIRMATION, NOTICE


def _enquiry(reference: str) -> Enquiry:
    enquiry = Enquiry.objects.filter(pk=reference).first()
    if enquiry is None:
        raise Permanent("enquiry-gone")
    return enquiry


@job(NOTICE)
def notify_staff(object_id: str, *, job: Job) -> None:
    reference, _separator, place = object_id.partition(":")
    # The address as it stands now: one that was mistyped and put right is reached by a retry.
    if int(place) >= len(settings.STAFF_EMAIL):
        raise Permanent("recipient-removed")
    send_notice(job=job, enquiry=_enquiry(reference), to=settings.STAFF_EMAIL[int(place)])


@job(CONFIRMATION)
def confirm_to_enquirer(object_id: str, *, job: Job) -> None:
    send_confirmation(job=job, enquiry=_enquiry(object_id))

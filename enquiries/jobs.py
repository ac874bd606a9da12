"""The worker's jobs for enquiries. A job's row names a reference and never a person."""

from core.jobs import PermanentError, job
from core.models import Job
from enquiries import services  # noqa: F401 - it registers the periodic deletions
from enquiries.emails import send_confirmation, send_notice
from enquiries.models import Enquiry
from enquiries.notices import CONFIRMATION, NOTICE, recipients_for


def _enquiry(reference: str) -> Enquiry:
    enquiry = Enquiry.objects.filter(pk=reference).first()
    if enquiry is None:
        raise PermanentError("enquiry-gone")
    return enquiry


@job(NOTICE)
def notify_staff(object_id: str, *, job: Job) -> None:
    reference, _separator, place = object_id.partition(":")
    enquiry = _enquiry(reference)
    # Use the present address, so that a retry reaches one that was corrected.
    recipients = recipients_for(enquiry)
    if int(place) >= len(recipients):
        raise PermanentError("recipient-removed")
    send_notice(job=job, enquiry=enquiry, to=recipients[int(place)])


@job(CONFIRMATION)
def confirm_to_enquirer(object_id: str, *, job: Job) -> None:
    send_confirmation(job=job, enquiry=_enquiry(object_id))

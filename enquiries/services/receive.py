"""Takes in what somebody sent."""

from datetime import datetime, timedelta

from django.utils import timezone

from core import throttle
from core.jobs import enqueue
from core.public_forms import count_form, store_once
from enquiries.answers import Answers, Who
from enquiries.contact_index import index_contacts
from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.notices import CONFIRMATION, due_at, enqueue_notices

# The people of a refuge, a school or a mobile network share an address. So staff judge what comes after the first few,
# and only more than a full house would send is refused.
PER_ADDRESS, PER_ADDRESS_AT_MOST = 20, 200
PER_ADDRESS_WINDOW = timedelta(minutes=10)


def receive_enquiry(
    *, answers: Answers, nonce: str, address: str, quarantine_reason: str = "", at: datetime | None = None
) -> Enquiry:
    """Store the enquiry, its first event and the mails it causes, all or nothing.

    The same form sent again returns the stored enquiry. Raises `DuplicateSubmission` when its answers differ,
    `RateLimited` when the address sent too many, and any error of the database. `address` is counted and never stored
    with the enquiry.
    """
    at = at or timezone.now()

    def store() -> Enquiry:
        enquiry = Enquiry.objects.create(
            token_nonce=nonce,
            received_at=at,
            answer_by=due_at(at),
            audience=Enquiry.Audience.PROFESSIONALS if answers.who == Who.PROFESSIONAL else Enquiry.Audience.FAMILIES,
            is_restricted=answers.is_about_staff,
            is_quarantined=bool(quarantine_reason),
            quarantine_reason=quarantine_reason,
            sealed_answers=answers.to_text(),
        )
        count_form(purpose="enquiry-at-most", address=address, limit=PER_ADDRESS_AT_MOST, window=PER_ADDRESS_WINDOW)
        if not throttle.hit(purpose="enquiry", identity=address, limit=PER_ADDRESS, window=PER_ADDRESS_WINDOW):
            enquiry.is_quarantined = True
            enquiry.quarantine_reason = enquiry.quarantine_reason or Enquiry.QuarantineReason.ADDRESS
            enquiry.save(update_fields=["is_quarantined", "quarantine_reason"])
        index_contacts(enquiry, answers)
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.RECEIVED, at=at)
        if not enquiry.is_quarantined:
            enqueue_notices(enquiry)
            if answers.wants_confirmation and answers.email:
                enqueue(kind=CONFIRMATION, object_id=enquiry.reference)
        return enquiry

    earlier = Enquiry.objects.filter(token_nonce=nonce)
    return store_once(store, earlier=earlier, matches=lambda row: row.answers == answers)

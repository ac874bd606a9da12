"""Takes in what somebody sent."""

from datetime import datetime, timedelta

from django.utils import timezone

from core.jobs import enqueue
from core.public_forms import DuplicateSubmission, count_form, store_once
from enquiries import spam
from enquiries.answers import Answers
from enquiries.contact_index import index_contacts
from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.notices import CONFIRMATION, due_at, enqueue_notices
from enquiries.routing import audience_of, route
from enquiries.urgency import derive_urgency, week_of

# More than a full house would send is refused. Long before that, `enquiries.spam` sets what comes apart.
PER_ADDRESS_AT_MOST, PER_ADDRESS_WINDOW = 200, timedelta(minutes=10)


def receive_enquiry(
    *, answers: Answers, nonce: str, address: str, quarantine_reason: str = "", at: datetime | None = None
) -> Enquiry:
    """Store the enquiry, its first event and the mails it causes, all or nothing.

    The same form sent again returns the stored enquiry. Raises `DuplicateSubmission` when its answers differ,
    `RateLimited` when the address sent too many, and any error of the database. `address` is counted and never stored
    with the enquiry. `quarantine_reason`, one of `Enquiry.QuarantineReason`, is what the page showed of a program.
    """
    at = at or timezone.now()
    chosen = route(answers)
    answer_by = due_at(at, chosen.promised_hours)

    def store() -> Enquiry:
        enquiry = Enquiry.objects.create(
            token_nonce=nonce,
            received_at=at,
            answer_by=answer_by,
            audience=audience_of(answers),
            team_id=chosen.team_id,
            urgency=max(chosen.urgency, derive_urgency(answers, at=at)),
            urgent_week=week_of(answers),
            is_restricted=answers.is_about_staff,
            sealed_answers=answers.to_text(),
        )
        count_form(purpose="enquiry-at-most", address=address, limit=PER_ADDRESS_AT_MOST, window=PER_ADDRESS_WINDOW)
        # What the page showed comes first, but everything is counted.
        judged = spam.judge(answers=answers, address=address)
        if reason := quarantine_reason or judged:
            enquiry.is_quarantined, enquiry.quarantine_reason = True, reason
            enquiry.save(update_fields=["is_quarantined", "quarantine_reason"])
        index_contacts(enquiry, answers)
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.RECEIVED, at=at)
        if not enquiry.is_quarantined:
            enqueue_notices(enquiry)
            if answers.wants_confirmation and answers.email:
                enqueue(kind=CONFIRMATION, object_id=enquiry.reference)
        return enquiry

    earlier = Enquiry.objects.filter(token_nonce=nonce)
    try:
        return store_once(store, earlier=earlier, matches=lambda row: row.answers == answers)
    except DuplicateSubmission:
        spam.count_replay(address=address)
        raise

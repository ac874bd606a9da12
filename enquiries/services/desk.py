"""What staff do to an enquiry at the desk."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.transitions import TRANSITIONS


def open_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Record that `by` reads the enquiry, and then return it.

    Raises `Enquiry.DoesNotExist` when there is none or `by` may not see it. Such an attempt is recorded too.
    """
    enquiry = Enquiry.objects.get(pk=reference)
    is_refused = not Enquiry.objects.visible_to(by).filter(pk=reference).exists()
    kind = EventKind.REFUSED if is_refused else EventKind.OPENED
    EnquiryEvent.objects.create(enquiry=enquiry, kind=kind, at=at or timezone.now(), by=by)
    if is_refused:
        raise Enquiry.DoesNotExist
    Enquiry.objects.filter(pk=reference, first_opened_at__isnull=True).update(first_opened_at=at or timezone.now())
    return enquiry


@transaction.atomic
def change_state(*, transition: str, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Apply this entry of `TRANSITIONS`, and record who did it.

    Raises `KeyError` for an unknown name, and `WrongState` when the enquiry's state does not allow it or `by` may not
    see the enquiry.
    """
    at = at or timezone.now()
    chosen = TRANSITIONS[transition]
    rows = Enquiry.objects.visible_to(by).filter(pk=reference)
    chosen.apply(rows, at=at)
    EnquiryEvent.objects.create(enquiry_id=reference, kind=chosen.event, at=at, by=by)
    enquiry = rows.get()
    if chosen.on_success:
        chosen.on_success(enquiry)
    return enquiry

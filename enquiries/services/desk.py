"""What staff do to an enquiry at the desk."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.transitions import TRANSITIONS

#: One opening stands in the record for so long, however often the same person loads the page meanwhile.
SITTING = timedelta(minutes=30)


def find_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Return the enquiry without its answers being read.

    Raises `Enquiry.DoesNotExist` when there is none or `by` may not see it. Such an attempt is recorded.
    """
    enquiry = Enquiry.objects.get(pk=reference)
    if not Enquiry.objects.visible_to(by).filter(pk=reference).exists():
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.REFUSED, at=at or timezone.now(), by=by)
        raise Enquiry.DoesNotExist
    return enquiry


def is_recorded(*, enquiry: Enquiry, by: User, at: datetime | None = None) -> bool:
    """Say whether it stands in the record that `by` opened the enquiry in this sitting."""
    began = (at or timezone.now()) - SITTING
    return enquiry.events.filter(kind=EventKind.OPENED, by=by, at__gt=began).exists()


def open_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Record that `by` reads the enquiry, once a sitting, and then return it.

    Raises `Enquiry.DoesNotExist` as `find_enquiry` does.
    """
    at = at or timezone.now()
    enquiry = find_enquiry(reference=reference, by=by, at=at)
    if not is_recorded(enquiry=enquiry, by=by, at=at):
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.OPENED, at=at, by=by)
    Enquiry.objects.filter(pk=reference, first_opened_at__isnull=True).update(first_opened_at=at)
    return enquiry


@transaction.atomic
def change_state(*, transition: str, reference: str, by: User, at: datetime | None = None, **given: Any) -> Enquiry:
    """Apply this entry of `TRANSITIONS`, and record who did it. `given` are the columns that its form asks for.

    Raises `KeyError` for an unknown name, and `WrongState` when the enquiry's state does not allow it or `by` may not
    see the enquiry.
    """
    at = at or timezone.now()
    chosen = TRANSITIONS[transition]
    if chosen.event == EventKind.TAKEN:
        given["owner"] = by
    chosen.apply(Enquiry.objects.visible_to(by).filter(pk=reference), at=at, **given)
    EnquiryEvent.objects.create(enquiry_id=reference, kind=chosen.event, at=at, by=by)
    # Whoever restricts it may see it no longer.
    enquiry = Enquiry.objects.get(pk=reference)
    if chosen.on_success:
        chosen.on_success(enquiry)
    return enquiry

"""Keeps enquiries from being deleted, for a reason."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from core.transitions import WrongState
from enquiries.models import Enquiry, EnquiryEvent, EventKind, Hold


@transaction.atomic
def hold(*, reference: str, by: User, reason: str, at: datetime | None = None) -> Hold:
    """Hold the enquiry until `unhold`.

    Raises `Enquiry.DoesNotExist` when there is none or `by` may not see it, `WrongState` when it is held already, and
    any error of encryption.
    """
    at = at or timezone.now()
    enquiry = Enquiry.objects.visible_to(by).select_for_update(of=("self",)).get(pk=reference)
    if enquiry.is_held:
        raise WrongState
    held = Hold.objects.create(enquiry=enquiry, reason=reason, by=by, held_at=at, reviewed_at=at)
    Enquiry.objects.filter(pk=reference).update(is_held=True)
    EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.HELD, at=at, by=by)
    return held


@transaction.atomic
def review_hold(*, reference: str, by: User, at: datetime | None = None) -> None:
    """Say that the hold is still needed. Raises `Hold.DoesNotExist`."""
    at = at or timezone.now()
    visible = Enquiry.objects.visible_to(by)
    if not Hold.objects.filter(pk=reference, enquiry__in=visible).update(reviewed_at=at):
        raise Hold.DoesNotExist
    EnquiryEvent.objects.create(enquiry_id=reference, kind=EventKind.HELD, at=at, by=by)


@transaction.atomic
def unhold(*, reference: str, by: User, at: datetime | None = None) -> None:
    """End the hold. From now on its time counts again: the next purge may delete the enquiry.

    Raises `Enquiry.DoesNotExist` as `hold` does, and `WrongState` when it is not held.
    """
    enquiry = Enquiry.objects.visible_to(by).select_for_update(of=("self",)).get(pk=reference)
    if not enquiry.is_held:
        raise WrongState
    Hold.objects.filter(pk=reference).delete()
    Enquiry.objects.filter(pk=reference).update(is_held=False)
    EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.UNHELD, at=at or timezone.now(), by=by)

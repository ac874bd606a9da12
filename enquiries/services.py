"""What crosses rows: taking an enquiry in, opening it, moving it on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from holidays import country_holidays

from core import throttle
from core.jobs import enqueue
from enquiries.answers import Answers, Who
from enquiries.models import Enquiry, EnquiryEvent

# A refuge, a school or a mobile network share an address: what comes after the first few is kept for staff to judge.
# Only what no house full of people sends is refused.
PER_ADDRESS, PER_ADDRESS_AT_MOST = 20, 200
PER_ADDRESS_WINDOW = timedelta(minutes=10)
ANSWERED_UNTIL = time(17)
# Two equal references among 4.7e10 are a rarity; five in a row are a fault.
REFERENCE_TRIES = 5

NOTICE, CONFIRMATION = "enquiries.notice", "enquiries.confirmation"


class TooManyEnquiries(Exception):
    """This address has sent as many as it may in the last minutes. Nothing was stored."""


class SentBefore(Exception):
    """The same form was sent before with other answers. Nothing was stored."""


class WrongState(Exception):
    """The enquiry is no longer in a state from which it can go there."""


def receive_enquiry(
    *, answers: Answers, nonce: str, address: str, is_quarantined: bool = False, at: datetime | None = None
) -> Enquiry:
    """Store the enquiry, its first event and the mails it causes, all or nothing.

    The same form sent again, at once or later, gives the enquiry that is there already. Raises `SentBefore` when its
    answers are different, `TooManyEnquiries` when the address has sent too many, and whatever the database raises.
    `address` is only counted, never stored with the enquiry.
    """
    at = at or timezone.now()
    for attempt in range(REFERENCE_TRIES):
        try:
            return _store(answers=answers, nonce=nonce, address=address, is_quarantined=is_quarantined, at=at)
        except IntegrityError:
            earlier = Enquiry.objects.filter(token_nonce=nonce).first()
            if earlier is not None:
                if earlier.answers != answers:
                    raise SentBefore from None
                return earlier
            if attempt == REFERENCE_TRIES - 1:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _store(*, answers: Answers, nonce: str, address: str, is_quarantined: bool, at: datetime) -> Enquiry:
    enquiry = Enquiry.objects.create(
        token_nonce=nonce,
        received_at=at,
        answer_by=due_at(at),
        door=Enquiry.Door.PROFESSIONALS if answers.who == Who.PROFESSIONAL else Enquiry.Door.FAMILIES,
        is_restricted=answers.is_about_staff,
        is_quarantined=is_quarantined,
        sealed_answers=answers.to_text(),
    )
    # Counted after the form's token was found to be new, so that a form sent twice is never refused; a refusal takes
    # the row back with it.
    if not _counts(address, "enquiry-at-most", PER_ADDRESS_AT_MOST):
        raise TooManyEnquiries
    if not _counts(address, "enquiry", PER_ADDRESS):
        is_quarantined = enquiry.is_quarantined = True
        enquiry.save(update_fields=["is_quarantined"])
    EnquiryEvent.objects.create(enquiry=enquiry, kind=EnquiryEvent.Kind.RECEIVED, at=at)
    if not is_quarantined:
        _enqueue_notices(enquiry)
        if answers.wants_confirmation and answers.email:
            enqueue(kind=CONFIRMATION, object_id=enquiry.reference)
    return enquiry


def _counts(address: str, purpose: str, limit: int) -> bool:
    return throttle.hit(purpose=purpose, identity=address, limit=limit, window=PER_ADDRESS_WINDOW)


def _enqueue_notices(enquiry: Enquiry) -> None:
    """One job for each recipient, named by its place among them: no address stands in a job's row."""
    for place in range(len(recipients_for(enquiry))):
        enqueue(kind=NOTICE, object_id=f"{enquiry.reference}:{place}")


def recipients_for(enquiry: Enquiry) -> list[str]:
    """Of an enquiry about somebody who works here colleagues, perhaps that very person, learn nothing."""
    return settings.LEAD_EMAIL if enquiry.is_restricted else settings.STAFF_EMAIL


@lru_cache
def _bank_holidays(nation: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv=nation, years=year))


def due_at(received_at: datetime) -> datetime:
    """Five in the afternoon of the next working day, by the clock on the wall."""
    day = timezone.localdate(received_at) + timedelta(days=1)
    while day.weekday() >= 5 or day in _bank_holidays(settings.BANK_HOLIDAYS, day.year):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, ANSWERED_UNTIL))


def open_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """The enquiry, to be read by `by`. The record of the reading is stored first: without it there is no reading.

    Raises `Enquiry.DoesNotExist` when there is none or `by` may not see it; the attempt is recorded too.
    """
    enquiry = Enquiry.objects.get(pk=reference)
    is_refused = not Enquiry.objects.visible_to(by).filter(pk=reference).exists()
    kind = EnquiryEvent.Kind.REFUSED if is_refused else EnquiryEvent.Kind.OPENED
    EnquiryEvent.objects.create(enquiry=enquiry, kind=kind, at=at or timezone.now(), by=by)
    if is_refused:
        raise Enquiry.DoesNotExist
    return enquiry


def mark_read(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Raises `WrongState` unless the enquiry is new."""
    return _move(reference, by, at, kind=EnquiryEvent.Kind.READ, start=[Enquiry.State.NEW], end=Enquiry.State.READ)


def close_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """From now on the time of keeping runs. Raises `WrongState` when the enquiry is closed already."""
    open_states = [Enquiry.State.NEW, Enquiry.State.READ]
    return _move(reference, by, at, kind=EnquiryEvent.Kind.CLOSED, start=open_states, end=Enquiry.State.CLOSED)


def reopen_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """Raises `WrongState` unless the enquiry is closed."""
    return _move(
        reference, by, at, kind=EnquiryEvent.Kind.REOPENED, start=[Enquiry.State.CLOSED], end=Enquiry.State.READ
    )


@transaction.atomic
def _move(
    reference: str,
    by: User,
    at: datetime | None,
    *,
    kind: EnquiryEvent.Kind,
    start: list[Enquiry.State],
    end: Enquiry.State,
) -> Enquiry:
    at = at or timezone.now()
    closed_at = at if end == Enquiry.State.CLOSED else None
    # Conditional, so that of two people who press at once only one has done it.
    found = Enquiry.objects.visible_to(by).filter(pk=reference)
    if not found.filter(state__in=start).update(state=end, closed_at=closed_at):
        raise WrongState
    EnquiryEvent.objects.create(enquiry_id=reference, kind=kind, at=at, by=by)
    return found.get()


@transaction.atomic
def release_enquiry(*, reference: str, by: User, at: datetime | None = None) -> Enquiry:
    """A person sent it after all: out of quarantine, and staff are told. Raises `WrongState` when it was not in it.

    No confirmation goes out: nobody knows any more whether the moment for it is still safe.
    """
    at = at or timezone.now()
    found = Enquiry.objects.visible_to(by).filter(pk=reference)
    # It is due as if it had come now: nobody could know of it before.
    if not found.filter(is_quarantined=True).update(is_quarantined=False, answer_by=due_at(at)):
        raise WrongState
    EnquiryEvent.objects.create(enquiry_id=reference, kind=EnquiryEvent.Kind.RELEASED, at=at, by=by)
    enquiry = found.get()
    _enqueue_notices(enquiry)
    return enquiry

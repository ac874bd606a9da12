"""Answers people who ask what we hold about them, or that we erase it.

The way of a request: staff open it, check the identity, the lead looks for enquiries and chooses among them, a second
person approves, and then the file is made or the enquiries are erased. Each step is recorded with the request. Before
the identity is checked nothing is looked up: a request looks the same whether we hold anything or not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import clock_state, periodic
from core.references import parse_reference
from core.transitions import WrongState
from enquiries import retention
from enquiries.contact_index import with_contact
from enquiries.models import (
    Enquiry,
    EnquiryEvent,
    EnquiryQuerySet,
    EventKind,
    RightsFile,
    RightsRequest,
    RightsStep,
)
from enquiries.rights_file import make_file, new_passphrase, part_of
from enquiries.services.removal import Held, erase_enquiry

Kind, Step = RightsRequest.Kind, RightsStep.Kind

#: Who did something with a request so lately has it open still.
ONE_VISIT = timedelta(minutes=10)
#: All of these, before anything is looked up.
IDENTITY_CHECKS = (
    ("known-contact", _("We reached them by the contact they gave us before, not by a new one.")),
    ("details", _("They told us something that only they and we know, such as when they wrote and about what.")),
    ("own-wish", _("As far as we can tell, nobody stands behind them and makes them ask.")),
    ("authority", _("They ask for themselves, or we have seen that they may ask for somebody else.")),
)


class IdentityUnchecked(Exception):
    """Nothing is looked up before the identity is checked."""


class WrongApprover(Exception):
    """The second approver must be another person than the one who opened and the one who approved the request."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many enquiries were erased, and the references of those that a hold keeps."""

    done: int
    held: list[str]


@transaction.atomic
def open_request(request: RightsRequest, *, by: User, at: datetime | None = None) -> RightsRequest:
    """Store a new request. Raises any error of encryption."""
    request.opened_by = by
    request.save(force_insert=True)
    record(request, Step.OPENED, by=by, at=at)
    return request


def record(request: RightsRequest, kind: str, *, by: User | None, at: datetime | None = None) -> None:
    RightsStep.objects.create(request=request, kind=kind, at=at or timezone.now(), by=by)


def record_reading(request: RightsRequest, *, by: User, at: datetime | None = None) -> None:
    """Record it before the person's words are decrypted, once a visit: each step of theirs reloads the page."""
    at = at or timezone.now()
    if not request.steps.filter(by=by, at__gt=at - ONE_VISIT, at__lte=at).exists():
        record(request, Step.READ, by=by, at=at)


@transaction.atomic
def confirm_identity(
    *, reference: str, by: User, checks: Collection[str], note: str, at: datetime | None = None
) -> RightsRequest:
    """Raises `IdentityUnchecked` unless every one of `IDENTITY_CHECKS` is among `checks`, and `WrongState`."""
    request = _open(reference)
    if set(checks) != {name for name, _words in IDENTITY_CHECKS}:
        raise IdentityUnchecked
    request.identity_checked_at = at or timezone.now()
    request.identity_note = note
    request.save()
    record(request, Step.IDENTITY, by=by, at=at)
    return request


def find_enquiries(*, reference: str, by: User, at: datetime | None = None) -> EnquiryQuerySet:
    """Record the search, and then find what may be about the person. Raises `IdentityUnchecked`."""
    request = RightsRequest.objects.get(pk=reference)
    if request.identity_checked_at is None:
        raise IdentityUnchecked
    at = at or timezone.now()
    with transaction.atomic():
        record(request, Step.SEARCHED, by=by, at=at)
        EnquiryEvent.objects.create(kind=EventKind.SEARCHED, at=at, by=by)
    return _matches(request, by)


@transaction.atomic
def approve(
    *, reference: str, by: User, chosen: Iterable[str], parts: Collection[str] = (), at: datetime | None = None
) -> RightsRequest:
    """Choose what is given out or erased. `parts` names the fields `with_...` to switch on; the others are off.

    An earlier second approval no longer counts. Raises `IdentityUnchecked`, and `WrongState` also when one of them was
    not found for this request.
    """
    request = _open(reference)
    if request.identity_checked_at is None:
        raise IdentityUnchecked
    chosen = sorted(set(chosen))
    if _matches(request, by).filter(pk__in=chosen).count() < len(chosen):
        raise WrongState
    request.chosen = " ".join(chosen)
    for name in ("with_third_parties", "with_safe_contact", "with_staff_notes"):
        setattr(request, name, name in parts)
    request.approved_at, request.approved_by = at or timezone.now(), by
    request.seconded_at = request.seconded_by = None
    request.save()
    RightsFile.objects.filter(request=request).delete()
    record(request, Step.APPROVED, by=by, at=at)
    return request


@transaction.atomic
def second(*, reference: str, by: User, at: datetime | None = None) -> RightsRequest:
    """Raises `WrongApprover`, and `WrongState` when it is not approved yet or was approved a second time."""
    request = _open(reference)
    if request.approved_at is None or request.seconded_at:
        raise WrongState
    if by.pk in {request.approved_by_id, request.opened_by_id}:
        raise WrongApprover
    request.seconded_at, request.seconded_by = at or timezone.now(), by
    request.save()
    record(request, Step.SECONDED, by=by, at=at)
    return request


@transaction.atomic
def take_back(*, reference: str, by: User, at: datetime | None = None) -> None:
    """Undo both approvals, and delete a file that was made. Raises `WrongState`."""
    request = _open(reference)
    if request.approved_at is None:
        raise WrongState
    request.approved_at = request.approved_by = request.seconded_at = request.seconded_by = None
    request.save()
    RightsFile.objects.filter(request=request).delete()
    record(request, Step.TAKEN_BACK, by=by, at=at)


@transaction.atomic
def make_rights_file(*, reference: str, by: User, at: datetime | None = None) -> str:
    """Make the encrypted file of a request for access and return its passphrase, which is kept nowhere.

    Raises `WrongState` without both approvals, and any error of encryption.
    """
    request, at = _open(reference), at or timezone.now()
    if not request.is_approved or request.kind != Kind.ACCESS:
        raise WrongState
    enquiries = Enquiry.objects.visible_to(by).filter(pk__in=request.chosen.split())
    for enquiry in enquiries:
        # Before anything is decrypted, as at the desk.
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.EXPORTED, at=at, by=by)
    passphrase = new_passphrase()
    content = make_file(request, [part_of(enquiry, request) for enquiry in enquiries], passphrase=passphrase)
    RightsFile.objects.filter(request=request).delete()
    RightsFile.objects.create(request=request, content=content, expires_at=at + retention.RIGHTS_DOWNLOAD)
    record(request, Step.MADE, by=by, at=at)
    return passphrase


@transaction.atomic
def take_rights_file(*, reference: str, by: User, at: datetime | None = None) -> str:
    """Return the file and delete it: it is downloaded once. Raises `RightsFile.DoesNotExist`, also when it expired."""
    at = at or timezone.now()
    file = RightsFile.objects.select_for_update(of=("self",)).get(pk=reference, expires_at__gt=at)
    content = file.content
    # Of two who press at once, one gets it.
    if not RightsFile.objects.filter(pk=reference).delete()[0]:
        raise RightsFile.DoesNotExist
    record(file.request, Step.DOWNLOADED, by=by, at=at)
    return content


def erase_chosen(*, reference: str, by: User, at: datetime | None = None) -> Erased:
    """Erase the chosen enquiries of an approved request, each for itself. Held ones stay and are named.

    Raises `WrongState` without both approvals.
    """
    request = RightsRequest.objects.unanswered().get(pk=reference)
    if not request.is_approved or request.kind != Kind.ERASURE:
        raise WrongState
    done, held = 0, []
    for chosen in request.chosen.split():
        try:
            erase_enquiry(reference=chosen, by=by, at=at)
            done += 1
        except Enquiry.DoesNotExist:
            # Its time was over meanwhile.
            continue
        except Held:
            held.append(chosen)
    record(request, Step.HELD if held else Step.ERASED, by=by, at=at)
    return Erased(done, held)


@transaction.atomic
def close_request(*, reference: str, by: User, outcome: str, at: datetime | None = None) -> None:
    """Raises `WrongState` when it is closed already."""
    request = _open(reference)
    request.closed_at, request.outcome = at or timezone.now(), outcome
    request.save()
    RightsFile.objects.filter(request=request).delete()
    record(request, Step.CLOSED, by=by, at=at)


@periodic(every=timedelta(hours=1))
def expire_rights(*, now: datetime) -> int:
    """Delete files that nobody fetched in time, and requests that were answered long ago."""
    if clock_state(now=now) != "ok":
        return 0
    expired = RightsFile.objects.filter(expires_at__lte=now).select_related("request")
    for file in expired:
        with transaction.atomic():
            if RightsFile.objects.filter(pk=file.pk, expires_at__lte=now).delete()[0]:
                record(file.request, Step.EXPIRED, by=None, at=now)
    return len(expired) + RightsRequest.objects.outdated(at=now).delete()[0]


def _matches(request: RightsRequest, by: User) -> EnquiryQuerySet:
    named = [parse_reference(word) for word in request.references.replace(",", " ").split()]
    by_contact = with_contact(request.email, request.phone).values("pk")
    return Enquiry.objects.visible_to(by).filter(Q(pk__in=named) | Q(pk__in=by_contact)).defer("sealed_answers")


def _open(reference: str) -> RightsRequest:
    """The request, locked until the end of the transaction. Raises `WrongState` when it is closed."""
    request = RightsRequest.objects.select_for_update(of=("self",)).get(pk=reference)
    if request.closed_at:
        raise WrongState
    return request

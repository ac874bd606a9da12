"""The figures of the week for the safeguarding lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.functional import Promise

from core import mail
from core.models import Job
from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.notices import mails_to_staff

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    n_received: int
    #: Of all that are stored: the words of a state, and how many are in it.
    states: list[tuple[str | Promise, int]]
    n_unread: int
    n_overdue: int
    n_restricted_open: int
    n_quarantined: int
    #: Who opened how many enquiries in the week, the most first: the name of an account.
    opened: list[tuple[str, int]]
    n_refused: int
    #: Mails to staff that wait for another try or were given up.
    n_mails_failing: int
    mail_failing_since: datetime | None


def make_digest(*, at: datetime) -> Digest:
    """Count. Restricted enquiries are counted too, because the lead alone reads it."""
    by_state = dict(
        Enquiry.objects.filter(is_quarantined=False).values_list("state").annotate(n=Count("pk")).order_by()
    )
    week = EnquiryEvent.objects.filter(at__gt=at - WEEK, at__lte=at)
    opened = week.filter(kind=EventKind.OPENED).order_by().values_list("by__username")
    mails = mails_to_staff()
    return Digest(
        n_received=Enquiry.objects.filter(received_at__gt=at - WEEK, received_at__lte=at).count(),
        states=[(state.label, by_state.get(state.value, 0)) for state in Enquiry.State],
        n_unread=Enquiry.objects.unread().count(),
        n_overdue=Enquiry.objects.overdue(at=at).count(),
        n_restricted_open=Enquiry.objects.filter(is_restricted=True).exclude(state=Enquiry.State.CLOSED).count(),
        n_quarantined=Enquiry.objects.in_quarantine().count(),
        opened=list(opened.annotate(n=Count("enquiry", distinct=True)).order_by("-n", "by__username")),
        n_refused=week.filter(kind=EventKind.REFUSED).count(),
        n_mails_failing=mails.filter(
            Q(status=Job.Status.DEAD) | Q(status=Job.Status.QUEUED, first_tried_at__isnull=False)
        ).count(),
        mail_failing_since=mail.failing_since(at=at, mails=mails),
    )

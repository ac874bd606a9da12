"""What about time and rights waits for somebody: lines for the start page of the back office."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Job
from enquiries import retention
from enquiries.models import Enquiry, Hold, RightsRequest
from enquiries.permissions import may

#: A request about rights is a warning from so many days before its 28 end.
RIGHTS_SOON = 7
PURGE = "enquiries.services.removal.purge_daily"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and the page where somebody does something about it."""

    words: str
    url: str


def warnings_for(user: User, *, at: datetime) -> Iterator[Notice]:
    """Count only what this person may see."""
    if may(user, "view_enquiry"):
        yield from _about_enquiries(user, at)
    if may(user, "hold_enquiry"):
        yield from _about_the_purge(user, at)
    if may(user, "approve_rightsrequest"):
        yield from _about_rights(at)


def _about_enquiries(user: User, at: datetime) -> Iterator[Notice]:
    visible = Enquiry.objects.visible_to(user)
    address = reverse("admin:enquiries_enquiry_changelist")
    if n := visible.too_old(at=at).filter(is_held=False).count():
        yield Notice(
            ngettext(
                "%(n)d enquiry is open for more than twelve months. Close it, or have it held.",
                "%(n)d enquiries are open for more than twelve months. Close them, or have them held.",
                n,
            )
            % {"n": n},
            address,
        )
    unseen = visible.filter(
        is_quarantined=True,
        closed_at__isnull=True,
        told_at__isnull=True,
        first_opened_at__isnull=True,
        received_at__lte=at - retention.SPAM,
    )
    if n := unseen.count():
        yield Notice(
            ngettext(
                "%(n)d quarantined enquiry is older than a week and nobody has seen it.",
                "%(n)d quarantined enquiries are older than a week and nobody has seen them.",
                n,
            )
            % {"n": n},
            address,
        )


def _about_the_purge(user: User, at: datetime) -> Iterator[Notice]:
    visible = Enquiry.objects.visible_to(user)
    if n := Hold.objects.filter(enquiry__in=visible).due_for_review(at=at).count():
        yield Notice(
            ngettext("%(n)d hold was not reviewed for a year.", "%(n)d holds were not reviewed for a year.", n)
            % {"n": n},
            reverse("admin:enquiries_hold_changelist"),
        )
    if Job.objects.tried().filter(kind=PURGE, due_at__lte=at + timedelta(hours=2)).exists():
        yield Notice(
            _("Enquiries whose time is over are not being deleted. Whoever runs the server finds the reason in Jobs."),
            reverse("admin:core_job_changelist"),
        )


def _about_rights(at: datetime) -> Iterator[Notice]:
    if n := RightsRequest.objects.due_within(RIGHTS_SOON, at=at).count():
        yield Notice(
            ngettext(
                "%(n)d request about rights must be answered within a week or is late.",
                "%(n)d requests about rights must be answered within a week or are late.",
                n,
            )
            % {"n": n},
            reverse("admin:enquiries_rightsrequest_changelist"),
        )

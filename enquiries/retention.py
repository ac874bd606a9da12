"""How long everything about enquiries is kept. The only place that says it: the form, the desk, the purge and the
documents read it from here, and a test compares the pages that are written by hand.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from core.jobs import DELETE_FINISHED_AFTER

if TYPE_CHECKING:
    from enquiries.models import Enquiry

RETENTION_AFTER_CLOSING = timedelta(days=90)
RETENTION_LIMIT = timedelta(days=365)
#: What was still open after twelve months is kept a little after closing, so that closing by mistake can be undone.
CLOSED_LATE = timedelta(days=7)
SPAM = timedelta(days=7)
RESTRICTED_AFTER_CLOSING = timedelta(days=365)
#: A hold, and a restricted enquiry that is still open, are looked at again after this.
REVIEW = timedelta(days=365)
EVENTS = timedelta(days=730)
#: Who keeps backups must delete them by then (docs/operators.md).
BACKUPS = timedelta(days=30)
#: Longer than any backup, so that each restore can be followed by the same deletions.
TOMBSTONES = BACKUPS + timedelta(days=30)
RIGHTS_REQUESTS = timedelta(days=730)
RIGHTS_DOWNLOAD = timedelta(days=7)
#: The law gives one calendar month. The shortest one has 28 days.
RIGHTS_ANSWER = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the table of periods: what is kept, how long, and from when."""

    what: str | Promise
    period: timedelta | None
    since: str | Promise

    @property
    def length(self) -> str | Promise:
        return in_words(self.period) if self.period else gettext_lazy("not deleted")


def in_words(period: timedelta) -> str | Promise:
    """Years come as months, because that is how the pages say it."""
    if period.days % 365 == 0:
        return format_lazy(gettext_lazy("{months} months"), months=period.days // 365 * 12)
    return format_lazy(ngettext_lazy("{days} day", "{days} days", period.days), days=period.days)


PERIODS = (
    Kept(gettext_lazy("Enquiry that a program sent"), SPAM, gettext_lazy("since staff were told of it or closed it")),
    Kept(gettext_lazy("Enquiry"), RETENTION_AFTER_CLOSING, gettext_lazy("after closing")),
    Kept(gettext_lazy("Enquiry, at most"), RETENTION_LIMIT, gettext_lazy("since it came in, if it is closed by then")),
    Kept(gettext_lazy("Enquiry closed later than that"), CLOSED_LATE, gettext_lazy("after closing")),
    Kept(gettext_lazy("Restricted enquiry"), RESTRICTED_AFTER_CLOSING, gettext_lazy("after closing")),
    Kept(gettext_lazy("Enquiry that is unread, open or held"), None, gettext_lazy("while it is so; staff are warned")),
    Kept(gettext_lazy("Record of who did what"), EVENTS, gettext_lazy("after the event, longer than the enquiry")),
    Kept(gettext_lazy("Jobs and mails that were sent"), DELETE_FINISHED_AFTER, gettext_lazy("after they were done")),
    Kept(gettext_lazy("Request about rights"), RIGHTS_REQUESTS, gettext_lazy("after it was answered")),
    Kept(gettext_lazy("File of a request for access"), RIGHTS_DOWNLOAD, gettext_lazy("unless downloaded before")),
    Kept(gettext_lazy("Tombstone (reference, moment, reason)"), TOMBSTONES, gettext_lazy("after the deletion")),
    Kept(gettext_lazy("Backups"), BACKUPS, gettext_lazy("after they were made")),
)


def delete_at(enquiry: "Enquiry") -> datetime | None:
    """When the purge may delete it, or None while it may not. Says the same as `EnquiryQuerySet.expired`."""
    if enquiry.is_held:
        return None
    if enquiry.closed_at:
        if enquiry.outcome == enquiry.Outcome.SPAM:
            return enquiry.closed_at + SPAM
        if enquiry.is_restricted:
            return enquiry.closed_at + RESTRICTED_AFTER_CLOSING
        limit = enquiry.received_at + RETENTION_LIMIT
        if enquiry.closed_at >= limit:
            return enquiry.closed_at + CLOSED_LATE
        return min(enquiry.closed_at + RETENTION_AFTER_CLOSING, limit)
    if enquiry.is_quarantined and enquiry.state == enquiry.State.NEW:
        known = [moment for moment in (enquiry.told_at, enquiry.first_opened_at) if moment]
        return min(known) + SPAM if known else None
    return None


def delete_on(enquiry: "Enquiry") -> date | None:
    moment = delete_at(enquiry)
    return timezone.localdate(moment) if moment else None


def is_too_old(enquiry: "Enquiry", *, at: datetime) -> bool:
    """It is open for longer than the form says that anything is kept."""
    return enquiry.closed_at is None and not enquiry.is_quarantined and enquiry.received_at <= at - RETENTION_LIMIT


def kept_until(enquiry: "Enquiry", *, at: datetime | None = None) -> str:
    """Say when it is deleted, or in words why not."""
    at = at or timezone.now()
    if enquiry.is_held:
        return _("Held: not deleted while the hold lasts.")
    if day := delete_on(enquiry):
        return _("Deleted on %(day)s.") % {"day": date_format(day, "j F Y")}
    if enquiry.is_quarantined and enquiry.state == enquiry.State.NEW:
        return _("Not deleted while nobody has looked at it or was told of it.")
    if is_too_old(enquiry, at=at):
        return _("Not deleted while it is open, and it is older than twelve months: close it, or have it held.")
    if enquiry.state == enquiry.State.NEW:
        return _("Not deleted while it is unread.")
    if enquiry.is_restricted:
        return _("Not deleted while it is open. After closing it is kept for %(length)s.") % {
            "length": in_words(RESTRICTED_AFTER_CLOSING)
        }
    return _("Not deleted while it is open. After closing it is kept for %(length)s.") % {
        "length": in_words(RETENTION_AFTER_CLOSING)
    }

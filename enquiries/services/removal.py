"""Removes enquiries: when their time is over, on request, and again after a restore.

Each is removed in a transaction of its own, together with its notes, its jobs and what the admin's log says of it. What
stays is a tombstone, the record of events, and numbers for the reports.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core.jobs import JobError, clock_state, periodic
from core.models import Job
from enquiries import retention, tombstones
from enquiries.models import Enquiry, EnquiryEvent, EventKind, Hold, PurgeRun, Tombstone
from enquiries.reports import count_gone

logger = logging.getLogger(__name__)

#: A purge that would delete more than both of these needs a person's word.
LARGEST_SHARE, LARGEST_NUMBER = 0.2, 10
#: So does one that comes so long after the last: either nothing was purged, or the clock is wrong.
LONGEST_PAUSE = timedelta(days=30)
#: The clocks of two machines differ by less, so an enquiry may seem to have been deleted before it came in.
CLOCK_SKEW = timedelta(days=2)


class Held(Exception):
    """A hold keeps the enquiry from being erased. `reason` is what staff wrote, for those who may read it."""

    def __init__(self, reason: str):
        super().__init__()
        self.reason = reason


@dataclass(slots=True)
class PurgeReport:
    """What one run did, or what it would do. It counts and names no enquiry: an operator may see it."""

    expired: int = 0
    deleted: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    #: Why nothing was deleted: "clock", "share", "pause" or empty.
    refused: str = ""

    def __str__(self) -> str:
        return {
            "clock": "Nothing was deleted: the clock is or was wrong. See the failed jobs in the admin.",
            "share": f"Nothing was deleted: {self.expired} enquiries are due, more than {LARGEST_SHARE:.0%} of all. "
            "If the clock is right and they may go, confirm it.",
            "pause": f"Nothing was deleted: the last run is more than {LONGEST_PAUSE.days} days away. "
            f"If the clock is right and {self.expired} enquiries may go, confirm it.",
        }.get(self.refused, f"{self.deleted} of {self.expired} enquiries deleted.")


def purge(*, now: datetime, dry_run: bool = False, confirmed: bool = False) -> PurgeReport:
    """Delete the enquiries whose time is over, and old events, tombstones and runs.

    Refuses as a whole when the clock may be wrong (docs/decisions/0018-time-and-rights.md); `confirmed` overrides the
    share and the pause, never a clock that is known to be wrong. One that cannot be deleted is counted and stays.
    """
    expired = Enquiry.objects.expired(at=now)
    report = PurgeReport(expired=expired.count())
    report.refused = _reason_to_refuse(report.expired, now=now, confirmed=confirmed)
    if dry_run or report.refused:
        return report
    for reference in list(expired.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                # Since it was counted, somebody may have opened it again or held it.
                enquiry = expired.select_for_update(of=("self",)).filter(pk=reference).first()
                if enquiry:
                    _remove(enquiry, _line(enquiry, Tombstone.Reason.PURGED, now))
                    report.deleted += 1
        except (DatabaseError, OSError) as error:
            report.failed[type(error).__name__] += 1
            logger.error("an enquiry could not be deleted", exc_info=error)
    _forget_old(now=now)
    PurgeRun.objects.create(at=now, deleted=report.deleted, failed=report.failed.total())
    empty_write_ahead_log()
    return report


def _reason_to_refuse(expired: int, *, now: datetime, confirmed: bool) -> str:
    if clock_state(now=now) != "ok":
        return "clock"
    if confirmed:
        return ""
    last = PurgeRun.objects.order_by("-at").values_list("at", flat=True).first()
    if last and abs(now - last) > LONGEST_PAUSE:
        return "pause"
    if expired > LARGEST_NUMBER and expired > LARGEST_SHARE * Enquiry.objects.count():
        return "share"
    return ""


def _forget_old(*, now: datetime) -> None:
    enquiry_exists = Enquiry.objects.filter(pk=OuterRef("enquiry_id"))
    EnquiryEvent.objects.filter(~Exists(enquiry_exists), at__lte=now - retention.EVENTS).delete()
    PurgeRun.objects.filter(at__lte=now - retention.EVENTS).delete()
    Tombstone.objects.filter(at__lte=tombstones.outdated(at=now)).delete()
    tombstones.forget(before=tombstones.outdated(at=now))


@periodic(every=timedelta(days=1))
def purge_daily(*, now: datetime) -> None:
    """Purge, and fail loudly: a run that refuses or leaves rows stays late in /health/ready until it is dealt with."""
    report = purge(now=now)
    if report.refused in {"share", "pause"}:
        raise JobError(f"purge refused {report.refused}")
    if report.failed:
        raise JobError("purge left rows")


@transaction.atomic
def erase_enquiry(*, reference: str, by: User, reason: str = "", at: datetime | None = None) -> None:
    """Remove one enquiry because somebody may ask for it, whatever its state.

    Raises `Enquiry.DoesNotExist` when there is none or `by` may not see it, and `Held`.
    """
    enquiry = Enquiry.objects.visible_to(by).select_for_update(of=("self",)).get(pk=reference)
    if enquiry.is_held:
        held = Hold.objects.filter(pk=reference).first()
        raise Held(held.reason if held else "")
    _remove(enquiry, _line(enquiry, Tombstone.Reason.ERASED, at or timezone.now()), by=by)
    empty_write_ahead_log()


def _line(enquiry: Enquiry, reason: str, at: datetime) -> tombstones.Line:
    return tombstones.Line(reference=enquiry.pk, at=at, reason=reason)


def _remove(enquiry: Enquiry, line: tombstones.Line, *, by: User | None = None) -> None:
    reference = line.reference
    count_gone(enquiry)
    Enquiry.objects.filter(merged_into=reference).update(merged_into=None)
    jobs = Q(object_id=reference) | Q(object_id__startswith=f"{reference}:")
    Job.objects.filter(jobs, kind__startswith="enquiries.").delete()
    own_types = ContentType.objects.filter(app_label="enquiries")
    LogEntry.objects.filter(content_type__in=own_types, object_id=reference).delete()
    enquiry.delete()
    Tombstone.objects.update_or_create(reference=reference, defaults={"at": line.at, "reason": line.reason})
    # Who erased it before a restore, the restored record does not know.
    kind = EventKind.ERASED if by else EventKind.PURGED
    EnquiryEvent.objects.create(enquiry_id=reference, kind=kind, at=line.at, by=by)
    # Only after the deletion is certain. What a crash or a full disk leaves out here, `reapply_tombstones` adds.
    transaction.on_commit(partial(tombstones.append, line), robust=True)


@periodic(every=timedelta(hours=1))
def reapply_hourly(*, now: datetime) -> None:
    """After a restore this is overdue, so the worker does it as soon as it starts."""
    reapply_tombstones()
    empty_write_ahead_log()


def reapply_tombstones(*, source: Path | None = None) -> int:
    """Remove again what a restored backup brought back. Returns the number of enquiries.

    A hold does not help: it was ended before the deletion, and the backup does not know. `source` is a copy of the file
    from elsewhere. An enquiry that came in days after its tombstone is another one, whose reference was given out
    again. Raises OSError when the file cannot be read.
    """
    lines = {line.reference: line for line in tombstones.read(source)}
    for row in Tombstone.objects.all():
        lines.setdefault(row.reference, tombstones.Line(reference=row.reference, at=row.at, reason=row.reason))
    tombstones.add_missing(lines.values())
    removed = 0
    for reference in Enquiry.objects.filter(pk__in=list(lines)).values_list("pk", flat=True):
        line = lines[reference]
        with transaction.atomic():
            enquiry = Enquiry.objects.filter(pk=reference, received_at__lt=line.at + CLOCK_SKEW).first()
            if enquiry:
                _remove(enquiry, line)
                removed += 1
    Tombstone.objects.bulk_create(
        [Tombstone(reference=line.reference, at=line.at, reason=line.reason) for line in lines.values()],
        ignore_conflicts=True,
    )
    if removed:
        logger.warning("deleted again after a restore", extra={"data": {"enquiries": removed}})
        empty_write_ahead_log()
    return removed


def empty_write_ahead_log() -> None:
    """Write SQLite's log back and cut it off, so that deleted bytes are in no file. A reader at work may put it off."""

    def checkpoint() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    if connection.vendor == "sqlite":
        transaction.on_commit(checkpoint)

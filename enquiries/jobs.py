"""The worker's jobs for enquiries. A job's row names a reference or a team, and never a person.

A job about one enquiry has its reference first in the object: "AB3DE5FG:0" is for the first recipient.
"""

from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import mail
from core.jobs import PermanentError, job, periodic
from core.models import Job
from enquiries import (
    emails,
    notices,
    services,  # noqa: F401 - it registers the periodic deletions
)
from enquiries.digest import make_digest
from enquiries.models import Enquiry, EnquiryEvent, EnquiryQuerySet, EventKind, Team
from enquiries.notices import (
    CONFIRMATION,
    DIGEST,
    ESCALATION,
    LEAD,
    MAIL_ALARM,
    NOTICE,
    QUARANTINED,
    REMINDER,
    SINCE_FORMAT,
    hidden_from,
)
from enquiries.opening import Calendar

# A first notice is written when the enquiry comes in. Leave the worker this long before it counts as missing.
TOLD_WITHIN = timedelta(minutes=10)
# One mail an hour to a team. The sweep comes every five minutes, so nobody waits for longer than an hour.
QUARANTINE_MAIL_EVERY = timedelta(minutes=55)
ALARM_AT_MOST_EVERY = timedelta(days=1)
DIGEST_WEEKDAY, DIGEST_TIME = 0, time(7)


def _of_job(job: Job) -> EnquiryQuerySet:
    return Enquiry.objects.filter(pk=job.object_id.partition(":")[0])


def _is_read(job: Job) -> bool:
    """A person has seen it, or there is nothing left to see."""
    return not _of_job(job).unread().exists()


def _is_answered(job: Job) -> bool:
    now = timezone.now()
    return not (_of_job(job).unread() | _of_job(job).overdue(at=now)).exists()


def _enquiry(reference: str) -> Enquiry:
    enquiry = Enquiry.objects.filter(pk=reference).select_related("team").first()
    if enquiry is None:
        raise PermanentError("enquiry-gone")
    return enquiry


def _recipient(recipients: list[str], place: str) -> str | None:
    """The present address, so that a retry reaches one that was corrected. None when it was taken away."""
    return recipients[int(place)] if int(place) < len(recipients) else None


@job(NOTICE, until=_is_read, sends_mail=True, hidden_from=hidden_from)
def notify_staff(object_id: str, *, job: Job) -> None:
    reference, _separator, place = object_id.partition(":")
    enquiry = _enquiry(reference)
    if to := _recipient(notices.recipients_for(enquiry), place):
        emails.send_notice(job=job, enquiry=enquiry, to=to)
        _record_told(enquiry)


@transaction.atomic
def _record_told(enquiry: Enquiry) -> None:
    now = timezone.now()
    if Enquiry.objects.filter(pk=enquiry.pk, told_at__isnull=True).update(told_at=now):
        EnquiryEvent.objects.create(enquiry=enquiry, kind=EventKind.TOLD, at=now)


@job(REMINDER, until=_is_read, sends_mail=True, hidden_from=hidden_from)
def remind_staff(object_id: str, *, job: Job) -> None:
    reference, _separator, place = object_id.partition(":")
    enquiry = _enquiry(reference)
    if to := _recipient(notices.recipients_for(enquiry), place):
        emails.send_reminder(job=job, enquiry=enquiry, to=to)


@job(ESCALATION, until=_is_answered, sends_mail=True, hidden_from=hidden_from)
def tell_lead(object_id: str, *, job: Job) -> None:
    reference, _separator, place = object_id.partition(":")
    enquiry = _enquiry(reference)
    if to := _recipient(notices.escalation_recipients_for(enquiry), place):
        emails.send_escalation(job=job, enquiry=enquiry, to=to)


@job(CONFIRMATION, sends_mail=True, hidden_from=hidden_from)
def confirm_to_enquirer(object_id: str, *, job: Job) -> None:
    emails.send_confirmation(job=job, enquiry=_enquiry(object_id))


def _quarantined_for(job: Job) -> EnquiryQuerySet:
    """What this mail tells of: all that no earlier mail has told."""
    place = job.object_id.partition(":")[0]
    whose = {"is_restricted": True} if place == LEAD else {"is_restricted": False, "team_id": place}
    news = Q(told_at__isnull=True) | Q(told_at__gte=job.created_at)
    return Enquiry.objects.in_quarantine().filter(news, **whose).order_by("received_at")


@job(QUARANTINED, until=lambda job: not _quarantined_for(job).exists(), sends_mail=True, hidden_from=hidden_from)
def tell_of_quarantined(object_id: str, *, job: Job) -> None:
    place, _separator, number = object_id.partition(":")
    recipients = settings.LEAD_EMAIL if place == LEAD else Team.objects.get(pk=place).recipients
    if to := _recipient(recipients, number):
        enquiries = list(_quarantined_for(job).defer("sealed_answers"))
        emails.send_quarantined(job=job, enquiries=enquiries, to=to)
        told = Enquiry.objects.filter(pk__in=[enquiry.pk for enquiry in enquiries], told_at__isnull=True)
        told.update(told_at=timezone.now())


@job(DIGEST, sends_mail=True)
def send_weekly_digest(object_id: str, *, job: Job) -> None:
    if to := _recipient(settings.LEAD_EMAIL, object_id.partition(":")[2]):
        emails.send_digest(job=job, digest=make_digest(at=timezone.now()), to=to)


@job(MAIL_ALARM, sends_mail=True)
def tell_lead_of_failing_mail(object_id: str, *, job: Job) -> None:
    began, _separator, place = object_id.partition(":")
    since = datetime.strptime(began, SINCE_FORMAT).replace(tzinfo=UTC)
    if to := _recipient(settings.LEAD_EMAIL, place):
        is_over = mail.failing_since(at=timezone.now(), mails=notices.mails_to_staff()) is None
        emails.send_mail_alarm(job=job, since=since, is_over=is_over, to=to)


# What must happen although nobody asks for it. Each finds its rows by a question, so nothing is missed after a pause.


@periodic(every=timedelta(minutes=5))
def tell_again(*, now: datetime) -> None:
    """Write notices anew for enquiries of which nobody was told and for which no notice waits.

    Somebody discarded it, or there was no address when the enquiry came in.
    """
    waiting = Job.objects.unfinished().filter(kind=NOTICE).values_list("object_id", flat=True)
    references = {object_id.partition(":")[0] for object_id in waiting}
    for enquiry in Enquiry.objects.untold().filter(received_at__lte=now - TOLD_WITHIN).select_related("team"):
        if enquiry.reference not in references:
            notices.enqueue_notices(enquiry)


@periodic(every=timedelta(minutes=5))
def remind(*, now: datetime) -> None:
    due = notices.to_be_reminded(at=now, calendar=Calendar.load())
    for enquiry in _without_event(Enquiry.objects.unread().filter(due), EventKind.REMINDED):
        notices.remind(enquiry, at=now)


@periodic(every=timedelta(minutes=5))
def escalate(*, now: datetime) -> None:
    late = Enquiry.objects.unread() | Enquiry.objects.overdue(at=now)
    due = notices.to_be_escalated(at=now, calendar=Calendar.load())
    for enquiry in _without_event(late.filter(due), EventKind.ESCALATED):
        notices.escalate(enquiry, at=now)


@periodic(every=timedelta(minutes=5))
def tell_of_quarantine(*, now: datetime) -> None:
    """Tell each team once an hour of what came into quarantine, and the lead alone of what is restricted."""
    untold = Enquiry.objects.in_quarantine().filter(told_at__isnull=True).order_by("is_restricted", "team")
    recent = Job.objects.filter(kind=QUARANTINED, created_at__gt=now - QUARANTINE_MAIL_EVERY)
    told_of_late = {object_id.partition(":")[0] for object_id in recent.values_list("object_id", flat=True)}
    rows = untold.defer("sealed_answers").select_related("team")
    for place, enquiries in groupby(rows, lambda row: LEAD if row.is_restricted else str(row.team_id)):
        if place not in told_of_late:
            notices.enqueue_quarantine_mails(place, notices.recipients_for(next(enquiries)))


@periodic(every=timedelta(hours=1))
def plan_digest(*, now: datetime) -> None:
    """On Monday morning, or as soon as a worker runs after that, once a week. Not before the first enquiry."""
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday() - DIGEST_WEEKDAY)
    begins = timezone.make_aware(datetime.combine(monday, DIGEST_TIME))
    week = monday.isoformat()
    if now < begins or not Enquiry.objects.filter(received_at__lt=begins).exists():
        return
    if not Job.objects.filter(kind=DIGEST, object_id__startswith=f"{week}:").exists():
        notices.enqueue_digest(week)


@periodic(every=timedelta(minutes=5))
def watch_mail(*, now: datetime) -> None:
    """Tell the lead, once a day, when mail to staff has failed for an hour."""
    since = mail.failing_since(at=now, mails=notices.mails_to_staff())
    alarms = Job.objects.filter(kind=MAIL_ALARM)
    if since and not (alarms.unfinished().exists() or alarms.filter(created_at__gt=now - ALARM_AT_MOST_EVERY).exists()):
        notices.enqueue_mail_alarm(since=since)


def _without_event(enquiries: EnquiryQuerySet, kind: EventKind) -> list[Enquiry]:
    told = EnquiryEvent.objects.filter(kind=kind).values("enquiry")
    return list(enquiries.exclude(pk__in=told).select_related("team").defer("sealed_answers"))

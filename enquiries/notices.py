"""Decides who hears of an enquiry and when the answer is due."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Substr

from core import references
from core.jobs import enqueue
from core.jobs import visible_to as visible_jobs
from core.models import Job, JobQuerySet
from core.roles import has_granted
from enquiries.models import Enquiry, EnquiryEvent, EventKind
from enquiries.opening import Calendar

NOTICE, CONFIRMATION = "enquiries.notice", "enquiries.confirmation"
REMINDER, ESCALATION = "enquiries.reminder", "enquiries.escalation"
QUARANTINED, DIGEST, MAIL_ALARM = "enquiries.quarantined", "enquiries.digest", "enquiries.mail_alarm"
#: The moment in the object of an alarm. A colon parts it from the recipient.
SINCE_FORMAT = "%Y-%m-%dT%H.%MZ"
#: Mails to those who answer. The lead hears when these fail.
TO_STAFF = [NOTICE, REMINDER, ESCALATION, QUARANTINED]
#: In place of a team, of what the lead alone is told.
LEAD = "lead"

# TRUST 4.3.4, in hours at the desk.
READ_WITHIN, RESTRICTED_READ_WITHIN = 4, 1


def enqueue_notices(enquiry: Enquiry) -> None:
    """Enqueue one job for each recipient. Its row names the recipient's place in the list and no address."""
    _enqueue(NOTICE, enquiry.reference, recipients_for(enquiry))


def recipients_for(enquiry: Enquiry) -> list[str]:
    """Send an enquiry about a member of staff to the lead alone, because that person may read the team's mailbox."""
    return settings.LEAD_EMAIL if enquiry.is_restricted else enquiry.team.recipients


def escalation_recipients_for(enquiry: Enquiry) -> list[str]:
    """The lead first, and then the team, each address once."""
    return list(dict.fromkeys([*settings.LEAD_EMAIL, *recipients_for(enquiry)]))


def due_at(received_at: datetime, promised_hours: int | None = None) -> datetime:
    """Return when the answer is due: after so many hours at the desk, or at the end of the next working day."""
    calendar = Calendar.load()
    if promised_hours is None:
        return calendar.end_of_next_day(received_at)
    return calendar.later(received_at, promised_hours)


def mails_to_staff(*, visible_to: User | AnonymousUser | None = None) -> JobQuerySet:
    """The jobs of mails to those who answer, or of those this person may know of: none about a restricted enquiry."""
    jobs = Job.objects.all() if visible_to is None else visible_jobs(visible_to)
    return jobs.filter(kind__in=TO_STAFF)


def hidden_from(user: User | AnonymousUser) -> Q:
    """The jobs about restricted enquiries that this person does not see: they would tell that there is one."""
    seen = Enquiry.objects.visible_to(user)
    hidden = Enquiry.objects.filter(is_restricted=True).exclude(pk__in=seen.values("pk"))
    about = Exists(hidden.filter(pk=Substr(OuterRef("object_id"), 1, references.LENGTH)))
    is_to_lead = Q() if has_granted(user, "enquiries.view_restricted") else Q(object_id__startswith=f"{LEAD}:")
    return Q(about) | is_to_lead


def remind(enquiry: Enquiry, *, at: datetime) -> None:
    """Remind the team, once, of an enquiry that nobody has read."""
    _tell_once(enquiry, EventKind.REMINDED, REMINDER, recipients_for(enquiry), at=at)


def escalate(enquiry: Enquiry, *, at: datetime) -> None:
    """Tell the lead and the team, once, that the promise was not kept."""
    _tell_once(enquiry, EventKind.ESCALATED, ESCALATION, escalation_recipients_for(enquiry), at=at)


def enqueue_quarantine_mails(place: str, recipients: list[str]) -> None:
    """`place` is the key of the team, or `LEAD`. Leaves out a recipient whose earlier mail has not left yet."""
    waiting = set(Job.objects.unfinished().filter(kind=QUARANTINED).values_list("object_id", flat=True))
    for number in range(len(recipients)):
        if f"{place}:{number}" not in waiting:
            enqueue(kind=QUARANTINED, object_id=f"{place}:{number}")


def enqueue_digest(week: str) -> None:
    _enqueue(DIGEST, week, settings.LEAD_EMAIL)


def enqueue_mail_alarm(*, since: datetime) -> None:
    _enqueue(MAIL_ALARM, f"{since.astimezone(UTC):{SINCE_FORMAT}}", settings.LEAD_EMAIL)


def to_be_reminded(*, at: datetime, calendar: Calendar) -> Q:
    """What must have been read by now, because of the hours that passed or because the answer is due."""
    return Q(answer_by__lte=at) | _older_than(at, calendar)


def to_be_escalated(*, at: datetime, calendar: Calendar) -> Q:
    """What was to be reminded of before the desk last opened: the next working day has come since."""
    opened_at = calendar.last_opening(at)
    return Q(answer_by__lt=opened_at) | Q(first_opened_at__isnull=True) & _older_than(opened_at, calendar)


def _older_than(at: datetime, calendar: Calendar) -> Q:
    return Q(is_restricted=False, received_at__lte=calendar.earlier(at, READ_WITHIN)) | Q(
        is_restricted=True, received_at__lte=calendar.earlier(at, RESTRICTED_READ_WITHIN)
    )


@transaction.atomic
def _tell_once(enquiry: Enquiry, event: EventKind, kind: str, recipients: list[str], *, at: datetime) -> None:
    """The event and the jobs stand together or not at all, also when two workers come at once."""
    Enquiry.objects.select_for_update().get(pk=enquiry.pk)
    if enquiry.events.filter(kind=event).exists():
        return
    EnquiryEvent.objects.create(enquiry=enquiry, kind=event, at=at)
    _enqueue(kind, enquiry.reference, recipients)


def _enqueue(kind: str, name: str, recipients: list[str]) -> None:
    for place in range(len(recipients)):
        enqueue(kind=kind, object_id=f"{name}:{place}")

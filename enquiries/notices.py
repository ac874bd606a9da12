"""Decides who hears of an enquiry and when the answer is due."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from holidays import country_holidays

from core.jobs import enqueue

if TYPE_CHECKING:
    from enquiries.models import Enquiry

ANSWERED_UNTIL = time(17)
NOTICE, CONFIRMATION = "enquiries.notice", "enquiries.confirmation"


def enqueue_notices(enquiry: "Enquiry") -> None:
    """Enqueue one job for each recipient. Its row names the recipient's place in the list and no address."""
    for place in range(len(recipients_for(enquiry))):
        enqueue(kind=NOTICE, object_id=f"{enquiry.reference}:{place}")


def recipients_for(enquiry: "Enquiry") -> list[str]:
    """Send an enquiry about a member of staff to the lead alone, because that person may read the desk's mailbox."""
    return settings.LEAD_EMAIL if enquiry.is_restricted else settings.STAFF_EMAIL


def due_at(received_at: datetime) -> datetime:
    """Return five in the afternoon, local time, of the next working day."""
    holidays = country_holidays("GB", subdiv=settings.BANK_HOLIDAYS)
    day = holidays.get_nth_working_day(timezone.localdate(received_at), 1)
    return timezone.make_aware(datetime.combine(day, ANSWERED_UNTIL))

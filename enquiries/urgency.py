"""Derives how soon somebody must look, and in which week: coarse, because it stands unsealed beside the answers."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from enquiries.answers import Answers, YesNo
from enquiries.models import Enquiry

Urgency = Enquiry.Urgency
WITHIN = {Urgency.THIS_WEEK: timedelta(days=7), Urgency.SOON: timedelta(days=31)}


def derive_urgency(answers: Answers, *, at: datetime) -> Urgency:
    """By whether a child may be hurt soon, and how near the earlier of the hearing and the report is."""
    if answers.at_risk == YesNo.YES:
        return Urgency.CHILD_AT_RISK
    day, today = _earlier_day(answers), timezone.localdate(at)
    near = [urgency for urgency, within in WITHIN.items() if day is not None and day - today <= within]
    return max(near, default=Urgency.ORDINARY)


def week_of(answers: Answers) -> date | None:
    """The Monday of the week of the hearing or of the report, whichever is earlier. The day stays sealed."""
    day = _earlier_day(answers)
    return None if day is None else day - timedelta(days=day.weekday())


def _earlier_day(answers: Answers) -> date | None:
    days = [date.fromisoformat(text) for text in (answers.hearing_on, answers.report_by) if text]
    return min(days, default=None)

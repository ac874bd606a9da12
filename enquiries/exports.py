"""The list of enquiries as a table for a spreadsheet: what the queue shows, and nothing that anybody wrote."""

import csv
import io
import logging
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from enquiries.models import Enquiry, EnquiryEvent, EventKind

logger = logging.getLogger(__name__)

#: A spreadsheet takes a cell that begins so for a formula, and does what it says.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def export_list(*, by: User, at: datetime | None = None) -> str:
    """Record the export, and then return the rows that `by` may see as CSV text."""
    at = at or timezone.now()
    EnquiryEvent.objects.create(kind=EventKind.EXPORTED, at=at, by=by)
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(
        [
            _("Reference"), _("Received"), _("Audience"), _("Team"), _("State"), _("Urgency"), _("Answer by"),
            _("First answer"), _("Closed"), _("Outcome"), _("Restricted"), _("Quarantined"), _("Held"),
        ]
    )  # fmt: skip
    rows = Enquiry.objects.visible_to(by).select_related("team").defer("sealed_answers")
    n = 0
    for n, enquiry in enumerate(rows.iterator(chunk_size=2000), start=1):  # noqa: B007
        values = [
            str(enquiry), _moment(enquiry.received_at), enquiry.get_audience_display(), enquiry.team.name,
            enquiry.get_state_display(), enquiry.get_urgency_display(), _moment(enquiry.answer_by),
            _moment(enquiry.first_answered_at), _moment(enquiry.closed_at), enquiry.get_outcome_display(),
            *(_("yes") if is_so else "" for is_so in (enquiry.is_restricted, enquiry.is_quarantined, enquiry.is_held)),
        ]  # fmt: skip
        writer.writerow([safe_cell(value) for value in values])
    logger.info("list of enquiries exported", extra={"data": {"rows": n, "by": by.pk}})
    return output.getvalue()


def safe_cell(text: str) -> str:
    """The quotation mark in front tells a spreadsheet that it is text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""

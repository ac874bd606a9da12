"""What the worker does with reports: tells the editors, and deletes what was kept long enough.

A job's row names the report and the recipient's place in the list, and no address.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from core.jobs import PermanentError, clock_state, job, periodic
from core.mail import send
from core.models import Job
from feedback.models import PageReport
from feedback.services import NOTICE


@job(NOTICE, sends_mail=True)
def notify_editors(object_id: str, *, job: Job) -> None:
    """Tell one editor which page it is about and where to read it. The text may name somebody and stays here."""
    key, _separator, place = object_id.partition(":")
    report = PageReport.objects.filter(pk=key).select_related("edition").first()
    if report is None:
        raise PermanentError("report-gone")
    if int(place) >= len(settings.EDITORS_EMAIL):
        raise PermanentError("recipient-removed")
    is_mistake = report.kind == PageReport.Kind.MISTAKE
    path = reverse("admin:feedback_pagereport_change", args=[report.pk])
    send(
        job=job,
        subject=_("A mistake was reported") if is_mistake else _("A reader missed something"),
        body=render_to_string(
            "feedback/emails/notice.txt", {"report": report, "address": f"{settings.SITE_URL}{path}"}
        ),
        to=settings.EDITORS_EMAIL[int(place)],
    )


@periodic(every=timedelta(hours=1))
def delete_overdue_reports(*, now: datetime) -> int:
    if clock_state(now=now) != "ok":
        return 0
    deleted, _per_model = PageReport.objects.overdue(at=now).delete()
    return deleted
